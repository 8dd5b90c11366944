/** Sessions and their chats: open, rename, archive, delete. */

import type { Tx } from "../db/sql.ts";
import type { RunMode } from "../domain/change.ts";
import type { Chat, ChatKind } from "../domain/chat.ts";
import { DESK, type NewEvent, sessionTopic } from "../domain/event.ts";
import { type Session, TITLE_LIMIT_CHARS } from "../domain/session.ts";
import { isAtRisk } from "../domain/worktree.ts";
import { conflict, invalid, notFound } from "../lib/errors.ts";
import { newId } from "../lib/ids.ts";
import { storable } from "../lib/storable.ts";
import {
  archiveChat,
  deleteChat,
  findChat,
  insertChat,
  listChats,
  renameChat,
  setChatMode,
  setChatModel,
} from "../store/chats.ts";
import { findProject } from "../store/projects.ts";
import {
  archiveSession,
  deleteSession,
  findSession,
  insertSession,
  renameSession,
  setSessionModel,
  setWebTools,
  takeTabNumber,
} from "../store/sessions.ts";
import { worktreeOfSession } from "../store/worktrees.ts";
import { type Core, type Emit, transact } from "./core.ts";
import { checkPick } from "./endpoints.ts";
import { goingOn } from "./going-on.ts";
import { openChatTab } from "./layout.ts";
import { demandIdleTerminals, reconcileTerminals } from "./terminals/reconcile.ts";
import { retireWorktree, riskWords, worktreeView } from "./worktrees/keep.ts";

export const UNTITLED_SESSION = "New session";
export const UNTITLED_CHAT = "New chat";

export interface OpenSession {
  project_id: string;
  title?: string | undefined;
  model?: string | null | undefined;
  kind?: ChatKind;
  web_tools?: boolean | undefined;
}

/** A new session comes with its first chat. */
export async function openSession(core: Core, input: OpenSession): Promise<{ session: Session; chat: Chat }> {
  const title = input.title?.trim() ? checkTitle(input.title) : null;
  return transact(core, async (tx, emit) => {
    if (!(await findProject(tx, input.project_id))) throw notFound("project");
    const session = await insertSession(tx, {
      id: newId(),
      project_id: input.project_id,
      title: title ?? UNTITLED_SESSION,
      titled_by: title ? "human" : "auto",
      model: input.model ?? null,
    });
    const chat = await addChat(tx, emit, session.id, input.kind ?? "chat", null);
    if (input.web_tools) await setWebTools(tx, session.id, true);
    emitSession(emit, session);
    return { session: { ...session, web_tools: input.web_tools ?? false }, chat };
  });
}

export async function openChat(
  core: Core,
  input: { session_id: string; kind?: ChatKind; title?: string | undefined },
): Promise<Chat> {
  const title = input.title?.trim() ? checkTitle(input.title) : null;
  return transact(core, async (tx, emit) => {
    if (!(await findSession(tx, input.session_id))) throw notFound("session");
    const chat = await addChat(tx, emit, input.session_id, input.kind ?? "chat", title);
    await openChatTab(tx, emit, input.session_id, chat);
    return chat;
  });
}

async function addChat(tx: Tx, emit: Emit, sessionId: string, kind: ChatKind, title: string | null): Promise<Chat> {
  const number = await takeTabNumber(tx, sessionId);
  if (number === null) throw notFound("session");
  const chat = await insertChat(tx, {
    id: newId(),
    session_id: sessionId,
    kind,
    title: title ?? UNTITLED_CHAT,
    titled_by: title ? "human" : "auto",
    number,
  });
  emitChat(emit, chat);
  return chat;
}

export interface ChangeSession {
  title?: string | undefined;
  model?: string | null | undefined;
  archived?: boolean | undefined;
  /** Whether its chats may search and read the web. */
  web_tools?: boolean | undefined;
}

export async function changeSession(core: Core, id: string, change: ChangeSession): Promise<Session> {
  const title = change.title === undefined ? undefined : checkTitle(change.title);
  return transact(core, async (tx, emit) => {
    let session = await findSession(tx, id);
    if (!session) throw notFound("session");
    if (title !== undefined) session = (await renameSession(tx, id, title, "human")) ?? session;
    if (change.model !== undefined) await setSessionModel(tx, id, change.model);
    if (change.web_tools !== undefined) await setWebTools(tx, id, change.web_tools);
    if (change.archived !== undefined) session = (await archiveSession(tx, id, change.archived)) ?? session;
    emitSession(emit, session);
    return (await findSession(tx, id)) ?? session;
  });
}

