/**
 * Ranked, typo-tolerant matching of short names: words in any order, as they are written first; then with letters left
 * out; where these are few, then with one error a word (uFuzzy). What cannot match is sorted out by its letters before anything looks closely.
 */
import uFuzzy from "@leeoniya/ufuzzy";

/** Ranking looks closely at this many candidates; beyond them the order of the haystack decides. */
const INFO_LIMIT = 1_000;
const WRITTEN_MAX = 4_000;
/** So many names are tried with errors: those that come first in the list. */
const CANDIDATES_MAX = 8_000;
const NEEDLE_LIMIT_CHARS = 100;
/** Shorter needles get no errors forgiven: everything would be like them. */
const TOLERANT_MIN_CHARS = 4;

/** With so many names that have the words, with letters left out at most, nobody meant one that has an error. */
const ENOUGH = 3;

/** Letters of a name between two that were typed, at most. */
const GAP_CHARS = 3;
const gaps = new uFuzzy({ intraMode: 0, intraIns: GAP_CHARS });
const tolerant = new uFuzzy({ intraMode: 1, intraIns: 1, intraSub: 1, intraTrn: 1, intraDel: 1 });

/** A list that is searched often: prepared once. */
export interface Names {
  texts: readonly string[];
  lower: string[];
  /** Which letters and digits each name has, a bit each. */
  letters: Uint32Array;
}

export function namesOf(texts: readonly string[]): Names {
  const lower = texts.map((text) => text.toLowerCase());
  return { texts, lower, letters: Uint32Array.from(lower, lettersOf) };
}

/** Indexes into the list, best first. The needle's case does not matter; an empty one matches nothing. */
export function fuzzyRank(list: Names | readonly string[], needle: string, limit: number): number[] {
  const wanted = needle.trim().slice(0, NEEDLE_LIMIT_CHARS).toLowerCase();
  if (wanted === "") return [];
  const names = "letters" in list ? list : namesOf(list);
  const words = wanted.split(/\s+/);
  const found = written(names, words, wanted, limit);
  if (found.length >= limit) return found;
  const seen = new Set(found);
  const more = (matcher: uFuzzy, missing: number, could: (name: string) => boolean) => {
    for (const at of ranked(matcher, names, words, missing, could)) {
      if (found.length >= limit) return;
      if (!seen.has(at)) found.push(at);
      seen.add(at);
    }
  };
  more(gaps, 0, (name) => words.every((word) => hasLettersOf(name, word)));
  if (found.length >= Math.min(limit, ENOUGH) || wanted.length < TOLERANT_MIN_CHARS) return found;
  const pieces = words.map(piecesOf);
  more(tolerant, words.length, (name) => pieces.every((of) => of.some((piece) => name.includes(piece))));
  return found;
}

/** Names that have every word as it was typed. */
function written({ lower, letters }: Names, words: readonly string[], whole: string, limit: number): number[] {
  const needed = lettersOf(whole);
  const scored: { at: number; score: number }[] = [];
  for (let at = 0; at < lower.length && scored.length < WRITTEN_MAX; at++) {
    if ((needed & ~letters[at]!) !== 0) continue;
    const name = lower[at]!;
    if (words.every((word) => name.includes(word))) scored.push({ at, score: scoreOf(name, words, whole) });
  }
  scored.sort((a, b) => b.score - a.score || a.at - b.at);
  return scored.slice(0, limit).map(({ at }) => at);
}

/** More for words that begin where a word of the name does, in its last piece, side by side; less for longer names. */
function scoreOf(name: string, words: readonly string[], whole: string): number {
  const base = name.lastIndexOf("/") + 1;
  let score = name.includes(whole) ? 15 : 0;
  for (const word of words) {
    const inBase = name.indexOf(word, base);
    const at = inBase >= 0 ? inBase : name.indexOf(word);
    if (inBase >= 0) score += 20;
    if (at === 0 || !isWordChar(name.charCodeAt(at - 1))) score += 10;
    if (at === base) score += 8;
    const end = name.charCodeAt(at + word.length);
    if (Number.isNaN(end) || !isWordChar(end)) score += 6;
  }
  return score - name.length / 20;
}

const isWordChar = (code: number) => (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code > 127;

/** `missing` letters may be absent from a name, and `could` says quickly what else rules it out. */
function ranked(
  matcher: uFuzzy,
  list: Names,
  words: readonly string[],
  missing: number,
  could: (name: string) => boolean,
): number[] {
  const texts = list.texts as string[];
  const needed = lettersOf(words.join(""));
  const candidates: number[] = [];
  for (let at = 0; at < texts.length && candidates.length < CANDIDATES_MAX; at++) {
    if (bits(needed & ~list.letters[at]!) <= missing && could(list.lower[at]!)) candidates.push(at);
  }
  if (candidates.length === 0) return [];
  const found: number[] = [];
  // Two words in either order; more are taken as they come.
  for (const order of words.length === 2 ? [words, [...words].reverse()] : [words]) {
    const needle = order.join(" ");
    const matching = matcher.filter(texts, needle, candidates) ?? [];
    if (matching.length > INFO_LIMIT) found.push(...matching);
    else if (matching.length > 0) {
      const info = matcher.info(matching, texts, needle);
      found.push(...matcher.sort(info, texts, needle).map((at) => info.idx[at]!));
    }
  }
  return found;
}

/** Its letters are there in order, each soon after the one before. */
function hasLettersOf(name: string, word: string): boolean {
  for (let start = name.indexOf(word[0]!); start >= 0; start = name.indexOf(word[0]!, start + 1)) {
    let at = start;
    let n = 1;
    for (; n < word.length; n++) {
      const code = word.charCodeAt(n);
      let next = at + 1;
      const end = Math.min(name.length, next + GAP_CHARS + 1);
      while (next < end && name.charCodeAt(next) !== code) next++;
      if (next >= end) break;
      at = next;
    }
    if (n === word.length) return true;
  }
  return false;
}

/** Cut in three, so that one error (of two neighbours that changed places, too) leaves one piece whole. */
function piecesOf(word: string): string[] {
  if (word.length < 6) return word.length < 4 ? [word] : [...word.slice(0, -1)].map((_, at) => word.slice(at, at + 2));
  const third = Math.floor(word.length / 3);
  return [word.slice(0, third), word.slice(third, 2 * third), word.slice(2 * third)];
}

/** a to z, then the digits in five bits, then everything else in one. */
function lettersOf(lower: string): number {
  let set = 0;
  for (let i = 0; i < lower.length; i++) {
    const code = lower.charCodeAt(i);
    if (code >= 97 && code <= 122) set |= 1 << (code - 97);
    else if (code >= 48 && code <= 57) set |= 1 << (26 + ((code - 48) >> 1));
    else if (code > 127) set |= 1 << 31;
  }
  return set >>> 0;
}

function bits(set: number): number {
  let n = 0;
  for (let left = set; left !== 0; left &= left - 1) n++;
  return n;
}
