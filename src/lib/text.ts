/** Cutting and cleaning text without breaking it. Lengths are UTF-16 units, as JavaScript counts them. */

export { storable } from "./storable.ts";

const HIGH = /[\uD800-\uDBFF]$/;

/** The first `max` units of a text at most, never half of a surrogate pair. */
export function cutEnd(text: string, max: number): string {
  if (text.length <= max) return text;
  const head = text.slice(0, Math.max(0, max));
  return HIGH.test(head) ? head.slice(0, -1) : head;
}

/** As cutEnd, with `…` in place of what was cut; the result has at most `max` units. */
export function ellipsis(text: string, max: number): string {
  return text.length <= max ? text : `${cutEnd(text, max - 1)}…`;
}

/** Keeps both ends and puts `…` between them; the result has at most `max` units. */
export function cutMiddle(text: string, max: number): string {
  if (text.length <= max) return text;
  const tailLength = Math.floor((max - 1) / 2);
  const tail = tailLength > 0 ? text.slice(-tailLength) : "";
  return `${cutEnd(text, max - 1 - tailLength)}…${/^[\uDC00-\uDFFF]/.test(tail) ? tail.slice(1) : tail}`;
}

/** One line for a row or a label: line ends and other control characters become spaces. */
export function oneLine(text: string, max: number): string {
  return ellipsis(text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim(), max);
}

const SENTENCE_CHARS = 200;

/** The last sentence of a Markdown text, without its marks; "" when it says nothing. */
export function lastSentence(markdown: string): string {
  const prose = markdown.slice(-4_000).replace(/```[\s\S]*?(```|$)/g, "\n\n");
  const paragraph = prose.split(/\n\s*\n|\n(?=\s*(?:[-*+]|\d+\.)\s)/).findLast((p) => /[\p{L}\p{N}]/u.test(p)) ?? "";
  const plain = paragraph.replace(/^\s*(?:[-*+>#]+|\d+\.)\s+/gm, "").replace(/[*_`]+/g, "");
  const sentences = oneLine(plain, 4_000).split(/(?<=[.!?…])\s+(?=\S)/);
  return oneLine(sentences.at(-1) ?? "", SENTENCE_CHARS);
}

/** Lines of a text; a final newline ends the last line and does not begin another one. */
export function linesOf(text: string): string[] {
  if (text === "") return [];
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

export interface TextLimit {
  chars: number;
  lines: number;
}
export interface CutLines {
  text: string;
  /** Lines kept and lines there were. */
  shown: number;
  total: number;
}

/** The first whole lines that fit the limit. A first line that is itself too long is cut, so something always comes. */
export function cutLines(text: string, limit: TextLimit): CutLines {
  const lines = linesOf(text);
  if (text.length <= limit.chars && lines.length <= limit.lines)
    return { text, shown: lines.length, total: lines.length };
  let length = 0;
  let shown = 0;
  for (const line of lines) {
    if (shown >= limit.lines || length + line.length + 1 > limit.chars) break;
    length += line.length + 1;
    shown++;
  }
  if (shown === 0 && lines.length > 0) return { text: cutEnd(lines[0]!, limit.chars), shown: 1, total: lines.length };
  return { text: lines.slice(0, shown).join("\n"), shown, total: lines.length };
}

/** Breaks lines longer than `max` into several, so that a text can be paged by lines whatever it holds. */
export function wrapLongLines(text: string, max: number): string {
  if (text.length <= max || !hasLongLine(text, max)) return text;
  return text
    .split("\n")
    .flatMap((line) => (line.length <= max ? line : pieces(line, max)))
    .join("\n");
}

function hasLongLine(text: string, max: number): boolean {
  let from = 0;
  for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", from)) {
    if (end - from > max) return true;
    from = end + 1;
  }
  return text.length - from > max;
}

function pieces(line: string, max: number): string[] {
  const out: string[] = [];
  for (let at = 0; at < line.length; ) {
    // At least one unit a step: a limit of 1 may not stop at a surrogate pair for ever.
    const piece = cutEnd(line.slice(at, at + max + 1), max) || line.slice(at, at + 2);
    out.push(piece);
    at += piece.length;
  }
  return out;
}
