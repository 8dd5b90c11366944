/** Composer, header, tabs and picker as strings. */
import { expect, test } from "bun:test";
import { initialLayout } from "../../../src/domain/pane.ts";
import { activate } from "../../../src/domain/pane-changes.ts";
import { isSettled, RUN_STATES, type Run } from "../../../src/domain/run.ts";
import { labelsOf } from "../../../src/engine/workspace.ts";
import { age } from "../../../src/lib/format.ts";
import { Actions, Composer, ComposerError, Queue } from "../../../views/chats/composer.tsx";
import { Facts, SessionHead } from "../../../views/chats/head.tsx";
import { marginModel, shortModel } from "../../../views/chats/model-name.ts";
import { ModelList, ModelPick } from "../../../views/chats/picker.tsx";
import { Bars } from "../../../views/workspace/bars.tsx";
import { ChatContent } from "../../support/chat-content.tsx";
import {
  aChat,
  aRun,
  asked,
  aView,
  away,
  demo,
  local,
  NOW,
  project,
  queued,
  session,
} from "../../support/chat-fixtures.ts";
import * as story from "../../support/chat-story.ts";

const HOSTILE = `</textarea><script>alert(1)</script>"'&`;
const state = { draft: "", attachments: [], client_id: "abc", error: null };
const buttons = (html: unknown) =>
  [...String(html).matchAll(/<button[^>]*>(.*?)<\/button>/gs)].map(([, inner]) =>
    inner!
      .replace(/<svg.*?<\/svg>|<kbd.*?<\/kbd>|<[^>]+>/gs, "")
      .replace(/\s+/g, " ")
      .trim(),
  );

test("the buttons say what they do: Send when idle; Stop, Queue and Send now while a run lives", () => {
  expect(buttons(Actions({ chat_id: "c1", live: null }))).toEqual(["Send"]);
  for (const run_state of RUN_STATES.filter((one) => !isSettled(one))) {
    const html = String(Actions({ chat_id: "c1", live: aRun({ state: run_state }) }));
    expect(buttons(html)).toEqual(["Send now", "Queue", "Stop"]);
    expect(html).toContain('id="actions-c1"');
    expect(html).toContain('formaction="/runs/r1/cancellation"');
    expect(html).toMatch(/btn-bad if-empty" formnovalidate/);
  }
});

test("a draft and a reason come back as they were, escaped, first line break included", () => {
  const html = String(Composer({ view: aView(), state: { ...state, draft: `\n${HOSTILE}`, error: HOSTILE } }));
  expect(html).not.toContain("<script>");
  expect(html).toContain(">\n\n&lt;/textarea&gt;&lt;script&gt;");
  expect(html).toContain('name="client_id" value="abc"');
  expect(html).toContain('role="alert"');
  expect(html).toContain('<div id="ce-c1">');
});

test("the form posts by itself and through htmx to the same place", () => {
  const html = String(Composer({ view: aView(), state }));
  expect(html).toMatch(
    /<form class="box" method="post" action="\/chats\/c1\/messages" hx-post="\/chats\/c1\/messages" hx-target="#ce-c1"/,
  );
  expect(html).toContain('id="composer-c1"');
});

test("no page of the story has script of its own", () => {
  for (const view of [story.writing(), story.running(), story.endings(), story.empty()]) {
    const html = String(ChatContent({ view, composer: state, now: NOW }));
    expect(html).not.toMatch(/<script|\son[a-z]+=|hx-on|js:|javascript:/i);
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...html.matchAll(/<h1/g)].length).toBe(1);
  }
});

test("queued messages: text whole and escaped, with Send now, Edit and Remove", () => {
  const html = String(Queue({ chat_id: "c1", items: [queued("r9", `two\nlines ${HOSTILE}`)] }));
  expect(html).not.toContain("<script>");
  expect(html).toContain("two\nlines");
  expect(buttons(html)).toEqual(["Send now", "Edit", "Remove"]);
  for (const path of ["/runs/r9/promotion", "/runs/r9/withdrawal"])
    expect(html).toContain(`method="post" action="${path}"`);
  expect(String(Queue({ chat_id: "c1", items: [] }))).toBe(
    '<ol class="queue" id="queue-c1" aria-label="Queued messages"></ol>',
  );
});

test("the picker lists what can be used, marks what is, and says why something cannot", () => {
  const html = String(
    ModelList({
      chat_id: "c1",
      endpoints: [local, away, { ...local, id: "e3", enabled: false, label: "off" }],
      pick: { endpoint: local, model: "devstral-24b" },
    }),
  );
  expect(html).toContain('id="models-c1"');
  expect(html).toContain("loaded · 131k");
  expect(html).toContain("connection refused");
  expect(html).not.toContain(">off<");
  expect(html).toMatch(/value="devstral-24b" aria-pressed="true"/);
  expect([...html.matchAll(/aria-pressed="true"/g)].length).toBe(1);
  expect(html).toContain('action="/chats/c1/model"');
  expect(html).toContain("gpt-oss-20b.Q4_K_M<");
});

