/** What a reader missed: each entity touched since its cursor once, as it is at the snapshot's head. Never a replay. */

import { AssistantMessage, UserMessage } from "../../../views/chats/message.tsx";
import { ids } from "../../../views/ids.ts";
import type { Core } from "../../engine/core.ts";
import { readDesk, readNav } from "../../engine/pages.ts";
import { listProviders } from "../../engine/providers/registry.ts";
import { loadHighlighter } from "../../lib/highlight.ts";
import { listEndpointRows } from "../../store/endpoints.ts";
import type { Touched } from "../../store/journal.ts";
import { newestAnswers, readMessages } from "../../store/messages.ts";
import { runsById } from "../../store/runs.ts";
import { readEntries } from "../../store/transcript.ts";
import type { Connection } from "./connection.ts";
import { deskPartials, mcpPartials, navPartials, providerPartials } from "./desk-refresh.tsx";
import { picker } from "./render.tsx";
import { chatNotice, manyNews } from "./review.tsx";
import { chatControls, endingBefore } from "./run.tsx";
import { append, remove, upsert } from "./swap.ts";
import { beginArrangement } from "./workspace.tsx";

/** What a store function reads from: here always a snapshot. */
type Db = Parameters<typeof readMessages>[0];

/**
 * `db` is the snapshot at `seq`, and nothing is read but from it: with one connection held, asking the pool for another
 * would stand still for ever once enough readers come back at once. From here on the reader is known to show what its
 * session's layout shows.
 */
export async function renderCatchUp(
  core: Core,
  db: Db,
  reader: Connection,
  seq: number,
  touched: readonly Touched[],
): Promise<string> {
  const { session_id, page } = reader.params;
  let html = navPartials(await readNav(core, db), session_id);
  if (page === "desk") html += deskPartials(await readDesk(core, db));
  if (page === "settings")
    html += providerPartials(await listProviders(core, db)) + mcpPartials((await core.mcp.list()).servers);
  const redraw = touched.some((t) => ["layout.changed", "chat.deleted", "terminal.deleted"].includes(t.kind));
  const arranged = await beginArrangement(core, db, reader, seq, redraw);
  html += arranged.html;
  if (session_id && touched.some((t) => isReviewed(t.kind))) html += await manyNews(db, session_id);
  if (session_id === null) return html;
  for (const chat of arranged.chats) {
    html +=
      (await missedMessages(core, db, chat, touched)) +
      (await chatControls(core, db, { chat_id: chat, session_id })) +
      (await chatNotice(db, session_id, chat)) +
      (await picker(core, db, chat));
  }
  return html;
}

/** Changed what a review shows. */
const isReviewed = (kind: string): boolean =>
  kind === "change.changed" || kind === "changes.changed" || kind === "apply.changed";

async function missedMessages(core: Core, db: Db, chatId: string, touched: readonly Touched[]): Promise<string> {
  const here = touched.filter((t) => t.chat_id === chatId);
  const created = new Set(here.filter((t) => t.created).map((t) => t.message_id));
  const messageIds = new Set(here.map((t) => t.message_id).filter((id): id is string => id !== null));
  for (const id of await answersOf(db, here)) messageIds.add(id);
  // What was put aside meanwhile is gone from the page like what was deleted.
  const messages = (await readMessages(db, [...messageIds])).filter((m) => m.superseded_at === null);
  if (messages.length === 0) return "";
  await loadHighlighter();
  const entries = await readEntries(db, messages, 0);
  const endpoints = await listEndpointRows(db);
  const answers = await newestAnswers(db, chatId, created.size + 1);
  const last = answers[0];
  const seen = answers.find((answer) => !created.has(answer.id));
  const now = Date.now();
  let html = seen && seen !== last ? await endingBefore(db, seen) : "";
  for (const id of messageIds) if (!messages.some((m) => m.id === id)) html += remove(ids.message(id));
  for (const entry of entries) {
    const id = ids.message(entry.message.id);
    const run = entry.run;
    // Its messages stand in the queue above the composer until it is claimed.
    if (run?.state === "queued" && run.started_at === null) continue;
    const newest = entry.message.id === last?.id;
    const progress = run ? core.live.progressOf(run.id) : null;
    const row =
      entry.message.role === "user"
        ? UserMessage({ entry, now })
        : AssistantMessage({ entry, progress, now, project_id: run?.project_id ?? "", endpoints, newest });
    html += created.has(entry.message.id)
      ? remove(id) + append(ids.log(chatId), row as string)
      : upsert(id, row as string);
  }
  return html;
}

/** A run that changed shows below its answer. */
async function answersOf(db: Db, touched: readonly Touched[]): Promise<string[]> {
  const runIds = touched.map((t) => t.run_id).filter((id): id is string => id !== null);
  return (await runsById(db, runIds)).map((r) => r.answer_id);
}
