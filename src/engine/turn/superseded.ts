/** What an edit or a new answer puts aside: kept for who asks, gone from the transcript and from what the model is told. */
import type { Tx } from "../../db/sql.ts";
import { sessionTopic } from "../../domain/event.ts";
import type { Message } from "../../domain/message.ts";
import type { Run } from "../../domain/run.ts";
import { conflict, notFound } from "../../lib/errors.ts";
import { findMessage } from "../../store/messages.ts";
import { openRuns, runsOfMessages } from "../../store/runs.ts";
import { restoreSuperseded, supersede } from "../../store/superseded.ts";
import type { Emit } from "../core.ts";

/** The message as it is now. Errors: not_found; conflict when it was put aside, or while a run of its chat goes on or waits. */
export async function checkStanding(tx: Tx, messageId: string): Promise<Message> {
  const message = await findMessage(tx, messageId);
  if (!message) throw notFound("message");
  if (message.superseded_at) throw conflict("Something newer already stands in the place of this message.", message);
  const [open] = await openRuns(tx, message.chat_id);
  if (open) throw conflict("A run of this chat is going on or waiting. Stop it first.", open);
  await refuseForeign(tx, message);
  return message;
}

/** An agent from outside keeps its own record of the conversation; what it remembers cannot be put aside here. */
async function refuseForeign(tx: Tx, message: Message): Promise<void> {
  const foreign = (await runsOfMessages(tx, [message.id])).find((run) => run.provider !== "boocode");
  if (foreign)
    throw conflict(`${foreign.provider} keeps this conversation itself: send it another message, or fork.`, foreign);
}

/** Messages from position `from` on (and below `below`) make room for what a run answers; after a restore for none yet. */
export async function putAside(
  tx: Tx,
  emit: Emit,
  { id: run_id, chat_id, session_id }: Pick<Run, "chat_id" | "session_id"> & { id: string | null },
  { from, below = Number.MAX_SAFE_INTEGER }: { from: number; below?: number },
): Promise<void> {
  for (const message_id of await supersede(tx, chat_id, { from, below, run_id }))
    emit({ topic: sessionTopic(session_id), kind: "message.deleted", payload: { message_id, chat_id } });
}

/** A run that never began takes nobody's place. */
export async function bringBack(tx: Tx, emit: Emit, run: Run): Promise<void> {
  const { chat_id } = run;
  for (const { id: message_id, role } of await restoreSuperseded(tx, run.id))
    emit({ topic: sessionTopic(run.session_id), kind: "message.created", payload: { message_id, chat_id, role } });
}
