/** A hostile HTML document in an answer, opened as an artifact in real Chromium: it runs, and reaches nothing of ours. */
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

/** Tries everything it could, and writes what came of it into its own body. */
const HOSTILE =
  `<!doctype html><html><head><title>Chart</title></head><body><script>
const said = {};
const attempt = async (name, act) => { try { said[name] = String(await act()); } catch (e) { said[name] = "refused"; } };
(async () => {
  await attempt("cookie", () => document.cookie || "empty");
  await attempt("storage", () => localStorage.length);
  await attempt("parent", () => parent.document.title);
  await attempt("top", () => { top.location = "/settings"; return "moved"; });
  await attempt("fetch", async () => (await fetch("/settings.json")).status);
  await attempt("absolute", async () => (await fetch(location.href)).status);
  await attempt("image", () => new Promise((ok, no) => { const i = new Image(); i.onload = () => ok("loaded"); i.onerror = no; i.src = "/assets/icons/ghost-192.png"; }));
  await attempt("script", () => new Promise((ok, no) => { const s = document.createElement("script"); s.onload = () => ok("loaded"); s.onerror = no; s.src = "/assets/app.js"; document.head.append(s); }));
  await attempt("frame", () => new Promise((ok, no) => { const f = document.createElement("iframe"); f.onload = () => { try { ok(f.contentDocument.title); } catch { no(); } }; f.src = "/settings"; document.body.append(f); }));
  await attempt("popup", () => window.open("/settings") ? "opened" : no());
  document.body.dataset.done = JSON.stringify(said);
})();
</scr` + `ipt><p>drawn</p></body></html>`;

test("a page of somebody else's runs in a sandbox of nobody's origin", async () => {
  await using llm = await fakeLlm();
  await using boo = await testApp({ llm });
  const { chat, session } = await boo.chat();
  llm.set(`[[json:${JSON.stringify(`Here is the page:\n\n\`\`\`html\n${HOSTILE}\n\`\`\`\n`)}]]`);
  const { run } = await boo.ask(chat, "draw a chart");
  const settled = await boo.settled(run.id, session);
  const page = await browser.newPage();
  await page.goto(`${boo.url}/artifacts/${settled.answer_id}`);
  const frame = page.frameLocator("iframe.sandbox");
  const done = await frame.locator("body[data-done]").getAttribute("data-done", { timeout: 10_000 });
  const said = JSON.parse(done ?? "{}") as Record<string, string>;
  for (const name of ["cookie", "storage", "parent", "top", "fetch", "absolute", "image", "script", "frame", "popup"]) {
    expect([name, said[name]]).toEqual([name, "refused"]);
  }
  expect(page.url()).toEndWith(`/artifacts/${settled.answer_id}`);
  expect(await frame.locator("p").textContent()).toBe("drawn");
  await page.close();
}, 30_000);

test("the frame's own headers hold when it is opened by itself, and the file is a download", async () => {
  await using llm = await fakeLlm();
  await using boo = await testApp({ llm });
  const { chat, session } = await boo.chat();
  llm.set(`[[json:${JSON.stringify(`\`\`\`html\n${HOSTILE}\n\`\`\``)}]]`);
  const { run } = await boo.ask(chat, "draw");
  const { answer_id } = await boo.settled(run.id, session);
  const frame = await fetch(`${boo.url}/artifacts/${answer_id}/frame`);
  expect(frame.headers.get("content-security-policy")).toStartWith("sandbox allow-scripts; default-src 'none'");
  expect(frame.headers.get("x-content-type-options")).toBe("nosniff");
  const file = await fetch(`${boo.url}/artifacts/${answer_id}/file`);
  expect(file.headers.get("content-disposition")).toContain('attachment; filename="Chart.html"');
  expect(file.headers.get("content-security-policy")).toBe("sandbox; default-src 'none'");
});
