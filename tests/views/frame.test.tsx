import { describe, expect, test } from "bun:test";
import { DeskContent } from "../../views/desk/desk.tsx";
import { DeskRunning } from "../../views/desk/running.tsx";
import { ids } from "../../views/ids.ts";
import { BarNeeds, NavNeeds, RailNeeds } from "../../views/layout/nav-needs.tsx";
import { NavProjects, NavSessionRow } from "../../views/layout/nav-projects.tsx";
import { NavRunning } from "../../views/layout/nav-running.tsx";
import { BarePage, HTMX_CONFIG, Page, pageStart, REST_OF_PAGE } from "../../views/layout/page.tsx";
import { NOW } from "../support/chat-fixtures.ts";
import { aFrame, aSession, desk, emptyDesk, projects, running } from "../support/frame-fixtures.ts";
import { all, parse } from "../support/html.ts";

const page = (over = {}, current = {}) => parse(Page({ frame: aFrame(over), title: "x", current, children: "" }));

describe("regions that the stream fills are there when they are empty", () => {
  test("desk", () => {
    const doc = parse(String(<DeskContent desk={emptyDesk} now={NOW} projects={projects} />));
    for (const id of [ids.deskNeeds, ids.deskRunning, ids.deskRecent])
      expect([id, doc.getElementById(id) !== null]).toEqual([id, true]);
    expect(all(doc, ".band h2").map((h) => h.textContent)).toEqual(["Recent"]);
  });

  test("sidebar", () => {
    const empty = page({ nav: { projects: [], running: [], needs: 0 } });
    expect(empty.getElementById(ids.navRunning)?.hasAttribute("hidden")).toBeTrue();
    expect(empty.getElementById(ids.navNeeds)?.textContent).toBe("");
    expect(empty.getElementById(ids.navProjects)?.textContent).toContain("None yet");
  });

  test("each component renders exactly one root with its id", () => {
    const roots: [string, string][] = [
      [String(<NavProjects projects={projects} now={NOW} />), ids.navProjects],
      [String(<NavRunning running={running} now={NOW} />), ids.navRunning],
      [String(<NavNeeds needs={3} />), ids.navNeeds],
      [String(<RailNeeds needs={3} />), ids.railNeeds],
      [String(<BarNeeds needs={0} />), ids.barNeeds],
      [String(<NavSessionRow session={projects[0]!.sessions[0]!} now={NOW} />), ids.navSession("s9")],
      [String(<DeskRunning running={running} now={NOW} />), ids.deskRunning],
    ];
    for (const [html, id] of roots) {
      const children = [...parse(html).body.children];
      expect(children.map((child) => child.id)).toEqual([id]);
    }
  });
});

test("every page begins with what is known before it is read, and goes on at its title", () => {
  const looks = [undefined, { theme: "dark", density: "roomy", font_size: "large" }] as const;
  for (const look of looks) {
    const frame = aFrame(look && { look });
    const start = pageStart(frame);
    expect(start).not.toContain(REST_OF_PAGE);
    for (const whole of [
      Page({ frame, title: "<x>", early: true, children: "" }),
      BarePage({ frame, title: "<x>", refresh_s: 5, children: "" }),
    ]) {
      expect(whole).toStartWith(start + REST_OF_PAGE);
      const doc = parse(whole);
      expect(doc.title).toBe("<x> · BooCode");
      expect(doc.querySelector("main")).not.toBeNull();
    }
  }
});

describe("where you are", () => {
  test("the open session, not its project, is current", () => {
    const doc = page({ path: "/chats/c1" }, { session_id: "s1", project_id: "p1" });
    expect(all(doc, "[aria-current]").map((e) => e.id)).toEqual([ids.navSession("s1")]);
  });

  test("desk and settings are current in sidebar, rail and bottom bar", () => {
    expect(all(page({ path: "/" }), "[aria-current=page]")).toHaveLength(3);
    expect(all(page({ path: "/settings" }), "[aria-current=page]")).toHaveLength(3);
  });
});

