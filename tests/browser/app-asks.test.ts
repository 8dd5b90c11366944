/** What a machine waits with, in the browser: a card answered by hand, a line of the desk by key, both live in a second page. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { testApp } from "../support/app.ts";
import { launchChromium } from "../support/chromium.ts";
import { fakeLlm } from "../support/fake-llm.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

test("a question is answered in its card, and a permission on the desk by key, while another page looks on", async () => {
  await using llm = await fakeLlm();
  await using boo = await testApp({ llm });
  const { session } = await boo.chat();
  const { chat } = await boo.send<{ chat: { id: string } }>("POST", `/sessions/${session}/chats`, { kind: "coder" });
  const context = await browser.newContext();
  const [page, desk] = [await context.newPage(), await context.newPage()];
  await page.goto(`${boo.url}/chats/${chat.id}`);
  await desk.goto(`${boo.url}/`);
  const question = { questions: [{ question: "Which side?", options: ["Server", "SDK"] }] };
  const { run } = await boo.ask(chat.id, `[[tool:ask_user_input ${JSON.stringify(question)}]] [[then:Server.]]`);
  const card = page.locator(".ask[data-request=question]");
  await card.waitFor();
  await desk.locator(".need li[data-request=question]").waitFor();
  expect(await desk.title()).toStartWith("(1)");
  await card.getByText("Server", { exact: true }).click();
  await card.locator("input[name=t0]").fill("but not always");
  await page.keyboard.press("Enter");
  await page.locator(".ask-done", { hasText: "Server: but not always" }).waitFor();
  expect((await boo.settled(run.id, session)).state).toBe("completed");
  await desk.locator(".need li").waitFor({ state: "detached" });

  const { run: command } = await boo.ask(chat.id, '[[tool:run_command {"command":"echo done"}]] [[then:Ran.]]');
  await desk.locator(".need li[data-request=permission]").waitFor();
  await desk.locator("body").press("a");
  await page.locator(".ask-done", { hasText: "Allowed once: echo done" }).waitFor();
  expect((await boo.settled(command.id, session)).state).toBe("completed");

  await desk.locator(".need li").waitFor({ state: "detached" });
  const noisy = "seq 1 60; until [ -e go ]; do sleep 0.05; done; seq 61 120; until [ -e end ]; do sleep 0.05; done";
  const { run: live } = await boo.ask(
    chat.id,
    `[[tool:run_command ${JSON.stringify({ command: noisy })}]] [[then:Ran.]]`,
  );
  await desk.locator(".need li[data-request=permission]").waitFor();
  await desk.locator("body").press("a");
  const row = page.locator(".tool", { hasText: "seq 1 60" });
  await row.locator("summary").click();
  const output = row.locator(".livebox");
  await output.filter({ hasText: /\b60\s*$/ }).waitFor();
  const place = () =>
    output.evaluate((box) => ({ at: Math.abs(box.scrollTop), room: box.scrollHeight - box.clientHeight }));
  const before = await place();
  expect(before.at).toBe(0);
  await Bun.write(`${boo.repo.root}/go`, "");
  await output.filter({ hasText: /\b120\s*$/ }).waitFor();
  const after = await place();
  expect(after.at).toBe(0);
  expect(after.room).toBeGreaterThan(before.room + 500);
  await Bun.write(`${boo.repo.root}/end`, "");
  await row.getByText("Exit code 0").waitFor();
  expect((await boo.settled(live.id, session)).state).toBe("completed");

  const { run: rejected } = await boo.ask(chat.id, '[[tool:run_command {"command":"echo no"}]] [[then:No, then.]]');
  await page.locator(".ask[data-request=permission]").waitFor();
  await page.locator("h1").first().click();
  await page.keyboard.press("D");
  await page.keyboard.type("not that one");
  await page.keyboard.press("Enter");
  await page.locator(".ask-done", { hasText: "not that one" }).waitFor();
  expect((await boo.settled(rejected.id, session)).state).toBe("completed");

  const last = page.locator(".asked").last();
  await last.locator("summary", { hasText: "Restore" }).click();
  await last.getByRole("button", { name: "Restore to here" }).click();
  await page.locator(".asked", { hasText: "echo no" }).waitFor({ state: "detached" });
  await page.waitForFunction(() =>
    document.querySelector<HTMLTextAreaElement>("textarea[name=text]")?.value.includes("echo no"),
  );
  await context.close();
}, 60_000);
