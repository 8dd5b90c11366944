/** A window of a file as tools tell it: numbered lines, and what is not in it. */

import type { ToolResult } from "../../domain/tool.ts";
import type { Window } from "../../drivers/files/window.ts";
import { LINE_CUT_MARK, SCAN_LIMIT_BYTES } from "../../drivers/files/window.ts";
import { bytes, count, counted } from "../../lib/format.ts";
import { RESULT_LIMIT } from "./cut.ts";

/** Numbers, tabs and the last lines of a window need room beside its text. */
export const WINDOW_CHARS = RESULT_LIMIT.chars - 500;
/** What a line number and its tab take, about. */
const NUMBER_CHARS = 7;

/** The characters of text that fit beside so many line numbers. */
export const windowChars = (lines: number) => WINDOW_CHARS - NUMBER_CHARS * Math.min(lines, RESULT_LIMIT.lines);

/** `more` tells how to ask for the lines from a number on. */
export function numbered(name: string, size: number, window: Window, more: (from: number) => string): ToolResult {
  if (window.encoding === "binary") {
    return {
      text: `${name} is a binary file (${bytes(size)}); its content is not shown.`,
      note: `binary, ${bytes(size)}`,
    };
  }
  if (window.beyond) {
    return {
      text: `Line ${count(window.from)} of ${name} lies beyond the first ${bytes(SCAN_LIMIT_BYTES)}, which is all that is read of a file of ${bytes(size)}. Find the place with grep.`,
      note: "too far into the file",
      failed: true,
    };
  }
  if (window.lines.length === 0) return nothing(name, window);
  const width = String(window.from + window.lines.length - 1).length;
  const body = window.lines.map((line, i) => `${String(window.from + i).padStart(width)}\t${line}`).join("\n");
  return { text: [body, ...remarks(window, more)].join("\n"), note: counted(window.lines.length, "line") };
}

function nothing(name: string, window: Window): ToolResult {
  if (window.total_lines === 0) return { text: `${name} is empty.`, note: "empty" };
  const total = counted(window.total_lines ?? 0, "line");
  return {
    text: `${name} has only ${total}; line ${count(window.from)} does not exist.`,
    note: `only ${total}`,
    failed: true,
  };
}

function remarks(window: Window, more: (from: number) => string): string[] {
  const out: string[] = [];
  const last = window.from + window.lines.length - 1;
  if (window.next !== null) {
    const total = window.total_lines === null ? "more than were counted" : count(window.total_lines);
    out.push(`[Lines ${count(window.from)}-${count(last)} of ${total}. Go on: ${more(window.next)}]`);
  }
  if (window.lines.some((line) => line.endsWith(LINE_CUT_MARK)))
    out.push("[Long lines are cut; grep finds what is in them.]");
  if (window.crlf) out.push("[Lines end in CRLF.]");
  if (window.encoding !== "utf-8") out.push(`[Read as ${window.encoding}.]`);
  return out;
}
