/** A chat as its user has it: the real program, a scripted model, a real browser. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { type TestApp, testApp } from "../support/app.ts";
import {
  type AppPage,
  appPage,
  ask,
  field,
  live,
  sameWhenReadAgain,
  say,
  settled,
  transcript,
} from "../support/app-page.ts";
import { launchChromium } from "../support/chromium.ts";
import { fakeLlm, type TestLlm } from "../support/fake-llm.ts";

setDefaultTimeout(20_000);
const FILES = {
  "README.md": "# Relay\n\nDelivers webhooks.\n",
  "src/claim.ts": "export async function claimDue(limit = 50) {\n  return limit;\n}\n",
  "src/long.ts": Array.from({ length: 300 }, (_, n) => `export const a${n} = ${n};\n`).join(""),
};
const SLOW = "[[tokens:4000]] [[slow:10]]";
let browser: Browser;
let llm: TestLlm;
let boo: TestApp;
let open: AppPage;
let page: Page;
let chat: string;
let session: string;

beforeAll(async () => {
  [browser, llm] = await Promise.all([launchChromium(), fakeLlm()]);
  boo = await testApp({ llm, files: FILES });
});
afterAll(async () => {
  await browser.close();
  await boo[Symbol.asyncDispose]();
  await llm[Symbol.asyncDispose]();
});
beforeEach(async () => {
  ({ chat, session } = await boo.chat());
  open = await appPage(browser);
  page = open.page;
  await page.goto(`${boo.url}/chats/${chat}`);
  await live(page);
});
afterEach(async () => {
  llm.set(() => null);
  await open[Symbol.asyncDispose]();
  await boo.app.core.live.stopWhere(() => true, "cancelled");
  expect(open.problems).toEqual([]);
});

/** A mark in the page that a page load wipes away. */
const mark = () => page.evaluate(() => void Object.assign(window, { mark: true }));
const marked = () => page.evaluate(() => "mark" in window);
const writing = () => page.getByText(/tok20 /).waitFor();
const button = (name: string) => page.getByRole("button", { name, exact: true });

