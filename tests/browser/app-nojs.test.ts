/** Without JavaScript: everything can be read, and everything can be sent, from the first run to deleting a session. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, Locator, Page } from "playwright-core";
import { type TestApp, testApp } from "../support/app.ts";
import { type AppPage, appPage } from "../support/app-page.ts";
import { launchChromium } from "../support/chromium.ts";
import { fakeLlm, type TestLlm } from "../support/fake-llm.ts";

setDefaultTimeout(20_000);
let browser: Browser;
let llm: TestLlm;
let boo: TestApp;
let open: AppPage;
let page: Page;

beforeAll(async () => {
  [browser, llm] = await Promise.all([launchChromium(), fakeLlm()]);
  boo = await testApp();
  open = await appPage(browser, { javaScriptEnabled: false, expected: /status of 4\d\d/ });
  page = open.page;
});
afterAll(async () => {
  await browser.close();
  await boo[Symbol.asyncDispose]();
  await llm[Symbol.asyncDispose]();
});

const button = (name: string | RegExp) => page.getByRole("button", { name, exact: true });
const said = (text: string) => page.locator(".turn.answered", { hasText: text });
/** Loads the page again until this is on it, as a reader would. */
async function there(what: Locator): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if ((await what.count()) > 0) return;
    await page.goto(page.url());
  }
  throw new Error(`never there: ${what}`);
}
const answered = (text: string) => there(said(text).filter({ hasNot: page.locator(".st-live") }));
const send = async (text: string) => {
  await page.locator('textarea[name="text"]:visible').fill(text);
  await page.locator("form[data-composer]:visible .btn-go:visible").click();
};

