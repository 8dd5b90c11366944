/** Changes of a layout: each a pure function from layout to layout. Errors: invalid, naming what is not there. */
import { invalid } from "../lib/errors.ts";
import {
  CLOSED_MAX,
  type Layout,
  type LayoutNode,
  PANES_MAX,
  type Pane,
  paneOf,
  paneOfTab,
  panes,
  SHARE_MIN,
  sameContent,
  TABS_MAX,
  type TabContent,
  tabsOf,
} from "./pane.ts";

/** Opens content in a pane: a tab that shows it already comes to the front instead. */
export function openTab(layout: Layout, content: TabContent, number: number, paneId: string = layout.focus): Layout {
  const there = tabsOf(layout).find((t) => sameContent(t.content, content));
  if (there) {
    const line = content.kind === "file" ? { ...there, content } : there;
    return activate(
      mapPanes(layout, (p) => ({ ...p, tabs: p.tabs.map((t) => (t.number === there.number ? line : t)) })),
      there.number,
    );
  }
  if (tabsOf(layout).length >= TABS_MAX) throw invalid(`A session has at most ${TABS_MAX} open tabs; close one first.`);
  const target = paneOf(layout, paneId) ? paneId : layout.focus;
  const opened = mapPanes(layout, (p) =>
    p.id === target ? { ...p, tabs: [...p.tabs, { number, content }], active: number } : p,
  );
  return { ...opened, focus: target, maximised: layout.maximised === null ? null : target };
}

export function activate(layout: Layout, tab: number): Layout {
  const pane = paneOfTab(layout, tab);
  if (!pane) throw invalid("There is no such tab.", "tab");
  return {
    ...mapPanes(layout, (p) => (p.id === pane.id ? { ...p, active: tab } : p)),
    focus: pane.id,
    maximised: layout.maximised === null ? null : pane.id,
  };
}

export function focusPane(layout: Layout, paneId: string): Layout {
  if (!paneOf(layout, paneId)) throw invalid("There is no such pane.", "pane");
  return { ...layout, focus: paneId, maximised: layout.maximised === null ? null : paneId };
}

/** Closes a tab; its neighbour comes to the front, and a pane that is empty then goes, unless it is the last one. */
export function closeTab(layout: Layout, tab: number): Layout {
  const pane = paneOfTab(layout, tab);
  if (!pane) throw invalid("There is no such tab.", "tab");
  const at = pane.tabs.findIndex((t) => t.number === tab);
  const gone = pane.tabs[at]!;
  const rest = pane.tabs.filter((t) => t.number !== tab);
  const active = pane.active === tab ? (rest[Math.min(at, rest.length - 1)]?.number ?? null) : pane.active;
  const closed = [{ tab: gone, pane_id: pane.id }, ...layout.closed].slice(0, CLOSED_MAX);
  const next = { ...mapPanes(layout, (p) => (p.id === pane.id ? { ...p, tabs: rest, active } : p)), closed };
  return rest.length === 0 ? closePane(next, pane.id) : next;
}

/** The tab closed last comes back, in its pane if that is still there. */
export function reopenTab(layout: Layout): Layout {
  const [last, ...closed] = layout.closed;
  if (!last) throw invalid("No tab was closed lately.");
  const same = tabsOf(layout).find((t) => sameContent(t.content, last.tab.content));
  if (same) return activate({ ...layout, closed }, same.number);
  return openTab({ ...layout, closed }, last.tab.content, last.tab.number, last.pane_id);
}

/** Removes every tab whose content is gone (a deleted chat), also from the closed ones. */
export function dropTabs(layout: Layout, gone: (content: TabContent) => boolean): Layout {
  let next: Layout = { ...layout, closed: layout.closed.filter((c) => !gone(c.tab.content)) };
  for (const tab of tabsOf(layout))
    if (gone(tab.content)) next = { ...closeTab(next, tab.number), closed: next.closed };
  return next;
}

/** Splits a pane; the new one takes the given tab with it, or is empty. */
export function splitPane(
  layout: Layout,
  paneId: string,
  direction: "row" | "column",
  newPaneId: string,
  tab: number | null = null,
): Layout {
  const pane = paneOf(layout, paneId);
  if (!pane) throw invalid("There is no such pane.", "pane");
  if (panes(layout).length >= PANES_MAX) throw invalid(`At most ${PANES_MAX} panes; close one first.`);
  const fresh: Pane = { kind: "pane", id: newPaneId, tabs: [], active: null };
  const root = replace(layout.root, paneId, direction, fresh);
  const next: Layout = { ...layout, root, focus: newPaneId, maximised: null };
  return tab === null ? next : moveTab(next, tab, newPaneId, 0);
}

