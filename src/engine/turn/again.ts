/** Another answer to the same question, or another question in the place of one. */
import type { Message } from "../../domain/message.ts";
import type { Run, Via } from "../../domain/run.ts";
import { AppError, invalid, notFound } from "../../lib/errors.ts";
import { takePositions } from "../../store/chats.ts";
import { findMessage } from "../../store/messages.ts";
import { runsOfMessages } from "../../store/runs.ts";
import { attachedTo } from "../attachments.ts";
import { type Core, transact } from "../core.ts";
import { checkPick } from "../endpoints.ts";
import { emitRun } from "../run-events.ts";
import { enqueue, wake } from "./lane.ts";
import { answerOnceMore, type PostMessage, postMessage } from "./start.ts";
import { checkStanding, putAside } from "./superseded.ts";

export interface Regenerate {
  message_id: string;
  endpoint_id?: string | undefined;
  model?: string | undefined;
  via: Via;
}

/**
 * Answers the question of this message again; its answers so far, and what followed, are put aside. Errors: not_found,
 * conflict while a run of the chat is open.
 */
export async function regenerate(core: Core, input: Regenerate): Promise<Run> {
  if (core.stopping) throw new AppError("unavailable", "BooCode is shutting down.");
  const known = await findMessage(core.sql, input.message_id);
  if (!known) throw notFound("message");
  const run = await transact(core, async (tx, emit) => {
    const first = await takePositions(tx, known.chat_id, 1);
    if (first === null) throw notFound("chat");
    const message = await checkStanding(tx, known.id);
    const before = (await runsOfMessages(tx, [message.id])).at(-1);
    const question = before ? await findMessage(tx, before.question_id) : null;
    // What a fork copied was answered in another chat, and has no run of its own.
    if (!before || !question) throw invalid("This message was copied from another chat. Edit and send it again.");
    await checkPick(tx, input, before);
    if (!input.endpoint_id !== !input.model)
      throw invalid("An endpoint and its model are picked together.", input.endpoint_id ? "model" : "endpoint_id");
    const next = await answerOnceMore(tx, before, first, input);
    await putAside(tx, emit, next, { from: question.position + 1, below: first });
    emitRun(emit, next);
    return next;
  }).catch((error: unknown) => {
    throw wake(core, known.chat_id, error);
  });
  enqueue(core, run.chat_id);
  return run;
}

/**
 * Sends a user's message once more with another text; the former one, and what followed, are put aside. What was attached
 * goes along unless `attachments` says otherwise.
 */
export async function revise(
  core: Core,
  messageId: string,
  input: Omit<PostMessage, "chat_id" | "revises" | "now">,
): Promise<{ message: Message; run: Run }> {
  const revises = await findMessage(core.sql, messageId);
  if (!revises) throw notFound("message");
  if (revises.role !== "user") throw invalid("Only what you wrote can be edited and sent again.");
  const attachments = input.attachments ?? (await attachedTo(core.sql, messageId));
  return postMessage(core, { ...input, attachments, chat_id: revises.chat_id, revises });
}