test("a run without a byte for 60 s is sent as silent, one with is not, and both can change without the server", () => {
  const doc = parse(String(<NavRunning running={running} now={NOW} />));
  const rows = all(doc, ".runrow");
  expect(rows.map((row) => row.hasAttribute("data-silent"))).toEqual([false, false, true, false]);
  expect(rows.map((row) => row.hasAttribute("data-live"))).toEqual([true, true, true, false]);
  expect(rows[2]?.querySelector("time")?.textContent).toBe("4 m");
  expect(rows[3]?.textContent).toContain("queued");
});

test("a queued run is taken back, a running one is stopped, each by its own address", () => {
  const doc = parse(String(<DeskRunning running={running} now={NOW} />));
  expect(all(doc, "form").map((form) => form.getAttribute("action"))).toEqual([
    "/runs/r1/cancellation",
    "/runs/r2/cancellation",
    "/runs/r3/cancellation",
    "/runs/r4/withdrawal",
  ]);
});

test("needs: the count is capped in badges, told whole in the sidebar", () => {
  expect(parse(String(<RailNeeds needs={120} />)).body.textContent).toBe("99+ need you");
  expect(parse(String(<NavNeeds needs={1200} />)).querySelector(".count")?.textContent).toBe("1,200");
});

test("a project with more sessions than are listed says how many more", () => {
  const many = { ...projects[0]!, total: 11 };
  const none = { ...projects[0]!, id: "p9", sessions: [], total: 0 };
  const words = all(parse(String(<NavProjects projects={[many, none]} now={NOW} />)), ".more").map((e) =>
    e.textContent?.trim(),
  );
  expect(words).toEqual(["6 more", "no sessions yet"]);
});

test("the first desk, without projects, asks for one and offers no session", () => {
  const doc = parse(String(<DeskContent desk={emptyDesk} now={NOW} projects={[]} />));
  expect(doc.querySelector("form")?.getAttribute("action")).toBe("/projects");
  expect(all(doc, 'a[href^="/sessions/new"]')).toHaveLength(0);
});

test("theme: the system's unless chosen", () => {
  expect(page().documentElement.hasAttribute("data-theme")).toBeFalse();
  const dark = page({ look: { theme: "dark", density: "roomy", font_size: "large" } });
  expect(dark.documentElement.getAttribute("data-theme")).toBe("dark");
  expect(dark.querySelector('meta[name="color-scheme"]')?.getAttribute("content")).toBe("dark");
});

test("a page without a stream opens none; the page while the database is away loads itself again", () => {
  expect(page().getElementById("stream")).toBeNull();
  const away = parse(BarePage({ frame: aFrame(), title: "x", refresh_s: 5, children: "" }));
  expect(away.querySelector('meta[http-equiv="refresh"]')?.getAttribute("content")).toBe("5");
});

test("signing out is offered only where it means something", () => {
  expect(all(page(), 'form[action="/logout"]')).toHaveLength(0);
  expect(all(page({ can_sign_out: true }), 'form[action="/logout"]')).toHaveLength(1);
});

test("htmx is told by names that this version knows", async () => {
  const source = await Bun.file(Bun.resolveSync("htmx.org/dist/htmx.js", import.meta.dir)).text();
  const sse = await Bun.file(Bun.resolveSync("htmx.org/dist/ext/hx-sse.js", import.meta.dir)).text();
  const { sse: streamConfig, ...config } = JSON.parse(HTMX_CONFIG) as Record<string, object>;
  for (const key of Object.keys(config)) expect([key, source.includes(`config.${key}`)]).toEqual([key, true]);
  for (const key of Object.keys(streamConfig ?? {}))
    expect([key, new RegExp(`\\b${key}:`).test(sse)]).toEqual([key, true]);
});

test("a session's row tells its state in a word", () => {
  const doc = parse(String(<NavSessionRow session={aSession("a", "p", "T", "failed", 0)} now={NOW} />));
  expect(doc.querySelector("svg")?.getAttribute("aria-label")).toBe("Failed");
  expect(desk.recent.length).toBeGreaterThan(0);
});
