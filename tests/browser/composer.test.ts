/** The composer in a real browser, against a server that only records what is posted. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { MESSAGE_LIMIT_CHARS } from "../../src/domain/message.ts";
import type { ChatView } from "../../src/domain/page.ts";
import type { Run } from "../../src/domain/run.ts";
import { Actions, ComposerError } from "../../views/chats/composer.tsx";
import { aRun, aView, queued } from "../support/chat-fixtures.ts";
import { chatDocument, html, serveChat } from "../support/chat-page.tsx";
import { launchChromium } from "../support/chromium.ts";

interface Post {
  path: string;
  fields: Record<string, string>;
}
let browser: Browser;
let server: ReturnType<typeof serveChat>;
let page: Page;
let view: ChatView;
let posts: Post[];
let answer: () => Response | Promise<Response>;
const problems: string[] = [];
const accept = () => new Response(null, { status: 204 });
const field = () => page.locator("textarea");
const live = aRun({ state: "running" });

/** A form with files sends an empty one where none was chosen, and ends lines as mail does. */
const textsOf = (form: FormData): Record<string, string> =>
  Object.fromEntries(
    [...form.entries()].flatMap(([name, value]) =>
      typeof value === "string" ? [[name, value.replaceAll("\r\n", "\n")]] : [],
    ),
  );

beforeAll(async () => {
  browser = await launchChromium();
  server = serveChat(async (request, url) => {
    if (request.method === "GET") return url.pathname === "/" ? html(chatDocument(view)) : undefined;
    posts.push({
      path: url.pathname,
      fields: textsOf(await request.formData()),
    });
    return answer();
  });
  page = await browser.newPage();
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (said) => said.text().includes("Content Security Policy") && problems.push(said.text()));
});
afterAll(async () => {
  await browser.close();
  await server.stop(true);
});
beforeEach(() => {
  view = aView();
  posts = [];
  problems.length = 0;
  answer = accept;
});
afterEach(async () => {
  await page.context().setOffline(false);
  await page.evaluate(() => localStorage.clear());
  expect(problems).toEqual([]);
});

async function open(with_view: ChatView = aView()) {
  view = with_view;
  await page.goto(server.url.href);
}
const posted = async (count: number) => {
  await expectSoon(() => posts.length, count);
  return posts.at(-1);
};

/** Waits for a condition, never for a time. */
async function expectSoon(read: () => unknown, wanted: unknown) {
  const end = performance.now() + 5000;
  while ((await read()) !== wanted && performance.now() < end) await Bun.sleep(5);
  expect(await read()).toBe(wanted);
}

test("Enter sends, clears the field, and the next message has another client id", async () => {
  await open();
  await field().fill("Where is the claim?");
  await field().press("Enter");
  const first = await posted(1);
  expect(first).toEqual({
    path: "/chats/c1/messages",
    fields: { text: "Where is the claim?", client_id: "first-client-id" },
  });
  await expectSoon(() => field().inputValue(), "");
  await field().fill("And the retry?");
  await field().press("Enter");
  const second = await posted(2);
  expect(second?.fields.client_id).toMatch(/^[0-9a-f-]{32,36}$/);
  expect(second?.fields.client_id).not.toBe("first-client-id");
});

test("Shift+Enter makes a line, and an empty or blank field is not sent", async () => {
  await open();
  await field().press("Enter");
  await field().pressSequentially("  ");
  await field().press("Enter");
  await field().fill("one");
  await field().press("Shift+Enter");
  await field().pressSequentially("two");
  expect(await field().inputValue()).toBe("one\ntwo");
  await field().press("Enter");
  expect((await posted(1))?.fields.text).toBe("one\ntwo");
});

test("Enter that ends a composition does not send", async () => {
  await open();
  await field().fill("にほん");
  for (const event of [
    { isComposing: true, keyCode: 13 },
    { isComposing: false, keyCode: 229 },
  ]) {
    await field().evaluate((element, how) => {
      element.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ...how }));
    }, event);
  }
  await field().press("Enter");
  await posted(1);
  expect(posts.length).toBe(1);
});

