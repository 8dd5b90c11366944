/** What changed inside a line: pairs of lines that replaced each other, and the words in which they differ. */
import { diffArrays } from "diff";

/** Characters `from` to `to` of a line, the end not included. */
export interface Span {
  from: number;
  to: number;
}
export interface WordMarks {
  before: Span[];
  after: Span[];
}

/** Longer lines are not compared by words: minified files have lines of megabytes. */
const LINE_CHARS = 1_000;
/** Lines of one block that are paired by likeness, deleted times added; larger blocks only when both sides are as long. */
const PAIRS_MAX = 900;
/** Likeness (0 to 1) below which two lines are strangers: marking nearly everything tells nothing. */
const LEAST_LIKENESS = 0.45;
/** Most words that may be exchanged before the comparison is given up. */
const EDITS_MAX = 80;

/** Which deleted line became which added one, in order: `[index of the deleted, index of the added]`. */
export function pairLines(deleted: readonly string[], added: readonly string[]): [number, number][] {
  if (deleted.length === 0 || added.length === 0) return [];
  if (deleted.length * added.length <= PAIRS_MAX) return likest(deleted, added);
  return deleted.length === added.length ? deleted.map((_, i) => [i, i]) : [];
}

/** The words in which two lines differ; null when they are equal, too long, or too different for marks to help. */
export function wordMarks(before: string, after: string): WordMarks | null {
  if (before === after || before.length > LINE_CHARS || after.length > LINE_CHARS) return null;
  const [old, now] = [words(before), words(after)];
  const changes = diffArrays(old, now, { maxEditLength: EDITS_MAX });
  if (!changes) return null;
  const marks: WordMarks = { before: [], after: [] };
  let [at_old, at_new, kept] = [0, 0, 0];
  for (const { value, added, removed } of changes) {
    const length = value.reduce((sum, word) => sum + word.length, 0);
    if (removed) mark(marks.before, at_old, length, before);
    else if (added) mark(marks.after, at_new, length, after);
    else kept += value.reduce((sum, word) => sum + word.trim().length, 0);
    if (!added) at_old += length;
    if (!removed) at_new += length;
  }
  const least = Math.min(before.trim().length, after.trim().length);
  return least > 0 && kept / least < LEAST_LIKENESS ? null : marks;
}

const WORD = /[\p{L}\p{N}_$]+|\s+|./gsu;
const words = (line: string): string[] => line.match(WORD) ?? [];

/** Neighbours with nothing but a blank between them become one mark: `a b` is read as one change. */
function mark(spans: Span[], from: number, length: number, line: string): void {
  const last = spans.at(-1);
  if (last && line.slice(last.to, from).trim() === "" && from - last.to <= 1) last.to = from + length;
  else spans.push({ from, to: from + length });
}

/** The order-preserving pairing that is most alike in sum: the usual table, deleted by added. */
function likest(deleted: readonly string[], added: readonly string[]): [number, number][] {
  const width = added.length + 1;
  const best = new Float64Array((deleted.length + 1) * width);
  const like = new Float64Array(deleted.length * added.length);
  const grams = [deleted.map(bigrams), added.map(bigrams)] as const;
  for (let i = deleted.length - 1; i >= 0; i--) {
    for (let j = added.length - 1; j >= 0; j--) {
      const l = likeness(grams[0][i]!, grams[1][j]!);
      like[i * added.length + j] = l;
      const paired = l < LEAST_LIKENESS ? 0 : l + best[(i + 1) * width + j + 1]!;
      best[i * width + j] = Math.max(paired, best[(i + 1) * width + j]!, best[i * width + j + 1]!);
    }
  }
  const pairs: [number, number][] = [];
  for (let [i, j] = [0, 0]; i < deleted.length && j < added.length; ) {
    const here = best[i * width + j]!;
    const l = like[i * added.length + j]!;
    if (l >= LEAST_LIKENESS && here === l + best[(i + 1) * width + j + 1]!) pairs.push([i++, j++]);
    else if (here === best[(i + 1) * width + j]!) i++;
    else j++;
  }
  return pairs;
}

/**
 * Pairs of neighbouring characters without the indentation, as sorted numbers: comparing two lines is then one walk over
 * both, some hundred of which must not be felt. Lines are compared by their first LINE_CHARS.
 */
function bigrams(line: string): Uint32Array {
  const text = line.trim().slice(0, LINE_CHARS);
  const pairs = new Uint32Array(Math.max(text.length - 1, 0));
  for (let i = 0; i < pairs.length; i++) pairs[i] = text.charCodeAt(i) * 0x10000 + text.charCodeAt(i + 1);
  return pairs.sort();
}

/** Shared pairs of all pairs, 0 to 1. */
function likeness(a: Uint32Array, b: Uint32Array): number {
  if (a.length === 0 || b.length === 0) return 0;
  let common = 0;
  for (let [i, j] = [0, 0]; i < a.length && j < b.length; ) {
    const [left, right] = [a[i]!, b[j]!];
    if (left === right) common++;
    if (left <= right) i++;
    if (right <= left) j++;
  }
  return (2 * common) / (a.length + b.length);
}
