/** The finish in real Chromium: what an agent will not see, conflicts place by place, commit and push, a phone, no script. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import type { Finish } from "../../src/domain/finish.ts";
import { type AgentApp, agentApp } from "../support/agent-app.ts";
import { appPage, live } from "../support/app-page.ts";
import { launchChromium } from "../support/chromium.ts";
import { type TempDir, tempDir } from "../support/repo.ts";
import { until } from "../support/until.ts";

let browser: Browser;
let app: AgentApp;
let bare: TempDir;
beforeAll(async () => {
  [browser, app, bare] = await Promise.all([launchChromium(), agentApp(), tempDir()]);
  await Bun.spawn(["git", "init", "--quiet", "--bare", bare.root]).exited;
  await app.boo.repo.git("remote", "add", "origin", bare.root);
});
afterAll(async () => {
  await browser.close();
  await app[Symbol.asyncDispose]();
  await bare[Symbol.asyncDispose]();
});

const at = () => `/sessions/${app.session}/worktree`;
const finishOf = async () => {
  const { finish } = await app.boo.get<{ finish: Finish }>(at());
  if (finish.state !== "ready") throw new Error(finish.reason);
  return finish;
};
const said = (page: Page, words: string | RegExp) => page.locator(".finish .said", { hasText: words }).waitFor();

test("from the composer's line over conflicts to a pushed branch, without a page load", async () => {
  const { boo } = app;
  await using opened = await appPage(browser);
  const { page, problems } = opened;
  await boo.repo.write({ "draft.txt": "mine\n" });
  await page.goto(`${boo.url}/sessions/${app.session}`);
  await live(page);
  expect(await page.locator(".toreview", { hasText: "not committed" }).count()).toBe(0);
  await boo.send("PUT", `/chats/${app.chat}/agent`, { provider: "fake" });
  await page.locator(".toreview", { hasText: "1 file of the checkout is not committed" }).getByRole("link").click();
  await page.getByRole("button", { name: "Carry over" }).click();
  await said(page, "Carried over 1 file");
  expect((await finishOf()).files.changes.map((c) => c.path)).toEqual(["draft.txt"]);

  await app.run("[[edit:README.md|Relay|Agent]]");
  await boo.repo.git("add", "README.md");
  await boo.repo.write({ "README.md": "# Human\n\nDelivers webhooks.\n" });
  await boo.repo.git("commit", "--quiet", "--message", "human", "--", "README.md");
  await page.goto(boo.url + at());
  await live(page);
  const message = page.getByLabel("Commit message");
  await message.fill("");
  await page.getByRole("button", { name: /^Commit \d+ files?$/ }).click();
  await page.getByText("Write what the commit does.").waitFor();
  await message.fill("The agent's part");
  await page.getByRole("button", { name: /^Commit \d+ files?$/ }).click();
  await said(page, "Committed");
  await page.getByRole("button", { name: "Merge main" }).click();
  await said(page, "stopped at conflicts");
  const place = page.locator(".fin-place");
  expect(await place.locator("pre").allTextContents()).toEqual(["# Agent", "# Human"]);
  expect(await page.getByRole("button", { name: "Go on: commit the merge" }).isDisabled()).toBe(true);
  await page.getByText("Let the agent resolve them").click();
  expect(await page.getByLabel("Message to the agent").inputValue()).toContain("README.md (changed on both sides)");
  await page.getByRole("button", { name: "Take theirs: README.md" }).click();
  await said(page, "README.md is resolved");
  await page.getByRole("button", { name: "Go on: commit the merge" }).click();
  await said(page, "The merge is committed");
  await page.getByRole("button", { name: "Push to origin" }).click();
  await said(page, "Pushed");
  await page.locator(".st-ok", { hasText: "Pushed to origin" }).waitFor();
  expect(await finishOf()).toMatchObject({ operation: null, behind: 0, upstream: { ahead: 0, behind: 0 } });
  expect(problems.filter((p) => !/status of 422/.test(p))).toEqual([]);
}, 60_000);

test("while an agent works the page says so and comes back by itself; on a phone nothing is wider than the screen; without script it is all there", async () => {
  const { boo } = app;
  await using phone = await appPage(browser, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const { run } = await app.ask("[[say:now]][[hang]]", { mode: "auto" });
  await until(async () => (await finishOf()).busy, 20_000);
  await phone.page.goto(boo.url + at());
  await phone.page.getByText("A run is going on here").waitFor();
  await boo.send("POST", `/runs/${run.id}/cancellation`);
  await boo.settled(run.id, app.session);
  await phone.page.getByText("A run is going on here").waitFor({ state: "detached", timeout: 20_000 });
  for (const path of [at(), "/worktrees?sizes=1", "/processes", `/projects/${app.project}/worktrees`]) {
    await phone.page.goto(boo.url + path);
    const wide = await phone.page.evaluate(() => document.documentElement.scrollWidth);
    expect([path, wide]).toEqual([path, 390]);
  }
  expect(phone.problems).toEqual([]);
  await using bareBrowser = await appPage(browser, { javaScriptEnabled: false });
  const { page } = bareBrowser;
  await page.goto(`${boo.url}/worktrees`);
  await page.getByRole("link", { name: /^Retire / }).click();
  await page.getByRole("button", { name: "Retire it all the same" }).click();
  await page.getByRole("button", { name: /^Bring back / }).click();
  await page.getByRole("heading", { name: "Push" }).waitFor();
  expect((await finishOf()).worktree.note).toContain("Brought back");
}, 60_000);
