/**
 * Where every pane and view lies, as one style element. Panes and views are siblings placed by it: moving a tab,
 * resizing or maximising changes nothing but this element, so drafts, scroll positions and terminals stay untouched.
 */
import { type Layout, paneOf } from "../../src/domain/pane.ts";
import { geometry, type Rect } from "../../src/domain/pane-geometry.ts";
import { ids } from "../ids.ts";

export function LayoutStyle({ session_id, layout }: { session_id: string; layout: Layout }) {
  return <style id={ids.layoutStyle(session_id)}>{rules(layout) as "safe"}</style>;
}

/** Only numbers and ids of our own alphabet go into it. */
function rules(layout: Layout): string {
  const { panes, dividers } = geometry(layout);
  const wide = panes.map(({ pane, rect }) => {
    const bar = `#${ids.pane(pane.id)}{display:flex;${place(rect)}block-size:var(--tabs)}`;
    const view =
      pane.active === null
        ? ""
        : `#${ids.view(pane.active)}{display:grid;${place(rect)}inset-block-start:calc(${percent(rect.y)} + var(--tabs));block-size:calc(${percent(rect.h)} - var(--tabs))}`;
    const empty = pane.active === null ? `#${ids.pane(pane.id)}{block-size:${percent(rect.h)};align-items:start}` : "";
    return bar + view + empty;
  });
  const lines = dividers.map((d, i) => `.divider:nth-of-type(${i + 1}){${place(d.rect)}}`);
  const focused = paneOf(layout, layout.focus)?.active;
  const narrow = focused
    ? `#${ids.view(focused)}{display:grid;inset:0}`
    : `#${ids.pane(layout.focus)}{display:flex;inset:0}`;
  return `@media(min-width:761px){${wide.join("")}${lines.join("")}}@media(max-width:760px){${narrow}}`;
}

const place = (r: Rect) =>
  `inset-inline-start:${percent(r.x)};inset-block-start:${percent(r.y)};inline-size:${percent(r.w)};block-size:${percent(r.h)};`;
const percent = (perMille: number) => `${Math.round(perMille * 100) / 1000}%`;