test("Thinking, tool rows and text come one after another; a row brings its result when it is opened, a path its file", async () => {
  await say(
    page,
    '[[think:First the file.]] [[tool:view_file {"path":"src/claim.ts"}]] [[tool:list_dir {"path":"nope"}]] [[then:It is in src/claim.ts:2, see.]]',
  );
  await settled(page);
  await page.getByText("Thought for").click();
  expect(await page.locator(".think > div").textContent()).toBe("First the file.");
  const group = page.locator(".tools");
  expect(await group.evaluate((g: HTMLDetailsElement) => g.open)).toBe(false);
  await group.locator("> summary").click();
  expect(await group.locator("> summary").textContent()).toContain("1 failed");
  const row = page.locator(".tool", { hasText: "view_file" });
  await row.locator("summary .res").click();
  await row.locator("pre", { hasText: "claimDue" }).waitFor();
  await sameWhenReadAgain(page);
  await page.getByRole("link", { name: "src/claim.ts:2" }).click();
  await page.waitForURL(/\/files\/src\/claim\.ts\?chat=\w+&line=2#L2$/);
  expect(await page.locator("#L2").textContent()).toContain("return limit;");
  await page.goBack();
  expect(await page.locator(".turn").count()).toBe(2);
});

test("Stop keeps what came, Continue goes on below it, and the question stays where it was", async () => {
  await mark();
  await say(page, SLOW);
  await writing();
  await page.locator(".composer").getByRole("button", { name: "Stop" }).click();
  await page.getByText(/Stopped by you after/).waitFor();
  llm.set("[[say:the rest of it]]");
  await button("Continue").click();
  await page.getByText("the rest of it").waitFor();
  await settled(page);
  expect((await transcript(page)).map((turn) => turn.slice(0, 14))).toEqual([
    "asked: [[token",
    "answered: tok0",
    "answered: the ",
  ]);
  expect(await button("Continue").count()).toBe(0);
  expect(await marked()).toBe(true);
  await sameWhenReadAgain(page);
});

test("what was refused because of another run goes when that has ended, and what is typed stays", async () => {
  await say(page, SLOW);
  await writing();
  await page.locator(".composer").getByRole("button", { name: "Stop" }).click();
  await page.getByText(/Stopped by you after/).waitFor();
  // A button that has not heard yet that somebody else has asked meanwhile.
  await page.evaluate(() => {
    const late = document.querySelector('form[action$="/continuation"]')!.cloneNode(true) as HTMLFormElement;
    late.id = "late";
    document.querySelector(".composer")!.append(late);
    (window as unknown as { htmx: { process(of: Element): void } }).htmx.process(late);
  });
  const { run } = await boo.ask(chat, "[[say:Meanwhile.]][[tokens:4000]] [[slow:10]]");
  await page.locator(".turn.answered", { hasText: "Meanwhile." }).waitFor();
  await page.locator("#late button").click();
  const refusal = page.locator(".composer .note-bad");
  expect(await refusal.textContent()).toContain("Another run of this chat is going on");
  await field(page).fill("half a thou");
  await boo.send("POST", `/runs/${run.id}/cancellation`, {});
  await refusal.waitFor({ state: "detached" });
  expect(await field(page).inputValue()).toBe("half a thou");
  open.problems.splice(0, open.problems.length, ...open.problems.filter((problem) => !problem.includes("409")));
});

test("Messages wait in the queue, go back into the field, or ahead of all others; live and read again it is one order", async () => {
  await say(page, SLOW);
  await writing();
  await say(page, "[[say:second]]");
  await page.locator(".queue li").nth(0).waitFor();
  await say(page, "[[say:third]]");
  await page.locator(".queue li").nth(1).waitFor();
  expect(await page.locator(".tablist .tab").first().locator("svg").getAttribute("aria-label")).toBe("Running");
  await page.locator(".queue li").nth(0).getByRole("button", { name: "Edit" }).click();
  await page.locator(".queue li").nth(1).waitFor({ state: "detached" });
  expect(await field(page).inputValue()).toBe("[[say:second]]");
  await field(page).press("Enter");
  await page.locator(".queue li").nth(1).waitFor();
  await page.locator(".queue li", { hasText: "second" }).getByRole("button", { name: "Send now" }).click();
  await page.locator(".turn.answered", { hasText: "third" }).waitFor();
  await settled(page);
  expect((await transcript(page)).filter((turn) => turn.startsWith("asked"))).toEqual([
    `asked: ${SLOW}`,
    "asked: [[say:second]]",
    "asked: [[say:third]]",
  ]);
  await page.getByText("Stopped for the next message.").waitFor();
  await page.locator("#nav-running").waitFor({ state: "hidden" });
  await sameWhenReadAgain(page);
});

test("Opened rows, selection, focus and a draft survive what streams in", async () => {
  await ask(page, '[[tool:view_file {"path":"src/claim.ts"}]] [[then:An answer to select from.]]');
  await mark();
  await page.locator(".tools > summary").click();
  await page.locator(".tool summary .res").click();
  await page.locator(".tool pre").waitFor();
  await field(page).fill("half a sentence");
  await field(page).evaluate((area: HTMLTextAreaElement) => {
    area.focus();
    area.setSelectionRange(5, 9);
  });
  // Sent from elsewhere: everything around the field changes.
  const { run } = await boo.ask(chat, '[[think:hm]] [[tool:grep {"pattern":"limit"}]] [[then:Found it.]]');
  await boo.settled(run.id, session);
  await page.getByText("Found it.", { exact: true }).waitFor();
  const now = await field(page).evaluate((area: HTMLTextAreaElement) => ({
    text: area.value,
    from: area.selectionStart,
    to: area.selectionEnd,
    focused: document.activeElement === area,
  }));
  expect(now).toEqual({ text: "half a sentence", from: 5, to: 9, focused: true });
  expect(await page.locator(".tool pre").first().isVisible()).toBe(true);
  await page
    .getByText("An answer to select from.", { exact: true })
    .evaluate((element) => getSelection()!.selectAllChildren(element));
  const more = await boo.ask(chat, "[[tokens:40]]");
  await boo.settled(more.run.id, session);
  await page.getByText(/tok39/).waitFor();
  expect(await page.evaluate(() => getSelection()!.toString())).toBe("An answer to select from.");
  expect(await marked()).toBe(true);
});

test("The transcript follows at its end, a wheel leads away from it, and what is read then holds still", async () => {
  await ask(page, "[[tokens:1500]]");
  const scroll = () => page.locator(".log:visible").evaluate((log) => Math.round(Math.abs(log.scrollTop)));
  // As it is painted: an observer sees what other observers have put right.
  const top = () =>
    page
      .locator(".turn.answered")
      .first()
      .evaluate(
        (turn) =>
          new Promise<number>((done) => {
            const watch = new IntersectionObserver(([seen]) => {
              watch.disconnect();
              done(Math.round(seen!.boundingClientRect.top));
            });
            watch.observe(turn);
          }),
      );
  expect(await scroll()).toBe(0);
  await say(page, "[[tokens:4000]] [[slow:4]]");
  await page.locator(".turn.answered", { hasText: "tok20 " }).nth(1).waitFor();
  expect(await scroll()).toBe(0);
  // Small steps, as a wheel makes them: each is less than what is followed, and words come in between.
  await page.locator(".log:visible").hover();
  for (let at = 0; at < 8; at++) await page.mouse.wheel(0, -60);
  await page.locator(".turn.answered", { hasText: "tok150 " }).nth(1).waitFor();
  const [before, from] = [await top(), await scroll()];
  expect(from).toBeGreaterThan(300);
  await page.locator(".turn.answered", { hasText: "tok500 " }).nth(1).waitFor();
  expect(Math.abs((await top()) - before)).toBeLessThanOrEqual(1);
  expect(await scroll()).toBeGreaterThan(from);
  await page.getByRole("button", { name: "Newest" }).click();
  await page.locator(".turn.answered", { hasText: "tok700 " }).nth(1).waitFor();
  expect(await scroll()).toBe(0);
});

test("A reload in the middle shows what was there and goes on", async () => {
  await say(page, "[[tokens:250]] [[slow:10]]");
  await writing();
  await page.reload();
  expect(await page.locator(".turn.answered").textContent()).toContain("tok20 ");
  await settled(page);
  const words = (await page.locator(".turn.answered .part").textContent())!.trim().split(" ");
  expect(words).toEqual(Array.from({ length: 250 }, (_, n) => `tok${n}`));
});

test("Two browsers on one chat see the same, each with its own draft", async () => {
  await using other = await appPage(browser);
  await other.page.goto(page.url());
  await live(other.page);
  await field(other.page).fill("mine");
  await ask(page, '[[tool:list_dir {"path":"."}]] [[then:Both see this.]]');
  await settled(other.page);
  expect(await transcript(other.page)).toEqual(await transcript(page));
  expect(await field(other.page).inputValue()).toBe("mine");
  await say(other.page, SLOW);
  await writing();
  await page.locator(".composer").getByRole("button", { name: "Stop" }).click();
  await other.page.getByText(/Stopped by you/).waitFor();
  await settled(page);
  expect(await transcript(other.page)).toEqual(await transcript(page));
  expect(other.problems).toEqual([]);
});

test("What a model says is text: no tag, attribute, link or partial of it does anything", async () => {
  const evil = [
    "<script>window.pwned=1</script><img src=x onerror=window.pwned=1>",
    '</div></div></main><h1 id="pwned">out</h1>',
    '<hx-partial hx-target="body" hx-swap="innerHTML"><p id="pwned">gone</p></hx-partial>',
    "[click](javascript:window.pwned=1) ![pic](javascript:1) [data](data:text/html,<script>1</script>)",
    '[t](https://example.org "<hx-partial hx-get=/health hx-trigger=load>")',
    '`<hx-partial>` and\n\n```html\n<hx-partial hx-get="/health" hx-trigger="load"></hx-partial>\n</code></pre><b id=pwned>\n```\n',
    "<style>body{display:none}</style><base href=//evil.example><meta http-equiv=refresh content=0;url=/pwned>",
  ];
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  const script = evil.map((text) => `[[json:${JSON.stringify(`${text}\n\n`)}]]`).join("");
  llm.set(`[[think:${evil[2]}]]${script}`);
  await ask(page, `${evil.join(" ")} in a message`);
  llm.set(`[[tool:view_file ${JSON.stringify({ path: `${evil[2]}${evil[1]}` })}]][[then:done]]`);
  await ask(page, "and in a tool's arguments");
  const harm = () =>
    page.evaluate(() => ({
      pwned: "pwned" in window,
      elements: document.querySelectorAll(
        "#pwned, .log script, .log img[src^=x], .log [onerror], .log style, .log base, .log meta, .log template, .log [hx-get='/health'], .log a[href^='javascript'], .log a[href^='data']",
      ).length,
      main: document.querySelectorAll("main .view .turn").length,
    }));
  expect(await harm()).toEqual({ pwned: false, elements: 0, main: 4 });
  await sameWhenReadAgain(page);
  expect(await harm()).toEqual({ pwned: false, elements: 0, main: 4 });
  await page.goto(`${boo.url}/`);
  expect(await page.locator("#pwned").count()).toBe(0);
  expect(asked.filter((path) => path === "/health" || path === "/pwned")).toEqual([]);
});

test("A chat of many messages opens at its end; older ones come while one scrolls up, and nothing jumps", async () => {
  await boo.database.sql.begin(async (tx) => {
    await tx`
      insert into messages (id, chat_id, role, position)
      select ${chat} || n, ${chat}, case when n % 2 = 1 then 'user' else 'assistant' end, n from generate_series(1, 400) n`;
    await tx`
      insert into parts (id, message_id, chat_id, position, kind, state, text)
      select ${chat} || 'p' || n, ${chat} || n, ${chat}, 0, 'text', 'closed', 'message ' || n || repeat(' words', 60) from generate_series(1, 400) n`;
    await tx`update chats set next_position = 401 where id = ${chat}`;
  });
  await page.reload();
  expect(await page.getByText("message 400 ").isVisible()).toBe(true);
  expect(await page.locator(".turn").count()).toBe(30);
  const log = page.locator(".log:visible");
  for (let seen = 30; seen < 120; seen = await page.locator(".turn").count()) {
    const older = page.waitForResponse(/messages\?before=/);
    await log.evaluate((element) => element.scrollTo(0, -element.scrollHeight));
    const kept = page.locator(".turn").nth(0);
    const id = await kept.getAttribute("id");
    const top = await kept.evaluate((turn) => turn.getBoundingClientRect().top);
    await older;
    await page.waitForFunction((count) => document.querySelectorAll(".turn").length > count, seen);
    const after = await page.locator(`#${id}`).evaluate((turn) => turn.getBoundingClientRect().top);
    expect(Math.abs(after - top)).toBeLessThanOrEqual(1);
  }
  const ids = await page.locator(".turn").evaluateAll((turns) => turns.map((turn) => Number(turn.id.slice(2 + 16))));
  expect(ids).toEqual([...ids].sort((a, b) => a - b));
});

test("The desk, the sidebar and the window's title follow what happens elsewhere", async () => {
  await using other = await appPage(browser);
  await other.page.goto(`${boo.url}/`);
  await live(other.page);
  await boo.ask(chat, "[[tokens:4000]] [[slow:10]] count up");
  const running = other.page.locator("#desk-running li", { hasText: "count up" });
  await running.waitFor();
  await page.waitForFunction(() => document.title.endsWith("count up · BooCode"));
  await running.getByRole("button", { name: "Stop" }).click();
  await running.waitFor({ state: "detached" });
  const { run } = await boo.ask(chat, "[[error:401]]");
  await boo.settled(run.id, session);
  const need = other.page.locator("#desk-needs li", { hasText: "count up" });
  await need.waitFor();
  await other.page.waitForFunction(() => /^\(\d+\) Desk · BooCode$/.test(document.title));
  await page.waitForFunction(() => /^\(\d+\) .*count up · BooCode$/.test(document.title));
  await page.getByText(/the API key is missing or wrong/).waitFor();
  llm.set("[[say:all is well]]");
  await need.getByRole("button", { name: "Continue" }).click();
  await need.waitFor({ state: "detached" });
  expect(other.problems).toEqual([]);
});

test("Without a mouse: ask, open a row, stop, pick a model; the focus is never lost", async () => {
  const focus = () => page.evaluate(() => document.activeElement?.tagName);
  await field(page).focus();
  await page.keyboard.type('[[tool:view_file {"path":"src/claim.ts"}]] [[then:read]]');
  await page.keyboard.press("Enter");
  await page.locator(".turn.answered .evidence").waitFor();
  await settled(page);
  expect(await focus()).toBe("TEXTAREA");
  await page.locator(".tools > summary").focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await page.locator(".tool pre", { hasText: "claimDue" }).waitFor();
  await field(page).focus();
  await page.keyboard.type(SLOW);
  await page.keyboard.press("Enter");
  await writing();
  await page.keyboard.press("Escape");
  await tabTo(/^Stop$/);
  await page.keyboard.press("Enter");
  await page.getByText(/Stopped by you/).waitFor();
  expect(await focus()).not.toBe("BODY");
  await field(page).focus();
  await tabTo(/^fake-model$/);
  await page.keyboard.press("Enter");
  await page.locator(".models:popover-open").waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.locator(".pick", { hasText: "fake-mini" }).waitFor();
  expect(await focus()).toBe("TEXTAREA");
});

/** By the tab key to what says so; it is a few steps away at most. */
async function tabTo(words: RegExp): Promise<void> {
  const here = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");
  for (let steps = 0; steps < 8 && !words.test(await here()); steps++) await page.keyboard.press("Tab");
  expect(await here()).toMatch(words);
}
