/** What pages show, each read in one repeatable-read snapshot together with the journal head its stream goes on from. */

import type { Db } from "../db/sql.ts";
import type { Chat } from "../domain/chat.ts";
import type { Endpoint } from "../domain/endpoint.ts";
import type { Entry, Message, Part } from "../domain/message.ts";
import type { Desk, Nav, RunRow, Status } from "../domain/nav.ts";
import type { ChatView, Look, Marked } from "../domain/page.ts";
import type { PersonaPicks } from "../domain/persona.ts";
import type { Project } from "../domain/project.ts";
import type { Session } from "../domain/session.ts";
import type { Worktree } from "../domain/worktree.ts";
import { branchOf as branchAt } from "../drivers/git/head.ts";
import { notFound } from "../lib/errors.ts";
import { readTotals } from "../store/change-reads.ts";
import { findChat, listChats } from "../store/chats.ts";
import { listEndpointRows } from "../store/endpoints.ts";
import { findMessage, findPart, readFollowing, readWindow } from "../store/messages.ts";
import { countNeeds, readNavProjects, readNeeds, readRecent, readRunning } from "../store/nav.ts";
import { newestSettled } from "../store/runs.ts";
import { findSession } from "../store/sessions.ts";
import { readEarlier } from "../store/superseded.ts";
import { readChatStatuses, readEntries, readQueue } from "../store/transcript.ts";
import { worktreeOfSession } from "../store/worktrees.ts";
import type { Core } from "./core.ts";
import { agentOfChat } from "./dispatch/picks.ts";
import { pickFor } from "./endpoints.ts";
import { snapshot } from "./journal.ts";
import { modelOfPersona, personaPicks } from "./personas/picks.ts";
import { projectOf, projectOfSession } from "./projects.ts";
import { defaultsOf } from "./settings.ts";

/** Newest messages a page opens with; older ones come as the reader scrolls. */
export const WINDOW_MESSAGES = 30;
/** Text after which the window ends early. */
export const WINDOW_CHARS = 60_000;

export { branchAt };

export interface At {
  head: number;
  nav: Nav;
  look: Look;
}

export async function readAt(core: Core, db: Db, head: number): Promise<At> {
  return { head, nav: await readNav(core, db), look: lookOf(core) };
}

export function lookOf({ settings }: Core): Look {
  const { theme, density, font_size } = settings.now;
  return { theme, density, font_size };
}

export async function readNav(core: Core, db: Db): Promise<Nav> {
  const [projects, running, needs] = await Promise.all([readNavProjects(db), readRunRows(core, db), countNeeds(db)]);
  return { projects, running, needs };
}

export async function readRunRows(core: Core, db: Db): Promise<RunRow[]> {
  const rows = await readRunning(db);
  return rows.map(({ session_title, chat_title, project_name, ...run }) => ({
    run,
    session_title,
    chat_title,
    project_name,
    progress: core.live.progressOf(run.id),
  }));
}

/** For pages that show nothing but themselves: the frame. */
export function framePage(core: Core): Promise<At> {
  return snapshot(core.sql, (tx, head) => readAt(core, tx, head.seq));
}

export async function readDesk(core: Core, db: Db): Promise<Desk> {
  const [needs, running, recent] = await Promise.all([readNeeds(db), readRunRows(core, db), readRecent(db)]);
  return {
    needs,
    running,
    recent: recent.rows,
    total_sessions: recent.total,
  };
}

export function deskPage(core: Core): Promise<At & { desk: Desk }> {
  return snapshot(core.sql, async (tx, head) => {
    const [at, desk] = await Promise.all([readAt(core, tx, head.seq), readDesk(core, tx)]);
    return { ...at, desk };
  });
}

/** Which window of a chat: the newest one (null), the one below a position, above it, or around a message. */
export type ChatWindow = { before: number } | { after: number } | { around: string } | null;