test("A refused message stays in the field, and the reason stands above it until the next try", async () => {
  answer = () => html(String(ComposerError({ message: "The endpoint is <b>away</b>." })), 422);
  await open();
  await field().fill("keep me");
  await field().press("Enter");
  await page.getByRole("alert").waitFor();
  expect(await page.getByRole("alert").textContent()).toBe("The endpoint is <b>away</b>.");
  expect(await field().inputValue()).toBe("keep me");
  answer = accept;
  await field().press("Enter");
  await posted(2);
  expect(posts.map((post) => post.fields.client_id)).toEqual(["first-client-id", "first-client-id"]);
  await expectSoon(() => page.getByRole("alert").count(), 0);
});

test("A server that does not answer is said, and the text is kept", async () => {
  await open();
  await page.context().setOffline(true);
  await field().fill("hello");
  await field().press("Enter");
  await page.getByText("Not sent").waitFor();
  expect(await field().inputValue()).toBe("hello");
  problems.length = 0;
});

test("A second Enter while the first post is under way sends nothing twice, and what is typed meanwhile stays", async () => {
  const gate = Promise.withResolvers<void>();
  answer = async () => {
    await gate.promise;
    return accept();
  };
  await open();
  await field().fill("first");
  await field().press("Enter");
  await posted(1);
  await field().press("Enter");
  await field().fill("second");
  gate.resolve();
  await expectSoon(
    () =>
      page
        .locator("[name=client_id]")
        .inputValue()
        .then((id) => id !== "first-client-id"),
    true,
  );
  expect(await field().inputValue()).toBe("second");
  expect(posts.length).toBe(1);
});

test("A draft survives a reload, belongs to its chat, and is gone once sent", async () => {
  await open();
  await field().fill("half a thought");
  await page.reload();
  expect(await field().inputValue()).toBe("half a thought");
  await open(aView({ chat: { ...aView().chat, id: "c2" } }));
  expect(await field().inputValue()).toBe("");
  await open();
  await field().press("Enter");
  await expectSoon(() => field().inputValue(), "");
  await page.reload();
  expect(await field().inputValue()).toBe("");
});

test("While a run lives: Stop with an empty field, Queue and Send now with a draft; Enter queues and never stops", async () => {
  await open(aView({ live }));
  const shown = () => page.locator(".actions .btn:visible").allInnerTexts();
  expect((await shown()).map((text) => text.trim())).toEqual(["Stop"]);
  await field().press("Enter");
  await field().press("Escape");
  await field().fill("and then?");
  expect((await shown()).map((text) => text.replace("↵", "").trim())).toEqual(["Send now", "Queue"]);
  await field().press("Escape");
  await field().press("Enter");
  expect(await posted(1)).toMatchObject({ path: "/chats/c1/messages", fields: { text: "and then?" } });
  expect(posts[0]?.fields.now).toBeUndefined();
  await field().fill("at once");
  await page.getByRole("button", { name: "Send now" }).click();
  expect((await posted(2))?.fields).toMatchObject({ text: "at once", now: "1" });
  await expectSoon(() => field().inputValue(), "");
  await page.locator(".actions").getByRole("button", { name: "Stop" }).click();
  expect((await posted(3))?.path).toBe("/runs/r1/cancellation");
  await page.locator(".runfacts").getByRole("button", { name: "Stop" }).click();
  expect((await posted(4))?.path).toBe("/runs/r1/cancellation");
});

test("Edit takes a queued message back into the field, before what stands there", async () => {
  await open(aView({ live, queue: [queued("r9", "Then <i>draft</i>\nthe migration.")] }));
  await field().fill("own words");
  answer = () => {
    // The stream is quicker than the answer: the row is gone when it comes.
    return page.evaluate(() => document.querySelector(".queue li")?.remove()).then(accept);
  };
  await page.getByRole("button", { name: "Edit" }).click();
  expect(await posted(1)).toEqual({ path: "/runs/r9/withdrawal", fields: { edit: "1" } });
  await expectSoon(() => field().inputValue(), "Then <i>draft</i>\nthe migration.\n\nown words");
  expect(await field().evaluate((element) => element === document.activeElement)).toBe(true);
});

