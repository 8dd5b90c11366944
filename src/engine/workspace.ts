/** The workspace of a session as its page and its stream show it, read in one snapshot. */
import { basename } from "node:path";
import type { Db } from "../db/sql.ts";
import type { ChangeTotals } from "../domain/change.ts";
import type { Chat } from "../domain/chat.ts";
import type { Status } from "../domain/nav.ts";
import type { ChatView, TabLabel, WorkspaceView } from "../domain/page.ts";
import { type Layout, paneOf, shownTabs, tabsOf } from "../domain/pane.ts";
import { activate, openTab } from "../domain/pane-changes.ts";
import { type Terminal, terminalTitle } from "../domain/terminal.ts";
import { branchOf } from "../drivers/git/head.ts";
import { notFound } from "../lib/errors.ts";
import { counted } from "../lib/format.ts";
import { readTotals } from "../store/changes.ts";
import { findChat, listChats } from "../store/chats.ts";
import { findSession } from "../store/sessions.ts";
import { listTerminals } from "../store/terminals.ts";
import { readChatStatuses } from "../store/transcript.ts";
import { worktreeOfSession } from "../store/worktrees.ts";
import type { Core } from "./core.ts";
import { snapshot } from "./journal.ts";
import { type ReadLayout, readLayout } from "./layout.ts";
import { type At, readAt, readChatView } from "./pages.ts";
import { projectOf } from "./projects.ts";

/** What comes to the front on this page alone, whatever is stored. */
export type Front = { tab: number } | { chat_id: string } | null;

export function workspacePage(core: Core, sessionId: string, front: Front): Promise<At & { view: WorkspaceView }> {
  return snapshot(core.sql, async (tx, head) => {
    const stored = await readLayout(tx, sessionId);
    const layout = await brought(tx, stored.layout, front);
    return {
      ...(await readAt(core, tx, head.seq)),
      view: await readWorkspace(core, tx, sessionId, { ...stored, layout }),
    };
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
  const session = await findSession(db, sessionId);
  if (!session) throw notFound("session");
  const project = await projectOf({ sql: db }, session.project_id);
  const { layout } = read;
  const chats = new Map<number, ChatView>();
  for (const { number, content } of shownTabs(layout)) {
    if (content.kind !== "chat" || (only && !only.has(content.chat_id))) continue;
    chats.set(number, await readChatView(core, db, content.chat_id, null, 0));
  }
  const active = paneOf(layout, layout.focus)?.active ?? null;
  return {
    project,
    session,
    branch: await branchOf(project.path),
    worktree_branch: (await worktreeOfSession(db, sessionId))?.branch ?? null,
    layout,
    layout_version: read.version,
    repaired: read.repaired,
    ...(await readBars(db, sessionId, layout)),
    chats,
    focused: active === null ? null : (chats.get(active) ?? null),
  };
}

/** What the bars of the panes say: every tab with its status, and the chats that no tab shows. */
export async function readBars(
  db: Db,
  sessionId: string,
  layout: Layout,
): Promise<Pick<WorkspaceView, "labels" | "unopened" | "terminals">> {
  const [all, terminals, statuses] = await Promise.all([
    listChats(db, sessionId),
    listTerminals(db, sessionId),
    readChatStatuses(db, sessionId),
  ]);
  const open = new Set(
    tabsOf(layout).map(({ content: c }) =>
      c.kind === "chat" ? c.chat_id : c.kind === "terminal" ? c.terminal_id : "",
    ),
  );
  const labels = labelsOf(layout, all, statuses, terminals);
  const review = labels.find((l) => l.kind === "review");
  if (review) review.title = reviewTitle(await readTotals(db, { session_id: sessionId, chat_id: null, closed: false }));
  return {
    labels,
    unopened: all.filter((c) => !open.has(c.id)),
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
