/** The review in real Chromium: decided by keyboard, by two people at once, without script, and on a phone. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import type { ChangePage } from "../../src/domain/change.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { type AppPage, appPage, live } from "../support/app-page.ts";
import { launchChromium } from "../support/chromium.ts";
import { type CoderChat, coderChat, proposes } from "../support/proposals.ts";
import { until } from "../support/until.ts";

const LINES = Array.from({ length: 120 }, (_, i) => `export const value${i} = ${i};`);
const FILES = {
  "README.md": "# Relay\n",
  "src/claim.ts": `${LINES.join("\n")}\n`,
  "src/deliver.ts": "export function deliver() {\n    return 1;\n}\n",
  "bun.lock": "a\n",
};

let browser: Browser;
let boo: TestApp;
beforeAll(async () => {
  [browser, boo] = await Promise.all([launchChromium(), testApp({ files: FILES })]);
});
afterAll(async () => {
  await browser.close();
  await boo[Symbol.asyncDispose]();
});

/** Three hunks in one file, one in another, a new file, and a generated one. */
async function proposal(): Promise<CoderChat> {
  const at = await coderChat(boo);
  await proposes(boo, at, "src/claim.ts", (text) =>
    text
      .replace("value3 = 3", "value3 = 33")
      .replace("value40 = 40", "value40 = 44")
      .replace("value90 = 90;", "value90 = 99;\nexport const more = 1;"),
  );
  await proposes(boo, at, "src/deliver.ts", (text) => text.replace("    return 1;", "  return 1;"));
  await proposes(boo, at, "db/migrations/0001.sql", () => "create table deliveries (id text);\n");
  await proposes(boo, at, "bun.lock", (text) => `${text}b\n`);
  return at;
}

async function open(at: CoderChat, options: Parameters<typeof appPage>[1] = {}): Promise<AppPage> {
  const opened = await appPage(browser, options);
  await opened.page.goto(`${boo.url}/sessions/${at.session}/review`);
  if (options.javaScriptEnabled !== false) await live(opened.page);
  return opened;
}

const states = async (at: CoderChat) => {
  const { changes } = await boo.get<ChangePage>(`/sessions/${at.session}/changes`);
  return Object.fromEntries(changes.map((c) => [c.path, c.hunks.map((h) => h.state).join(" ")]));
};
const now = (page: Page) => page.locator(".hunk[data-now]").getAttribute("aria-label");
const foot = async (page: Page) => (await page.locator(".revfoot").textContent()) ?? "";

