/** What a model is told in the place of what a compaction took out. Stored rows decide every byte of it. */
import type { CompactionPart, ToolPart } from "../../domain/message.ts";
import { count } from "../../lib/format.ts";

/** The summary as the first message of what is told, with the question it ends within. */
export function summaryWords({ text, meta }: CompactionPart): string {
  const summary = `[The conversation before this point was summarised to save room. The summary:]\n\n${text}\n\n[End of the summary]`;
  return meta.request === null
    ? summary
    : `${summary}\n\nThe request that you are working on:\n\n${meta.request}\n\nGo on from what the summary says; do not begin again.`;
}

/** Answers of a human, and skills in use, are told as long as the transcript is. */
const KEPT_TOOLS: ReadonlySet<string> = new Set(["ask_user_input", "skill_use"]);
/** Hiding less would win nothing. */
const HIDDEN_CHARS = 600;

/** What stands for the result of an old call; null where the result stays. */
export function hiddenResult({ meta, text }: ToolPart): string | null {
  if (KEPT_TOOLS.has(meta.name) || text.length < HIDDEN_CHARS) return null;
  const again = meta.output_id
    ? `It is kept: read_output {"output_id":"${meta.output_id}"}.`
    : "Make the call again if it is needed.";
  return `[This result (${count(text.length)} characters) was taken out to save room. ${again}]`;
}
