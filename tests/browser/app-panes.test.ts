/** Panes in real Chromium: what is written, read and scrolled stays while tabs move, tokens stream and others rearrange. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { type Layout, panes, tabsOf } from "../../src/domain/pane.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { launchChromium } from "../support/chromium.ts";
import { fakeLlm, type TestLlm } from "../support/fake-llm.ts";

let browser: Browser;
let llm: TestLlm;
let boo: TestApp;
beforeAll(async () => {
  [browser, llm] = await Promise.all([launchChromium(), fakeLlm()]);
  boo = await testApp({ llm });
});
afterAll(async () => {
  await browser.close();
  await boo[Symbol.asyncDispose]();
  await llm[Symbol.asyncDispose]();
});

interface Read {
  layout: Layout;
  version: number;
}
const change = (session: string, body: unknown) => boo.send<Read>("POST", `/sessions/${session}/layout/changes`, body);
const layoutOf = async (session: string) => (await boo.get<Read>(`/sessions/${session}/layout`)).layout;

async function open(session: string, size = { width: 1440, height: 900 }): Promise<Page & { problems: string[] }> {
  const page = (await browser.newPage({ viewport: size })) as Page & { problems: string[] };
  page.problems = [];
  page.on("pageerror", (error) => page.problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") page.problems.push(message.text());
  });
  await page.goto(`${boo.url}/sessions/${session}`);
  await page.waitForFunction(() => document.documentElement.dataset.stream === "live");
  return page;
}

/** Two chats side by side. */
async function twoChats() {
  const { session, chat } = await boo.chat();
  const second = (await boo.send<{ chat: { id: string; number: number } }>("POST", `/sessions/${session}/chats`, {}))
    .chat;
  const pane = panes(await layoutOf(session))[0]!.id;
  const { layout } = await change(session, { change: "split", pane, direction: "row", tab: second.number });
  return { session, chat, second, left: panes(layout)[0]!.id, right: panes(layout)[1]!.id };
}