describe("a review", () => {
  test("decided from the first hunk to the last by keyboard, with comments, undo and more to see", async () => {
    const at = await proposal();
    await using opened = await open(at);
    const { page } = opened;
    // Migrations first, generated last and folded.
    expect(await page.locator(".ftree a > .cut").allTextContents()).toEqual([
      "0001.sql",
      "claim.ts",
      "deliver.ts",
      "bun.lock",
    ]);
    expect(await page.locator(".folded").textContent()).toContain("Folded: 1 changed line, 4 B.");

    await page.keyboard.press("]");
    expect(await now(page)).toBe("Hunk 1 of db/migrations/0001.sql, undecided");
    await page.keyboard.press("a");
    await page.locator(".hunk.is-a").waitFor();
    // Its lines fold, and the next hunk has the keyboard.
    expect(await page.locator(".hunk.is-a .body").isVisible()).toBe(false);
    expect(await now(page)).toBe("Hunk 1 of src/claim.ts, undecided");
    expect(await page.evaluate(() => document.activeElement?.hasAttribute("data-now"))).toBe(true);
    expect(await page.locator(".hunk[data-now] mark").allTextContents()).toEqual(["3", "33"]);

    // Unchanged lines above and below.
    const second = page.locator(".hunk[aria-label^='Hunk 2 of src/claim.ts']");
    await second.locator(".gap a", { hasText: "↑ 20" }).click();
    await second.locator("td", { hasText: "value20" }).waitFor();
    expect(await second.locator("tr").first().textContent()).toBe("10 unchanged lines");

    await page.keyboard.press("c");
    await page.keyboard.type("Why 33?");
    await page.keyboard.press("Control+Enter");
    await page.locator(".cmt", { hasText: "Why 33?" }).waitFor();
    await page.keyboard.press("x");
    await page.locator(".hunk.is-r", { hasText: "“Why 33?”" }).waitFor();
    await page.keyboard.press("a");
    await until(async () => (await states(at))["src/claim.ts"] === "rejected accepted pending");
    await page.keyboard.press("u");
    await until(async () => (await states(at))["src/claim.ts"] === "rejected pending pending");
    await page.waitForFunction(() => document.querySelectorAll(".hunk.is-a").length === 1);
    // What was folded is there again, with the lines it had.
    expect(await page.locator(".hunk td", { hasText: "value40 = 44" }).isVisible()).toBe(true);

    await page.keyboard.press("k");
    await page.keyboard.press("a");
    await until(async () => (await states(at))["src/claim.ts"] === "rejected accepted pending");
    await page.locator(".looks button", { hasText: "Hide blanks" }).click();
    await page.locator('.looks button[name="blanks"][aria-pressed="true"]').waitFor();
    expect(await page.locator(".hunk tr.blank").count()).toBe(1);
    await page.locator(".looks button", { hasText: "Split" }).click();
    await page.locator(".sdiff").first().waitFor();
    await page.keyboard.press("v");
    await page.waitForFunction(() => document.querySelectorAll(".hunk[data-viewed]").length >= 3);

    await page.locator("[data-unfold]").click();
    await page.locator(".hunk td", { hasText: "b" }).first().waitFor();

    // What is accepted goes to disk, and back.
    const disk = (path: string) => readFile(join(boo.repo.root, path), "utf8").catch(() => null);
    await page.keyboard.press("Control+Enter");
    await page.locator(".revfoot", { hasText: "applied 2 hunks to 2 files" }).waitFor();
    expect(await disk("db/migrations/0001.sql")).toBe("create table deliveries (id text);\n");
    expect(await disk("src/claim.ts")).toBe(FILES["src/claim.ts"].replace("value40 = 40", "value40 = 44"));
    await page.locator(".ftree .dirh", { hasText: "applied" }).waitFor();
    expect(await foot(page)).toContain("0 accepted");
    await page.locator("[data-rewind] button").first().click();
    await page.locator(".revfoot", { hasText: "then rewound" }).waitFor();
    expect(await disk("db/migrations/0001.sql")).toBeNull();
    expect(await disk("src/claim.ts")).toBe(FILES["src/claim.ts"]);
    expect(opened.problems).toEqual([]);
  }, 60_000);

  test("two people: the first to decide wins, the second sees it and is told", async () => {
    const at = await proposal();
    await using one = await open(at);
    await using two = await open(at, { expected: /409/ });
    const hunk = (page: Page) => page.locator(".hunk").filter({ has: page.locator("code", { hasText: "@@ 1,7" }) });
    // The second one's stream hangs: it posts what it saw.
    await two.page.evaluate(() => document.getElementById("stream")?.remove());
    await hunk(one.page)
      .getByRole("button", { name: /^Accept hunk/ })
      .click();
    await hunk(one.page).and(one.page.locator(".is-a")).waitFor();
    await hunk(two.page)
      .getByRole("button", { name: /^Reject hunk/ })
      .click();
    await two.page.locator(".pagenote", { hasText: "accepted already" }).waitFor();
    expect((await states(at))["src/claim.ts"]).toBe("accepted pending pending");

    // With its stream it sees the decision, and what is proposed meanwhile.
    await two.page.reload();
    await live(two.page);
    await two.page.keyboard.press("]");
    await one.page
      .locator(".fhead", { hasText: "deliver.ts" })
      .getByRole("button", { name: /^Accept file/ })
      .click();
    await two.page.locator(".hunk.is-a[aria-label*='deliver']").waitFor();
    expect(await two.page.evaluate(() => document.activeElement?.hasAttribute("data-now"))).toBe(true);
    await proposes(boo, at, "src/extra.ts", () => "export const extra = 1;\n");
    for (const { page } of [one, two]) {
      await page.locator(".ftree a", { hasText: "extra.ts" }).waitFor();
      await page.locator(".hunk td", { hasText: "extra = 1" }).waitFor();
    }
    expect(await foot(two.page)).toContain("2 accepted");
    expect([...one.problems, ...two.problems]).toEqual([]);
  }, 60_000);

  test("without script: read, decided and undone by forms", async () => {
    const at = await proposal();
    await using opened = await open(at, { javaScriptEnabled: false });
    const { page } = opened;
    expect(await page.locator(".hunk td", { hasText: "create table" }).count()).toBe(1);
    await page.getByRole("button", { name: "Reject hunk 2 of src/claim.ts" }).click();
    await page.locator(".hunk.is-r").waitFor();
    expect(new URL(page.url()).pathname).toBe(`/sessions/${at.session}/review`);
    await page.getByRole("link", { name: "Show hunk 2 of src/claim.ts" }).click();
    expect(await page.locator("h1").textContent()).toBe("src/claim.ts");
    await page.getByRole("link", { name: "Back to the review" }).click();
    await page.locator(".revfoot button", { hasText: "Undo" }).click();
    expect(await page.locator(".hunk.is-r").count()).toBe(0);
    await page.locator(".looks button", { hasText: "Split" }).click();
    expect(await page.locator(".sdiff").count()).toBeGreaterThan(0);
  }, 60_000);

  test("on a phone: files in a row, large buttons, nothing wider than the page; opened from its chat", async () => {
    const at = await proposal();
    await using opened = await appPage(browser, {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    });
    const { page } = opened;
    await page.goto(`${boo.url}/sessions/${at.session}`);
    await live(page);
    await page.locator(".toreview", { hasText: "4 changes to review · 6 hunks undecided" }).waitFor();
    await page.locator("[data-open-review]").click();
    const accept = page.getByRole("button", { name: "Accept hunk 1 of db/migrations/0001.sql" });
    await accept.waitFor();
    expect((await accept.boundingBox())!.height).toBeGreaterThanOrEqual(44);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await accept.tap();
    await page.locator(".hunk.is-a").waitFor();
    await page.locator(".ftree a", { hasText: "deliver.ts" }).tap();
    await page.waitForFunction(() =>
      document.querySelector(".hunk[data-now]")?.getAttribute("aria-label")?.includes("deliver"),
    );
    expect(await foot(page)).toContain("1 accepted");
    expect(opened.problems).toEqual([]);
  }, 60_000);
});
