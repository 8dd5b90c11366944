/** Where panes and the dividers between them lie on the page. */
import { type Layout, type LayoutNode, type Pane, paneOf } from "./pane.ts";

/** Place of a pane or divider on the page, in per mille of its width and height. */
export interface Rect {
  x: number;
  y: number;
  w: number;
  h: number;
}
export interface Divider {
  /** Path of the split, and which of its gaps this is. */
  path: number[];
  gap: number;
  direction: "row" | "column";
  rect: Rect;
  shares: number[];
}

/** Where everything lies: panes are drawn side by side, not nested, so that a moved tab never moves in the document. */
export function geometry(layout: Layout): { panes: { pane: Pane; rect: Rect }[]; dividers: Divider[] } {
  const full: Rect = { x: 0, y: 0, w: 1000, h: 1000 };
  const alone = layout.maximised ? paneOf(layout, layout.maximised) : null;
  if (alone) return { panes: [{ pane: alone, rect: full }], dividers: [] };
  const placed: { pane: Pane; rect: Rect }[] = [];
  const dividers: Divider[] = [];
  const walk = (node: LayoutNode, rect: Rect, path: number[]) => {
    if (node.kind === "pane") return void placed.push({ pane: node, rect });
    let at = 0;
    for (const [i, child] of node.children.entries()) {
      const share = node.shares[i]! / 1000;
      const part =
        node.direction === "row"
          ? { ...rect, x: rect.x + rect.w * at, w: rect.w * share }
          : { ...rect, y: rect.y + rect.h * at, h: rect.h * share };
      if (i > 0)
        dividers.push({
          path,
          gap: i - 1,
          direction: node.direction,
          shares: node.shares,
          rect: node.direction === "row" ? { ...part, w: 0 } : { ...part, h: 0 },
        });
      walk(child, part, [...path, i]);
      at += share;
    }
  };
  walk(layout.root, full, []);
  return { panes: placed, dividers };
}
