/** Attachments as their user has them: dropped, pasted, chosen, from a file's lines; kept over a reload, taken out by keyboard, sent. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { type TestApp, testApp } from "../support/app.ts";
import { appPage, field, live, sameWhenReadAgain, settled } from "../support/app-page.ts";
import { launchChromium } from "../support/chromium.ts";
import { fakeLlm, type TestLlm } from "../support/fake-llm.ts";
import { png } from "../support/pictures.ts";

setDefaultTimeout(40_000);
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

const chips = (page: Page) => page.locator(".composer:visible [data-attached] > [data-attachment]");
const namesOf = async (page: Page) => (await chips(page).locator(".cut").allTextContents()).map((name) => name.trim());

/** What a browser does when files are dropped or pasted: neither can be done from outside. */
async function give(
  page: Page,
  how: "drop" | "paste",
  files: { name: string; type: string; bytes: number[] }[],
  text = "",
) {
  await page.evaluate(
    ({ how, files, text }) => {
      const data = new DataTransfer();
      for (const { name, type, bytes } of files) data.items.add(new File([new Uint8Array(bytes)], name, { type }));
      if (text) data.setData("text/plain", text);
      const target = document.querySelector(how === "drop" ? ".view .log" : '.view textarea[name="text"]')!;
      const init = { bubbles: true, cancelable: true };
      target.dispatchEvent(
        how === "drop"
          ? new DragEvent("drop", { ...init, dataTransfer: data })
          : new ClipboardEvent("paste", { ...init, clipboardData: data }),
      );
    },
    { how, files, text },
  );
}

