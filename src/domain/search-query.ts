/**
 * What was typed, as a search understands it: words and "phrases" that must all be there, `-word` that must not, `OR`
 * between two of which one is enough, `word*` for every word that begins so. Anything else is no error: it is not looked at.
 */
import { phraseOf } from "../lib/words.ts";

const TERMS_MAX = 24;
/** Beginnings shorter than this would mean half of all words. */
const PREFIX_MIN_CHARS = 3;

export interface Term {
  /** Words side by side. */
  words: string[];
  not: boolean;
  /** The last word may go on. */
  prefix: boolean;
}

export interface SearchQuery {
  /** All groups must match, each by one of its terms. */
  groups: Term[][];
  /** The text as typed, for parts of words in titles, paths and inputs; null where it holds operators. */
  plain: string | null;
  /** Why there is nothing to look for; null where there is. */
  problem: string | null;
}

const TOKEN = /-?"[^"]*"?|\S+/g;
const OR = new Set(["OR", "|", "||"]);

export function parseSearch(text: string): SearchQuery {
  const groups: Term[][] = [];
  let joined = false;
  let operators = false;
  for (const [raw] of text.matchAll(TOKEN)) {
    if (OR.has(raw)) {
      joined = groups.length > 0;
      operators = true;
      continue;
    }
    const term = termOf(raw);
    if (!term) continue;
    operators ||= term.not || term.prefix || raw.includes('"');
    const last = groups.at(-1);
    if (joined && last) last.push(term);
    else groups.push([term]);
    joined = false;
    if (groups.length >= TERMS_MAX) break;
  }
  const typed = text.trim().replace(/\s+/g, " ");
  return {
    groups,
    plain: operators || typed.length < PREFIX_MIN_CHARS ? null : typed,
    problem: problemOf(groups, typed),
  };
}

function termOf(raw: string): Term | null {
  const not = /^-\S/.test(raw);
  const body = not ? raw.slice(1) : raw;
  const words = phraseOf(body);
  if (words.length === 0) return null;
  const last = words.at(-1) ?? "";
  return { words, not, prefix: body.endsWith("*") && last.length >= PREFIX_MIN_CHARS };
}

function problemOf(groups: readonly Term[][], typed: string): string | null {
  if (typed === "") return null;
  if (groups.length === 0 && typed.length < PREFIX_MIN_CHARS)
    return "There is no word in this to look for. Words are letters and digits of any script.";
  if (groups.length > 0 && groups.every((group) => group.every((term) => term.not)))
    return "This says only what must not be there. Add a word that must.";
  return null;
}

/** As a tsquery's text; null when there are no words. `begin` lets every word go on, not only those with a star. */
export function tsqueryOf({ groups }: SearchQuery, begin: boolean, lexeme: (word: string) => string): string | null {
  if (groups.length === 0) return null;
  return groups
    .map((group) => {
      const terms = group.map((term) => {
        const phrase = term.words
          .map((word, at) => {
            const last = at === term.words.length - 1;
            const goesOn = last && (term.prefix || (begin && !term.not && word.length >= PREFIX_MIN_CHARS));
            return lexeme(word) + (goesOn ? ":*" : "");
          })
          .join(" <-> ");
        return term.not ? `!(${phrase})` : `(${phrase})`;
      });
      return terms.length === 1 ? terms[0]! : `(${terms.join(" | ")})`;
    })
    .join(" & ");
}

/** What is to be marked in what was found. */
export const positive = ({ groups }: SearchQuery): Term[] => groups.flat().filter((term) => !term.not);