/** The chat with one window of its messages. */
export async function chatPage(core: Core, chatId: string, window: ChatWindow): Promise<At & { view: ChatView }> {
  return snapshot(core.sql, async (tx, head) => {
    const [at, view] = await Promise.all([
      readAt(core, tx, head.seq),
      readChatView(core, tx, { chat_id: chatId }, window, 0),
    ]);
    return { ...at, view };
  });
}

/** A session with what stands around the transcripts of its chats. */
export interface Surroundings {
  project: Project;
  session: Session;
  /** Those that are not archived, in order. */
  chats: Chat[];
  statuses: Record<string, Status>;
  worktree: Worktree | null;
}

/** Together, because that is one packet to the database. Errors: not_found. */
export async function readSurroundings(db: Db, sessionId: string): Promise<Surroundings> {
  const [session, project, chats, statuses, worktree] = await Promise.all([
    findSession(db, sessionId),
    projectOfSession(db, sessionId),
    listChats(db, sessionId),
    readChatStatuses(db, sessionId),
    worktreeOfSession(db, sessionId),
  ]);
  if (!session || !project) throw notFound("session");
  return { session, project, chats, statuses, worktree };
}

/**
 * `around` spares reading it again. `toolChars` cuts tool results: 0 for pages, which load them when a row is opened;
 * null for clients that want all. Errors: not_found.
 */
export async function readChatView(
  core: Core,
  db: Db,
  of: { chat_id: string; around?: Surroundings },
  window: ChatWindow,
  toolChars: number | null,
): Promise<ChatView> {
  const chatId = of.chat_id;
  const chat = of.around?.chats.find(({ id }) => id === chatId) ?? (await findChat(db, chatId));
  if (!chat) throw notFound("chat");
  const { project, session, chats, statuses, worktree } = of.around ?? (await readSurroundings(db, chat.session_id));
  const coder = chat.kind === "coder";
  const before = await upperEnd(db, chatId, window);
  // Together, because that is one packet to the database instead of a dozen; only what a transcript needs goes first.
  const [{ messages, more }, { live, queue }, endpoints, { personas, model }, last, branch, agent, to_review] =
    await Promise.all([
      readWindow(db, chatId, before, WINDOW_MESSAGES, WINDOW_CHARS),
      readQueue(db, chatId),
      listEndpointRows(db),
      personaPicks(core, { project, session, chat }),
      newestSettled(db, chatId),
      branchAt(project.path),
      coder ? agentOfChat(core, db, chat) : null,
      coder ? readTotals(db, { session_id: session.id, chat_id: chat.id, closed: false }) : null,
    ]);
  return {
    project,
    session,
    chats,
    chat,
    entries: await readEntries(db, messages, toolChars),
    older: more ? (messages[0]?.position ?? null) : null,
    newer: before === null ? null : (messages.at(-1)?.position ?? null),
    queue,
    live,
    progress: live ? core.live.progressOf(live.id) : null,
    last,
    endpoints,
    pick: pickFor(defaultsOf(core), endpoints, chat, session, model),
    personas,
    ...(agent && { agent }),
    branch,
    worktree_branch: worktree?.branch ?? null,
    statuses,
    ...(to_review && { to_review }),
  };
}

/**
 * Where the window ends, so that what is asked for stands in it with about as much behind as before; null for the newest.
 * Errors: not_found for a message that is none of this chat, or that is not shown in it.
 */
async function upperEnd(db: Db, chatId: string, window: ChatWindow): Promise<number | null> {
  if (window === null) return null;
  if ("before" in window) return window.before;
  const from = "after" in window ? window.after + 1 : (await findMessage(db, window.around))?.position;
  const following = from === undefined ? [] : await readFollowing(db, chatId, from, WINDOW_MESSAGES);
  if ("around" in window && following[0]?.id !== window.around) throw notFound("message in this chat");
  const room = "after" in window ? 1 : 2;
  let chars = 0;
  let end: number | null = null;
  for (const [at, message] of following.entries()) {
    chars += message.chars;
    if (at > 0 && (chars > WINDOW_CHARS / room || at >= WINDOW_MESSAGES / room)) return end;
    end = message.position + 1;
  }
  return following.length < WINDOW_MESSAGES ? null : end;
}

