/** The piece of a long text that shows why it was found. */
import { fold, words } from "./words.ts";

export interface Sought {
  words: readonly string[];
}
export interface Piece {
  text: string;
  hit: boolean;
}

const BEFORE_CHARS = 90;
const AFTER_CHARS = 190;
/** Places of the first word that are looked at; beyond them the first one will do. */
const PLACES_MAX = 50;

/**
 * Text around the first place where one of the phrases stands, all sought words in it marked; `line` counts from 1. Null
 * when none stands in it as it was written (an accent may differ: then the beginning is shown by who asks).
 */
export function snippet(text: string, sought: readonly Sought[]): { pieces: Piece[]; line: number } | null {
  const at = firstPlace(text, sought);
  if (at === null) return null;
  return { pieces: marked(windowAt(text, at), sought), line: lineOf(text, at) };
}

/** The beginning of a text, with what stands in it marked. */
export const opening = (text: string, sought: readonly Sought[]): Piece[] => marked(windowAt(text, 0), sought);

function firstPlace(text: string, sought: readonly Sought[]): number | null {
  const phrases = sought.filter((s) => s.words.length > 0).sort((a, b) => b.words.length - a.words.length);
  let rough: number | null = null;
  for (const { words: phrase } of phrases) {
    // Between the words of a phrase stands anything that is no word, or nothing: claim <-> due is claimDue too.
    const pattern = new RegExp(phrase.map(escaped).join("[^\\p{L}\\p{N}]{0,8}"), "giu");
    let looked = 0;
    for (const found of text.matchAll(pattern)) {
      rough ??= found.index;
      if (standsAlone(text, found.index, phrase[0] ?? "")) return found.index;
      if (++looked >= PLACES_MAX) break;
    }
  }
  return rough;
}

/** Whether a word, or a piece of an identifier, begins there. */
function standsAlone(text: string, at: number, word: string): boolean {
  const from = Math.max(0, at - 80);
  for (const w of words(text.slice(from, at + word.length + 80))) {
    if (from + w.start === at && w.word.startsWith(word)) return true;
  }
  return false;
}

const escaped = (word: string) => word.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

function windowAt(text: string, at: number): string {
  let from = Math.max(0, at - BEFORE_CHARS);
  let to = Math.min(text.length, at + AFTER_CHARS);
  if (from > 0) from = Math.min(at, next(text, from, at));
  if (to < text.length) to = Math.max(text.lastIndexOf(" ", to), at + 40);
  const window = text.slice(from, to).toWellFormed().replace(/\s+/g, " ").trim();
  return `${from > 0 ? "…" : ""}${window}${to < text.length ? "…" : ""}`;
}

/** The beginning of the next word, not beyond `limit`. */
function next(text: string, from: number, limit: number): number {
  const space = text.slice(from, limit).search(/\s/);
  return space < 0 ? from : from + space + 1;
}

function marked(window: string, sought: readonly Sought[]): Piece[] {
  const wanted = sought.flatMap((s) => s.words).map(fold);
  const ranges: { start: number; end: number }[] = [];
  for (const { word, start, end } of words(window)) {
    const by = wanted.find((w) => word === w || (w.length >= 3 && word.startsWith(w)));
    if (by === undefined || (ranges.at(-1)?.end ?? 0) > start) continue;
    // Of a longer word only what was looked for, where the two have the same letters.
    const part = window.slice(start, start + by.length);
    ranges.push({ start, end: fold(part) === by ? start + part.length : end });
  }
  return cut(window, ranges);
}

function cut(window: string, ranges: readonly { start: number; end: number }[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const { start, end } of ranges) {
    const between = window.slice(at, start);
    const last = pieces.at(-1);
    // One mark over the pieces of a name, and over what only punctuation separates: claimDue, claimed_until.
    if (last?.hit && /^[^\p{L}\p{N}\s]*$/u.test(between)) {
      last.text += between + window.slice(start, end);
    } else {
      if (between) pieces.push({ text: between, hit: false });
      pieces.push({ text: window.slice(start, end), hit: true });
    }
    at = end;
  }
  if (at < window.length) pieces.push({ text: window.slice(at), hit: false });
  return pieces;
}

function lineOf(text: string, at: number): number {
  let line = 1;
  for (let i = text.indexOf("\n"); i >= 0 && i < at; i = text.indexOf("\n", i + 1)) line++;
  return line;
}
