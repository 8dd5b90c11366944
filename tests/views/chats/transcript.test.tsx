/** The transcript's rows as strings: escaping, ids, and what each state of a run says. */
import { describe, expect, test } from "bun:test";
import type { Part } from "../../../src/domain/message.ts";
import { isSettled, type Phase, RUN_STATES, type RunReason } from "../../../src/domain/run.ts";
import { Ending } from "../../../views/chats/ending.tsx";
import { Evidence } from "../../../views/chats/evidence.tsx";
import { AssistantMessage, Older, OlderRows, UserMessage } from "../../../views/chats/message.tsx";
import { PartView, ReasoningPartView, TextPartView } from "../../../views/chats/parts.tsx";
import { ToolGroup, ToolOutput, ToolRow } from "../../../views/chats/tools.tsx";
import { ChatContent } from "../../support/chat-content.tsx";
import {
  aChat,
  ago,
  answered,
  aProgress,
  aRun,
  asked,
  aView,
  compactionPart,
  local,
  NOW,
  project,
  queued,
  reasoningPart,
  session,
  textPart,
  toolPart,
} from "../../support/chat-fixtures.ts";

const HOSTILE = `<hx-partial hx-get=/x></textarea></pre></summary><script>alert(1)</script><img src=x onerror=alert(1)>"'&`;
/** Of the hostile text nothing may arrive as markup; also not as `<` in an attribute, where htmx would rewrite it. */
function expectSafe(html: unknown) {
  for (const tag of ["<script", "<img", "<hx-", "</textarea", "</pre></summary"])
    expect(String(html)).not.toContain(tag);
  expect(String(html)).not.toMatch(/="[^"]*<[^"]*"/);
}
const words = (html: unknown) =>
  String(html)
    .replace(/<svg.*?<\/svg>/gs, "")
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
const live = aRun({ state: "running", reason: null, ended_at: null });

