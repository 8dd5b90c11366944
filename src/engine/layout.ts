/** The arrangement of a session's page: one validated tree, saved with every change, followed by every open browser. */
import { z } from "zod";
import type { Db, Tx } from "../db/sql.ts";
import { sessionTopic } from "../domain/event.ts";
import { initialLayout, Layout, panes, SHARE_MIN, sameContent, TabContent, tabsOf } from "../domain/pane.ts";
import {
  activate,
  closePane,
  closeTab,
  dropTabs,
  focusPane,
  maximise,
  moveTab,
  openTab,
  reopenTab,
  resize,
  splitPane,
} from "../domain/pane-changes.ts";
import { conflict, notFound } from "../lib/errors.ts";
import { newId } from "../lib/ids.ts";
import { findChat, listChats } from "../store/chats.ts";
import { findMessage } from "../store/messages.ts";
import { readStoredLayout, takeTabNumber, writeLayout } from "../store/sessions.ts";
import { findTerminal, listTerminals } from "../store/terminals.ts";
import { type Core, type Emit, transact } from "./core.ts";

const id = z.string().regex(/^[0-9a-z]{1,40}$/);
const tab = z.coerce.number().int().min(1);
/** Numbers in a list, as JSON or as "1,2,3" from a form. */
const numbers = z.union([
  z.array(z.number().int()),
  z.string().transform((s) => s.split(",").filter(Boolean).map(Number)),
]);
const optionalId = z.union([id, z.literal("").transform(() => undefined)]).optional();

/** Everything that can be done to a layout; the body of POST /sessions/:id/layout/changes. */
export const LayoutChange = z.discriminatedUnion("change", [
  z.object({
    change: z.literal("open"),
    kind: z.enum(["chat", "file", "artifact", "review", "terminal"]),
    chat_id: optionalId,
    path: z.string().max(4096).optional(),
    line: z.coerce.number().int().min(1).nullish(),
    message_id: optionalId,
    terminal_id: optionalId,
    pane: optionalId,
    /** Puts it beside the pane instead of into it. */
    split: z.enum(["row", "column"]).optional(),
  }),
  z.object({ change: z.literal("activate"), tab }),
  z.object({ change: z.literal("close"), tab }),
  z.object({ change: z.literal("reopen") }),
  z.object({ change: z.literal("move"), tab, pane: id, index: z.coerce.number().int().min(0).default(100) }),
  z.object({ change: z.literal("split"), pane: id, direction: z.enum(["row", "column"]), tab: tab.optional() }),
  z.object({ change: z.literal("focus"), pane: id }),
  z.object({ change: z.literal("maximise"), pane: optionalId }),
  z.object({ change: z.literal("close_pane"), pane: id }),
  z.object({
    change: z.literal("resize"),
    path: numbers.default([]),
    shares: numbers.refine((s) => s.every((n) => n >= SHARE_MIN / 10), "shares are positive"),
  }),
]);
export type LayoutChange = z.output<typeof LayoutChange>;

export interface ReadLayout {
  layout: Layout;
  version: number;
  /** What was stored could not be read and was made anew from the session's chats. */
  repaired: boolean;
}

/** The layout as it can be shown: what was stored, without tabs whose chat is gone; made from the chats when there is none. */
export async function readLayout(db: Db, sessionId: string): Promise<ReadLayout> {
  const [row, there] = await Promise.all([readStoredLayout(db, sessionId), readShowable(db, sessionId)]);
  if (!row) throw notFound("session");
  return check(row, there);
}

/** What tabs of a session can show. */
async function readShowable(db: Db, sessionId: string) {
  const [chats, terminals] = await Promise.all([listChats(db, sessionId), listTerminals(db, sessionId)]);
  return { chats, terminals };
}

function check(
  row: { layout: unknown; layout_version: number },
  { chats, terminals }: Awaited<ReturnType<typeof readShowable>>,
): ReadLayout {
  const parsed = row.layout === null ? null : Layout.safeParse(row.layout);
  if (!parsed?.success) {
    const first = initialLayout(
      "first",
      chats.map((c) => ({ number: c.number, content: { kind: "chat" as const, chat_id: c.id } })),
    );
    return { layout: first, version: row.layout_version, repaired: parsed !== null };
  }
  const there = new Set([...chats, ...terminals].map(({ id }) => id));
  const layout = dropTabs(
    parsed.data,
    (c) => (c.kind === "chat" && !there.has(c.chat_id)) || (c.kind === "terminal" && !there.has(c.terminal_id)),
  );
  return { layout, version: row.layout_version, repaired: false };
}

/** Applies one change to what is stored now; two browsers that change at once both get their way, one after the other. */
export async function changeLayout(
  core: Core,
  sessionId: string,
  change: LayoutChange,
  by: string | null,
): Promise<ReadLayout> {
  return transact(core, (tx, emit) =>
    applyChange(tx, emit, sessionId, by, (layout) => applied(tx, sessionId, layout, change)),
  );
}

