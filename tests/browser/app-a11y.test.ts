/**
 * Every page as the program draws it: no violation that axe finds, in light and in dark, wide and on a phone; nothing
 * against the policy, no error in the console, nothing that moves while it loads, nothing wider than the screen.
 */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { type TestApp, testApp } from "../support/app.ts";
import { type AppPage, appPage, live } from "../support/app-page.ts";
import { launchChromium } from "../support/chromium.ts";
import { fakeLlm, type TestLlm } from "../support/fake-llm.ts";
import { coderChat, proposes } from "../support/proposals.ts";
import { slowPages } from "../support/slow-pages.ts";

setDefaultTimeout(180_000);
/** An age in the sidebar that ticks from "9 s" to "10 s" is a layout shift, too; anything that a reader sees is far more. */
const AGES_SHIFT = 0.001;
const LONG = "a-title-without-any-space-that-goes-on-and-on-".repeat(4);
const ANSWER = `# Result\n\nThe row lock ends **early**, see src/claim.ts:2 and [docs](https://example.org/${LONG}).\n
| ${"A head | ".repeat(9)}\n|${"---|".repeat(9)}\n| ${"value_that_is_long | ".repeat(9)}\n
\`\`\`ts\nexport const ${"x".repeat(300)} = 1;\n\`\`\`\n\n1. One\n2. Two\n\n> A quote.\n\n- [ ] open\n- [x] done\n`;
let browser: Browser;
let llm: TestLlm;
let boo: TestApp;
let axe: string;
let paths: Record<string, string>;

beforeAll(async () => {
  [browser, llm] = await Promise.all([launchChromium(), fakeLlm()]);
  axe = await Bun.file(Bun.resolveSync("axe-core/axe.min.js", import.meta.dir)).text();
  boo = await testApp({ llm, files: { "src/claim.ts": `// ${LONG.repeat(3)}\nexport const a = 1;\n`.repeat(40) } });
  paths = await furnish();
});
afterAll(async () => {
  await browser.close();
  await boo[Symbol.asyncDispose]();
  await llm[Symbol.asyncDispose]();
});

/** Fills the program with what pages look different for; gives a path for every page. */
async function furnish(): Promise<Record<string, string>> {
  const first = await boo.chat();
  const finish = async (chat: string, session: string, script: string, text: string) => {
    llm.set(script);
    await boo.settled((await boo.ask(chat, text)).run.id, session);
    llm.set(() => null);
  };
  const reads = '[[think:hm]][[tool:view_file {"path":"src/claim.ts"}]][[tool:list_dir {"path":"nope"}]]';
  await finish(first.chat, first.session, `${reads}[[then:${ANSWER}]]`, "Where does it end?");
  await finish(first.chat, first.session, "[[tokens:20]][[errorat:9]]", `${LONG}\nsecond line`);
  await boo.send("PATCH", `/sessions/${first.session}`, { title: LONG });
  const empty = await boo.chat();
  const live = await boo.chat();
  await boo.ask(live.chat, "[[tokens:100000]] [[slow:100]]");
  await boo.ask(live.chat, "waits in the queue");
  const coder = await coderChat(boo);
  const change = await proposes(boo, coder, "src/claim.ts", (text) =>
    text.replace("a = 1", "a = 2").replace(/$/, "// end\n"),
  );
  await proposes(boo, coder, `docs/${"deep/".repeat(12)}${LONG}.md`, () => `# ${LONG}\n\n${"word ".repeat(80)}\n`);
  await proposes(boo, coder, "bun.lock", () => "a\n");
  const [hunk] = (await boo.get<{ change: { hunks: { id: string }[] } }>(`/changes/${change}`)).change.hunks;
  await boo.send("PUT", `/changes/${change}/verdict`, { verdict: "rejected", hunks: [hunk!.id] });
  await boo.send("POST", `/changes/${change}/comments`, { text: LONG, hunk_id: hunk!.id });
  const { messages } = await boo.get<{ messages: { parts: { id: string; kind: string; message_id: string }[] }[] }>(
    `/chats/${first.chat}`,
  );
  const tool = messages.flatMap((m) => m.parts).find((p) => p.kind === "tool")!;
  await boo.send("POST", `/sessions/${coder.session}/worktree`);
  const { worktree } = await boo.get<{ worktree: { id: string } }>(`/sessions/${coder.session}/worktree`);
  return {
    desk: "/",
    worktrees: "/worktrees?sizes=1",
    "worktree and finish": `/sessions/${coder.session}/worktree`,
    "no worktree yet": `/sessions/${empty.session}/worktree`,
    "retiring a worktree": `/worktrees/${worktree.id}/retirement`,
    "how worktrees are made": `/projects/${first.project}/worktrees`,
    processes: "/processes",
    onboarding: "/onboarding",
    settings: "/settings",
    tokens: "/tokens",
    projects: "/projects",
    "new project": "/projects/new",
    project: `/projects/${first.project}`,
    "project removal": `/projects/${first.project}/removal`,
    "new session": "/sessions/new",
    "session edit": `/sessions/${first.session}/edit`,
    "session removal": `/sessions/${first.session}/removal`,
    chat: `/chats/${first.chat}`,
    "empty chat": `/chats/${empty.chat}`,
    "live chat": `/chats/${live.chat}`,
    "older messages": `/chats/${first.chat}/messages?before=3`,
    "tool result": `/parts/${tool.id}/output`,
    file: `/projects/${first.project}/files/src/claim.ts?line=3`,
    search: "/search",
    usage: "/usage?days=30",
    "search hits": "/search?q=row+OR+claim",
    "search of one kind": "/search?q=claim&kind=tool&age=day",
    "search without hits": "/search?q=zzzqqq",
    "where a hit leads": `/messages/${tool.message_id}?part=${tool.id}&line=1`,
    "messages around one": `/chats/${first.chat}/messages?around=${tool.message_id}&part=${tool.id}&line=1`,
    palette: "/palette?q=s",
    git: `/projects/${first.project}/git`,
    tree: `/projects/${first.project}/tree`,
    artifact: `/artifacts/${tool.message_id}`,
    reference: "/reference",
    review: `/sessions/${coder.session}/review`,
    "review of one file": `/changes/${change}/review`,
    coder: `/chats/${coder.chat}`,
    "no such file": `/projects/${first.project}/files/src/nope.ts`,
    "no such chat": "/chats/nope",
    "no such page": "/nope",
  };
}

