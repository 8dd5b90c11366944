/** Reads the prompt of a chat out of its rows: no further back than the newest summary. */

import type { CompactionPart, NoticePart } from "../../domain/message.ts";
import type { ToolSpec } from "../../domain/tool.ts";
import { readHistory, readParts } from "../../store/messages.ts";
import { type Mark, readMarks } from "../../store/prompt-marks.ts";
import type { Core } from "../core.ts";
import { steady } from "../steady.ts";
import type { Attached } from "./attached.ts";
import { type Boundaries, type Told, tell } from "./history.ts";
import { isNotes, notesWords } from "./notes.ts";

export interface PromptOf {
  chat_id: string;
  /** Position of the answer that is written: what lies after it is not told. */
  position: number;
  /** The system prompt without the project's notes. */
  system: string;
  /** What goes with messages, as the model is told of it. */
  attached: Attached;
}

export async function readTold(core: Core, { chat_id, position, system, attached }: PromptOf): Promise<Told[]> {
  return steady(core, async () => {
    const marks = await readMarks(core.sql, chat_id, position);
    const summary = marks.findLast(isSummary) ?? null;
    const messages = await readHistory(core.sql, chat_id, position, summary?.from ?? 0);
    const ids = messages.map((m) => m.id);
    const parts = await attached.tell(messages, await readParts(core.sql, ids));
    const notes = firstNotes(marks, summary, messages[0]?.position ?? 0);
    const boundaries: Boundaries = {
      summary: summary ? { part: summary.part, from: summary.from! } : null,
      results: marks.findLast((mark) => mark.call !== null)?.call ?? null,
      notes: notes ? [notes.place[0], notes.place[1] + 1] : null,
    };
    const words = notes ? notesWords(notes.part) : "";
    return tell(words === "" ? system : `${system}\n\n${words}`, messages, parts, boundaries);
  });
}

const isSummary = (mark: Mark): mark is Mark & { part: CompactionPart } =>
  mark.part.kind === "compaction" && mark.part.meta.tier === "summary" && mark.from !== null;

/**
 * The notes that stand in the system prompt: those told with the first message, or the newest of before the summary, where
 * the prompt is made anew anyway. Later ones are told where they stand.
 */
function firstNotes(marks: readonly Mark[], summary: Mark | null, first: number) {
  const notes = marks.filter(isNotes);
  const fits = ({ place: [message, part] }: Mark) =>
    summary
      ? message < summary.place[0] || (message === summary.place[0] && part < summary.place[1])
      : message === first;
  return notes.findLast(fits) as (Mark & { part: NoticePart }) | undefined;
}

/** Tools as they are counted with a prompt. */
export const specsText = (specs: readonly ToolSpec[]): string => (specs.length === 0 ? "" : JSON.stringify(specs));
