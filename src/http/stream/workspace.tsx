/** The session's layout as watchers follow it: where panes lie, their bars, and views that a page does not have yet. */

import { SessionHead } from "../../../views/chats/head.tsx";
import { ids } from "../../../views/ids.ts";
import { Bars } from "../../../views/workspace/bars.tsx";
import { LayoutStyle } from "../../../views/workspace/layout-style.tsx";
import { HeadFacts, TabView } from "../../../views/workspace/workspace.tsx";
import type { WorkspaceView } from "../../domain/page.ts";
import { paneOf, shownTabs, type Tab, tabsOf } from "../../domain/pane.ts";
import type { Core } from "../../engine/core.ts";
import { snapshot } from "../../engine/journal.ts";
import { readLayout } from "../../engine/layout.ts";
import { readBars, readWorkspace, shownChats } from "../../engine/workspace.ts";
import { loadHighlighter } from "../../lib/highlight.ts";
import { blankComposer } from "../composer-state.ts";
import type { Around, Connection } from "./connection.ts";
import { append, remove, swap, upsert } from "./swap.ts";

/** Views that stay on a page although another tab of their pane is shown: coming back to them costs nothing. */
const HIDDEN_VIEWS_MAX = 6;

/** What a store function reads from: here always a snapshot. */
type Db = Parameters<typeof readLayout>[0];
export interface Arrangement {
  view: WorkspaceView;
  /** Position the chats in `view` were read at. */
  seq: number;
}

/** Reads the layout as it is now, and those chats on it that one of the watchers does not have. */
export async function readArrangement(
  core: Core,
  sessionId: string,
  watchers: ReadonlySet<Connection>,
): Promise<Arrangement> {
  await loadHighlighter();
  return snapshot(core.sql, async (tx, head) => {
    const read = await readLayout(tx, sessionId);
    const focused = focusedChat(read);
    // The focused one always: its facts stand in the header.
    const missing = shownChats(read.layout).filter(
      (id) => id === focused || [...watchers].some((w) => !w.live || !w.chats.has(id)),
    );
    return { seq: head.seq, view: await readWorkspace(core, tx, sessionId, read, new Set(missing)) };
  });
}

/** Everything a page must change to show this arrangement; remembers for each reader what it has then. */
export function arrange({ view, seq }: Arrangement): Around {
  return (reader) => {
    if (!followsLayout(reader)) return "";
    let html = frameOf(view);
    for (const tab of shownTabs(view.layout)) {
      if (reader.views.get(tab.number) === keyOf(tab)) continue;
      html += drawn(view, tab);
      note(reader, tab, seq);
    }
    return html + forgotten(reader, view);
  };
}

/** Pages of one chat, and of the review alone, have no panes. */
const followsLayout = ({ params }: Connection): boolean => params.chat_id === null && params.page !== "review";

/** Style, bars and header: the whole of what a change of tabs needs when no view is new. */
export function frameOf(view: WorkspaceView): string {
  const { session, layout, focused } = view;
  const session_id = session.id;
  return (
    swap(ids.layoutStyle(session_id), "outerHTML", LayoutStyle({ session_id, layout }) as string) +
    barsOf(view) +
    upsert(ids.headFacts(session_id), HeadFacts({ session_id, chat: focused }) as string) +
    headOf(view)
  );
}

const headOf = (view: WorkspaceView): string =>
  upsert(ids.sessionHead(view.session.id), SessionHead({ ...view, chat_id: focusedChat(view) }) as string);

const barsOf = ({ session, ...bars }: WorkspaceView): string => drawBars(session.id, bars);

const drawBars = (
  session_id: string,
  { layout, labels, unopened, terminals }: Pick<WorkspaceView, "layout" | "labels" | "unopened" | "terminals">,
): string => upsert(ids.bars(session_id), Bars({ session_id, layout, labels, unopened, terminals }) as string);

/** The bars of all panes as they are now, with the status of every tab, for everybody who follows the layout. */
export async function barsAround(db: Db, sessionId: string): Promise<Around> {
  const { layout } = await readLayout(db, sessionId);
  const html = drawBars(sessionId, { layout, ...(await readBars(db, sessionId, layout)) });
  return (reader) => (reader.params.chat_id === null ? html : "");
}

/** The chat in the pane that has the keyboard. */
export function focusedChat({ layout }: Pick<WorkspaceView, "layout">): string | null {
  const active = paneOf(layout, layout.focus)?.active;
  const tab = tabsOf(layout).find((t) => t.number === active);
  return tab?.content.kind === "chat" ? tab.content.chat_id : null;
}

/** A view that the page gets anew, at the end: where it lies is said by the style element. */
export function drawn(view: WorkspaceView, tab: Tab): string {
  const id = ids.view(tab.number);
  const composer = () => blankComposer();
  return remove(id) + append(ids.panes(view.session.id), TabView({ tab, view, composer, now: Date.now() }) as string);
}

/** The reader's page has this view from now on, drawn at `seq`. */
export function note(reader: Connection, tab: Tab, seq: number): void {
  reader.views.delete(tab.number);
  reader.views.set(tab.number, keyOf(tab));
  if (tab.content.kind === "chat") reader.chats.set(tab.content.chat_id, seq);
}

/** Takes views off the page whose tab is closed, or that were hidden for longest. */
function forgotten(reader: Connection, { layout }: WorkspaceView): string {
  const open = new Map(tabsOf(layout).map((t) => [t.number, t]));
  const shown = new Set(shownTabs(layout).map((t) => t.number));
  const hidden = [...reader.views.keys()].filter((n) => !shown.has(n));
  const keep = new Set(hidden.filter((n) => open.has(n)).slice(-HIDDEN_VIEWS_MAX));
  let html = "";
  for (const number of hidden) {
    if (keep.has(number)) continue;
    const chat = /^chat (.+)$/.exec(reader.views.get(number) ?? "")?.[1];
    if (chat) reader.chats.delete(chat);
    reader.views.delete(number);
    html += remove(ids.view(number));
  }
  return html;
}

const keyOf = ({ content }: Tab): string =>
  content.kind === "chat"
    ? `chat ${content.chat_id}`
    : content.kind === "file"
      ? `file ${content.path} ${content.line ?? ""}`
      : content.kind === "review"
        ? "review"
        : content.kind === "terminal"
          ? `terminal ${content.terminal_id}`
          : `artifact ${content.message_id}`;

/** A page that begins to watch: what it shows is what its layout shows; `all` draws every view again. */
export async function beginArrangement(
  core: Core,
  db: Db,
  reader: Connection,
  seq: number,
  redraw: boolean,
): Promise<{ html: string; chats: string[] }> {
  const { session_id, chat_id } = reader.params;
  if (!session_id || reader.params.page === "review") return { html: "", chats: [] };
  if (chat_id !== null) {
    reader.chats.set(chat_id, seq);
    return { html: "", chats: [chat_id] };
  }
  const read = await readLayout(db, session_id);
  const view = await readWorkspace(core, db, session_id, read, redraw ? undefined : new Set());
  const tabs = shownTabs(read.layout);
  for (const tab of tabs) note(reader, tab, seq);
  const hidden = tabsOf(read.layout).filter((t) => !tabs.some((s) => s.number === t.number));
  const gone = hidden.map((t) => remove(ids.view(t.number))).join("");
  if (!redraw) return { html: gone + barsOf(view) + headOf(view), chats: shownChats(read.layout) };
  await loadHighlighter();
  return { html: frameOf(view) + gone + tabs.map((t) => drawn(view, t)).join(""), chats: [] };
}