/** The message a reader is led to, with the part that is to be opened; null when it is not there. */
export async function markedOf(
  db: Db,
  at: { message_id: string; part_id?: string | undefined; line?: number | undefined },
): Promise<Marked> {
  const part = at.part_id ? await findPart(db, at.part_id) : null;
  const inside = part?.message_id === at.message_id ? part : null;
  return { message_id: at.message_id, part: inside, line: inside?.kind === "tool" ? (at.line ?? null) : null };
}

export interface Place {
  message: Message;
  part: Part | null;
  /** Whether it stands in the window that the chat's page opens with. */
  newest: boolean;
}

/** Where a message stands, for who wants to go there. Errors: not_found. */
export async function placeOf(core: Core, messageId: string, partId: string | null): Promise<Place> {
  const message = await findMessage(core.sql, messageId);
  const chat = message ? await findChat(core.sql, message.chat_id) : null;
  if (!message || !chat) throw notFound("message");
  const part = partId === null ? null : await findPart(core.sql, partId);
  const { messages } = await readWindow(core.sql, chat.id, null, WINDOW_MESSAGES, WINDOW_CHARS);
  return {
    message,
    part: part?.message_id === message.id ? part : null,
    // The page of an archived chat has no tab for it; its transcript can be read all the same.
    newest: chat.archived_at === null && messages.some((m) => m.id === message.id),
  };
}

export interface EarlierPage extends At {
  chat: Chat;
  project: Project;
  entries: Entry[];
}

/** What was put aside for a message, oldest first, as far as one page goes. Errors: not_found. */
export function earlierPage(core: Core, messageId: string): Promise<EarlierPage> {
  return snapshot(core.sql, async (tx, head) => {
    const message = await findMessage(tx, messageId);
    const chat = message ? await findChat(tx, message.chat_id) : null;
    const session = chat ? await findSession(tx, chat.session_id) : null;
    if (!chat || !session) throw notFound("message");
    const entries = await readEntries(tx, await readEarlier(tx, messageId, WINDOW_MESSAGES * 2), 0);
    const project = await projectOf({ sql: tx }, session.project_id);
    return { ...(await readAt(core, tx, head.seq)), chat, project, entries };
  });
}

/** For the picker: what the next message of a chat will use, and what it could use. */
export async function readPicker(
  core: Core,
  db: Db,
  chatId: string,
): Promise<{
  chat: Chat | null;
  pick: ChatView["pick"];
  personas: PersonaPicks | null;
  endpoints: readonly Endpoint[];
}> {
  const chat = await findChat(db, chatId);
  const session = chat ? await findSession(db, chat.session_id) : null;
  const endpoints = await listEndpointRows(db);
  if (!chat || !session) return { chat, pick: { endpoint: null, model: null }, personas: null, endpoints };
  const project = await projectOf({ sql: db }, session.project_id);
  const { personas, model } = await personaPicks(core, { project, session, chat });
  return { chat, pick: pickFor(defaultsOf(core), endpoints, chat, session, model), personas, endpoints };
}

/** What the chat's next message would use; personas are looked at only where one is picked, for its model. */
export async function pickOfChat(
  core: Core,
  db: Db,
  of: { chat_id: string; session_id: string },
  reading: Promise<readonly Endpoint[]>,
): Promise<ChatView["pick"]> {
  const [chat, session, endpoints] = await Promise.all([
    findChat(db, of.chat_id),
    findSession(db, of.session_id),
    reading,
  ]);
  if (!chat || !session) return { endpoint: null, model: null };
  const own =
    chat.agent === null ? null : await modelOfPersona(core, await projectOf({ sql: db }, session.project_id), chat);
  return pickFor(defaultsOf(core), endpoints, chat, session, own);
}
