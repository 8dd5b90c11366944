/** The layout tree: whatever is done to it, it stays valid, loses no tab and reuses no number. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { initialLayout, Layout, panes, tabsOf } from "../../src/domain/pane.ts";
import {
  activate,
  closePane,
  closeTab,
  maximise,
  moveTab,
  openTab,
  reopenTab,
  resize,
  splitPane,
} from "../../src/domain/pane-changes.ts";
import { geometry } from "../../src/domain/pane-geometry.ts";

const chat = (id: string) => ({ kind: "chat" as const, chat_id: id });
const start = () => initialLayout("p1", [{ number: 1, content: chat("a") }]);
const valid = (layout: Layout) => expect(Layout.safeParse(layout).error?.issues ?? []).toEqual([]);

describe("layout", () => {
  test("opening what is open brings its tab to the front", () => {
    const two = openTab(start(), chat("b"), 2);
    const again = openTab(two, chat("a"), 3);
    expect(tabsOf(again).map((t) => t.number)).toEqual([1, 2]);
    expect(panes(again)[0]!.active).toBe(1);
  });

  test("a split takes a tab along; an emptied pane closes; a closed tab comes back with its number", () => {
    const two = openTab(start(), chat("b"), 2);
    const split = splitPane(two, "p1", "row", "p2", 2);
    valid(split);
    expect(panes(split).map((p) => p.tabs.map((t) => t.number))).toEqual([[1], [2]]);
    const closed = closeTab(split, 2);
    expect(panes(closed).map((p) => p.id)).toEqual(["p1"]);
    const back = reopenTab(closed);
    expect(tabsOf(back).map((t) => t.number)).toEqual([1, 2]);
    expect(back.closed).toEqual([]);
  });

  test("the last pane stays, without tabs", () => {
    const empty = closeTab(start(), 1);
    valid(empty);
    expect(panes(empty)).toMatchObject([{ id: "p1", tabs: [], active: null }]);
  });

  test("a third pane in the same direction is a sibling", () => {
    const three = splitPane(splitPane(start(), "p1", "row", "p2"), "p2", "row", "p3");
    expect(three.root).toMatchObject({
      kind: "split",
      children: [{ id: "p1" }, { id: "p2" }, { id: "p3" }],
      shares: [500, 250, 250],
    });
  });

  test("geometry covers the page without gaps; maximised is alone", () => {
    const layout = splitPane(splitPane(start(), "p1", "row", "p2"), "p2", "column", "p3");
    const { panes: placed, dividers } = geometry(resize(layout, [], [700, 300]));
    expect(placed.map((p) => p.rect)).toEqual([
      { x: 0, y: 0, w: 700, h: 1000 },
      { x: 700, y: 0, w: 300, h: 500 },
      { x: 700, y: 500, w: 300, h: 500 },
    ]);
    expect(dividers).toHaveLength(2);
    expect(geometry(maximise(layout, "p3")).panes).toHaveLength(1);
  });

  test("corrupt layouts are refused with a reason", () => {
    const bad = { ...start(), focus: "nope" };
    expect(Layout.safeParse(bad).error?.issues[0]?.message).toBe("focus names no pane of the layout");
    expect(Layout.safeParse({ root: { kind: "pane" } }).success).toBe(false);
    expect(Layout.safeParse(null).success).toBe(false);
  });

  test("any sequence of changes leaves a valid layout in which no number is used twice", () => {
    const step = fc.tuple(
      fc.constantFrom("open", "close", "split", "move", "resize", "activate", "reopen", "maximise", "closePane"),
      fc.nat(),
      fc.nat(),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let layout = start();
        let next = 2;
        const used = new Set([1]);
        const pick = <T>(all: readonly T[], n: number) => all[n % all.length];
        for (const [what, a, b] of steps) {
          const pane = pick(panes(layout), a)!;
          const tab = pick(tabsOf(layout), b);
          try {
            if (what === "open") {
              layout = openTab(layout, chat(`c${b % 20}`), next, pane.id);
              used.add(next++);
            } else if (what === "split")
              layout = splitPane(
                layout,
                pane.id,
                a % 2 ? "row" : "column",
                `p${next++}`,
                b % 2 ? (tab?.number ?? null) : null,
              );
            else if (what === "resize") layout = resize(layout, [], [a % 1000, b % 1000]);
            else if (what === "reopen") layout = reopenTab(layout);
            else if (what === "maximise") layout = maximise(layout, b % 2 ? pane.id : null);
            else if (what === "closePane") layout = closePane(layout, pane.id);
            else if (tab && what === "close") layout = closeTab(layout, tab.number);
            else if (tab && what === "move") layout = moveTab(layout, tab.number, pane.id, a % 5);
            else if (tab && what === "activate") layout = activate(layout, tab.number);
          } catch (error) {
            expect((error as { code?: string }).code).toBe("invalid");
          }
          valid(layout);
        }
        for (const t of tabsOf(layout)) expect(used.has(t.number)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
