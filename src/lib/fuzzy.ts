/** Ranked, typo-tolerant matching of short names; uFuzzy with one error a word, words in any order. */
import uFuzzy from "@leeoniya/ufuzzy";

/** Ranking looks closely at this many candidates; beyond them the order of the haystack decides. */
const INFO_LIMIT = 2_000;
const OUT_OF_ORDER_WORDS = 3;
const NEEDLE_LIMIT_CHARS = 100;

const exact = new uFuzzy({ intraMode: 0, intraIns: 3 });
const tolerant = new uFuzzy({ intraMode: 1, intraIns: 1, intraSub: 1, intraTrn: 1, intraDel: 1 });

/** Indexes into `haystack`, best first. The needle's case does not matter; an empty one matches nothing. */
export function fuzzyRank(haystack: string[], needle: string, limit: number): number[] {
  const wanted = needle.trim().slice(0, NEEDLE_LIMIT_CHARS);
  if (wanted === "") return [];
  const found = ranked(exact, haystack, wanted);
  if (found.length >= limit || wanted.length < 4) return found.slice(0, limit);
  const seen = new Set(found);
  return [...found, ...ranked(tolerant, haystack, wanted).filter((i) => !seen.has(i))].slice(0, limit);
}

function ranked(matcher: uFuzzy, haystack: string[], needle: string): number[] {
  const [indexes, info, order] = matcher.search(haystack, needle, OUT_OF_ORDER_WORDS, INFO_LIMIT);
  if (!indexes) return [];
  return info && order ? order.map((at) => info.idx[at]!) : [...indexes];
}
