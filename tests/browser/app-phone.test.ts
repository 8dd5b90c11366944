/** On a phone: one column, touch, a drawer, a bottom bar; all of the main way by thumb. */
import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { type TestApp, testApp } from "../support/app.ts";
import { type AppPage, appPage, field, live, sameWhenReadAgain, settled } from "../support/app-page.ts";
import { launchChromium } from "../support/chromium.ts";
import { fakeLlm, type TestLlm } from "../support/fake-llm.ts";

setDefaultTimeout(20_000);
let browser: Browser;
let llm: TestLlm;
let boo: TestApp;
let open: AppPage;
let page: Page;
let chat: string;

beforeAll(async () => {
  [browser, llm] = await Promise.all([launchChromium(), fakeLlm()]);
  boo = await testApp({ llm });
  open = await appPage(browser, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  page = open.page;
});
afterAll(async () => {
  await browser.close();
  await boo[Symbol.asyncDispose]();
  await llm[Symbol.asyncDispose]();
});
beforeEach(async () => {
  ({ chat } = await boo.chat());
  open.problems.length = 0;
});

const button = (name: string) => page.getByRole("button", { name, exact: true });
const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);

test("From the desk to an answer by thumb", async () => {
  await page.goto(boo.url);
  await page.getByRole("link", { name: "New", exact: true }).tap();
  await page.locator("textarea[name=text]").fill('[[tool:list_dir {"path":"."}]] [[then:There are files.]]');
  await button("Start session").tap();
  await page.waitForURL(/\/chats\//);
  await page.getByText("There are files.", { exact: true }).waitFor();
  await settled(page);
  await page.locator(".tools > summary").tap();
  await page.locator(".tool > summary").tap();
  await page.locator(".tool pre", { hasText: "README.md" }).waitFor();
  expect(await fits()).toBe(true);
  await sameWhenReadAgain(page);
  expect(open.problems).toEqual([]);
});

test("The drawer opens from the header and from the bar, leads to a session, and closes by a tap beside it", async () => {
  await page.goto(`${boo.url}/chats/${chat}`);
  await live(page);
  const drawer = page.locator("#nav");
  expect(await drawer.isVisible()).toBe(false);
  await button("Open sidebar").tap();
  expect(await drawer.isVisible()).toBe(true);
  await page.touchscreen.tap(380, 400);
  await drawer.waitFor({ state: "hidden" });
  await button("Sessions").tap();
  await drawer.locator(".sess").last().tap();
  await page.waitForURL((url) => !url.pathname.endsWith(chat));
});

test("The tabs offer a chat, a coder and a terminal, each in one row and as large as a thumb", async () => {
  await page.goto(`${boo.url}/chats/${chat}`);
  await live(page);
  const tabs = page.locator(".switcher");
  const row = await tabs.boundingBox();
  for (const name of ["New chat", "New coder", "New terminal"]) {
    const { y, width, height } = (await tabs.getByRole("button", { name, exact: true }).boundingBox())!;
    expect({ name, y, width, height }).toEqual({ name, y: row!.y, width: 44, height: 44 });
  }
  await tabs.getByRole("button", { name: "New coder" }).tap();
  await page.getByPlaceholder(/^Change something in/).waitFor();
});

test("While it writes: Stop in reach, a draft makes it Queue; after a tap no keyboard is called up", async () => {
  await page.goto(`${boo.url}/chats/${chat}`);
  await live(page);
  await field(page).fill("[[tokens:4000]] [[slow:10]]");
  await button("Send").tap();
  await page.getByText(/tok20 /).waitFor();
  await field(page).fill("[[say:next]]");
  await page.getByRole("button", { name: /^Queue/ }).tap();
  await page.locator(".queue li").waitFor();
  expect(await fits()).toBe(true);
  await field(page).blur();
  await page.locator(".composer").getByRole("button", { name: "Stop" }).tap();
  await page.getByText("next", { exact: true }).waitFor();
  await settled(page);
  expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe("TEXTAREA");
  await sameWhenReadAgain(page);
  expect(open.problems).toEqual([]);
});

test("What one taps is big enough for a thumb", async () => {
  const { chat: full, session } = await boo.chat();
  const { run } = await boo.ask(full, '[[think:hm]] [[tool:view_file {"path":"README.md"}]] [[then:Read.]] ');
  await boo.settled(run.id, session);
  for (const path of ["/", "/settings", "/sessions/new", `/sessions/${session}/edit`, `/chats/${full}`]) {
    await page.goto(boo.url + path);
    const small = await page.evaluate(() => {
      const found: string[] = [];
      for (const element of Array.from(
        document.querySelectorAll<HTMLElement>("a, button, summary, select, textarea"),
      )) {
        element.scrollIntoView({ block: "center" });
        const box = element.getBoundingClientRect();
        const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
        const hits = (by: number) => element.contains(document.elementFromPoint(x, y + by));
        // Links in a line of text are as high as the line.
        if (!hits(0) || getComputedStyle(element).display === "inline" || element.closest("summary, .chips") !== null)
          continue;
        let [up, down] = [0, 0];
        while (up < 44 && hits(-up - 1)) up++;
        while (down < 44 && hits(down + 1)) down++;
        if (up + down + 1 < 40)
          found.push(`${element.tagName} ${element.className} "${element.textContent?.trim()}" ${up + down + 1}`);
      }
      return found;
    });
    expect([path, small]).toEqual([path, []]);
  }
});
