/** What a reader missed: each entity touched since its cursor once, as it is at the snapshot's head. Never a replay. */

import { AssistantMessage, UserMessage } from "../../../views/chats/message.tsx";
import { ids } from "../../../views/ids.ts";
import type { Core } from "../../engine/core.ts";
import { readDesk, readNav } from "../../engine/pages.ts";
import { loadHighlighter } from "../../lib/highlight.ts";
import { listEndpointRows } from "../../store/endpoints.ts";
import type { Touched } from "../../store/journal.ts";
import { readMessages } from "../../store/messages.ts";
import { newestSettled, runsById } from "../../store/runs.ts";
import { readEntries } from "../../store/transcript.ts";
import type { StreamParams } from "./connection.ts";
import { deskPartials, navPartials } from "./desk-refresh.tsx";
import { chatControls, head, picker, tabs } from "./render.tsx";
import { append, remove, swap } from "./swap.ts";

/** What a store function reads from: here always a snapshot. */
type Db = Parameters<typeof readMessages>[0];

/** `db` is the snapshot; what surrounds the transcript is read as it is now, which can only be newer. */
export async function renderCatchUp(
  core: Core,
  db: Db,
  params: StreamParams,
  touched: readonly Touched[],
): Promise<string> {
  const { session_id, chat_id, page } = params;
  let html = navPartials(await readNav(core, db), session_id);
  if (page === "desk") html += deskPartials(await readDesk(core, db));
  if (!session_id) return html;
  const around = (await tabs(core, session_id))(chat_id) + (await head(core, session_id))(chat_id);
  if (!chat_id) return html + around;
  return (
    html +
    around +
    (await missedMessages(core, db, chat_id, touched)) +
    (await chatControls(core, chat_id)) +
    (await picker(core, chat_id))
  );
}

async function missedMessages(core: Core, db: Db, chatId: string, touched: readonly Touched[]): Promise<string> {
  const here = touched.filter((t) => t.chat_id === chatId);
  const created = new Set(here.filter((t) => t.created).map((t) => t.message_id));
  const messageIds = new Set(here.map((t) => t.message_id).filter((id): id is string => id !== null));
  for (const id of await answersOf(db, here)) messageIds.add(id);
  const messages = await readMessages(db, [...messageIds]);
  if (messages.length === 0) return "";
  await loadHighlighter();
  const entries = await readEntries(db, messages, 0);
  const endpoints = await listEndpointRows(db);
  const newest = await newestSettled(db, chatId);
  const now = Date.now();
  let html = "";
  for (const id of messageIds) if (!messages.some((m) => m.id === id)) html += remove(ids.message(id));
  for (const entry of entries) {
    const id = ids.message(entry.message.id);
    const run = entry.run;
    // Its messages stand in the queue above the composer until it is claimed.
    if (run?.state === "queued") continue;
    const isNewest = run !== null && (run.ended_at === null || run.id === newest?.id);
    const progress = run ? core.live.progressOf(run.id) : null;
    const row =
      entry.message.role === "user"
        ? UserMessage({ entry, now })
        : AssistantMessage({ entry, progress, now, project_id: run?.project_id ?? "", endpoints, newest: isNewest });
    html += created.has(entry.message.id)
      ? remove(id) + append(ids.log(chatId), row as string)
      : swap(id, "outerHTML", row as string);
  }
  return html;
}

/** A run that changed shows below its answer. */
async function answersOf(db: Db, touched: readonly Touched[]): Promise<string[]> {
  const runIds = touched.map((t) => t.run_id).filter((id): id is string => id !== null);
  return (await runsById(db, runIds)).map((r) => r.answer_id);
}
