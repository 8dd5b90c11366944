/** Reads of one chat for pages, streams and JSON. All run inside a snapshot, so that they belong to one journal head. */
import type { Db } from "../db/sql.ts";
import type { Entry, Message } from "../domain/message.ts";
import { type Status, statusOfRun } from "../domain/nav.ts";
import type { QueueItem } from "../domain/page.ts";
import type { Run, RunState } from "../domain/run.ts";
import { restorableMessages } from "./checkpoints.ts";
import { readParts } from "./messages.ts";
import { stateOf } from "./nav.ts";
import { requestsOfMessages } from "./requests.ts";
import { openRuns, runsOfMessages } from "./runs.ts";
import { countEarlier } from "./superseded.ts";

/** Messages with their parts, what was asked in them, and the run that asked (user) or wrote (assistant) them. */
export async function readEntries(db: Db, messages: readonly Message[], toolChars: number | null): Promise<Entry[]> {
  const ids = messages.map((m) => m.id);
  const [parts, runs, requests, earlier, restorable] = await Promise.all([
    readParts(db, ids, toolChars),
    runsOfMessages(db, ids),
    requestsOfMessages(db, ids),
    countEarlier(db, messages),
    restorableMessages(db, ids),
  ]);
  const wrote = new Map(runs.map((r) => [r.answer_id, r]));
  // Runs come oldest first; the first one of a question is the one that asked it.
  const asked = new Map([...runs].reverse().map((r) => [r.question_id, r]));
  return messages.map((message) => ({
    message,
    parts: parts.filter((p) => p.message_id === message.id),
    requests: requests.filter((q) => q.message_id === message.id),
    run: (message.role === "assistant" ? wrote : asked).get(message.id) ?? null,
    ...(earlier.has(message.id) && { earlier: earlier.get(message.id)! }),
    ...(restorable.has(message.id) && { restorable: true as const }),
  }));
}

const hasBegun = (run: Run): boolean => run.state !== "queued" || run.started_at !== null;

/** What waits above the composer: queued messages while a run goes on, next one first. */
export async function readQueue(db: Db, chatId: string): Promise<{ live: Run | null; queue: QueueItem[] }> {
  const runs = await openRuns(db, chatId);
  // A run that waited for an answer over a restart is queued again, and stands in the transcript all the same.
  const live = runs.find(hasBegun) ?? null;
  const queued = runs.filter((r) => !hasBegun(r));
  if (queued.length === 0) return { live, queue: [] };
  const questions = queued.map((r) => r.question_id);
  const [texts, others] = await Promise.all([readParts(db, questions), runsOfMessages(db, questions)]);
  const queue = queued.map((run) => {
    const continued = others.some((o) => o.question_id === run.question_id && o.created_at < run.created_at);
    if (continued) return { run, text: "Continue", attachments: [] };
    const said = texts.filter((p) => p.message_id === run.question_id);
    return {
      run,
      text: said.find((p) => p.kind === "text")?.text ?? "",
      attachments: said.filter((p) => p.kind === "attachment"),
    };
  });
  return { live, queue };
}

/** Status of a session's chats by chat id. */
export async function readChatStatuses(db: Db, sessionId: string): Promise<Record<string, Status>> {
  const rows = await db<{ id: string; state: RunState | null }[]>`
    select c.id, ${stateOf(db, db`r.chat_id = c.id`)} as state
    from chats c where c.session_id = ${sessionId} and c.archived_at is null`;
  return Object.fromEntries(rows.map((r) => [r.id, statusOfRun(r.state)]));
}
