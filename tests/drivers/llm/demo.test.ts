import { describe, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChatMessage, LlmEvent, ToolCall } from "../../../src/domain/llm.ts";
import type { ToolSpec } from "../../../src/domain/tool.ts";
import { createDemo } from "../../../src/drivers/llm/demo.ts";
import { code, hitsIn } from "../../../src/drivers/llm/demo-answer.ts";
import { wantedIn } from "../../../src/drivers/llm/demo-rules.ts";
import { readTools, toolSpecs } from "../../../src/engine/tools/registry.ts";

const TOOLS = readTools();
const SPECS = toolSpecs(TOOLS);

describe("what a question asks for", () => {
  const cases: [string, unknown][] = [
    ["what is in this project?", { do: "overview" }],
    ["What does this project do, and where does it begin?", { do: "overview" }],
    ["ls", { do: "list", path: "." }],
    ["list src/lib", { do: "list", path: "src/lib" }],
    ["open src/main.ts", { do: "view", path: "src/main.ts", line: null }],
    ["show me src/a.ts:12 please.", { do: "view", path: "src/a.ts", line: 12 }],
    ["What does package.json say?", { do: "view", path: "package.json", line: null }],
    ["where is createFoo defined?", { do: "grep", text: "createFoo" }],
    ["find `await using`", { do: "grep", text: "await using" }],
    ["How does authentication work?", { do: "grep", text: "authentication" }],
    ["files named *.ts", { do: "find", glob: "**/*.ts" }],
    ["find all sql files", { do: "find", glob: "**/*.sql" }],
    ["git status", { do: "status" }],
    ["show the log", { do: "log" }],
    ["what changed?", { do: "diff" }],
    ["show commit abc1234", { do: "show", revision: "abc1234" }],
    ["hello", { do: "hello" }],
    ["why?", { do: "overview" }],
    ["", { do: "overview" }],
  ];
  for (const [question, wanted] of cases) {
    test(question || "(nothing)", () => expect(wantedIn(question)[0]).toEqual(wanted as never));
  }

  test("words with dots and slashes that are no paths are left alone", () => {
    for (const text of ["is Node.js used", "retries and/or errors", "version 1.2.3", "see https://example.com/a.ts"])
      expect(wantedIn(text).some((w) => w.do === "view" || w.do === "list")).toBe(false);
  });
});

describe("a chat", () => {
  test("about a project lists it, reads its README, quotes both and says what answered", async () => {
    await using project = await directory({
      "README.md": "# Lighthouse\n\nKeeps ships off rocks.\n",
      "src/lamp.ts": "",
    });
    const { text, calls } = await converse(project.path, "What is in this project?");
    expect(calls).toEqual([
      ["list_dir", '{"path":"."}'],
      ["view_file", '{"path":"README.md"}'],
    ]);
    expect(text).toContain("Keeps ships off rocks.");
    expect(text).toContain("not a language model");
    expect(text).toContain("LLAMA_SWAP_URL");
  });

  test("that searches shows matches as links to their lines and opens the first", async () => {
    await using project = await directory({
      "src/lamp.ts": "const a = 1;\n\nexport function turnLamp() {}\n",
      "src/sea.ts": "turnLamp();\n",
    });
    const { text, calls } = await converse(project.path, "where is turnLamp() defined?");
    expect(calls.map(([name]) => name)).toEqual(["grep", "view_file"]);
    expect(text).toContain("- `src/lamp.ts:3` `export function turnLamp() {}`");
    expect(text).toContain("`src/sea.ts:1`");
  });

  test("about a file without its ending opens the one that was meant", async () => {
    await using project = await directory({ "README.md": "Keeps ships off rocks.\n", "deep/README.md": "x" });
    const { text, calls } = await converse(project.path, "What does the README say?");
    expect(calls).toEqual([
      ["view_file", '{"path":"README"}'],
      ["view_file", '{"path":"README.md"}'],
    ]);
    expect(text).toContain("Keeps ships off rocks.");
  });

  test("about a file that is elsewhere looks for it", async () => {
    await using project = await directory({ "deep/down/lamp.ts": "x" });
    const { text, calls } = await converse(project.path, "open lamp.ts");
    expect(calls.map(([name]) => name)).toEqual(["view_file", "find_files"]);
    expect(text).toContain("`deep/down/lamp.ts`");
  });

  test("quotes backticks without letting them close the block", async () => {
    await using project = await directory({ "notes.md": "```ts\nconst a = 1;\n```\n<script>alert(1)</script>\n" });
    const { text } = await converse(project.path, "open notes.md");
    expect(text).toMatch(/^````md$/m);
    expect(code("a`b``c")).toBe("```a`b``c```");
  });

  test("gives the same answer twice", async () => {
    await using project = await directory({ "a.ts": "hello" });
    const first = await converse(project.path, "find hello");
    expect(await converse(project.path, "find hello")).toEqual(first);
  });
});

