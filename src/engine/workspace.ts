/** The workspace of a session as its page and its stream show it, read in one snapshot. */
import { basename } from "node:path";
import type { Db } from "../db/sql.ts";
import type { ChangeTotals } from "../domain/change.ts";
import type { Chat } from "../domain/chat.ts";
import type { Status } from "../domain/nav.ts";
import type { TabLabel, WorkspaceView } from "../domain/page.ts";
import { type Layout, paneOf, shownTabs, tabsOf } from "../domain/pane.ts";
import { activate, openTab } from "../domain/pane-changes.ts";
import { type Terminal, terminalTitle } from "../domain/terminal.ts";
import { branchOf } from "../drivers/git/head.ts";
import { counted } from "../lib/format.ts";
import { readTotals } from "../store/change-reads.ts";
import { findChat, listChats } from "../store/chats.ts";
import { listTerminals } from "../store/terminals.ts";
import { readChatStatuses } from "../store/transcript.ts";
import type { Core } from "./core.ts";
import { snapshot } from "./journal.ts";
import { type ReadLayout, readLayout } from "./layout.ts";
import { type At, readAt, readChatView, readSurroundings, type Surroundings } from "./pages.ts";

/** What comes to the front on this page alone, whatever is stored. */
export type Front = { tab: number } | { chat_id: string } | null;

export function workspacePage(core: Core, sessionId: string, front: Front): Promise<At & { view: WorkspaceView }> {
  return snapshot(core.sql, async (tx, head) => {
    const stored = await readLayout(tx, sessionId);
    const layout = await brought(tx, stored.layout, front);
    const [at, view] = await Promise.all([
      readAt(core, tx, head.seq),
      readWorkspace(core, tx, sessionId, { ...stored, layout }),
    ]);
    return { ...at, view };
  });
}

async function brought(db: Db, layout: Layout, front: Front): Promise<Layout> {
  if (!front) return layout;
  if ("tab" in front) return tabsOf(layout).some((t) => t.number === front.tab) ? activate(layout, front.tab) : layout;
  const chat = await findChat(db, front.chat_id);
  return chat ? openTab(layout, { kind: "chat", chat_id: chat.id }, chat.number) : layout;
}

/** `only` limits which chats are read; the stream asks for those that a browser does not have yet. */
export async function readWorkspace(
  core: Core,
  db: Db,
  sessionId: string,
  read: ReadLayout,
  only?: ReadonlySet<string>,
): Promise<WorkspaceView> {
  const { layout } = read;
  const [around, terminals] = await Promise.all([readSurroundings(db, sessionId), listTerminals(db, sessionId)]);
  const { project, session, worktree } = around;
  const shown = shownTabs(layout).flatMap(({ number, content: c }) =>
    c.kind === "chat" && (!only || only.has(c.chat_id)) ? [{ number, chat_id: c.chat_id }] : [],
  );
  const [branch, bars, ...views] = await Promise.all([
    branchOf(project.path),
    barsWith(db, sessionId, layout, { ...around, terminals }),
    ...shown.map(({ chat_id }) => readChatView(core, db, { chat_id, around }, null, 0)),
  ]);
  const chats = new Map(shown.map(({ number }, i) => [number, views[i]!]));
  const active = paneOf(layout, layout.focus)?.active ?? null;
  return {
    project,
    session,
    branch,
    worktree_branch: worktree?.branch ?? null,
    layout,
    layout_version: read.version,
    repaired: read.repaired,
    ...bars,
    chats,
    focused: active === null ? null : (chats.get(active) ?? null),
  };
}

type Bars = Pick<WorkspaceView, "labels" | "unopened" | "terminals">;

/** What the bars of the panes say: every tab with its status, and the chats that no tab shows. */
export async function readBars(db: Db, sessionId: string, layout: Layout): Promise<Bars> {
  const [chats, terminals, statuses] = await Promise.all([
    listChats(db, sessionId),
    listTerminals(db, sessionId),
    readChatStatuses(db, sessionId),
  ]);
  return barsWith(db, sessionId, layout, { chats, terminals, statuses });
}

async function barsWith(
  db: Db,
  sessionId: string,
  layout: Layout,
  { chats, terminals, statuses }: Pick<Surroundings, "chats" | "statuses"> & { terminals: readonly Terminal[] },
): Promise<Bars> {
  const open = new Set(
    tabsOf(layout).map(({ content: c }) =>
      c.kind === "chat" ? c.chat_id : c.kind === "terminal" ? c.terminal_id : "",
    ),
  );
  const labels = labelsOf(layout, chats, statuses, terminals);
  const review = labels.find((l) => l.kind === "review");
  if (review) review.title = reviewTitle(await readTotals(db, { session_id: sessionId, chat_id: null, closed: false }));
  return {
    labels,
    unopened: chats.filter((c) => !open.has(c.id)),
    terminals: terminals
      .filter((t) => !open.has(t.id))
      .map((t) => ({ id: t.id, number: t.number, title: terminalTitle(t) })),
  };
}

const reviewTitle = ({ hunks }: ChangeTotals): string => (hunks > 0 ? `Review, ${counted(hunks, "hunk")}` : "Review");

export function labelsOf(
  layout: Layout,
  chats: readonly Chat[],
  statuses: Record<string, Status>,
  terminals: readonly Terminal[] = [],
): TabLabel[] {
  return tabsOf(layout).map(({ number, content }) => {
    if (content.kind === "terminal")
      return terminalLabel(
        number,
        terminals.find((t) => t.id === content.terminal_id),
      );
    if (content.kind === "file") return { number, kind: "file", title: basename(content.path), status: null };
    if (content.kind === "review") return { number, kind: "review", title: "Review", status: null };
    if (content.kind === "artifact") return { number, kind: "artifact", title: "Artifact", status: null };
    const chat = chats.find((c) => c.id === content.chat_id);
    return { number, kind: "chat", title: chat?.title ?? "gone", status: statuses[content.chat_id] ?? "idle" };
  });
}

/** One that runs shows its icon; how one ended stands in the glyph. */
const terminalLabel = (number: number, terminal: Terminal | undefined): TabLabel => ({
  number,
  kind: "terminal",
  title: terminal ? terminalTitle(terminal) : "gone",
  status:
    terminal?.state !== "exited"
      ? null
      : (terminal.exit_code ?? 0) === 0 && !terminal.exit_signal
        ? "stopped"
        : "failed",
});

/** Chats whose transcripts are on the screen. */
export const shownChats = (layout: Layout): string[] =>
  shownTabs(layout).flatMap((t) => (t.content.kind === "chat" ? [t.content.chat_id] : []));