/** How much moved, as a share of the screen, and what. */
interface Shift {
  value: number;
  moved: string;
}
interface Shifts {
  shifts: Shift[];
}
/** https://wicg.github.io/layout-instability/ */
interface LayoutShift {
  value: number;
  sources: { node: Node | null }[];
}
/** Noted from the first frame on. */
const watchShifts = (page: Page) =>
  page.addInitScript(() => {
    const seen: Shift[] = [];
    Object.assign(window, { shifts: seen });
    new PerformanceObserver((list) => {
      for (const { value, sources } of list.getEntries() as unknown as LayoutShift[]) {
        const moved = sources.map(({ node }) => (node as Element | null)?.outerHTML?.slice(0, 80) ?? node?.textContent);
        seen.push({ value, moved: moved.join(" | ") });
      }
    }).observe({ type: "layout-shift", buffered: true });
  });

async function check(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => {
    const run = (window as unknown as { axe: { run(at: object, how: object): Promise<AxeResults> } }).axe.run;
    // Which headings an answer has is up to the model. A tool row's path is a link in its summary, and reachable as one.
    const off = { "heading-order": { enabled: false }, "nested-interactive": { enabled: false } };
    return run(document, { resultTypes: ["violations"], rules: off });
  });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(" ")} ${node.html.slice(0, 200)}`),
  );
}

const width = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Controls of a bar that a long name beside them pushed out of it, into one another, or into a second line. */
const pushed = (page: Page) =>
  page.evaluate(() => {
    const wrong: string[] = [];
    for (const bar of Array.from(document.querySelectorAll("main :is(header.bar, .bar-2, .fhead, .switcher)"))) {
      const around = bar.getBoundingClientRect();
      const scrolls = getComputedStyle(bar).overflowX === "auto";
      const controls = Array.from(bar.querySelectorAll("a, button, input, .chip"))
        .filter(
          (control) => control.checkVisibility({ visibilityProperty: true }) && !control.closest(".vh, [popover]"),
        )
        .map((control) => ({ box: control.getBoundingClientRect(), words: control.outerHTML.slice(0, 90) }));
      for (const [at, { box, words }] of controls.entries()) {
        if (!scrolls && box.right > around.right + 1) wrong.push(`outside: ${words}`);
        if (box.bottom > around.bottom + 1 || box.top < around.top - 1) wrong.push(`above or below: ${words}`);
        const next = controls[at + 1]?.box;
        if (
          next &&
          next.left < box.right - 1 &&
          next.top < box.bottom - 1 &&
          next.bottom > box.top + 1 &&
          next.right > box.left
        )
          wrong.push(`under the next: ${words}`);
      }
    }
    return wrong;
  });

for (const [name, options] of [
  ["light, wide", { colorScheme: "light" }],
  ["dark, on a phone", { colorScheme: "dark", viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
] as const) {
  describe(name, () => {
    let open: AppPage;
    beforeAll(async () => {
      open = await appPage(browser, {
        ...options,
        expected: /Failed to load resource: the server responded with a status of 404/,
      });
      await watchShifts(open.page);
    });
    afterAll(() => open[Symbol.asyncDispose]());

    test("every page", async () => {
      const found: Record<string, unknown> = {};
      for (const [page, path] of Object.entries(paths)) {
        await open.page.goto(boo.url + path);
        await open.page.evaluate(
          () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
        );
        const seen = await open.page.evaluate(() => (window as unknown as Shifts).shifts);
        const shifts = seen.reduce((sum, { value }) => sum + value, 0);
        const wrong = [...(await check(open.page)), ...open.problems.splice(0)];
        if (shifts > AGES_SHIFT) wrong.push(`moved by ${shifts}: ${seen.map(({ moved }) => moved).join(", then ")}`);
        if ((await width(open.page)) > 0) wrong.push("wider than the screen");
        wrong.push(...(await pushed(open.page)));
        if (wrong.length > 0) found[page] = wrong;
      }
      expect(found).toEqual({});
    });

    test("nothing moves while a page comes in pieces", async () => {
      await using slow = slowPages(boo.url);
      const { page } = open;
      const found: Record<string, string> = {};
      for (const name of [
        "desk",
        "chat",
        "empty chat",
        "live chat",
        "coder",
        "review",
        "artifact",
        "palette",
        "file",
      ]) {
        await page.goto(slow.url + paths[name]);
        const seen = await page.evaluate(() => (window as unknown as Shifts).shifts);
        const shifts = seen.reduce((sum, { value }) => sum + value, 0);
        if (shifts > AGES_SHIFT) found[name] = `${shifts}: ${seen.map(({ moved }) => moved).join(", then ")}`;
      }
      await page.goto("about:blank");
      expect(found).toEqual({});
    });

    test("a transcript is drawn when it is whole", async () => {
      await using slow = slowPages(boo.url);
      const page = await open.page.context().newPage();
      await page.addInitScript(() => {
        const halves: boolean[] = [];
        const look = () => {
          const transcript = document.querySelector(".log-in");
          if (transcript && !document.querySelector(".composer")) halves.push(transcript.checkVisibility());
          if (document.readyState === "loading") requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
        Object.assign(window, { halves });
      });
      await page.goto(slow.url + paths.chat);
      const halves = await page.evaluate(() => (window as unknown as { halves: boolean[] }).halves);
      expect(new Set(halves)).toEqual(new Set([false]));
      expect(await page.locator(".log-in").isVisible()).toBeTrue();
      await page.close();
    });

    test("what opens on a page", async () => {
      const { page } = open;
      await page.goto(boo.url + paths.chat);
      await live(page);
      await page.locator(".tools > summary").click();
      await page
        .locator(".tool > summary")
        .first()
        .click({ position: { x: 4, y: 4 } });
      await page.locator(".tool pre").first().waitFor();
      expect(await page.locator(".tool").first().ariaSnapshot()).toContain('link "src/claim.ts"');
      await page.locator(".think > summary").click();
      expect(await check(page)).toEqual([]);
      for (const name of [/^Persona: /, /^Model: /]) {
        await page.getByRole("button", { name }).click();
        expect(await check(page)).toEqual([]);
        await page.keyboard.press("Escape");
      }
      await page.getByRole("button", { name: "Session menu" }).click();
      expect(await check(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.locator("h1").first().click();
      await page.keyboard.press("?");
      await page.locator("#keysheet[open]").waitFor();
      expect(await check(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.keyboard.press("Control+k");
      await page.keyboard.type("claim");
      await page
        .getByRole("option", { name: /claim\.ts/ })
        .first()
        .waitFor();
      expect(await check(page)).toEqual([]);
      await page.keyboard.press("Escape");
      expect(await width(page)).toBe(0);
      expect(open.problems).toEqual([]);
    });
  });
}
