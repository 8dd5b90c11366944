/** The menu of the composer: by keyboard, by mouse, while an answer streams, with what an agent announced; the palette's `/`. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { AxeResults } from "axe-core";
import type { Browser } from "playwright-core";
import { type TestApp, testApp } from "../support/app.ts";
import { appPage, field, live, settled } from "../support/app-page.ts";
import { launchChromium } from "../support/chromium.ts";
import { coder } from "../support/coder.ts";
import { fakeAgentCommand } from "../support/fake-agent.ts";
import { fakeLlm, type TestLlm } from "../support/fake-llm.ts";
import { until } from "../support/until.ts";

setDefaultTimeout(40_000);
let browser: Browser;
let llm: TestLlm;
let boo: TestApp;
let axe: string;

beforeAll(async () => {
  axe = await Bun.file(Bun.resolveSync("axe-core/axe.min.js", import.meta.dir)).text();
  [browser, llm] = await Promise.all([launchChromium(), fakeLlm()]);
  boo = await testApp({
    llm,
    files: {
      "README.md": "# Relay\n",
      "skills/ops/deploy/SKILL.md": "---\ndescription: Ship <b>relay</b>\nhint: stage\n---\nBuild first.\n",
    },
  });
});
afterAll(async () => {
  await browser.close();
  await boo[Symbol.asyncDispose]();
  await llm[Symbol.asyncDispose]();
});

test("skills by keyboard and mouse while text streams; Enter takes, then sends; Escape leaves the text alone", async () => {
  const { chat } = await boo.chat();
  await using open = await appPage(browser);
  const { page } = open;
  const text = field(page);
  const options = page.getByRole("option");
  const chosen = page.getByRole("option", { selected: true });
  await page.goto(`${boo.url}/chats/${chat}`);
  await live(page);
  llm.set("[[tokens:3000]] [[slow:10]]");
  await text.fill("Go on for a while.");
  await text.press("Enter");
  await page.getByText(/tok20 /).waitFor();

  await text.pressSequentially("/");
  await chosen.waitFor();
  expect(await options.count()).toBeGreaterThan(8);
  expect(await text.getAttribute("aria-activedescendant")).toBe(await chosen.getAttribute("id"));
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: { run(at: string): Promise<AxeResults> } }).axe.run(".composer"),
  );
  expect(violations.map((v) => v.id)).toEqual([]);
  await text.pressSequentially("dep");
  await page.getByRole("option", { name: /deploy/, selected: true }).waitFor();
  // What a file says of itself is text.
  expect(await chosen.textContent()).toContain("Ship <b>relay</b>");
  await text.press("ArrowDown");
  await text.press("ArrowUp");
  expect(await chosen.textContent()).toContain("/deploy");
  await text.press("Enter");
  expect(await text.inputValue()).toBe("/deploy ");
  expect(await options.count()).toBe(0);
  await text.pressSequentially("staging");
  await text.press("Enter");
  await page.locator(".queue li", { hasText: "/deploy staging" }).waitFor();

  // By mouse, in front of what is written already; the keyboard stays in the field.
  await text.fill("src");
  await text.press("Home");
  await text.pressSequentially("/tou");
  await page.getByRole("option", { name: /tour/ }).click();
  expect(await text.inputValue()).toBe("/tour src");
  await text.fill("");
  await text.pressSequentially("/tou");
  await chosen.waitFor();
  await text.press("Escape");
  expect(await options.count()).toBe(0);
  expect(await text.inputValue()).toBe("/tou");
  await text.press("r");
  expect(await options.count()).toBe(0);
  // A name that is there in full is sent as it is.
  await text.fill("");
  await text.pressSequentially("/tour");
  await page.getByRole("option", { name: /tour/, selected: true }).waitFor();
  await text.press("Enter");
  await page.locator(".queue li", { hasText: "/tour" }).waitFor();
  expect(await text.inputValue()).toBe("");
  // No command in the middle of a text.
  await text.pressSequentially("see /tou");
  expect(await options.count()).toBe(0);
  await text.fill("");

  llm.set("[[then:Shipped.]]");
  await page.locator(".composer .if-empty:visible").click();
  await page.getByText("With the skill deploy").waitFor();
  await page.getByText("With the skill tour").waitFor();
  await settled(page);
  expect(open.problems).toEqual([]);
});

test("what the chat's agent announced, after a reload too; and the palette puts a command into the field", async () => {
  await boo.send("POST", "/providers", { id: "fake", command: fakeAgentCommand().join(" ") });
  const at = await coder(boo);
  await boo.settled((await boo.ask(at.chat, "[[say:Hello.]]", { provider: "fake" })).run.id, at.session);
  await using open = await appPage(browser);
  const { page } = open;
  await page.goto(`${boo.url}/chats/${at.chat}`);
  await live(page);
  await field(page).pressSequentially("/");
  await page.getByRole("option", { name: /\/review .*what to look at.*fake/ }).waitFor();
  await field(page).press("Escape");
  await field(page).fill("the claim");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("/init");
  await page.getByRole("option", { name: /\/init/, selected: true }).waitFor();
  await page.keyboard.press("Enter");
  expect(await field(page).inputValue()).toBe("/init the claim");
  expect(await field(page).evaluate((element) => element === document.activeElement)).toBe(true);
  expect(open.problems).toEqual([]);
});

test("without JavaScript a typed name works, and a link of the palette brings the field with it", async () => {
  llm.set("[[then:Shipped.]]");
  const { chat, session } = await boo.chat();
  await using open = await appPage(browser, { javaScriptEnabled: false });
  const { page } = open;
  await page.goto(`${boo.url}/palette?q=%2Fdeploy&session=${session}`);
  await page.getByRole("link", { name: /\/deploy/ }).click();
  expect(await field(page).inputValue()).toBe("/deploy ");
  await field(page).fill("/deploy staging");
  await page.locator("form[data-composer]:visible .btn-go:visible").click();
  await page.waitForURL(`${boo.url}/chats/${chat}`);
  await until(async () => {
    await page.goto(page.url());
    return (await page.getByText("With the skill deploy").count()) > 0;
  });
  await page.getByText("With the skill deploy").click();
  expect(await page.locator("details.notice pre").textContent()).toContain("Build first.");
});

test("a persona is picked in the composer, seen by another browser, and stands beside its answer", async () => {
  llm.set("[[say:Reviewed.]]");
  const { chat } = await boo.chat();
  await using open = await appPage(browser);
  await using other = await appPage(browser);
  for (const { page } of [open, other]) {
    await page.goto(`${boo.url}/chats/${chat}`);
    await live(page);
  }
  const { page } = open;
  await field(page).fill("half a thought");
  await page.getByRole("button", { name: "Persona: none" }).click();
  await page.getByRole("button", { name: /^Code Reviewer/ }).click();
  await page.getByRole("button", { name: "Persona: Code Reviewer" }).waitFor();
  await other.page.getByRole("button", { name: "Persona: Code Reviewer" }).waitFor();
  // What was being written stays, and so does the keyboard.
  expect(await field(page).inputValue()).toBe("half a thought");
  await field(page).press("Enter");
  await page.getByText("Reviewed.").waitFor();
  await page.locator(".turn.answered aside", { hasText: "code-reviewer" }).waitFor();
  await page.getByRole("button", { name: "Persona: Code Reviewer" }).click();
  await page.getByRole("button", { name: /^None/ }).click();
  await page.getByRole("button", { name: "Persona: none" }).waitFor();
  expect([...open.problems, ...other.problems]).toEqual([]);
});
