/** The page's event stream over the real program: what comes is kept to the letter, and a lost connection comes back. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, Page, Request } from "playwright-core";
import { type TestApp, testApp } from "../support/app.ts";
import {
  type AppPage,
  answerText,
  appPage,
  ask,
  field,
  live,
  NETWORK,
  sameWhenReadAgain,
  say,
  settled,
} from "../support/app-page.ts";
import { launchChromium } from "../support/chromium.ts";
import { fakeLlm, type TestLlm } from "../support/fake-llm.ts";
import { type TcpProxy, tcpProxy } from "../support/tcp-proxy.ts";
import { until } from "../support/until.ts";

setDefaultTimeout(20_000);
let browser: Browser;
let llm: TestLlm;
let boo: TestApp;
let wire: TcpProxy;
let open: AppPage;
let chat: string;
let session: string;
/** Requests for the stream, newest last. */
let streams: Request[];

beforeAll(async () => {
  [browser, llm] = await Promise.all([launchChromium(), fakeLlm()]);
  boo = await testApp({ llm });
  wire = tcpProxy(Number(new URL(boo.url).port));
});
afterAll(async () => {
  await browser.close();
  await wire[Symbol.asyncDispose]();
  await boo[Symbol.asyncDispose]();
  await llm[Symbol.asyncDispose]();
});
beforeEach(async () => {
  ({ chat, session } = await boo.chat());
  open = await appPage(browser, { expected: NETWORK });
  streams = [];
  open.page.on("request", (request) => new URL(request.url()).pathname === "/stream" && streams.push(request));
});
afterEach(async () => {
  wire.mend();
  wire.thaw();
  llm.set(() => null);
  await open[Symbol.asyncDispose]();
  expect(open.problems).toEqual([]);
});

const visit = async (base = boo.url) => {
  await open.page.goto(`${base}/chats/${chat}`);
  await live(open.page);
};
const strip = () => open.page.locator("#conn > p");
const storedText = async () => {
  const { messages } = await boo.get<{ messages: { parts: { kind: string; text: string }[] }[] }>(`/chats/${chat}`);
  return messages.at(-1)!.parts.filter((p) => p.kind === "text");
};

test("Text appears while it comes, and every space and line break of it is kept", async () => {
  const { page } = open;
  await visit();
  // Past 2 kB an open block grows by appended text: indentation and blank lines must survive that too.
  const code = Array.from(
    { length: 120 },
    (_, n) => `${"  ".repeat(n % 5)}line ${n}  {  <b>&amp;</b>${n % 7 ? "" : "\n"}`,
  );
  const pieces = [" lead", "ing", "  two", " \n\n", "```txt\n", ...code.map((line) => `${line}\n`), "```\n"];
  await say(page, `${pieces.map((p) => `[[json:${JSON.stringify(p)}]]`).join("")}[[slow:8]]`);
  await page.locator("pre", { hasText: "line 20" }).waitFor();
  const early = await page.locator(".turn.answered pre").textContent();
  const whole = code.map((line) => `${line}\n`).join("");
  expect(whole).toStartWith(early!.trimEnd());
  await page.locator("pre", { hasText: "line 100" }).waitFor();
  expect(whole).toStartWith((await page.locator(".turn.answered pre").textContent())!.trimEnd());
  await settled(page);
  expect((await page.locator(".turn.answered pre").textContent())!.trimEnd()).toBe(whole.trimEnd());
  expect((await storedText())[0]!.text).toBe(pieces.join(""));
  await sameWhenReadAgain(page);
});

test("A long paragraph, word by word, is the stored text", async () => {
  const { page } = open;
  await visit();
  await ask(page, "[[tokens:700]]");
  expect(await answerText(page)).toBe((await storedText())[0]!.text.trimEnd());
});

test("Server stopped and started again: the strip says so, the page goes on where it was, nothing comes twice", async () => {
  const { page } = open;
  await visit();
  await say(page, "[[tokens:2000]] [[slow:10]]");
  await page.getByText(/tok60 /).waitFor();
  const port = new URL(boo.url).port;
  await boo.stop();
  await strip().waitFor();
  expect(await strip().textContent()).toMatch(/^Connection lost\. What you see is from \d\d:\d\d:\d\d\./);
  await field(page).fill("a draft");
  boo = await testApp({ llm, database: boo.database, repo: boo.repo, env: { BOOCODE_PORT: port } });
  const back = Date.now();
  await strip().waitFor({ state: "hidden" });
  expect(Date.now() - back).toBeLessThan(6_000);
  expect(streams.at(-1)!.headers()["last-event-id"]).toMatch(/^\d+$/);
  await page.getByText("Interrupted by a restart").waitFor();
  expect(await answerText(page)).toBe((await storedText())[0]!.text.trimEnd());
  expect(await field(page).inputValue()).toBe("a draft");
  llm.set("[[say:and it goes on]]");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByText("and it goes on").waitFor();
  await settled(page);
  await sameWhenReadAgain(page);
});