test("First run: the demo, a project with its mistakes, a session, an answer with its tool rows and files", async () => {
  await page.goto(boo.url);
  await page.getByRole("heading", { name: "No model endpoint answered" }).waitFor();
  await button("Go on with the demo")
    .or(page.getByRole("link", { name: "Go on with the demo" }))
    .click();
  await page.goto(`${boo.url}/projects/new`);
  await page.fill("input[name=path]", "/nowhere/at/all");
  await button("Add project").click();
  expect(await page.locator("input[name=path]").inputValue()).toBe("/nowhere/at/all");
  expect(await page.locator("[id$=-error], .field-error, .bad").first().textContent()).toContain("/nowhere/at/all");
  await page.fill("input[name=path]", boo.repo.root);
  await button("Add project").click();
  await page.waitForURL(/\/sessions\/new\?project=/);
  await page.fill("textarea[name=text]", "open README.md");
  await button("Start session").click();
  await page.waitForURL(/\/chats\//);
  await answered("Delivers webhooks");
  await page.locator(".tools > summary").click();
  await page.locator(".tool > summary .res").first().click();
  await page.getByRole("link", { name: "Result" }).click();
  await page.getByRole("heading", { name: "Result of view_file" }).waitFor();
  expect(await page.locator("main pre").textContent()).toContain("# Relay");
  await page.getByRole("link", { name: "Back to the chat" }).click();
  await page.locator(".turn").getByRole("link", { name: "README.md" }).first().click();
  await page.waitForURL(/\/files\/README\.md/);
  expect(await page.locator("main").textContent()).toContain("Delivers webhooks.");
});

test("An endpoint is added in the settings and picked in the chat", async () => {
  await page.goto(`${boo.url}/settings`);
  await page.fill("input[name=url]", "http://127.0.0.1:1/v1");
  await button("Test and save").click();
  expect(await page.locator("main").textContent()).toContain("connection refused");
  await page.fill("input[name=url]", llm.url);
  await button("Test and save").click();
  await page.getByText("3 models").waitFor();
  await button("Dark").click();
  expect(await page.locator("html").getAttribute("data-theme")).toBe("dark");
  await button("System").click();
  await page.getByLabel("Name of a new token").fill("laptop");
  await button("Make token").click();
  // Shown once, and in sight.
  const secret = await page.getByText(/^boo_/).first().boundingBox();
  expect(secret!.y).toBeGreaterThan(0);
  expect(secret!.y).toBeLessThan(900);
  await page.goto(boo.url);
  await page.locator(".rec a, .sess").first().click();
  await page.getByRole("button", { name: /^Model: / }).click();
  await page.getByRole("button", { name: "fake-mini" }).click();
  await page.locator(".pick", { hasText: "fake-mini" }).waitFor();
});

test("Messages are sent, refused with their text kept, queued, taken back, and sent ahead; a run is stopped and continued", async () => {
  await send("[[tokens:4000]] [[slow:10]]");
  await there(button("Stop"));
  await send("[[say:second]]");
  await send("[[say:third]]");
  expect(await page.locator(".queue li").count()).toBe(2);
  await page.locator(".queue li").first().getByRole("button", { name: "Edit" }).click();
  expect(await page.locator('textarea[name="text"]:visible').inputValue()).toBe("[[say:second]]");
  expect(await page.locator(".queue li").count()).toBe(1);
  await page.locator(".queue li").getByRole("button", { name: "Send now" }).click();
  await answered("third");
  await send("   ");
  expect(await page.locator(".note-bad").textContent()).toBe("Write a message first.");
  await send("x".repeat(64_001));
  expect(await page.locator(".note-bad").textContent()).toContain("64,001");
  expect((await page.locator('textarea[name="text"]:visible').inputValue()).length).toBe(64_001);
  await send("[[tokens:4000]] [[slow:10]]");
  await there(button("Stop"));
  await button("Stop").first().click();
  await page.getByText(/Stopped by you/).waitFor();
  await button("Continue").click();
  await answered("Continue where you stopped.");
});

test("Chats and sessions: a new one, another title, the archive, deleted", async () => {
  const chat = page.url();
  await page.getByRole("button", { name: "New chat" }).first().click();
  await page.getByText("Nothing asked yet.").waitFor();
  expect(page.url()).not.toBe(chat);
  await button("Session menu").click();
  await page.getByRole("link", { name: "Rename…" }).click();
  await page.fill("input[name=title]", "Another title");
  await button("Rename").click();
  await page.getByRole("heading", { name: "Another title" }).waitFor();
  await button("Session menu").click();
  await button("Archive").click();
  await page.waitForURL(/\/projects\//);
  expect(await page.locator("main").getByText("Another title").count()).toBe(0);
  await page.getByRole("link", { name: "show archived" }).click();
  await page.locator("main").getByRole("link", { name: "Another title", exact: true }).click();
  await button("Session menu").click();
  await button("Back from the archive").click();
  await button("Session menu").click();
  await page.getByRole("link", { name: "Delete…" }).click();
  await button("Delete session").click();
  await page.waitForURL(/\/projects\//);
  expect(await page.locator("main").getByText("Another title").count()).toBe(0);
  await page.goto(chat);
  await page.getByRole("heading", { name: "There is nothing at this address" }).waitFor();
  expect(open.problems).toEqual([]);
});

test("Older messages have pages of their own", async () => {
  const { chat } = await boo.chat();
  await boo.database.sql.begin(async (tx) => {
    await tx`insert into messages (id, chat_id, role, position)
      select 'old' || n, ${chat}, case when n % 2 = 1 then 'user' else 'assistant' end, n from generate_series(1, 50) n`;
    await tx`insert into parts (id, message_id, chat_id, position, kind, state, text)
      select 'oldp' || n, 'old' || n, ${chat}, 0, 'text', 'closed', 'message ' || n from generate_series(1, 50) n`;
    await tx`update chats set next_position = 51 where id = ${chat}`;
  });
  await page.goto(`${boo.url}/chats/${chat}`);
  expect(await page.getByText("message 50", { exact: true }).isVisible()).toBe(true);
  await page.getByRole("link", { name: "Older messages" }).click();
  expect(await page.getByText("message 20", { exact: true }).isVisible()).toBe(true);
  expect(await page.getByText("message 21", { exact: true }).count()).toBe(0);
  await page.getByRole("link", { name: "To the newest" }).click();
  await page.waitForURL(`${boo.url}/chats/${chat}`);
});