describe("panes", () => {
  test("two chats stream side by side while a draft is written and a file is read in a third", async () => {
    const { session, chat, second, right } = await twoChats();
    await change(session, { change: "open", kind: "file", path: "src/claim.ts", pane: right, split: "column" });
    const page = await open(session);
    expect(await page.locator(".panes .pane:visible").count()).toBe(3);
    llm.set("[[tokens:200]] [[slow:5]]");
    const asked = await Promise.all([boo.ask(chat, "left"), boo.ask(second.id, "right")]);
    const draft = page.locator("#view-1 textarea[name=text]");
    await draft.fill("half a thou");
    await page.waitForFunction(() => document.querySelectorAll(".tail").length === 2);
    await draft.press("End");
    await page.keyboard.type("ght");
    for (const { run } of asked) await boo.settled(run.id, session);
    await page.waitForFunction(() =>
      [1, 2].every((n) => document.querySelector(`#view-${n} .answered`)?.textContent?.includes("tok199")),
    );
    expect(await draft.inputValue()).toBe("half a thought");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("name"))).toBe("text");
    expect(page.problems).toEqual([]);
    await page.close();
  }, 40_000);

  test("a tab that is dragged to another pane keeps its draft and its scroll position; the other browser follows", async () => {
    const { session, chat, left, right } = await twoChats();
    llm.set(`[[json:${JSON.stringify("line\n\n".repeat(120))}]]`);
    const { run } = await boo.ask(chat, "long");
    await boo.settled(run.id, session);
    const [page, other] = await Promise.all([open(session), open(session)]);
    await page.locator("#view-1 textarea[name=text]").fill("kept");
    await page.locator("#view-1 .log").evaluate((log) => {
      log.scrollTop = -600;
    });
    const node = await page.locator("#view-1").elementHandle();
    await page.locator('.tabbox[data-tab="1"]').dragTo(page.locator(`#pane-${right} .tabs`));
    await page.waitForFunction((pane) => document.querySelector(`#pane-${pane} .tabbox[data-tab="1"]`) !== null, right);
    await other.waitForFunction(
      (pane) => document.querySelector(`#pane-${pane} .tabbox[data-tab="1"]`) !== null,
      right,
    );
    expect(panes(await layoutOf(session)).map((p) => p.id)).toEqual([right]);
    expect(left).not.toBe(right);
    expect(await page.locator("#view-1 textarea[name=text]").inputValue()).toBe("kept");
    // What was read stays where it was; the facts below it take another line in a pane of another width.
    expect(Math.abs((await page.locator("#view-1 .log").evaluate((log) => log.scrollTop)) + 600)).toBeLessThan(60);
    // The very same element: nothing was drawn again.
    expect(await node?.evaluate((element) => element.isConnected)).toBe(true);
    expect([...page.problems, ...other.problems]).toEqual([]);
    await Promise.all([page.close(), other.close()]);
  }, 40_000);

  test("the line between panes moves by drag and by the arrow keys, and both are kept", async () => {
    const { session } = await twoChats();
    const page = await open(session);
    const shares = async () => {
      const { root } = await layoutOf(session);
      return root.kind === "split" ? root.shares : [];
    };
    const box = await page.locator(".divider").boundingBox();
    if (!box) throw new Error("no divider");
    await page.mouse.move(box.x + box.width / 2, 400);
    await page.mouse.down();
    await page.mouse.move(box.x + 150, 400, { steps: 4 });
    await page.mouse.up();
    await page.waitForFunction(() => Number(document.querySelector(".divider")?.getAttribute("aria-valuenow")) > 55);
    const dragged = await shares();
    expect(dragged[0]).toBeGreaterThan(600);
    await page.locator(".divider").focus();
    await page.keyboard.press("ArrowLeft");
    await page.waitForFunction(
      (was) => Number(document.querySelector(".divider")?.getAttribute("data-shares")?.split(",")[0]) < was,
      dragged[0]!,
    );
    expect((await shares())[0]).toBe(dragged[0]! - 25);
    expect(page.problems).toEqual([]);
    await page.close();
  }, 40_000);

  test("by keyboard alone: tab by number, split, pane before, close, reopen, maximise", async () => {
    const { session } = await boo.chat();
    await boo.send("POST", `/sessions/${session}/chats`, {});
    const page = await open(session);
    await page.keyboard.press("Alt+1");
    await page.waitForFunction(() => document.activeElement?.closest("#view-1") !== null);
    await page.keyboard.press("Alt+Backslash");
    await page.waitForFunction(() => document.querySelectorAll(".panes .pane").length === 2);
    await page.keyboard.press("Alt+h");
    await page.waitForFunction(() => document.querySelector(".panes .pane")?.classList.contains("focus"));
    await page.keyboard.press("Alt+m");
    await page.waitForFunction(
      () =>
        Array.from(document.querySelectorAll(".panes .pane")).filter((p) => p.getClientRects().length > 0).length === 1,
    );
    await page.keyboard.press("Alt+m");
    await page.waitForFunction(
      () =>
        Array.from(document.querySelectorAll(".panes .pane")).filter((p) => p.getClientRects().length > 0).length === 2,
    );
    await page.keyboard.press("Alt+w");
    await page.waitForFunction(() => document.querySelector('.tabbox[data-tab="1"]') === null);
    await page.reload();
    await page.waitForFunction(() => document.documentElement.dataset.stream === "live");
    await page.keyboard.press("Alt+z");
    await page.waitForFunction(() => document.querySelector('.tabbox[data-tab="1"]') !== null);
    expect(
      tabsOf(await layoutOf(session))
        .map((t) => t.number)
        .sort(),
    ).toEqual([1, 2]);
    expect(page.problems).toEqual([]);
    await page.close();
  }, 40_000);

  test("on a phone one view fills the page and the tabs are one list", async () => {
    const { session, second } = await twoChats();
    const page = await open(session, { width: 390, height: 844 });
    expect(await page.locator(".panes .view:visible").count()).toBe(1);
    expect(await page.locator(".switcher .tab:visible").count()).toBe(2);
    await page.locator(".switcher .tab").first().click();
    await page.waitForFunction(() => document.querySelector("#view-1")?.getClientRects().length === 1);
    expect(await page.locator(`#view-${second.number}:visible`).count()).toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(page.problems).toEqual([]);
    await page.close();
  }, 40_000);
});
