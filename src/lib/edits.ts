/**
 * Search and replace as a model asks for it: exactly; else by lines whose white space differs; else by lines that differ
 * in how Unicode writes them. One place or none: more than one is an error that names the lines, and nothing is guessed.
 */
import { linesOf } from "./text.ts";

export interface EditRequest {
  old_string: string;
  new_string: string;
  replace_all: boolean;
}
export type EditHow = "exact" | "white space" | "unicode";
export type Edited =
  | { ok: true; text: string; how: EditHow; places: number /** First line of the first place, from 1. */; line: number }
  | { ok: false; why: "empty" | "same" | "none" | "several" | "indent"; lines: number[]; found: string };

/** Lines that an error names at most. */
const NAMED_LINES = 20;

export function editText(text: string, request: EditRequest): Edited {
  if (request.old_string === "") return failed("empty");
  if (request.old_string === request.new_string) return failed("same");
  const eol = text.includes("\r\n") && !/(^|[^\r])\n/.test(text) ? "\r\n" : "\n";
  const wanted = { ...request, new_string: withEnds(request.new_string, eol, text) };
  return (
    exactly(text, wanted, eol) ??
    byLines(text, wanted, "white space") ??
    byLines(text, wanted, "unicode") ??
    missing(text, wanted)
  );
}

const failed = (why: "empty" | "same" | "none" | "several" | "indent", lines: number[] = [], found = ""): Edited => ({
  ok: false,
  why,
  lines: lines.slice(0, NAMED_LINES),
  found,
});

/** Line ends as the file has them. A file that mixes them gets what was written. */
function withEnds(text: string, eol: string, file: string): string {
  if (eol === "\r\n") return text.replace(/\r?\n/g, "\r\n");
  return file.includes("\r") ? text : text.replaceAll("\r\n", "\n");
}

// ── exact ────────────────────────────────────────────────────────────────────────────────────────

function exactly(text: string, { old_string, new_string, replace_all }: EditRequest, eol: string): Edited | null {
  for (const old of new Set([old_string, withEnds(old_string, eol, text)])) {
    const places = placesOf(text, old);
    if (places.length === 0) continue;
    if (places.length > 1 && !replace_all)
      return failed(
        "several",
        places.map((at) => lineAt(text, at)),
      );
    const next = replaceAt(
      text,
      places.map((at) => ({ from: at, to: at + old.length, by: new_string })),
    );
    return next === text
      ? failed("same")
      : { ok: true, text: next, how: "exact", places: places.length, line: lineAt(text, places[0]!) };
  }
  return null;
}

function placesOf(text: string, old: string): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(old); at !== -1; at = text.indexOf(old, at + old.length)) places.push(at);
  // Overlapping places are several as well: "aa" in "aaa".
  if (places.length === 1 && text.indexOf(old, places[0]! + 1) !== -1) places.push(text.indexOf(old, places[0]! + 1));
  return places;
}

function lineAt(text: string, at: number): number {
  let line = 1;
  for (let i = text.indexOf("\n"); i !== -1 && i < at; i = text.indexOf("\n", i + 1)) line++;
  return line;
}

interface Replacement {
  from: number;
  to: number;
  by: string;
}

function replaceAt(text: string, replacements: readonly Replacement[]): string {
  let out = "";
  let at = 0;
  for (const { from, to, by } of replacements) {
    if (from < at) continue;
    out += text.slice(at, from) + by;
    at = to;
  }
  return out + text.slice(at);
}

// ── by lines ─────────────────────────────────────────────────────────────────────────────────────

const PLAIN: Record<Exclude<EditHow, "exact">, (line: string) => string> = {
  "white space": (line) => line.trim().replace(/\s+/g, " "),
  unicode: (line) =>
    line
      .normalize("NFKC")
      .replace(/[\u200b-\u200d\u2060\ufeff\u00ad]/g, "")
      .replace(/[\u2018\u2019\u201a\u201b\u2032]/g, "'")
      .replace(/[\u201c\u201d\u201e\u201f\u2033]/g, '"')
      .replace(/[\u2010-\u2015\u2212]/g, "-")
      .trim()
      .replace(/\s+/g, " "),
};