test("the demo model is never called a language model", () => {
  const html = String(ModelList({ chat_id: "c1", endpoints: [demo], pick: { endpoint: demo, model: "demo" } }));
  expect(html).toContain("built in, not a language model");
  expect(html).toContain("Connect a model");
  expect(String(ModelPick({ chat_id: "c1", pick: { endpoint: demo, model: "demo" } }))).toContain("Demo model");
  expect(String(ModelPick({ chat_id: "c1", pick: { endpoint: null, model: null } }))).toContain("Choose a model");
  expect(String(ChatContent({ view: story.empty(), composer: state, now: NOW }))).toContain("not a language model");
});

test("the meter shows the live run's window, else the last one's, else says that it is unknown", () => {
  const facts = (live: Run | null, last: Run | null, window: number | null = null) =>
    String(Facts({ chat_id: "c1", live, last, window }));
  expect(facts(null, aRun())).toContain("61 %");
  expect(facts(aRun({ state: "running", context_used: 100_000 }), aRun())).toContain("76 %");
  expect(facts(aRun({ state: "running", context_used: null }), aRun())).toContain("61 %");
  expect(facts(null, aRun({ context_window: null }))).toContain("window unknown");
  expect(facts(null, aRun({ context_window: null }), 160_428)).toContain("50 %");
  expect(facts(null, null)).toBe('<div class="runfacts" id="facts-c1"></div>');
  expect(facts(aRun({ state: "running" }), null)).toContain('action="/runs/r1/cancellation"');
  expect(facts(null, aRun())).not.toContain("Stop");
});

test("head and tabs: ids, stable numbers, the current one marked, hostile titles as text", () => {
  const head = String(
    SessionHead({ session: { ...session, title: HOSTILE }, project, branch: HOSTILE, chat_id: "c1" }),
  );
  expect(head).toContain('id="head-s1"');
  expect(head).not.toContain("<script>");
  const layout = activate(
    initialLayout("p1", [
      { number: 1, content: { kind: "chat", chat_id: "c1" } },
      { number: 4, content: { kind: "chat", chat_id: "c4" } },
    ]),
    4,
  );
  const chats = [aChat(), aChat({ id: "c4", number: 4, title: HOSTILE })];
  const bars = String(
    Bars({ session_id: "s1", layout, labels: labelsOf(layout, chats, { c1: "running" }), unopened: [], terminals: [] }),
  );
  expect(bars).toContain('id="bars-s1"');
  expect(bars).not.toContain("<script>");
  expect(bars).toMatch(/id="tab-4" href="\/sessions\/s1\?tab=4" aria-current="page"/);
  expect([...bars.matchAll(/id="tab-\d" [^>]*aria-current/g)].length).toBe(1);
  expect(bars).toContain('aria-label="Running"');
  expect(bars).toContain('method="post" action="/sessions/s1/chats"');
});

test("a refusal is an alert", () => {
  expect(String(ComposerError({ message: HOSTILE }))).toStartWith('<p class="note-bad" role="alert">&lt;');
});

test("an empty chat says so and what it can read", () => {
  expect(String(ChatContent({ view: aView({ entries: [asked("x")] }), composer: state, now: NOW }))).toContain(
    "/srv/code/relay",
  );
});

test("model names as people say them, and what the margin has room for", () => {
  expect(shortModel("unsloth/Qwen3-Coder-30B.Q4_K_M.gguf")).toBe("Qwen3-Coder-30B.Q4_K_M");
  expect(shortModel("/")).toBe("/");
  expect(["qwen3-coder-30b", "gpt-oss-20b", "claude", "Meta_Llama_3", "supercalifragilistic"].map(marginModel)).toEqual(
    ["qwen3", "gpt-oss", "claude", "Meta", "superca…"],
  );
});

test("the browser's ticker says ages as the server does", async () => {
  const source = await Bun.file(new URL("../../../public/js/ticks.js", import.meta.url)).text();
  const body = /function age\(ms, short\) \{.*?\n {2}\}/s.exec(source)?.[0] ?? "";
  const ticked = new Function(`${body}; return age;`)() as typeof age;
  for (const ms of [
    -5, 0, 999, 1000, 59_999, 60_000, 61_000, 599_000, 600_000, 601_000, 3_599_000, 3_600_000, 86_399_000, 86_400_000,
    3e9,
  ]) {
    for (const short of [false, true]) expect(`${ms} ${ticked(ms, short)}`).toBe(`${ms} ${age(ms, short)}`);
  }
});