for (const [form, options] of [
  ["on a wide screen", { viewport: { width: 1440, height: 900 } }],
  ["on a phone", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
] as const) {
  test(`That the connection is lost is said ${form} where nothing moves for it and no control is covered`, async () => {
    await using away = await appPage(browser, { ...options, expected: NETWORK });
    const { page } = away;
    const { project } = await boo.chat();
    for (const path of [`/chats/${chat}`, "/", "/search", `/projects/${project}/tree`, `/sessions/${session}/review`]) {
      await page.goto(boo.url + path);
      await live(page);
      const before = await places(page);
      await page.route("**/stream?**", (route) => route.abort());
      await page.evaluate(() => dispatchEvent(new Event("online")));
      const line = page.getByRole("main").getByRole("status").filter({ hasText: "Connection lost" });
      await line.locator("p").waitFor();
      expect({ path, moved: moved(before, await places(page)) }).toEqual({ path, moved: [] });
      expect({ path, covered: await coveredBy(page, "#conn > p") }).toEqual({ path, covered: [] });
      await page.unroute("**/stream?**");
      await page.locator("#conn > p").waitFor({ state: "detached" });
      expect({ path, moved: moved(before, await places(page)) }).toEqual({ path, moved: [] });
    }
    expect(away.problems).toEqual([]);
  });
}

/** Where everything stands that is no part of the line itself, nor text that ticks. */
const places = (page: Page) =>
  page.evaluate(() =>
    Array.from(
      document.querySelectorAll(
        "main, main header, main header *, main form, main :is(.page, .tabs, .log, .composer, .hunks)",
      ),
    )
      .filter((element) => element.checkVisibility() && !element.closest("time, #conn"))
      .map((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return `${element.tagName}.${element.className} ${[x, y, width, height].map(Math.round)}`;
      }),
  );
const moved = (before: string[], after: string[]) => after.filter((place, at) => place !== before[at]);
/** Controls of the header and of the bars below it that lie under what `over` names. */
const coveredBy = (page: Page, over: string) =>
  page.evaluate((selector) => {
    const line = document.querySelector(selector)!.getBoundingClientRect();
    const bars = "main :is(header, .tabs, .switcher, .searchform > .bar, .bar-2) :is(a, button, input)";
    return Array.from(document.querySelectorAll(bars))
      .filter((element) => {
        const box = element.getBoundingClientRect();
        const beside = box.right <= line.left || box.left >= line.right;
        return (
          element.checkVisibility({ visibilityProperty: true }) &&
          !beside &&
          box.bottom > line.top &&
          box.top < line.bottom
        );
      })
      .map((element) => element.outerHTML.slice(0, 120));
  }, over);

test("A first connect that fails is tried again; what came meanwhile is there", async () => {
  const { page } = open;
  let refused = 0;
  await page.route("**/stream?**", (route) => {
    if (refused++ < 2) return refused === 1 ? route.abort() : route.fulfill({ status: 200, body: "no stream" });
    return route.continue();
  });
  await page.goto(`${boo.url}/chats/${chat}`);
  await strip().waitFor();
  const { run } = await boo.ask(chat, "[[say:said while nobody listened]]");
  await boo.settled(run.id, session);
  await live(page);
  await page.locator(".turn.answered", { hasText: "said while nobody listened" }).waitFor();
  await sameWhenReadAgain(page);
});

test("A peer that says nothing any more is left, and found again", async () => {
  const { page } = open;
  await visit(wire.url);
  await say(page, "[[tokens:300]] [[slow:10]]");
  await page.getByText(/tok20 /).waitFor();
  await page.locator("#stream").evaluate((stream) => {
    stream.dataset.deadMs = "700";
  });
  wire.freeze();
  await strip().waitFor();
  wire.thaw();
  await strip().waitFor({ state: "hidden" });
  await page.locator("#stream").evaluate((stream) => delete stream.dataset.deadMs);
  await settled(page);
  expect(streams.length).toBeGreaterThan(1);
  expect(await answerText(page)).toBe((await storedText())[0]!.text.trimEnd());
});

test("Through a cut in the middle of an answer its opened rows stay open and its text is whole", async () => {
  const { page } = open;
  await visit(wire.url);
  const reads = '[[tool:view_file {"path":"README.md"}]]';
  await say(
    page,
    `${reads} [[next:{{think:hm}} {{json:"# Head\\n\\n* one\\n* two\\n\\n"}} {{tokens:400}} {{slow:5}}]]`,
  );
  await page.locator(".tools > summary").click();
  await page.locator(".tool > summary .res").click();
  await page.locator(".tool pre", { hasText: "# Relay" }).waitFor();
  await page.getByText(/tok20 /).waitFor();
  await page.locator(".turn.answered h3").evaluate((head) => getSelection()!.selectAllChildren(head));
  wire.cut();
  await strip().waitFor();
  wire.mend();
  await strip().waitFor({ state: "hidden" });
  await settled(page);
  expect(await page.locator(".tool pre", { hasText: "# Relay" }).isVisible()).toBe(true);
  expect(await page.evaluate(() => getSelection()!.toString())).toBe("Head");
  expect(await page.locator(".turn.answered .part p").last().textContent()).toBe(
    Array.from({ length: 400 }, (_, n) => `tok${n}`).join(" "),
  );
  await sameWhenReadAgain(page);
});

test("While the stream is down a message is taken, said to be, and appears once when it is back", async () => {
  const { page } = open;
  await visit();
  await page.route("**/stream?**", (route) => route.abort());
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await strip().waitFor();
  expect(await page.getByText("No live connection").isVisible()).toBe(true);
  await say(page, "[[say:heard you]]");
  await page.getByText("Sent. It appears here when the connection is back.").waitFor();
  expect(await field(page).inputValue()).toBe("");
  expect(await page.locator(".turn").count()).toBe(0);
  await page.unroute("**/stream?**");
  await page.locator(".turn.answered", { hasText: "heard you" }).waitFor();
  await settled(page);
  expect(await page.locator(".turn").count()).toBe(2);
  expect(await page.getByText("Sent. It appears").isVisible()).toBe(false);
  await sameWhenReadAgain(page);
});

test("A page of another build draws itself again and keeps the draft", async () => {
  const { page } = open;
  await visit();
  await field(page).fill("half a thought");
  await page.evaluate(() => {
    const stream = document.getElementById("stream")!;
    stream.setAttribute("hx-sse:connect", stream.getAttribute("hx-sse:connect")!.replace(/build=\w+/, "build=older"));
    dispatchEvent(new Event("online"));
  });
  await page.waitForEvent("load");
  await live(page);
  expect(await field(page).inputValue()).toBe("half a thought");
  expect(new URL(streams.at(-1)!.url()).searchParams.get("build")).not.toBe("older");
});

test("In the background the stream is closed; back in front the page catches up at once", async () => {
  const { page } = open;
  await visit();
  const hide = (hidden: boolean) =>
    page.evaluate((value) => {
      Object.defineProperty(document, "hidden", { value, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  await hide(true);
  await until(() => boo.app.web.hub.size === 0);
  const { run } = await boo.ask(chat, "[[say:while you were away]]");
  await boo.settled(run.id, session);
  expect(await page.locator(".turn").count()).toBe(0);
  await hide(false);
  await page.locator(".turn.answered", { hasText: "while you were away" }).waitFor();
  expect(await strip().isVisible()).toBe(false);
  await sameWhenReadAgain(page);
});

test("A session that was deleted elsewhere is said to be gone", async () => {
  const { page } = open;
  await visit();
  await page.route("**/stream?**", (route) => route.abort());
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await strip().waitFor();
  await boo.send("DELETE", `/sessions/${session}?force=1`);
  await page.unroute("**/stream?**");
  await page.getByRole("heading", { name: /not|no such|gone/i }).waitFor();
  open.problems.length = 0;
});

test("A token that was revoked leads to the sign-in page, and from there back", async () => {
  const { page } = open;
  await using locked = await testApp({ llm, env: { BOOCODE_AUTH: "token" } });
  const first = locked.app.first_token!;
  const bearer = { authorization: `Bearer ${first}`, "content-type": "application/json", accept: "application/json" };
  const send = async (path: string, body: unknown) =>
    (await fetch(locked.url + path, { method: "POST", headers: bearer, body: JSON.stringify(body) })).json();
  const { project } = (await send("/projects", { path: locked.repo.root })) as { project: { id: string } };
  const made = (await send(`/projects/${project.id}/sessions`, {})) as { chat: { id: string } };
  const { token } = (await send("/tokens", { label: "phone" })) as { token: { id: string; secret: string } };
  await page.goto(`${locked.url}/chats/${made.chat.id}`);
  const signIn = async (value: string) => {
    await page.fill("input[name=token]", value);
    await page.press("input[name=token]", "Enter");
    await live(page);
  };
  await signIn(token.secret);
  const at = page.url();
  await send(`/tokens/${token.id}/revocation`, {});
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await page.locator("input[name=token]").waitFor();
  await signIn(first);
  expect(page.url()).toBe(at);
  for (const problem of open.problems.splice(0)) expect(problem).toContain("401");
});

test("A login proxy whose session ended gets the page, not only the stream", async () => {
  const { page } = open;
  await visit();
  await page.route("**/stream?**", (route) => route.abort());
  await page.route("**/health", (route) =>
    route.fulfill({ status: 302, headers: { location: "https://login.example.org/" } }),
  );
  const loaded = page.waitForEvent("load");
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await loaded;
});