/** Replaces the whole tree; 409 with the current one when `version` is not the one it was made from. */
export async function putLayout(
  core: Core,
  sessionId: string,
  layout: Layout,
  version: number,
  by: string | null,
): Promise<ReadLayout> {
  return transact(core, async (tx, emit) => {
    const row = await readStoredLayout(tx, sessionId, true);
    if (!row) throw notFound("session");
    if (row.layout_version !== version)
      throw conflict("The layout was changed meanwhile.", check(row, await readShowable(tx, sessionId)));
    return applyChange(tx, emit, sessionId, by, async () => layout);
  });
}

/** Inside a transaction that does more: opens a tab for a chat that was just made. */
export async function openChatTab(
  tx: Tx,
  emit: Emit,
  sessionId: string,
  chat: { id: string; number: number },
): Promise<void> {
  await openContentTab(tx, emit, sessionId, { kind: "chat", chat_id: chat.id }, chat.number);
}

/** The same for anything that has its number already; in the pane that has the keyboard when none is named. */
export async function openContentTab(
  tx: Tx,
  emit: Emit,
  sessionId: string,
  content: TabContent,
  number: number,
  pane?: string,
): Promise<void> {
  await applyChange(tx, emit, sessionId, null, async (layout) => openTab(layout, content, number, pane));
}

async function applyChange(
  tx: Tx,
  emit: Emit,
  sessionId: string,
  by: string | null,
  change: (layout: Layout) => Promise<Layout>,
): Promise<ReadLayout> {
  const row = await readStoredLayout(tx, sessionId, true);
  if (!row) throw notFound("session");
  const { layout } = check(row, await readShowable(tx, sessionId));
  const next = await change(layout);
  const version = await writeLayout(tx, sessionId, next);
  emit({ topic: sessionTopic(sessionId), kind: "layout.changed", payload: { session_id: sessionId, version, by } });
  return { layout: next, version, repaired: false };
}

async function applied(tx: Tx, sessionId: string, layout: Layout, c: LayoutChange): Promise<Layout> {
  switch (c.change) {
    case "open":
      return opened(tx, sessionId, layout, c);
    case "activate":
      return activate(layout, c.tab);
    case "close":
      return closeTab(layout, c.tab);
    case "reopen":
      return reopenTab(layout);
    case "move":
      return moveTab(layout, c.tab, c.pane, c.index);
    case "split":
      return splitPane(layout, c.pane, c.direction, newId(), c.tab ?? null);
    case "focus":
      return focusPane(layout, c.pane);
    case "maximise":
      return maximise(layout, c.pane ?? null);
    case "close_pane":
      return closePane(layout, c.pane);
    case "resize":
      return resize(layout, c.path, c.shares);
  }
}

async function opened(
  tx: Tx,
  sessionId: string,
  layout: Layout,
  c: Extract<LayoutChange, { change: "open" }>,
): Promise<Layout> {
  const content = TabContent.parse(
    c.kind === "chat"
      ? { kind: c.kind, chat_id: c.chat_id }
      : c.kind === "file"
        ? { kind: c.kind, path: c.path, line: c.line ?? null }
        : c.kind === "review"
          ? { kind: c.kind }
          : c.kind === "terminal"
            ? { kind: c.kind, terminal_id: c.terminal_id }
            : { kind: c.kind, message_id: c.message_id },
  );
  const number = await numberFor(tx, sessionId, content);
  const there = tabsOf(layout).some((t) => sameContent(t.content, content));
  // A review is read beside the chat that it is about.
  const beside = c.kind === "review" && c.pane === undefined && panes(layout).length === 1 ? "row" : undefined;
  const split = c.split ?? beside;
  if (!split || there) return openTab(layout, content, number, c.pane);
  const pane = newId();
  return openTab(splitPane(layout, c.pane ?? layout.focus, split, pane), content, number, pane);
}

/** Chats and terminals have their number for life; other tabs take the session's next one. */
async function numberFor(tx: Tx, sessionId: string, content: TabContent): Promise<number> {
  if (content.kind === "chat") {
    const chat = await findChat(tx, content.chat_id);
    if (!chat || chat.session_id !== sessionId) throw notFound("chat in this session");
    return chat.number;
  }
  if (content.kind === "terminal") {
    const terminal = await findTerminal(tx, content.terminal_id);
    if (!terminal || terminal.session_id !== sessionId || terminal.state === "closed")
      throw notFound("terminal in this session");
    return terminal.number;
  }
  if (content.kind === "artifact" && !(await findMessage(tx, content.message_id))) throw notFound("artifact");
  return (await takeTabNumber(tx, sessionId)) ?? 1;
}
