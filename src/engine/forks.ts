/** A new chat that begins with what was said in another one up to a message; both go on by themselves. */
import type { Tx } from "../db/sql.ts";
import type { Chat } from "../domain/chat.ts";
import type { Message } from "../domain/message.ts";
import { TITLE_LIMIT_CHARS } from "../domain/session.ts";
import { conflict, notFound } from "../lib/errors.ts";
import { newId } from "../lib/ids.ts";
import { ellipsis } from "../lib/text.ts";
import { findChat, insertChat, setChatAgent, setChatMode, setChatModel, setForkedFrom } from "../store/chats.ts";
import { copyMessages, idsToFork } from "../store/forks.ts";
import { findMessage, findPart } from "../store/messages.ts";
import { openRuns } from "../store/runs.ts";
import { takeTabNumber } from "../store/sessions.ts";
import { type Core, type Emit, transact } from "./core.ts";
import { openChatTab } from "./layout.ts";
import { emitChat } from "./sessions.ts";

/** Errors: not_found; conflict for an answer that is still being written, or a message that was put aside. */
export async function forkChat(core: Core, messageId: string): Promise<Chat> {
  return transact(core, async (tx, emit) => {
    const { message, source } = await standing(tx, messageId);
    const live = (await openRuns(tx, source.id)).find((run) => run.answer_id === message.id);
    if (live) throw conflict("This answer is still being written. Wait, or stop it first.", live);
    return fork(tx, emit, source, await idsToFork(tx, source.id, message.position), message.id);
  });
}

/**
 * Branches off before a boundary: what was said up to there, without the summary that stands for it. Errors: not_found for what
 * is no boundary; conflict for a message that was put aside.
 */
export async function forkBefore(core: Core, partId: string): Promise<Chat> {
  return transact(core, async (tx, emit) => {
    const part = await findPart(tx, partId);
    if (part?.kind !== "compaction") throw notFound("boundary");
    const { message, source } = await standing(tx, part.message_id);
    const ids = await idsToFork(tx, source.id, message.position, part.position);
    return fork(tx, emit, source, ids, message.id);
  });
}

async function standing(tx: Tx, messageId: string): Promise<{ message: Message; source: Chat }> {
  const message = await findMessage(tx, messageId);
  const source = message ? await findChat(tx, message.chat_id) : null;
  if (!message || !source) throw notFound("message");
  if (message.superseded_at) throw conflict("Something newer stands in the place of this message.", message);
  return { message, source };
}

async function fork(tx: Tx, emit: Emit, source: Chat, ids: ToFork, last: string): Promise<Chat> {
  const number = await takeTabNumber(tx, source.session_id);
  if (number === null) throw notFound("session");
  const { session_id, kind } = source;
  const title = forkTitle(source.title);
  const chat = await insertChat(tx, { id: newId(), session_id, kind, title, titled_by: "human", number });
  if (source.endpoint_id) await setChatModel(tx, chat.id, source.endpoint_id, source.model);
  await setChatMode(tx, chat.id, source.mode);
  await setChatAgent(tx, chat.id, source.agent);
  await copyMessages(tx, chat.id, {
    messages: paired(ids.messages),
    parts: paired(ids.parts),
    outputs: paired(ids.outputs),
  });
  const forked = (await setForkedFrom(tx, chat.id, last)) ?? chat;
  emitChat(emit, forked);
  await openChatTab(tx, emit, session_id, forked);
  return forked;
}

type ToFork = Awaited<ReturnType<typeof idsToFork>>;

const paired = (ids: readonly string[]) => ids.map((id): [string, string] => [id, newId()]);

const SUFFIX = ", fork";
const forkTitle = (title: string) =>
  title.endsWith(SUFFIX) ? title : `${ellipsis(title, TITLE_LIMIT_CHARS - SUFFIX.length)}${SUFFIX}`;