test("Too long is counted, refused at the field, and kept", async () => {
  await open();
  await field().fill("x".repeat(MESSAGE_LIMIT_CHARS - 10));
  expect(await page.locator("[data-size]").textContent()).toBe("63,990 of 64,000 characters");
  await field().fill("x".repeat(MESSAGE_LIMIT_CHARS + 1));
  await field().press("Enter");
  await page.getByRole("button", { name: "Send" }).click();
  expect(await page.locator("[data-size][data-over]").count()).toBe(1);
  expect((await field().inputValue()).length).toBe(MESSAGE_LIMIT_CHARS + 1);
  await field().fill("short");
  await field().press("Enter");
  await posted(1);
  expect(posts.length).toBe(1);
});

test("The field says when the live connection is down, and posts all the same", async () => {
  await open();
  const down = page.getByText("No live connection");
  expect(await down.isVisible()).toBe(false);
  await page.evaluate(() => document.documentElement.setAttribute("data-stream", "down"));
  expect(await down.isVisible()).toBe(true);
  await field().fill("still there?");
  await field().press("Enter");
  await posted(1);
  await page.getByText("Sent. It appears here").waitFor();
  expect(await down.isVisible()).toBe(false);
  await page.evaluate(() => document.documentElement.setAttribute("data-stream", "live"));
  expect(await page.getByText("Sent. It appears here").isVisible()).toBe(false);
});

test("The model list opens, posts the choice, closes, and the field has the focus", async () => {
  await open();
  await page.locator(".pick").click();
  await page.getByRole("button", { name: /devstral/ }).click();
  expect(await posted(1)).toEqual({ path: "/chats/c1/model", fields: { endpoint_id: "e1", model: "devstral-24b" } });
  expect(await page.locator(".models").isVisible()).toBe(false);
  expect(await field().evaluate((element) => element === document.activeElement)).toBe(true);
});

test("The buttons may be morphed at any time: the draft stays, and each still does what it says", async () => {
  await open();
  await field().fill("typing");
  const morph = (run: Run | null) =>
    page.evaluate(
      async (text) => {
        const { htmx } = window as unknown as { htmx: { swap(ctx: object): Promise<void> } };
        await htmx.swap({ sourceElement: document.body, target: "#actions-c1", swap: "outerMorph", text });
      },
      String(Actions({ chat_id: "c1", live: run })),
    );
  const click = (name: string) =>
    page
      .locator(".actions")
      .getByRole("button", { name, exact: name !== "Queue" && name !== "Send" })
      .click();
  await morph(live);
  expect(await field().inputValue()).toBe("typing");
  await click("Queue");
  expect(await posted(1)).toMatchObject({ path: "/chats/c1/messages", fields: { text: "typing" } });
  await expectSoon(() => field().inputValue(), "");
  await click("Stop");
  expect((await posted(2))?.path).toBe("/runs/r1/cancellation");
  await morph(aRun({ id: "r2", state: "running" }));
  await click("Stop");
  expect((await posted(3))?.path).toBe("/runs/r2/cancellation");
  await morph(null);
  await field().fill("again");
  await click("Send");
  expect(await posted(4)).toMatchObject({ path: "/chats/c1/messages", fields: { text: "again" } });
});

test("Without script the field posts to the same place", async () => {
  const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  view = aView();
  answer = () => html("<p>redirected</p>");
  await plain.goto(server.url.href);
  await plain.locator("textarea").fill("plain");
  await plain.getByRole("button", { name: "Send" }).click();
  expect((await posted(1))?.fields).toEqual({ text: "plain", client_id: "first-client-id" });
  await plain.context().close();
});