describe("messages", () => {
  test("what was asked is text with its lines, under the message's id", () => {
    const html = String(UserMessage({ entry: asked("one\ntwo <b>"), now: NOW }));
    expect(html).toContain('<article class="turn asked" id="m-m1"');
    expect(html).toContain("one\ntwo &lt;b&gt;");
    expect(words(html)).toStartWith("14:06 ");
  });

  test("a pasted log is folded, and nothing of it is missing", () => {
    const log = Array.from({ length: 900 }, (_, at) => `line ${at}`).join("\n");
    const html = String(UserMessage({ entry: asked(log), now: NOW }));
    expect(html).toContain("<details");
    // As composer.js takes it back into the field.
    const said = [...html.matchAll(/<span data-text[^>]*>([^<]*)<\/span>/g)].map(([, text]) => text);
    expect(said).toHaveLength(2);
    expect(said.join("")).toBe(log);
  });

  test("the chat can be restored to what a coder answered, and to nothing that was put aside", () => {
    const entry = { ...asked("x"), restorable: true as const };
    expect(String(UserMessage({ entry, now: NOW }))).toContain("/messages/m1/restoration");
    expect(String(UserMessage({ entry, now: NOW, put_aside: true }))).not.toContain("restoration");
    expect(String(UserMessage({ entry: asked("x"), now: NOW }))).not.toContain("restoration");
  });

  test("another day and another way in are told in the margin", () => {
    const entry = asked("x", { created_at: new Date(2026, 10, 21, 9, 5) });
    entry.run = aRun({ via: "api" });
    expect(words(UserMessage({ entry, now: NOW }))).toStartWith("09:05 21 Nov api");
  });

  test("a boundary says what it stands for and what it won, and is a line while it is made and where it was not", () => {
    const of = (part: Part) => words(PartView({ part: part as Exclude<Part, { kind: "tool" }>, project_id: "p1" }));
    const done = of(compactionPart("b1"));
    expect(done).toMatch(/^Compacted 41 messages at \d\d:\d\d · 96,410 → 11,204 tokens · show summary/);
    expect(done).toContain("Explain and stop repeated webhook deliveries.");
    expect(done).toContain("the context was nearly full");
    expect(done).toEndWith("Branch from before");
    const results = of(compactionPart("b2", { tier: "results", stands_for: 1, cause: "refused" }, { text: "" }));
    expect(results).toMatch(/^Hid 1 old result of a tool at .* the endpoint refused the prompt/);
    expect(of(compactionPart("b3", {}, { state: "open" }))).toStartWith(
      "Summarising 41 messages: the context is 96,410",
    );
    expect(of(compactionPart("b4", { error: "It is away." }, { state: "failed" }))).toBe("Not compacted. It is away.");
    expect(of(compactionPart("b5", {}, { state: "cancelled" }))).toStartWith("Not compacted: it was stopped.");
    expect(of(compactionPart("b6", { by: "program" }))).toContain("The model wrote no usable summary.");
  });

  test("hostile text is text everywhere", () => {
    const parts: Part[] = [
      reasoningPart("x1", HOSTILE),
      toolPart("t1", {
        name: HOSTILE,
        shown: HOSTILE,
        note: HOSTILE,
        arguments: { path: HOSTILE, [HOSTILE]: HOSTILE },
      }),
      toolPart("t2", { shown: HOSTILE, arguments: { path: HOSTILE } }),
      textPart("x2", HOSTILE),
      { ...textPart("x3", HOSTILE), kind: "notice", meta: { notice: HOSTILE } } as Part,
      { ...textPart("x5", HOSTILE), kind: "notice", meta: { notice: "notes", file: HOSTILE } } as Part,
      compactionPart("b1", { request: HOSTILE }, { text: HOSTILE }),
      compactionPart("b2", { error: HOSTILE }, { text: HOSTILE, state: "failed" }),
      textPart("x4", HOSTILE, { state: "open" }),
    ];
    const run = aRun({ state: "failed", error: HOSTILE, model: HOSTILE });
    const endpoints = [{ ...local, label: HOSTILE, url: HOSTILE }];
    expectSafe(UserMessage({ entry: asked(HOSTILE), now: NOW }));
    expectSafe(
      AssistantMessage({ entry: answered(parts, run), progress: null, now: NOW, project_id: "p1", endpoints }),
    );
    expectSafe(Evidence({ run: live, progress: aProgress({ phase: "retrying", detail: HOSTILE }), now: NOW }));
    expectSafe(ToolOutput({ text: HOSTILE, cut: true }));
    const view = aView({
      entries: [asked(HOSTILE)],
      queue: [queued("r9", HOSTILE)],
      session: { ...session, title: HOSTILE },
      project: { ...project, name: HOSTILE, path: HOSTILE },
      chats: [aChat({ title: HOSTILE })],
      branch: HOSTILE,
      endpoints: [{ ...endpoints[0]!, models: [{ ...local.models[0]!, id: HOSTILE }] }],
      pick: { endpoint: endpoints[0]!, model: HOSTILE },
    });
    const composer = { draft: HOSTILE, attachments: [], client_id: HOSTILE, error: HOSTILE };
    expectSafe(String(ChatContent({ view, composer, now: NOW })).replaceAll("</textarea>", ""));
  });

  test("parts stand in order, groups of tools together, evidence and ending after them", () => {
    const parts = [
      reasoningPart("x1", "hm"),
      toolPart("t1", {}),
      toolPart("t2", {}),
      textPart("x2", "said"),
      toolPart("t3", { group_id: "t3" }),
      textPart("x3", "done"),
    ];
    const html = String(
      AssistantMessage({ entry: answered(parts, aRun()), progress: null, now: NOW, project_id: "p1" }),
    );
    const order = [
      "m-m2",
      "mp-m2",
      "p-x1",
      "tg-t1",
      "ts-t1",
      "tr-t1",
      "p-t1",
      "p-t2",
      "p-x2",
      "tg-t3",
      "p-t3",
      "p-x3",
      "ev-r1",
      "end-r1",
    ];
    const found = [...html.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]!).filter((id) => order.includes(id));
    expect(found).toEqual(order);
  });

  test("the ending group of tools is open while the run lives, folded when text follows or it settled", () => {
    const open = (parts: Part[], run = live) =>
      String(AssistantMessage({ entry: answered(parts, run), progress: null, now: NOW, project_id: "p1" })).includes(
        'id="tg-t1" open',
      );
    expect(open([toolPart("t1", {})])).toBe(true);
    expect(open([toolPart("t1", {}), textPart("x", "so")])).toBe(false);
    expect(open([toolPart("t1", {})], aRun())).toBe(false);
  });

  test("older messages: a sentinel with a link that works by itself, then rows that cannot be continued", () => {
    const html = String(Older({ chat_id: "c1", before: 41 }));
    expect(html).toContain('id="older-c1"');
    expect(html).toContain('<a href="/chats/c1/messages?before=41">');
    expect(String(Older({ chat_id: "c1", before: null }))).toBe("");
    const rows = String(
      OlderRows({
        chat_id: "c1",
        older: 3,
        entries: [answered([], aRun({ state: "limited" }))],
        now: NOW,
        project_id: "p1",
      }),
    );
    expect(rows.indexOf("before=3")).toBeLessThan(rows.indexOf("m-m2"));
    expect(rows).not.toContain("Continue");
  });
});

