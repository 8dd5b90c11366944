import { describe, expect, test } from "bun:test";
import { diffRows, splitRows } from "../../src/lib/diff-rows.ts";
import type { PatchLine } from "../../src/lib/patch.ts";

/** ` a`, `-b`, `+c` as numbered lines. */
function lines(...told: string[]): PatchLine[] {
  let [old, now] = [0, 0];
  return told.map((line) => {
    const kind = line[0] === "+" ? "add" : line[0] === "-" ? "del" : "same";
    if (kind !== "add") old++;
    if (kind !== "del") now++;
    const at = { old: kind === "add" ? null : old, new: kind === "del" ? null : now };
    return { kind, ...at, text: line.slice(1), cr: false, no_newline: false };
  });
}
const told = (rows: readonly (PatchLine | null)[]) =>
  rows.map((row) => (row ? `${{ same: " ", del: "-", add: "+" }[row.kind]}${row.text}` : null));

describe("rows of a difference", () => {
  test("a line and what became of it carry the words that differ", () => {
    const rows = diffRows(lines(" {", "-  const limit = 50;", "+  const limit = 100;", " }"), true);
    expect(rows.map((row) => row.marks.map(({ from, to }) => row.text.slice(from, to)))).toEqual([
      [],
      ["50"],
      ["100"],
      [],
    ]);
  });

  test("without blanks a line that was only moved to the right stays, as it is now and with both numbers", () => {
    const input = lines(" if (a)", "-b();", "-c();", "+  b();", "+  d();", " end");
    const rows = diffRows(input, false);
    expect(told(rows)).toEqual([" if (a)", "   b();", "-c();", "+  d();", " end"]);
    expect(rows[1]).toMatchObject({ old: 2, new: 2, blank: true });
    expect(told(diffRows(input, true))).toEqual(told(input));
  });

  test("split: deleted lines stand beside added ones, and what has no partner beside nothing", () => {
    const pairs = splitRows(diffRows(lines(" a", "-b", "-c", "+x", " d", "+e"), true));
    expect(pairs.map(told)).toEqual([
      [" a", " a"],
      ["-b", "+x"],
      ["-c", null],
      [" d", " d"],
      [null, "+e"],
    ]);
  });
});
