/**
 * Which lines of two texts differ. Lines that are there once on both sides are held fast first, so that the comparison
 * itself (the `diff` library's) only sees what lies between two of them: it costs the square of what differs.
 */
import { diffArrays } from "diff";

/** Lines `a0` to `a1` (not with it) of the one became `b0` to `b1` of the other. */
export interface Difference {
  a0: number;
  a1: number;
  b0: number;
  b1: number;
}

/** A comparison that takes longer, in all, gives up fineness: what is left is one difference each. Milliseconds. */
const TIMEOUT_MS = 1_000;

export function differences(a: readonly string[], b: readonly string[]): Difference[] {
  const found: Difference[] = [];
  const deadline = performance.now() + TIMEOUT_MS;
  const work: Difference[] = [{ a0: 0, a1: a.length, b0: 0, b1: b.length }];
  while (work.length > 0) {
    const range = trimmed(a, b, work.pop()!);
    if (range.a0 === range.a1 || range.b0 === range.b1) {
      if (range.a0 < range.a1 || range.b0 < range.b1) found.push(range);
      continue;
    }
    const anchors = anchorsIn(a, b, range);
    if (anchors.length > 0) work.push(...between(range, anchors).reverse());
    else found.push(...compared(a, b, range, deadline));
  }
  return joined(found);
}

function trimmed(a: readonly string[], b: readonly string[], { a0, a1, b0, b1 }: Difference): Difference {
  let [from, newFrom, to, newTo] = [a0, b0, a1, b1];
  while (from < to && newFrom < newTo && a[from] === b[newFrom]) {
    from++;
    newFrom++;
  }
  while (from < to && newFrom < newTo && a[to - 1] === b[newTo - 1]) {
    to--;
    newTo--;
  }
  return { a0: from, a1: to, b0: newFrom, b1: newTo };
}

type Anchor = readonly [a: number, b: number];

/** Lines that are there once on both sides, in the longest row that has the same order on both. */
function anchorsIn(a: readonly string[], b: readonly string[], { a0, a1, b0, b1 }: Difference): Anchor[] {
  const once = placesOnce(a, a0, a1);
  const pairs: Anchor[] = [];
  for (const [line, at] of placesOnce(b, b0, b1)) {
    const there = once.get(line) ?? -1;
    if (at >= 0 && there >= 0) pairs.push([there, at]);
  }
  return longestRow(pairs.sort((x, y) => x[0] - y[0]));
}

/** Where each line stands; -1 for one that is there more than once. */
function placesOnce(lines: readonly string[], from: number, to: number): Map<string, number> {
  const places = new Map<string, number>();
  for (let i = from; i < to; i++) places.set(lines[i]!, places.has(lines[i]!) ? -1 : i);
  return places;
}

/** The longest increasing row of `b`, as patience sorting finds it. */
function longestRow(pairs: readonly Anchor[]): Anchor[] {
  const tops: number[] = [];
  const before = new Array<number>(pairs.length).fill(-1);
  for (const [i, [, b]] of pairs.entries()) {
    let [low, high] = [0, tops.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[tops[middle]!]![1] < b) low = middle + 1;
      else high = middle;
    }
    if (low > 0) before[i] = tops[low - 1]!;
    tops[low] = i;
  }
  const row: Anchor[] = [];
  for (let i = tops.at(-1) ?? -1; i >= 0; i = before[i]!) row.push(pairs[i]!);
  return row.reverse();
}

function between({ a0, a1, b0, b1 }: Difference, anchors: readonly Anchor[]): Difference[] {
  const ranges: Difference[] = [];
  let [from, newFrom] = [a0, b0];
  for (const [a, b] of anchors) {
    ranges.push({ a0: from, a1: a, b0: newFrom, b1: b });
    [from, newFrom] = [a + 1, b + 1];
  }
  return [...ranges, { a0: from, a1, b0: newFrom, b1 }];
}

function compared(a: readonly string[], b: readonly string[], range: Difference, deadline: number): Difference[] {
  const timeout = Math.floor(deadline - performance.now());
  const { a0, a1, b0, b1 } = range;
  const parts = timeout > 0 ? diffArrays(a.slice(a0, a1), b.slice(b0, b1), { timeout }) : undefined;
  if (!parts) return [range];
  const found: Difference[] = [];
  let [at, newAt] = [a0, b0];
  for (const { value, added, removed } of parts) {
    const [from, newFrom] = [at, newAt];
    if (!added) at += value.length;
    if (!removed) newAt += value.length;
    if (added || removed) found.push({ a0: from, a1: at, b0: newFrom, b1: newAt });
  }
  return found;
}

/** Those that touch are one. */
function joined(found: readonly Difference[]): Difference[] {
  const out: Difference[] = [];
  for (const one of found) {
    const last = out.at(-1);
    if (last && last.a1 === one.a0 && last.b1 === one.b0) out[out.length - 1] = { ...last, a1: one.a1, b1: one.b1 };
    else out.push(one);
  }
  return out;
}
