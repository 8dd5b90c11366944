/** What pages show, each read in one repeatable-read snapshot together with the journal head its stream goes on from. */

import type { Db } from "../db/sql.ts";
import type { Chat } from "../domain/chat.ts";
import type { Endpoint } from "../domain/endpoint.ts";
import type { Desk, Nav, RunRow } from "../domain/nav.ts";
import type { ChatView, Look } from "../domain/page.ts";
import { branchOf as branchAt } from "../drivers/git/head.ts";
import { notFound } from "../lib/errors.ts";
import { findChat, listChats } from "../store/chats.ts";
import { listEndpointRows } from "../store/endpoints.ts";
import { readWindow } from "../store/messages.ts";
import { countNeeds, readNavProjects, readNeeds, readRecent, readRunning } from "../store/nav.ts";
import { findProject } from "../store/projects.ts";
import { newestSettled } from "../store/runs.ts";
import { findSession } from "../store/sessions.ts";
import { readChatStatuses, readEntries, readQueue } from "../store/transcript.ts";
import type { Core } from "./core.ts";
import { pickFor } from "./endpoints.ts";
import { snapshot } from "./journal.ts";
import { projectOf } from "./projects.ts";
import { defaultsOf, readSettings } from "./settings.ts";

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
  const { theme, density, font_size } = await readSettings(db);
  return { head, nav: await readNav(core, db), look: { theme, density, font_size } };
}

export async function readNav(core: Core, db: Db): Promise<Nav> {
  const projects = await readNavProjects(db);
  const running = await readRunRows(core, db);
  return { projects, running, needs: await countNeeds(db) };
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
  const recent = await readRecent(db);
  return {
    needs: await readNeeds(db),
    running: await readRunRows(core, db),
    recent: recent.rows,
    total_sessions: recent.total,
  };
}

export function deskPage(core: Core): Promise<At & { desk: Desk }> {
  return snapshot(core.sql, async (tx, head) => ({
    ...(await readAt(core, tx, head.seq)),
    desk: await readDesk(core, tx),
  }));
}

/** The chat with its newest window of messages, or the window below position `before`. */
export async function chatPage(core: Core, chatId: string, before: number | null): Promise<At & { view: ChatView }> {
  return snapshot(core.sql, async (tx, head) => {
    const at = await readAt(core, tx, head.seq);
    return { ...at, view: await readChatView(core, tx, chatId, before, 0) };
  });
}

/** `toolChars` cuts tool results: 0 for pages, which load them when a row is opened; null for clients that want all. */
export async function readChatView(
  core: Core,
  db: Db,
  chatId: string,
  before: number | null,
  toolChars: number | null,
): Promise<ChatView> {
  const chat = await findChat(db, chatId);
  const session = chat ? await findSession(db, chat.session_id) : null;
  const row = session ? await findProject(db, session.project_id) : null;
  if (!chat || !session || !row) throw notFound("chat");
  const project = await projectOf({ sql: db }, row.id);
  const { messages, more } = await readWindow(db, chatId, before, WINDOW_MESSAGES, WINDOW_CHARS);
  const { live, queue } = await readQueue(db, chatId);
  const endpoints: Endpoint[] = await listEndpointRows(db);
  return {
    project,
    session,
    chats: await listChats(db, session.id),
    chat,
    entries: await readEntries(db, messages, toolChars),
    older: more ? (messages[0]?.position ?? null) : null,
    queue,
    live,
    progress: live ? core.live.progressOf(live.id) : null,
    last: await newestSettled(db, chatId),
    endpoints,
    pick: pickFor(await defaultsOf(core, db), endpoints, chat, session),
    branch: await branchAt(project.path),
    statuses: await readChatStatuses(db, session.id),
  };
}

/** What the next message of a chat will use, and what it could use. */
export async function pickOf(
  core: Core,
  db: Db,
  chatId: string,
): Promise<{ chat: Chat | null; pick: ChatView["pick"]; endpoints: Endpoint[] }> {
  const chat = await findChat(db, chatId);
  const session = chat ? await findSession(db, chat.session_id) : null;
  const endpoints = await listEndpointRows(db);
  const pick =
    chat && session ? pickFor(await defaultsOf(core, db), endpoints, chat, session) : { endpoint: null, model: null };
  return { chat, pick, endpoints };
}