/** Windows of whole lines that say the same as the old text. */
function byLines(text: string, request: EditRequest, how: Exclude<EditHow, "exact">): Edited | null {
  const plain = PLAIN[how];
  const old = linesOf(request.old_string);
  const wanted = old.map(plain);
  // Nothing but white space would be found everywhere.
  if (wanted.every((line) => line === "")) return null;
  const lines = text.split("\n");
  const starts = windows(lines.map(plain), wanted);
  if (starts.length === 0) return null;
  const said = starts.map((at) => at + 1);
  if (starts.length > 1 && !request.replace_all) return failed("several", said);
  const offsets = offsetsOf(lines);
  const replacements: Replacement[] = [];
  for (const at of starts) {
    const found = lines.slice(at, at + old.length);
    const by = reindented(old, found, request.new_string);
    if (by === null) return failed("indent", [at + 1], found.join("\n"));
    const isOpen = !request.old_string.endsWith("\n");
    const last = at + old.length - 1;
    const end = isOpen ? offsets[last]! + lines[last]!.replace(/\r$/, "").length : (offsets[last + 1] ?? text.length);
    replacements.push({ from: offsets[at]!, to: end, by });
  }
  const next = replaceAt(text, replacements);
  return next === text ? failed("same") : { ok: true, text: next, how, places: starts.length, line: said[0]! };
}

function windows(lines: readonly string[], wanted: readonly string[]): number[] {
  const found: number[] = [];
  for (let at = lines.indexOf(wanted[0]!); at !== -1; at = lines.indexOf(wanted[0]!, at + 1)) {
    let same = 1;
    while (same < wanted.length && lines[at + same] === wanted[same]) same++;
    if (same === wanted.length) found.push(at);
  }
  return found;
}

function offsetsOf(lines: readonly string[]): number[] {
  const offsets: number[] = [];
  let at = 0;
  for (const line of lines) {
    offsets.push(at);
    at += line.length + 1;
  }
  return offsets;
}

/**
 * The new text with the indentation of what was found: as it is when that is the old text's; moved when every line lies
 * by the same white space further in or out. Null when it cannot be told how to indent it.
 */
function reindented(old: readonly string[], found: readonly string[], next: string): string | null {
  const pairs = old.flatMap((line, i) => (line.trim() === "" ? [] : [[indentOf(line), indentOf(found[i]!)] as const]));
  if (pairs.every(([a, b]) => a === b)) return next;
  const [first, there] = pairs[0]!;
  if (there.endsWith(first)) {
    const more = there.slice(0, there.length - first.length);
    if (pairs.every(([a, b]) => b === more + a)) return eachLine(next, (line) => more + line);
  }
  if (first.endsWith(there)) {
    const less = first.slice(0, first.length - there.length);
    const isLess = (line: string) => line.startsWith(less);
    if (pairs.every(([a, b]) => a === less + b) && filledLines(next).every(isLess))
      return eachLine(next, (line) => line.slice(less.length));
  }
  return null;
}

const indentOf = (line: string): string => /^\s*/.exec(line.replace(/\r$/, ""))![0];
const filledLines = (text: string) => text.split("\n").filter((line) => line.trim() !== "");
const eachLine = (text: string, move: (line: string) => string) =>
  text
    .split("\n")
    .map((line) => (line.trim() === "" ? line : move(line)))
    .join("\n");

/** Where the first line that says something stands, if anywhere: what follows it must differ. */
function missing(text: string, { old_string }: EditRequest): Edited {
  const first = linesOf(old_string)
    .map(PLAIN.unicode)
    .find((line) => line !== "");
  if (first === undefined) return failed("none");
  const lines = text.split("\n").flatMap((line, i) => (PLAIN.unicode(line) === first ? [i + 1] : []));
  return failed("none", lines);
}
