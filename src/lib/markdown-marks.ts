/**
 * Noncharacters that stand for characters while Markdown is parsed, so that the parser leaves alone what is not
 * Markdown to us: the words of a fence's info after the first, definitions, and mathematics. `plainText` keeps them out
 * of what models write.
 */

/** `source` with marks in it; everything else is unchanged. */
export function mark(source: string): string {
  let text = source.includes("]:") ? source.replaceAll("]:", `]${GAP}:`) : source;
  if (text.includes("```") || text.includes("~~~")) {
    text = text.replace(FENCE_INFO, (_, start: string, info: string) => start + info.trim().replace(/\s/g, SPACE));
  }
  if (text.includes("\\") || text.includes("$")) text = markMath(text);
  return text;
}

/** Takes the marks out of a piece of the parser's HTML, text or attribute. */
export function unmark(html: string): string {
  return MARK.test(html) ? html.replace(MARKS, (char) => MEANING[char] ?? "") : html;
}

const SPACE = "\uFDD0";
/** Between `]` and `:` nothing is a definition: those do not reach over blocks, and would vanish. */
const GAP = "\uFDD1";
const MASKS: Record<string, string> = {
  "\\": "\uFDD2",
  "*": "\uFDD3",
  _: "\uFDD4",
  "~": "\uFDD5",
  "[": "\uFDD6",
  "]": "\uFDD7",
};
const MEANING: Record<string, string> = {
  [SPACE]: " ",
  [GAP]: "",
  ...Object.fromEntries(Object.entries(MASKS).map(([char, masked]) => [masked, char])),
};
const MARK = /[\ufdd0-\ufdd7]/;
const MARKS = new RegExp(MARK.source, "g");

const FENCE_INFO = /^([ \t>*+\-\d.)]*(?:`{3,}|~{3,})[ \t]*)([^\s`][^\n`]*)$/gm;
const MATH_EDGE = /\\[()[\]]|\$\$/g;
const MATH_CLOSER: Record<string, string> = { "\\(": "\\)", "\\[": "\\]", $$: "$$" };
/** `$a_1$`, but neither two prices nor two shell variables. */
const MATH_INLINE = /\$(?=[^\s$])[^$\n`]{0,300}[^\s$\\`]\$(?![\w$])/g;

/** `\(…\)`, `\[…\]`, `$$…$$` and `$…$` stay as they were written. */
function markMath(source: string): string {
  let out = "";
  let done = 0;
  let closer = "";
  let start = 0;
  for (const { 0: edge, index } of source.matchAll(MATH_EDGE)) {
    const end = index + edge.length;
    if (closer === "") {
      closer = MATH_CLOSER[edge] ?? "";
      start = index;
    }
    if (edge === closer && index > start) {
      out += source.slice(done, start) + masked(source.slice(start, end));
      done = end;
      closer = "";
    }
  }
  const rest = source.slice(done).replace(/\\(?=[()[\]])/g, MASKS["\\"] ?? "");
  return (out + rest).replace(MATH_INLINE, masked);
}

const masked = (text: string): string => text.replace(/[\\*_~[\]]/g, (char) => MASKS[char] ?? char);
