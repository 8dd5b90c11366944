/**
 * Words as a search has them, in text and code of any script: folded (case, accents, width), identifiers also in their
 * pieces. What is stored and what is asked for pass through here, so that they cannot disagree.
 */
export interface Word {
  /** Folded. */
  word: string;
  /** Of the text as it was given, UTF-16 units; `end` is behind it. */
  start: number;
  end: number;
  /** Place in the text, from 1: neighbours make a phrase. A whole identifier has the place of its first piece. */
  place: number;
}

/** Longer runs of letters are hashes and encoded bytes: found by how they begin. */
export const WORD_LIMIT_CHARS = 60;

const RUN = /[\p{L}\p{N}\p{M}]+/gu;
/** Scripts that put no space between words: each character is a word, and a word of several is a phrase. */
const SPACELESS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const HUMP = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u;
const UPPER_INSIDE = /.\p{Lu}/u;
const MARKS = /\p{M}+/gu;
const ASCII = /^[a-z0-9]+$/;

/** Lower case, no accents, one width: "Größe" is "große", "Ｂ" is "b". */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  if (ASCII.test(lower)) return lower;
  return lower.normalize("NFKD").replace(MARKS, "").normalize("NFC").toLowerCase();
}

/** All words of a text, in order; `claimDue` gives claim, due and, at the place of claim, claimdue. */
export function* words(text: string): Generator<Word> {
  let place = 1;
  for (const found of text.matchAll(RUN)) {
    const run = found[0];
    const start = found.index;
    if (SPACELESS.test(run)) {
      for (const piece of spaceless(run)) yield { ...word(piece.text, start + piece.at), place: place++ };
      continue;
    }
    const pieces = run.length <= WORD_LIMIT_CHARS && UPPER_INSIDE.test(run) ? run.split(HUMP) : [run];
    if (pieces.length > 1) yield { ...word(run, start), place };
    let at = start;
    for (const piece of pieces) {
      const next = word(piece, at);
      at += piece.length;
      if (next.word !== "") yield { ...next, place: place++ };
    }
  }
}

function word(text: string, start: number): Omit<Word, "place"> {
  return { word: fold(text.slice(0, WORD_LIMIT_CHARS)), start, end: start + text.length };
}

/** Characters of spaceless scripts one by one, what lies between them whole. */
function* spaceless(run: string): Generator<{ text: string; at: number }> {
  let rest = "";
  let at = 0;
  for (const char of run) {
    if (SPACELESS.test(char)) {
      if (rest) yield { text: rest, at: at - rest.length };
      rest = "";
      yield { text: char, at };
    } else rest += char;
    at += char.length;
  }
  if (rest) yield { text: rest, at: at - rest.length };
}

/** The pieces of what was typed in one go, as a phrase: `claim.due` is claim, due. */
export function phraseOf(text: string): string[] {
  const byPlace = new Map<number, string>();
  // The whole of an identifier comes before its pieces, which replace it.
  for (const { place, word } of words(text)) if (word !== "") byPlace.set(place, word);
  return [...byPlace.values()];
}
