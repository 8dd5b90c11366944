/** By keyboard from anywhere to a row that was found, deep in a long chat; the palette, chords and the sheet of keys. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { KEYS } from "../../src/domain/keys.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { appPage, live } from "../support/app-page.ts";
import { launchChromium } from "../support/chromium.ts";
import { fakeLlm, type TestLlm } from "../support/fake-llm.ts";
import { until } from "../support/until.ts";

setDefaultTimeout(60_000);
const MESSAGES = 10_000;
let browser: Browser;
let llm: TestLlm;
let boo: TestApp;
let chat: string;
let session: string;

beforeAll(async () => {
  [browser, llm] = await Promise.all([launchChromium(), fakeLlm()]);
  boo = await testApp({ llm });
  const ids = await boo.chat();
  [chat, session] = [ids.chat, ids.session];
  const { sql } = boo.database;
  await sql`
    insert into messages (id, chat_id, role, position)
    select 'm' || n, ${chat}, case when n % 2 = 1 then 'user' else 'assistant' end, n from generate_series(1, ${MESSAGES}) n`;
  await sql`
    insert into parts (id, message_id, chat_id, position, turn, kind, state, text, folded_to, meta, closed_at)
    select '0p' || lpad(n::text, 5, '0'), 'm' || n, ${chat}, 0, 1, 'text', 'closed', 'message number ' || n, 0, '{}', now()
    from generate_series(1, ${MESSAGES}) n`;
  await sql`
    insert into parts (id, message_id, chat_id, position, turn, kind, state, text, folded_to, meta, closed_at)
    values ('0q', 'm5000', ${chat}, 1, 1, 'reasoning', 'closed', 'the ocelot hides here', 0, '{"duration_ms":1}', now()),
    ('0r', 'm4000', ${chat}, 1, 1, 'tool', 'closed', ${`${"row\n".repeat(200)}the serval is in this line\nlast`}, 0,
      ${sql.json({ call_id: "c", name: "view_file", arguments_text: '{"path":"src/claim.ts"}', shown: "src/claim.ts", note: "202 lines", duration_ms: 1, group_id: "g", output_id: null })}, now())`;
  await sql`update chats set next_position = ${MESSAGES + 1}`;
  await boo.send("PATCH", `/sessions/${session}`, { title: "Ten thousand" });
  await until(async () => (await sql`select 1 from parts where not searched limit 1`).length === 0, 60_000);
});
afterAll(async () => {
  await browser.close();
  await boo[Symbol.asyncDispose]();
  await llm[Symbol.asyncDispose]();
});

const inSight = (page: Page, selector: string) =>
  page.waitForFunction((at) => {
    const box = document.querySelector(at)?.getBoundingClientRect();
    return box !== undefined && box.height > 0 && box.top >= 0 && box.bottom <= innerHeight;
  }, selector);

test("from the desk by keys to the very row of a hit, opened and in sight", async () => {
  await using open = await appPage(browser);
  const { page } = open;
  await page.goto(boo.url);
  await live(page);
  await page.keyboard.press("g");
  await page.keyboard.press("/");
  await page.waitForURL("**/search");
  // The address is there before the field has the keyboard.
  await page.locator("#search-q:focus").waitFor();
  await page.keyboard.type("ocelot");
  await page.locator(".hit mark", { hasText: "ocelot" }).waitFor();
  await page.waitForURL("**/search?q=ocelot");
  // A single key is a letter while one types, and moves through the hits once the field is left.
  await page.locator("#search-q").evaluate((field: HTMLElement) => field.blur());
  await page.keyboard.press("j");
  await page.waitForFunction(() => document.activeElement?.closest(".hit") !== null);
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/chats/${chat}/messages?around=m5000**`);
  expect(await page.locator("#p-0q").getAttribute("open")).not.toBeNull();
  await inSight(page, "#p-0q");
  // The page goes on both ways.
  await page.locator(".log").hover();
  await page.mouse.wheel(0, -100_000);
  await page.waitForFunction(() => document.querySelectorAll(".turn").length > 40);
  await page.getByRole("link", { name: "Newer messages" }).click();
  await page.locator("#m-m5030").waitFor();
  expect(open.problems).toEqual([]);
});

test("without script, too: a line of a call's result", async () => {
  await using open = await appPage(browser, { javaScriptEnabled: false });
  const { page } = open;
  await page.goto(`${boo.url}/search`);
  await page.locator("#search-q").fill("serval -number");
  await page.getByRole("button", { name: "Search" }).click();
  await page.locator(".hit a").click();
  await page.locator("#pl-0r").waitFor();
  expect(await page.locator("#pl-0r").textContent()).toContain("the serval is in this line");
  const box = await page.locator("#pl-0r").boundingBox();
  expect(box && box.y > 0 && box.y < 900).toBe(true);
});

test("filters narrow by a click, the address follows, and what comes late does not overwrite what came after", async () => {
  await using open = await appPage(browser);
  const { page } = open;
  await page.goto(`${boo.url}/search?q=message`);
  await page.getByText("More than 1,000 results").waitFor();
  await page.getByLabel("you").check();
  await page.waitForURL("**/search?q=message&role=user");
  await page.locator("#search-q").press("End");
  await page.locator("#search-q").pressSequentially(" number 7777", { delay: 15 });
  await page.waitForURL(/q=message\+number\+7777&role=user/);
  await page.getByText(/^1 result/).waitFor();
  expect(await page.getByLabel("you").isChecked()).toBe(true);
  await page.reload();
  await page.getByText(/^1 result/).waitFor();
  expect(open.problems).toEqual([]);
});

test("the palette forgives a typing error and leads on by Enter; chords go, but not while one writes; the sheet is the table", async () => {
  await using open = await appPage(browser);
  const { page } = open;
  await page.goto(`${boo.url}/sessions/${session}`);
  await live(page);
  await page.locator(".view textarea").first().fill("");
  await page.keyboard.type("g s?");
  expect(await page.locator(".view textarea").first().inputValue()).toBe("g s?");
  await page.keyboard.press("Control+k");
  await page.locator("#palette[open]").waitFor();
  await page.keyboard.type("@cliam");
  await page.getByRole("option", { name: /claim\.ts/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".tabbox", { hasText: "claim.ts" }).waitFor();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("zzzqqq");
  await page.getByRole("option", { name: /Search everything for "zzzqqq"/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL("**/search?q=zzzqqq");
  await page.locator("h2, .searchhelp").first().click();
  await page.keyboard.press("?");
  const rows = await page.locator("#keysheet dd > span:first-child").allTextContents();
  expect(rows.map((r) => r.trim()).sort()).toEqual(KEYS.map((k) => k.label).sort());
  await page.keyboard.press("Escape");
  await page.keyboard.press("g");
  await page.keyboard.press("s");
  await page.waitForURL("**/settings");
  expect(open.problems).toEqual([]);
});
