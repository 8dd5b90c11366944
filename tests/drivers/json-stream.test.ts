/** JSON streams as real programs wrote them (claude 2.1.330, codex 0.169.0, gemini 0.61.0, qwen 0.24.4), and what they never write. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { StreamFormat } from "../../src/domain/provider.ts";
import { streamReader } from "../../src/drivers/json-stream/reader.ts";
import type { StreamEvent } from "../../src/drivers/json-stream/shape.ts";

function replay(name: string, format: StreamFormat): StreamEvent[] {
  const lines = readFileSync(join(import.meta.dir, "../fixtures/json-stream", `${name}.jsonl`), "utf8");
  const read = streamReader(format);
  return lines
    .trim()
    .split("\n")
    .flatMap((line) => read(JSON.parse(line)));
}
const said = (events: StreamEvent[]) => events.flatMap((e) => (e.kind === "text" ? e.text : [])).join("");
const thought = (events: StreamEvent[]) => events.flatMap((e) => (e.kind === "thought" ? e.text : [])).join("");
const calls = (events: StreamEvent[]) => events.filter((e) => e.kind === "tool");
const endOf = (events: StreamEvent[]) => events.find((e) => e.kind === "end");

test("claude: pieces once, a write with its difference, its conversation, tokens and cost", () => {
  const events = replay("claude", "claude");
  expect(events[0]).toMatchObject({ kind: "session", model: "claude-sonnet-4-5" });
  expect(said(events)).toBe("I write. All done.");
  expect(thought(events)).toBe("Let me see.");
  const [begun, done] = calls(events);
  expect(begun).toMatchObject({
    fresh: true,
    patch: {
      title: "Write {CWD}/n.txt",
      kind: "edit",
      locations: [{ path: "{CWD}/n.txt" }],
      content: [{ type: "diff", path: "{CWD}/n.txt", old: null, new: "hello\n" }],
    },
  });
  expect(done).toMatchObject({ patch: { status: "completed" } });
  expect(endOf(events)).toMatchObject({ error: null, tokens_in: 5907, tokens_out: 8 });
  expect((endOf(events) as { cost_usd: number }).cost_usd).toBeCloseTo(0.0178, 3);
});

test("qwen writes the same without pieces", () => {
  const events = replay("qwen", "claude");
  expect(said(events)).toBe("I write. All done.");
  expect(calls(events)).toMatchObject([{ patch: { kind: "edit" } }, { patch: { status: "completed" } }]);
  expect(endOf(events)).toMatchObject({ error: null, tokens_in: 18706 });
});

test("codex: messages as paragraphs, a command without its shell, warnings as notices", () => {
  const events = replay("codex", "codex");
  expect(events[0]).toMatchObject({ kind: "session" });
  expect(said(events)).toBe("I write. \n\nAll done.\n\n");
  expect(calls(events)).toMatchObject([
    { fresh: true, patch: { kind: "execute", title: "echo hello > c.txt; cat c.txt", status: "in_progress" } },
    { fresh: false, patch: { status: "completed", output: "hello\n", exit_code: 0 } },
  ]);
  expect(events.filter((e) => e.kind === "notice").length).toBe(3);
  expect(endOf(events)).toMatchObject({ error: null, tokens_in: 16687 });
});

test("gemini: what the user said is not said again", () => {
  const events = replay("gemini", "gemini");
  expect(said(events)).toBe("I write. All done.");
  expect(calls(events)).toMatchObject([{ patch: { kind: "edit" } }, { patch: { status: "completed" } }]);
  expect(endOf(events)).toMatchObject({ error: null, tokens_in: 499, tokens_out: 5 });
});

describe.each(["claude", "codex", "gemini"] as const)("%s", (format) => {
  test("takes anything and throws never", () => {
    const read = streamReader(format);
    const odd = [null, 5, "x", [], {}, { type: 7 }, { type: "assistant", message: 3 }, { type: "item.completed" }];
    const types = [
      "system",
      "assistant",
      "user",
      "result",
      "message",
      "tool_use",
      "tool_result",
      "turn.failed",
      "error",
    ];
    for (const value of [...odd, ...types.flatMap((type) => [{ type }, { type, message: { content: [1, {}] } }])])
      expect(Array.isArray(read(value))).toBe(true);
  });

  test("a conversation whose name would be an option is not gone on with", () => {
    const id = "--dangerously-bypass";
    const lines = [
      { type: "system", subtype: "init", session_id: id },
      { type: "thread.started", thread_id: id },
      { type: "init", session_id: id },
    ];
    const read = streamReader(format);
    expect(lines.flatMap((line) => read(line)).filter((e) => e.kind === "session")).toEqual([]);
  });
});

test("failures are said in the program's words", () => {
  const failed = (format: StreamFormat, value: unknown) => streamReader(format)(value)[0];
  expect(failed("claude", { type: "result", is_error: true, result: "Credit too low" })).toMatchObject({
    error: "Credit too low",
  });
  expect(failed("codex", { type: "turn.failed", error: { message: "quota" } })).toMatchObject({ error: "quota" });
  expect(failed("gemini", { type: "result", status: "error", error: { message: "429" } })).toMatchObject({
    error: "429",
  });
});
