/**
 * The layout of a session's page: a tree of splits with panes as leaves and tabs in panes. One validated value per
 * session, changed by the functions of pane-changes.ts. Tab numbers are stable and never used again.
 */
import { z } from "zod";

export const PANES_MAX = 6;
export const TABS_MAX = 40;
export const CLOSED_MAX = 10;
/** Smallest share of its split that a child may get, in per mille. */
export const SHARE_MIN = 100;

const id = z.string().regex(/^[0-9a-z]{1,40}$/);
const number = z.number().int().min(1).max(1_000_000);

/** What a tab shows. A session has one review. A later kind (arena) joins this union. */
export const TabContent = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("chat"), chat_id: id }),
  z.object({ kind: z.literal("file"), path: z.string().min(1).max(4096), line: number.nullable().default(null) }),
  z.object({ kind: z.literal("artifact"), message_id: id }),
  z.object({ kind: z.literal("review") }),
  z.object({ kind: z.literal("terminal"), terminal_id: id }),
]);
export type TabContent = z.output<typeof TabContent>;

export const Tab = z.object({ number, content: TabContent });
export type Tab = z.output<typeof Tab>;

const Pane = z.object({ kind: z.literal("pane"), id, tabs: z.array(Tab).max(TABS_MAX), active: number.nullable() });
export type Pane = z.output<typeof Pane>;

/** `shares` are per mille of the split's width (row) or height (column), one a child, 1000 together. */
export type Split = { kind: "split"; direction: "row" | "column"; shares: number[]; children: LayoutNode[] };
export type LayoutNode = Pane | Split;
const Split: z.ZodType<Split> = z.object({
  kind: z.literal("split"),
  direction: z.enum(["row", "column"]),
  shares: z.array(z.number().int().min(SHARE_MIN).max(1000)).min(2).max(PANES_MAX),
  children: z
    .array(z.lazy(() => LayoutNode))
    .min(2)
    .max(PANES_MAX),
});
const LayoutNode: z.ZodType<LayoutNode> = z.union([Pane, Split]);

/** A closed tab keeps its number and where it was, so that it comes back as it went. */
const Closed = z.object({ tab: Tab, pane_id: id });

export const Layout = z
  .object({
    root: LayoutNode,
    /** The pane that has the keyboard, and the one that fills the page alone, if any. */
    focus: id,
    maximised: id.nullable().default(null),
    closed: z.array(Closed).max(CLOSED_MAX).default([]),
  })
  .superRefine((layout, ctx) => {
    const problem = problemOf(layout);
    if (problem) ctx.addIssue({ code: "custom", message: problem });
  });
export type Layout = {
  root: LayoutNode;
  focus: string;
  maximised: string | null;
  closed: { tab: Tab; pane_id: string }[];
};

/** What makes a well-formed tree still wrong, or null. */
function problemOf(layout: Layout): string | null {
  const all = panes(layout);
  if (all.length > PANES_MAX) return `a layout has at most ${PANES_MAX} panes`;
  if (new Set(all.map((p) => p.id)).size !== all.length) return "two panes have the same id";
  if (!all.some((p) => p.id === layout.focus)) return "focus names no pane of the layout";
  if (layout.maximised !== null && !all.some((p) => p.id === layout.maximised))
    return "maximised names no pane of the layout";
  const tabs = all.flatMap((p) => p.tabs);
  if (new Set(tabs.map((t) => t.number)).size !== tabs.length) return "two tabs have the same number";
  if (tabs.length > TABS_MAX) return `a session has at most ${TABS_MAX} open tabs`;
  for (const pane of all)
    if (pane.active !== null && !pane.tabs.some((t) => t.number === pane.active))
      return "a pane's active tab is not in it";
  for (const pane of all) if (pane.active === null && pane.tabs.length > 0) return "a pane with tabs has an active one";
  return splits(layout.root).some((s) => s.shares.length !== s.children.length || sum(s.shares) !== 1000)
    ? "the shares of a split are one a child and 1000 together"
    : null;
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

function splits(node: LayoutNode): Split[] {
  return node.kind === "pane" ? [] : [node, ...node.children.flatMap(splits)];
}

/** All panes in reading order. */
export function panes(layout: Pick<Layout, "root">): Pane[] {
  const walk = (node: LayoutNode): Pane[] => (node.kind === "pane" ? [node] : node.children.flatMap(walk));
  return walk(layout.root);
}

export const tabsOf = (layout: Layout): Tab[] => panes(layout).flatMap((p) => p.tabs);
export const paneOf = (layout: Layout, paneId: string): Pane | null =>
  panes(layout).find((p) => p.id === paneId) ?? null;
export const paneOfTab = (layout: Layout, tab: number): Pane | null =>
  panes(layout).find((p) => p.tabs.some((t) => t.number === tab)) ?? null;

/** Tabs that are on the screen: the active one of each pane, or of the maximised one alone. */
export function shownTabs(layout: Layout): Tab[] {
  return panes(layout).flatMap((p) => p.tabs.filter((t) => t.number === p.active));
}

export const sameContent = (a: TabContent, b: TabContent): boolean =>
  a.kind === b.kind &&
  (a.kind === "chat"
    ? a.chat_id === (b as typeof a).chat_id
    : a.kind === "file"
      ? a.path === (b as typeof a).path
      : a.kind === "terminal"
        ? a.terminal_id === (b as typeof a).terminal_id
        : a.kind === "review" || a.message_id === (b as typeof a).message_id);

export function initialLayout(paneId: string, tabs: readonly Tab[]): Layout {
  return {
    root: { kind: "pane", id: paneId, tabs: [...tabs], active: tabs[0]?.number ?? null },
    focus: paneId,
    maximised: null,
    closed: [],
  };
}
