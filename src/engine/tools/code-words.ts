/** What the tools of code intelligence have in common: the access, the word about the index, lists within bounds. */
import type { IndexState } from "../../domain/code.ts";
import type { CodeAccess } from "../../domain/code-answers.ts";
import type { ToolContext, ToolResult } from "../../domain/tool.ts";
import { Refusal } from "../../drivers/refusal.ts";
import { count, counted } from "../../lib/format.ts";

/** Longer than any of them waits for its index. */
export const CODE_TIMEOUT_MS = 30_000;

export function codeOf({ code }: ToolContext): CodeAccess {
  if (code) return code;
  throw new Refusal("unavailable", "no index here", "Code is not indexed here. Use grep and find_files.");
}

/** What the reader must know about how far the index is; "" when it is current and whole. */
export function indexWord(state: IndexState): string {
  if (state.error !== null) return `[The index is not current: ${state.error} What follows may be old; grep is not.]`;
  const cut = state.truncated
    ? "[The project has more files than are indexed; what is beyond is not in this answer.]"
    : "";
  if (state.current) return cut;
  const how =
    state.total > 0
      ? `${count(state.done)} of ${counted(state.total, "file")} read so far`
      : "the files are being listed";
  return `[Still indexing: ${how}. This answer is about those only; ask again in some seconds for all of it, or use grep.]`;
}

/** The note of a row, with a word when the index is not whole. */
export const noted = (note: string, state: IndexState): string =>
  state.error !== null ? `${note} · index not current` : state.current ? note : `${note} · still indexing`;

/** Lines, and what was left out of them. */
export function answer(note: string, state: IndexState, lines: readonly (string | null)[]): ToolResult {
  const text = [indexWord(state) || null, ...lines].filter((line) => line !== null).join("\n");
  return { text: text.trim(), note: noted(note, state) };
}

/** A headed list; nothing at all when it is empty. */
export const section = (head: string, lines: readonly string[]): string | null =>
  lines.length === 0 ? null : `\n${head}\n${lines.map((line) => `  ${line}`).join("\n")}`;

export const place = ({ path, line, end_line }: { path?: string; line: number; end_line?: number }): string => {
  const lines = end_line && end_line !== line ? `${line}-${end_line}` : `${line}`;
  return path === undefined ? lines : `${path}:${lines}`;
};
