/** What tools that propose have in common: their way to the proposals, and how they tell what became of one. */
import type { Proposals, ProposedFile, ToolContext, ToolResult } from "../../domain/tool.ts";
import { decodeText } from "../../lib/encoding.ts";
import { AppError } from "../../lib/errors.ts";
import { shownPath } from "../../lib/path-guard.ts";
import { ellipsis, linesOf } from "../../lib/text.ts";

/** Lines shown around what was changed, and how long one may be. */
const AROUND_LINES = 4;
const SHOWN_LINES = 24;
const LINE_CHARS = 400;

export function proposalsIn(context: ToolContext): Proposals {
  if (!context.proposals) throw new AppError("forbidden", "This chat only reads; files cannot be changed here.");
  return context.proposals;
}

/** `line` is where the change begins; what is there now is shown, so that the next edit can build on it. */
export function told(proposed: ProposedFile, what: string, line: number | null): ToolResult {
  const name = shownPath(proposed.path);
  if (!proposed.changed) return { text: `${name} is proposed so already; nothing new.`, note: "already proposed" };
  if (!proposed.change)
    return { text: `${name} is now as it is on disk again; nothing is proposed for it any more.`, note: "as on disk" };
  const { added, removed } = proposed.change;
  const verb = proposed.before.bytes === null ? "a new file" : "a change of";
  const head =
    proposed.before.bytes === null ? `Proposed ${verb}: ${name}, ${what}.` : `Proposed ${verb} ${name}: ${what}.`;
  const waits = "It waits for the developer's review and is not on disk yet.";
  return {
    text: [`${head} ${waits}`, ...(line === null ? [] : around(proposed, line))].join("\n"),
    note: `+${added} −${removed}`,
  };
}

function around(proposed: ProposedFile, line: number): string[] {
  const text = proposed.after.bytes === null ? null : decodeText(proposed.after.bytes);
  if (!text) return [];
  const lines = linesOf(text.text);
  const from = Math.max(1, line - AROUND_LINES);
  return lines
    .slice(from - 1, from - 1 + SHOWN_LINES)
    .map((l, i) => `${from + i}\t${ellipsis(l.replace(/\r$/, ""), LINE_CHARS)}`);
}
