/** Ranges of ids as slabs: all ids of the range, few others, few names. */
import { expect, test } from "bun:test";
import { rangeOf } from "../../src/engine/search/look.ts";
import { SLAB_ROWS, SLABS, slabsOf } from "../../src/store/search-facts.ts";

/** First and last id of a slab. */
function idsOf(slab: string): [number, number] {
  const [name, n] = slab.split("=");
  const width = 2 ** SLABS.find((s) => s.name === name)!.bits;
  return [Number(n) * width, (Number(n) + 1) * width];
}

test("slabs follow one another from the range's beginning to its end, and are few", () => {
  for (const [lower, upper] of [
    [0, 1],
    [0, SLAB_ROWS],
    [0, SLAB_ROWS + 1],
    [3 * SLAB_ROWS, 40 * SLAB_ROWS - 7],
    [1_114_112, 1_196_032],
    [0, 5_000_000],
  ] as const) {
    const ids = slabsOf(lower, upper).map(idsOf);
    expect(ids[0]![0]).toBe(lower);
    for (const [at, [from]] of ids.entries()) expect(from).toBe(at === 0 ? lower : ids[at - 1]![1]);
    expect(ids.at(-1)![1]).toBe(Math.ceil(upper / SLAB_ROWS) * SLAB_ROWS);
    expect(ids.length).toBeLessThan(40);
  }
});

test("a range begins where a slab does, has about the rows that were asked for, and ends at the table's beginning", () => {
  for (const upper of [1, 500, 4_096, 4_097, 9_000, 1_200_402]) {
    for (const rows of [1_024, 5_000, 70_000, 2_000_000]) {
      const range = rangeOf(rows, upper, 1_200_402)!;
      expect(range.lower % SLAB_ROWS).toBe(0);
      expect(upper - range.lower).toBeGreaterThanOrEqual(Math.min(rows, upper));
      expect(upper - range.lower).toBeLessThanOrEqual(Math.max(rows * 1.5, rows + SLAB_ROWS));
    }
  }
  expect(rangeOf(2_000_000, 1_200_402, 1_200_402)).toMatchObject({ lower: 0, whole: true });
  // Of a part of the table the slabs are named: what lies above it was looked at already.
  expect(rangeOf(2_000_000, 9_000, 1_200_402)).toMatchObject({ lower: 0, whole: false });
  expect(rangeOf(0, 9_000, 9_000)).toBeNull();
});