/** In a split of the same direction the new pane becomes a sibling and halves its neighbour; else a split is made. */
function replace(node: LayoutNode, paneId: string, direction: "row" | "column", fresh: Pane): LayoutNode {
  if (node.kind === "pane") {
    return node.id === paneId ? { kind: "split", direction, shares: [500, 500], children: [node, fresh] } : node;
  }
  const at = node.children.findIndex((c) => c.kind === "pane" && c.id === paneId);
  if (at < 0 || node.direction !== direction)
    return { ...node, children: node.children.map((c) => replace(c, paneId, direction, fresh)) };
  const children = [...node.children.slice(0, at + 1), fresh, ...node.children.slice(at + 1)];
  const half = Math.floor(node.shares[at]! / 2);
  const shares = [...node.shares.slice(0, at), node.shares[at]! - half, half, ...node.shares.slice(at + 1)];
  return { ...node, children, shares: fair(shares) };
}

/** Moves a tab to a place in a pane; an emptied pane closes. */
export function moveTab(layout: Layout, tab: number, paneId: string, index: number): Layout {
  const from = paneOfTab(layout, tab);
  if (!from || !paneOf(layout, paneId)) throw invalid("There is no such tab or pane.", "tab");
  const moved = from.tabs.find((t) => t.number === tab)!;
  const at = from.tabs.findIndex((t) => t.number === tab);
  const next = mapPanes(layout, (p) => {
    const rest = p.tabs.filter((t) => t.number !== tab);
    if (p.id === paneId) return { ...p, tabs: [...rest.slice(0, index), moved, ...rest.slice(index)], active: tab };
    if (p.id !== from.id) return p;
    return {
      ...p,
      tabs: rest,
      active: p.active === tab ? (rest[Math.min(at, rest.length - 1)]?.number ?? null) : p.active,
    };
  });
  const done = { ...next, focus: paneId };
  return from.id !== paneId && from.tabs.length === 1 ? closePane(done, from.id) : done;
}

/** Closes a pane with its tabs (they can be reopened); the last pane only loses its tabs. */
export function closePane(layout: Layout, paneId: string): Layout {
  const pane = paneOf(layout, paneId);
  if (!pane) throw invalid("There is no such pane.", "pane");
  const closed = [...pane.tabs.map((tab) => ({ tab, pane_id: paneId })), ...layout.closed].slice(0, CLOSED_MAX);
  const root = without(layout.root, paneId);
  if (!root) return { ...mapPanes(layout, (p) => ({ ...p, tabs: [], active: null })), closed, maximised: null };
  const left = panes({ root });
  const focus = left.some((p) => p.id === layout.focus) ? layout.focus : left[0]!.id;
  return { root, focus, closed, maximised: layout.maximised === paneId ? null : layout.maximised };
}

function without(node: LayoutNode, paneId: string): LayoutNode | null {
  if (node.kind === "pane") return node.id === paneId ? null : node;
  const kept = node.children
    .map((child, i) => ({ child: without(child, paneId), share: node.shares[i]! }))
    .filter((c) => c.child !== null);
  if (kept.length === 0) return null;
  if (kept.length === 1) return kept[0]!.child;
  return { ...node, children: kept.map((c) => c.child!), shares: fair(kept.map((c) => c.share)) };
}

/** Sets the shares of the split that lies at `path` (child indexes from the root). */
export function resize(layout: Layout, path: readonly number[], shares: readonly number[]): Layout {
  const walk = (node: LayoutNode, rest: readonly number[]): LayoutNode => {
    if (node.kind === "pane") throw invalid("There is no such split.", "path");
    const [step, ...further] = rest;
    if (step === undefined) {
      if (shares.length !== node.children.length) throw invalid("One share a child.", "shares");
      return { ...node, shares: fair(shares) };
    }
    if (!node.children[step]) throw invalid("There is no such split.", "path");
    return { ...node, children: node.children.map((c, i) => (i === step ? walk(c, further) : c)) };
  };
  return { ...layout, root: walk(layout.root, path) };
}

export function maximise(layout: Layout, paneId: string | null): Layout {
  if (paneId !== null && !paneOf(layout, paneId)) throw invalid("There is no such pane.", "pane");
  return { ...layout, maximised: paneId, focus: paneId ?? layout.focus };
}

/** Whole shares of 1000 in the given proportion, none below the least. */
function fair(shares: readonly number[]): number[] {
  const total = sum(shares) || 1;
  const room = 1000 - SHARE_MIN * shares.length;
  const over = shares.map((s) => Math.max(0, (s * 1000) / total - SHARE_MIN));
  const overTotal = sum(over) || 1;
  const whole = over.map((o) => SHARE_MIN + Math.floor((o * room) / overTotal));
  whole[whole.length - 1]! += 1000 - sum(whole);
  return whole;
}

function mapPanes(layout: Layout, fn: (pane: Pane) => Pane): Layout {
  const walk = (node: LayoutNode): LayoutNode =>
    node.kind === "pane" ? fn(node) : { ...node, children: node.children.map(walk) };
  return { ...layout, root: walk(layout.root) };
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
