/** What is said about a definition: the comment right before it, or the string that its body begins with. */

const LINES_MAX = 60;
const CHARS_MAX = 1_200;
const COMMENT = /^\s*(\/\/+!?|\/\*+|\*+\/?|#+(?!\[|!|include|define|if|endif|pragma)|--+|""")/;
const SKIPPED = /^\s*(@[\w.]+(\(.*\))?|#\[.*\]|\[[\w.]+(\(.*\))?\]|export\s*)$/;

/** `line` counts from 1; "" when nothing is said. */
export function docOf(text: string, line: number): string {
  const lines = text.split("\n", line + LINES_MAX);
  const before = commentBefore(lines, line - 2);
  return (before || stringAfter(lines, line - 1)).slice(0, CHARS_MAX).trim();
}

function commentBefore(lines: readonly string[], last: number): string {
  let at = last;
  while (at >= 0 && SKIPPED.test(lines[at]!)) at--;
  const end = at;
  if (at >= 0 && /\*\/\s*$/.test(lines[at]!)) {
    while (at >= 0 && end - at < LINES_MAX && !lines[at]!.includes("/*")) at--;
    if (at < 0 || !/^\s*\/\*/.test(lines[at]!)) return "";
    return cleaned(lines.slice(at, end + 1));
  }
  while (at >= 0 && end - at < LINES_MAX && COMMENT.test(lines[at]!)) at--;
  return cleaned(lines.slice(at + 1, end + 1));
}

/** Python's. */
function stringAfter(lines: readonly string[], definition: number): string {
  let at = definition;
  while (at < lines.length && at - definition < LINES_MAX && !/:\s*(#.*)?$/.test(lines[at]!)) at++;
  const open = /^\s*[rRuU]?("""|''')(.*)$/.exec(lines[at + 1] ?? "");
  if (!open) return "";
  const quote = open[1]!;
  const said: string[] = [];
  for (let n = at + 1; n < lines.length && said.length < LINES_MAX; n++) {
    const piece = n === at + 1 ? open[2]! : lines[n]!;
    const close = piece.indexOf(quote);
    said.push(close === -1 ? piece : piece.slice(0, close));
    if (close !== -1)
      return said
        .map((text) => text.trim())
        .join("\n")
        .trim();
  }
  return "";
}

const cleaned = (lines: readonly string[]): string =>
  lines
    .map((text) =>
      text
        .replace(COMMENT, "")
        .replace(/\*+\/\s*$/, "")
        .trim(),
    )
    .join("\n")
    .trim();