describe("parts", () => {
  test("an open text has its finished blocks, its open block and the tail, each under its id", () => {
    const html = String(
      TextPartView({ part: textPart("x1", "Done.\n\nStill wri", { state: "open" }), project_id: "p1" }),
    );
    expect(html).toMatch(/id="p-x1">.*id="pd-x1">.*Done\..*id="po-x1">.*Still wri<span id="pt-x1"/s);
  });

  test("a closed text is rendered, and its file names lead to the file page", () => {
    const html = String(
      TextPartView({ part: textPart("x1", "See `src/a.ts:42` and /etc/passwd and ../up/b.ts."), project_id: "p1" }),
    );
    expect(html).toContain('href="/projects/p1/files/src/a.ts?chat=c1&amp;line=42#L42"');
    expect(html).not.toContain("/files//etc");
    expect(html).not.toContain("/files/..");
  });

  test("reasoning is folded, grows at its tail, and says how long it took", () => {
    expect(words(ReasoningPartView({ part: reasoningPart("x1", "a") }))).toBe("Thought for 18 s a");
    const open = String(
      ReasoningPartView({ part: reasoningPart("x1", "a", { state: "open", meta: { duration_ms: null } }) }),
    );
    expect(open).toMatch(/^<details class="think" id="p-x1">/);
    expect(open).toContain('<div id="pd-x1"><span>a</span><span id="pt-x1"></span></div>');
    expect(words(open)).toBe("Thinking a");
  });

  test("a group says what was done, what failed, and what runs", () => {
    const said = (...parts: ReturnType<typeof toolPart>[]) =>
      words(ToolGroup({ group_id: "t1", parts, open: false, project_id: "p1", now: NOW })).split(" grep")[0];
    const grep = toolPart("t1", { name: "grep", duration_ms: 110 });
    const read = toolPart("t2", { duration_ms: 1790 });
    expect(said(grep, read)).toStartWith("Read 1 file, 1 search 1.9 s");
    expect(said(grep)).toStartWith("1 search 0.11 s");
    expect(said(read, { ...read, id: "t3", state: "failed" })).toStartWith("Read 2 files · 1 failed");
    const piece = (id: string) => toolPart(id, { arguments: { path: "src/a.ts" } });
    expect(said(piece("t4"), piece("t5"))).toStartWith("Read 1 file");
    expect(said({ ...read, state: "open", meta: { ...read.meta, duration_ms: null } })).toStartWith(
      "Running view_file",
    );
    expect(said(grep, { ...read, state: "cancelled" })).toContain("1 stopped");
  });

  test("a closed row holds no result, only the way to it", () => {
    const row = (over: Parameters<typeof toolPart>[2]) =>
      String(
        ToolRow({
          part: toolPart("t1", { shown: "src/a.ts", arguments: { path: "src/a.ts" } }, { text: "SECRET", ...over }),
          project_id: "p1",
          now: NOW,
        }),
      );
    expect(row({})).not.toContain("SECRET");
    expect(row({})).toContain('hx-get="/parts/t1/output"');
    expect(row({})).toContain('<a href="/parts/t1/output">');
    expect(row({})).toContain('href="/projects/p1/files/src/a.ts?chat=c1"');
    expect(row({})).not.toContain('class="args"');
    const more = toolPart("t1", { shown: "x", arguments: { path: "x", all: true } });
    expect(String(ToolRow({ part: more, project_id: "p1", now: NOW }))).toContain("all: true");
    const ranged = toolPart("t1", { shown: "a.ts 20-40", arguments: { path: "a.ts", from: 20, to: 40 } });
    expect(String(ToolRow({ part: ranged, project_id: "p1", now: NOW }))).toContain("/files/a.ts?chat=c1&line=20#L20");
    expect(row({ state: "failed" })).not.toContain("/files/");
    expect(row({ state: "open" })).not.toContain("hx-get");
    expect(row({ state: "open" })).toContain('aria-label="Running"');
    expect(row({ state: "failed" })).toContain('aria-label="Failed"');
    expect(row({ state: "cancelled" })).toContain('aria-label="Stopped"');
  });
});