/**
 * Refused with 409 while a run of the session is going, something runs in one of its terminals, or something is only in
 * its worktree, until forced; forced, the run is stopped first, the terminals are ended, and what was not committed is
 * kept under a hidden ref.
 */
export async function removeSession(core: Core, id: string, force: boolean): Promise<void> {
  const view = force ? null : await worktreeView(core, id);
  if (view?.status && isAtRisk(view.status))
    throw conflict(`${riskWords(view.status)}. Delete with force to do it all the same.`, view);
  if ((await goingOn(core, { session_id: id })) > 0) {
    if (!force) throw conflict("A run is going on in this session. Stop it first, or delete with force.");
    await core.live.stopWhere((run) => run.session_id === id, "cancelled");
  }
  if (!force) await demandIdleTerminals(core, id);
  const chats = new Set((await listChats(core.sql, id)).map((chat) => chat.id));
  await core.agents.dropWhere((warm) => chats.has(warm.chat_id));
  const worktree = await worktreeOfSession(core.sql, id);
  if (worktree) await retireWorktree(core, worktree.id, true);
  const gone = await transact(core, async (tx, emit) => {
    const deleted = await deleteSession(tx, id);
    if (deleted)
      for (const topic of [sessionTopic(id), DESK])
        emit({ topic, kind: "session.deleted", payload: { session_id: id, project_id: deleted.project_id } });
    return deleted;
  });
  if (!gone) throw notFound("session");
  await reconcileTerminals(core);
}

export interface ChangeChat {
  title?: string | undefined;
  archived?: boolean | undefined;
  mode?: RunMode | undefined;
  /** Endpoint and model for the next message; null takes the default again. */
  pick?: { endpoint_id: string; model: string } | null | undefined;
}

export async function changeChat(core: Core, id: string, change: ChangeChat): Promise<Chat> {
  const title = change.title === undefined ? undefined : checkTitle(change.title);
  return transact(core, async (tx, emit) => {
    let chat = await findChat(tx, id);
    if (title !== undefined) chat = await renameChat(tx, id, title, "human");
    if (change.archived !== undefined) chat = await archiveChat(tx, id, change.archived);
    if (change.pick !== undefined) {
      if (chat) await checkPick(tx, change.pick ?? {}, chat);
      chat = await setChatModel(tx, id, change.pick?.endpoint_id ?? null, change.pick?.model ?? null);
    }
    if (change.mode !== undefined) chat = await setChatMode(tx, id, change.mode);
    if (!chat) throw notFound("chat");
    emitChat(emit, chat);
    return chat;
  });
}

export async function removeChat(core: Core, id: string): Promise<void> {
  if ((await goingOn(core, { chat_id: id })) > 0) throw conflict("A run is going on in this chat. Stop it first.");
  await core.agents.dropWhere((warm) => warm.chat_id === id);
  const gone = await transact(core, async (tx, emit) => {
    const deleted = await deleteChat(tx, id);
    if (deleted)
      emit({
        topic: sessionTopic(deleted.session_id),
        kind: "chat.deleted",
        payload: { chat_id: id, session_id: deleted.session_id },
      });
    return deleted;
  });
  if (!gone) throw notFound("chat");
}

export async function chatsOf(core: Pick<Core, "sql">, sessionId: string): Promise<Chat[]> {
  if (!(await findSession(core.sql, sessionId))) throw notFound("session");
  return listChats(core.sql, sessionId);
}

export function emitSession(emit: Emit, session: Session): void {
  const payload = { session_id: session.id, project_id: session.project_id };
  for (const topic of [sessionTopic(session.id), DESK]) emit({ topic, kind: "session.changed", payload } as NewEvent);
}

export function emitChat(emit: Emit, chat: Chat): void {
  emit({
    topic: sessionTopic(chat.session_id),
    kind: "chat.changed",
    payload: { chat_id: chat.id, session_id: chat.session_id },
  });
}

function checkTitle(raw: string): string {
  const title = storable(raw).replace(/\s+/g, " ").trim();
  if (title === "") throw invalid("A title cannot be empty.", "title");
  if (title.length > TITLE_LIMIT_CHARS) throw invalid(`A title has at most ${TITLE_LIMIT_CHARS} characters.`, "title");
  return title;
}