test("Drop, paste, choose, lines of a file; a reload; taken out by keyboard; sent, looked at, edited", async () => {
  const { chat, project } = await boo.chat();
  await using open = await appPage(browser, { expected: /status of 403/ });
  const { page } = open;
  await page.goto(`${boo.url}/chats/${chat}`);
  await live(page);

  await give(page, "drop", [{ name: "shot.png", type: "image/png", bytes: [...png(64, 40)] }]);
  await chips(page).nth(0).waitFor();
  expect(await page.locator(".unseen .if-unknown").isVisible()).toBe(true);
  await give(page, "paste", [{ name: "image.png", type: "image/png", bytes: [...png(5, 5)] }]);
  await chips(page).nth(1).waitFor();
  await give(page, "paste", [], `${"a long log line\n".repeat(5_000)}`);
  await chips(page).nth(2).waitFor();
  expect(await field(page).inputValue()).toBe("");
  await page.locator('.composer:visible input[type="file"]').setInputFiles([
    { name: "notes.md", mimeType: "text/markdown", buffer: Buffer.from("# Notes\n\n- one\n") },
    { name: ".env", mimeType: "text/plain", buffer: Buffer.from("KEY=1") },
  ]);
  await chips(page).nth(3).waitFor();
  await page.getByText(".env is a file of secrets by its name").waitFor();
  expect(await namesOf(page)).toEqual(["shot.png", "image.png", "pasted.txt", "notes.md"]);

  // A file of the project, by its name; then lines of a file that stands open.
  await field(page).pressSequentially("See @claim");
  await page.getByRole("option", { name: "claim.ts" }).waitFor();
  await field(page).press("Enter");
  await chips(page).nth(4).waitFor();
  expect(await field(page).inputValue()).toBe("See @src/claim.ts ");
  await page.evaluate((project) => {
    const fields = { project_id: project, path: "src/deliver.ts", from_line: 1, to_line: 3 };
    document.dispatchEvent(new CustomEvent("boocode:attach", { detail: { name: "deliver.ts", fields } }));
  }, project);
  await chips(page).nth(5).waitFor();

  await field(page).fill("What is on these?");
  await page.reload();
  await live(page);
  await chips(page).nth(5).waitFor();
  expect(await namesOf(page)).toEqual([
    "shot.png",
    "image.png",
    "pasted.txt",
    "notes.md",
    "claim.ts",
    "deliver.ts:1-3",
  ]);
  expect(await field(page).inputValue()).toBe("What is on these?");

  // By keyboard: Backspace at the front of the field, then Delete; the keyboard goes on to the next chip.
  await field(page).press("Control+Home");
  await field(page).press("Backspace");
  expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe(
    "Remove src/deliver.ts:1-3",
  );
  await page.keyboard.press("Delete");
  await page.keyboard.press("Delete");
  await page.keyboard.press("Enter");
  expect(await namesOf(page)).toEqual(["shot.png", "image.png", "pasted.txt"]);
  expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Remove pasted.txt");

  llm.set("[[say:Two pictures.]]");
  await field(page).press("Enter");
  await page.locator(".view .turn.answered:visible").waitFor();
  await settled(page);
  expect(await chips(page).count()).toBe(0);
  expect(await page.locator(".turn.asked .sent img").count()).toBe(2);
  const images = page.locator(".turn.asked .thumb img");
  await page.waitForFunction(() =>
    Array.from(document.querySelectorAll<HTMLImageElement>(".thumb img")).every((i) => i.naturalWidth > 0),
  );
  expect(await images.first().getAttribute("alt")).toBe("shot.png");
  const told = JSON.stringify(llm.chats().at(-1));
  expect(told.match(/data:image\/png/g)?.length).toBe(2);
  await sameWhenReadAgain(page);

  // A picture and a text looked at, and back to where the keyboard was.
  await page.locator(".turn.asked .thumb").first().click();
  await page.locator("dialog.attachmentdlg img").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("dialog.attachmentdlg").waitFor({ state: "detached" });
  const link = page.locator(".turn.asked .sent a", { hasText: "pasted.txt" });
  await link.focus();
  await page.keyboard.press("Enter");
  await page.locator("dialog.attachmentdlg .src").getByText("a long log line").first().waitFor();
  await page.getByRole("button", { name: "Close", exact: true }).click();
  expect(await page.evaluate(() => document.activeElement?.textContent)).toContain("pasted.txt");

  // Edited and sent again, with one fewer.
  await page.locator(".turn.asked .revise > summary").first().click();
  const form = page.locator(".turn.asked .reviseform[data-attachable]");
  await form.locator("[data-attachment]").nth(2).waitFor();
  await form.getByRole("button", { name: "Remove shot.png" }).click();
  await form.getByRole("button", { name: "Send again" }).click();
  await page.locator(".turn.asked .sent li").nth(1).waitFor();
  await page.waitForFunction(() => document.querySelectorAll(".turn.asked .sent li").length === 2);
  await settled(page);
  expect(open.problems).toEqual([]);
});

test("A queued message that is edited brings its attachments back; nothing is sent before they are there", async () => {
  const { chat } = await boo.chat();
  await using open = await appPage(browser);
  const { page } = open;
  await page.goto(`${boo.url}/chats/${chat}`);
  await live(page);
  llm.set("[[tokens:4000]] [[slow:10]]");
  await field(page).fill("work");
  await field(page).press("Enter");
  await page.locator(".composer:visible .if-empty").waitFor();
  // The upload is held back until the form was sent.
  let let_go = () => {};
  const held = new Promise<void>((resolve) => {
    let_go = resolve;
  });
  await page.route("**/attachments", async (route) => {
    await held;
    await route.continue();
  });
  await give(page, "drop", [{ name: "late.txt", type: "text/plain", bytes: [...Buffer.from("late\n")] }]);
  await page.locator("[data-uploading]").waitFor();
  await field(page).press("Enter");
  expect(await page.locator(".queue > li").count()).toBe(0);
  let_go();
  await page.locator(".queue > li").waitFor();
  expect(await page.locator(".queue > li").textContent()).toContain("late.txt");
  expect(await chips(page).count()).toBe(0);
  await page.locator(".queue").getByRole("button", { name: "Edit" }).click();
  await chips(page).waitFor();
  expect(await namesOf(page)).toEqual(["late.txt"]);
  await boo.app.core.live.stopWhere(() => true, "cancelled");
  expect(open.problems).toEqual([]);
});