describe("evidence", () => {
  const said = (phase: Phase, over: Parameters<typeof aProgress>[0] = {}) =>
    words(
      Evidence({ run: live, progress: aProgress({ phase, tokens_out: 0, tokens_per_s: null, ...over }), now: NOW }),
    );

  test("each phase has its words", () => {
    expect(said("queued", { queue_position: 1 })).toBe("Queued, next");
    expect(said("queued", { queue_position: 3 })).toBe("Queued, number 3");
    expect(said("connecting")).toStartWith("Connecting");
    expect(said("connecting", { detail: "starting opencode" })).toStartWith("Starting opencode");
    expect(said("loading", { percent: 63.2 })).toStartWith("Loading model 63 %");
    expect(said("loading")).toStartWith("Loading model ");
    expect(said("prompt", { percent: 41 })).toStartWith("Reading the prompt 41 %");
    expect(said("thinking")).toStartWith("Thinking");
    expect(said("writing", { tokens_out: 3180, tokens_per_s: 41.3 })).toMatch(
      /^Writing .*41 tok\/s last token 0 s ago 3,180 tokens out$/,
    );
    expect(said("tools", { detail: "view_file" })).toStartWith("Running view_file");
    expect(said("retrying", { detail: "answered 429, next try in 4 s" })).toStartWith(
      "Retrying: answered 429, next try in 4 s",
    );
    expect(said("waiting")).toBe("Waiting for you");
  });

  test("silent after a minute without a byte, and never before", () => {
    const html = (last: number) =>
      String(Evidence({ run: live, progress: aProgress({ last_byte_at: NOW - last }), now: NOW }));
    expect(html(60_000)).toContain("data-silent");
    expect(html(59_999)).not.toContain("data-silent");
    expect(html(1)).toContain(`data-live="${NOW - 1}"`);
    expect(said("queued")).not.toContain("Silent");
  });

  test("a run that nobody watches in this process says its state and nothing more", () => {
    const bare = (state: "queued" | "running" | "waiting") =>
      words(Evidence({ run: aRun({ state }), progress: null, now: NOW }));
    expect(bare("queued")).toBe("Queued");
    expect(bare("running")).toBe("Running");
    expect(bare("waiting")).toBe("Waiting for you");
  });

  test("settled: the figures that were measured, and only those", () => {
    const full = words(Evidence({ run: aRun(), progress: null, now: NOW, sources: ["/parts/x1/output"] }));
    expect(full).toBe(
      "3,180 tokens out 80,214 in, 71,020 cached 41 tok/s first token 0.41 s context 61 % qwen3-coder-30b Open Copy Fork Retry",
    );
    const bare = aRun({
      tokens_out: 0,
      tokens_in: 0,
      tokens_cached: 0,
      ttft_ms: null,
      generation_ms: 0,
      context_used: null,
      model: null,
    });
    expect(words(Evidence({ run: bare, progress: null, now: NOW }))).toBe("Fork Retry");
  });

  test("it is there under its id in every state, for the stream to find", () => {
    for (const state of RUN_STATES) {
      const html = String(Evidence({ run: aRun({ state }), progress: aProgress(), now: NOW }));
      expect(html).toStartWith('<div class="evidence" id="ev-r1" role="status"');
      expect(html.includes("tok/s")).toBe(state !== "waiting" && state !== "queued");
      expect(html.includes("data-live")).toBe(!isSettled(state) && state === "running");
    }
  });
});

describe("ending", () => {
  const end = (state: (typeof RUN_STATES)[number], reason: RunReason | null = null, error: string | null = null) =>
    words(
      Ending({
        run: aRun({
          state,
          reason,
          error,
          started_at: ago(12_000),
          ended_at: ago(0),
          tokens_out: 402,
          tool_calls: 100,
          turns: 200,
        }),
      }),
    );

  test("nothing for a run that lives or completed, but the place is there", () => {
    for (const state of ["queued", "running", "waiting", "completed"] as const) {
      expect(String(Ending({ run: aRun({ state }) }))).toBe('<div class="ending" id="end-r1"></div>');
    }
  });

  test("each end is a sentence, says what was kept, and can be continued", () => {
    expect(end("cancelled", "cancelled")).toBe("Stopped by you after 12 s. 402 tokens kept Continue");
    expect(end("cancelled", "superseded")).toStartWith("Stopped for the next message.");
    expect(end("interrupted", "restart")).toBe("Interrupted by a restart at 14:22. 402 tokens kept Continue");
    expect(end("limited", "tool_cap")).toStartWith("Limit reached: 100 tool calls.");
    expect(end("limited", "step_cap")).toStartWith("Limit reached: 200 turns.");
    expect(end("limited", "repeated_call")).toStartWith("Limit reached: the same call came three times.");
    expect(end("failed", "endpoint", "The endpoint answered 401.")).toStartWith(
      "Failed: The endpoint answered 401. 402",
    );
    expect(end("failed", "stalled")).toStartWith("Failed: no token came for too long.");
  });

  test("amber only where a machine waits for you; Continue only on the newest run, by a plain form", () => {
    for (const state of ["cancelled", "interrupted", "failed", "limited"] as const) {
      const html = String(Ending({ run: aRun({ state }) }));
      expect(html.includes("rule-need")).toBe(state === "limited");
      expect(html.includes("btn-need")).toBe(state === "limited");
      expect(html).toContain('method="post" action="/runs/r1/continuation"');
      expect(String(Ending({ run: aRun({ state }), newest: false }))).not.toContain("Continue");
    }
  });
});
