/** What one line of Markdown can be the start of. Only lines outside of containers are asked; a line has no line end. */

/** A list item's marker: items of one list share `type`; `width` is the column where the item's content starts. */
export interface ListMarker {
  type: string;
  width: number;
  /** It may end a paragraph without a blank line before it. */
  interrupts: boolean;
  /** The item starts with indented code. */
  code: boolean;
}

export interface Fence {
  char: string;
  length: number;
}

const TAB_COLUMNS = 4;
/** From this indent on a line is code, not the start of anything else. */
export const CODE_INDENT = 4;

export const isBlank = (line: string): boolean => !/[^ \t]/.test(line);

/** Columns of white space before the first other character. */
export function indentOf(line: string): number {
  let column = 0;
  for (let at = 0; at < line.length; at++) {
    const char = line.charCodeAt(at);
    if (char === 0x20) column++;
    else if (char === 0x09) column += TAB_COLUMNS - (column % TAB_COLUMNS);
    else break;
  }
  return column;
}

export const isHeading = (line: string): boolean => /^ {0,3}#{1,6}(?:[ \t]|$)/.test(line);
export const isQuote = (line: string): boolean => /^ {0,3}>/.test(line);
export const isSetext = (line: string): boolean => /^ {0,3}(?:=+|-+)[ \t]*$/.test(line);

export function isRule(line: string): boolean {
  if (!/^ {0,3}[-*_]/.test(line)) return false;
  return /^(?:-{3,}|\*{3,}|_{3,})$/.test(line.replace(/[ \t]+/g, ""));
}

/** The fence that this line opens, if it does. */
export function fenceOf(line: string): Fence | null {
  const match = /^ {0,3}(`{3,}|~{3,})/.exec(line);
  const run = match?.[1];
  if (!match || !run) return null;
  if (run.startsWith("`") && line.includes("`", match[0].length)) return null;
  return { char: run.charAt(0), length: run.length };
}

export function closesFence(line: string, fence: Fence): boolean {
  const run = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(line)?.[1];
  return run?.startsWith(fence.char) === true && run.length >= fence.length;
}

/** The list item that this line starts, if it does; thematic breaks must have been ruled out. */
export function markerOf(line: string): ListMarker | null {
  const match = /^( {0,3})([-*+]|(\d{1,9})[.)])([ \t]*)/.exec(line);
  if (!match) return null;
  const [all, indent = "", marker = "", number, space = ""] = match;
  const empty = all.length === line.length;
  if (space === "" && !empty) return null;
  const start = indent.length + marker.length;
  const gap = indentOf(" ".repeat(start) + space) - start;
  return {
    type: marker.slice(-1),
    width: start + (empty || gap > CODE_INDENT ? 1 : gap),
    code: !empty && gap > CODE_INDENT,
    interrupts: !empty && (number === undefined || Number(number) === 1),
  };
}

/** True if the line ends a paragraph before it. List items are not asked here. */
export const interrupts = (line: string): boolean =>
  isHeading(line) || isQuote(line) || isRule(line) || fenceOf(line) !== null;