describe("the stream", () => {
  test("without tools says so and calls none", async () => {
    const events = await all([{ role: "user", content: "open a.ts" }], []);
    expect(textOf(events)).toContain("No tool is offered");
    expect(events.at(-1)).toEqual({ kind: "end", stop: "stop" });
  });

  test("with results but no tools (a wrap-up) tells the results", async () => {
    const call = { id: "1", name: "view_file", arguments: '{"path":"a.ts"}' };
    const events = await all(
      [
        { role: "user", content: "open a.ts" },
        { role: "assistant", content: "", tool_calls: [call] },
        { role: "tool", tool_call_id: "1", content: "1\tlet a" },
      ],
      [],
    );
    expect(textOf(events)).toContain("1\tlet a");
  });

  test("counts tokens and comes in small pieces", async () => {
    const events = await all([{ role: "user", content: "hello" }], SPECS);
    const pieces = events.filter((e) => e.kind === "text");
    expect(pieces.length).toBeGreaterThan(10);
    expect(events.find((e) => e.kind === "usage")).toMatchObject({ tokens_in: 2, tokens_cached: 0 });
  });

  test("stops at once with the caller's reason", async () => {
    const controller = new AbortController();
    const reason = new Error("stop");
    const stream = createDemo().stream({
      model: "demo",
      messages: [{ role: "user", content: "hello" }],
      tools: SPECS,
      sampling: {},
      signal: controller.signal,
    });
    let pieces = 0;
    const read = async () => {
      for await (const event of stream) if (event.kind === "text" && ++pieces === 2) controller.abort(reason);
    };
    await expect(read()).rejects.toBe(reason);
    expect(pieces).toBe(2);
  });
});

test("matches are found under headings as well as in flat lines", () => {
  expect(hitsIn("src/a.ts:3: let a\nsrc/b.ts-4- around\n[1 of 2 matches]")).toEqual([
    { path: "src/a.ts", line: 3, text: "let a" },
  ]);
  expect(hitsIn("src/a.ts\n  12: let a\n")).toEqual([{ path: "src/a.ts", line: 12, text: "let a" }]);
});

async function all(messages: ChatMessage[], tools: ToolSpec[]): Promise<LlmEvent[]> {
  const llm = createDemo({ tokens_per_s: Number.POSITIVE_INFINITY });
  const request = { model: "demo", messages, tools, sampling: {}, signal: new AbortController().signal };
  return Array.fromAsync(llm.stream(request));
}

const textOf = (events: LlmEvent[]) => events.map((e) => (e.kind === "text" ? e.text : "")).join("");

/** The loop in small: real tools on a real directory until the model stops calling. */
async function converse(root: string, question: string): Promise<{ text: string; calls: string[][] }> {
  const messages: ChatMessage[] = [{ role: "user", content: question }];
  const calls: string[][] = [];
  for (;;) {
    const events = await all(messages, SPECS);
    const asked = events.flatMap((e) => (e.kind === "tool_call" ? [e.call] : []));
    if (asked.length === 0) return { text: textOf(events), calls };
    messages.push({ role: "assistant", content: textOf(events), tool_calls: asked });
    for (const call of asked) {
      calls.push([call.name, call.arguments]);
      messages.push({ role: "tool", tool_call_id: call.id, content: await resultOf(root, call) });
    }
  }
}

async function resultOf(root: string, call: ToolCall): Promise<string> {
  const tool = TOOLS.find((t) => t.name === call.name)!;
  const outputs = { save: async () => "1", read: async () => null };
  const context = { root, grants: [], signal: new AbortController().signal, outputs };
  try {
    return (await tool.run(tool.input.parse(JSON.parse(call.arguments)), context)).text;
  } catch (error) {
    const { message, hint = "" } = error as Error & { hint?: string };
    return `${message} ${hint}`.trim();
  }
}

async function directory(files: Record<string, string>): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "boocode-demo-"));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(path, name, ".."), { recursive: true });
    await writeFile(join(path, name), text);
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
