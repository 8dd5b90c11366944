import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { z } from "zod";
import type { OutputStore, Tool, ToolContext, ToolOutcome } from "../../../src/domain/tool.ts";
import { callTool, defineTool, shownOf } from "../../../src/engine/tools/define.ts";
import { readTools, toolSpecs } from "../../../src/engine/tools/registry.ts";
import { invalid, unavailable } from "../../../src/lib/errors.ts";
import { memoryOutputs } from "../../support/outputs.ts";

const base = { kind: "read" as const, read_only: true, timeout_ms: 5000, description: "A tool." };
const context = (rest: Partial<ToolContext> = {}): ToolContext => ({
  root: "/",
  grants: [],
  signal: new AbortController().signal,
  outputs: memoryOutputs(),
  ...rest,
});

const echo = defineTool({
  ...base,
  name: "echo_args",
  input: z.object({
    path: z.string().min(1),
    count: z.int().min(1).max(10).default(3),
    deep: z.boolean().default(false),
    tags: z.array(z.string()).optional(),
  }),
  shown: ({ path }) => path,
  run: async (input) => ({ text: JSON.stringify(input), note: "echoed" }),
});
const call = (tool: Tool, args: unknown, ctx = context(), limit?: { chars: number; lines: number }) =>
  callTool(
    [tool],
    ctx,
    { id: "c1", name: tool.name, arguments: typeof args === "string" ? args : JSON.stringify(args) },
    limit,
  );
const saying = (text: string, kind: Tool["kind"] = "read") =>
  defineTool({
    ...base,
    kind,
    name: "say",
    input: z.object({}),
    shown: () => "",
    run: async () => ({ text, note: "said" }),
  });
const throwing = (error: unknown) =>
  defineTool({ ...base, name: "fail", input: z.object({}), shown: () => "it", run: () => Promise.reject(error) });

describe("arguments", () => {
  test.each([
    ['{"path":"a"}', { path: "a", count: 3, deep: false }],
    [' \n{"path":"a","count":"7","deep":"True","tags":"x"} ', { path: "a", count: 7, deep: true, tags: ["x"] }],
    ['```json\n{"path":"a"}\n```', { path: "a", count: 3, deep: false }],
    ['"{\\"path\\":\\"a\\"}"', { path: "a", count: 3, deep: false }],
    ['{"path":"a\nb"}', { path: "a\nb", count: 3, deep: false }],
    ['{"file_path":"a","limit":2}', { path: "a", count: 2, deep: false }],
    ['{"path":"a","file":"b","count":null}', { path: "a", count: 3, deep: false }],
    ['{"path":12}', { path: "12", count: 3, deep: false }],
    ['{"path":"a","__proto__":{"count":9},"extra":1}', { path: "a", count: 3, deep: false }],
  ])("%s is understood", async (args, input) => {
    const outcome = await call(echo, args);
    expect(outcome.state).toBe("closed");
    expect(JSON.parse(outcome.text)).toEqual(input);
  });

  test.each([
    ['{"path":"a"', "broken JSON"],
    ["{path:'a'}", "broken JSON"],
    ['{"path":"a"}{"path":"b"}', "broken JSON"],
    ["[]", "arguments not an object"],
    ['"text"', "arguments not an object"],
    ["null", "arguments not an object"],
    ["{}", "wrong arguments"],
    ["", "wrong arguments"],
    ['{"path":""}', "wrong arguments"],
    ['{"path":"a","count":11}', "wrong arguments"],
    ['{"path":"a","count":"many"}', "wrong arguments"],
    ['{"path":{}}', "wrong arguments"],
    [`{"path":"${"[".repeat(100_000)}"`, "broken JSON"],
    ["[".repeat(200_000), "broken JSON"],
  ])("%.40s fails and says why", async (args, note) => {
    const outcome = await call(echo, args);
    expect(outcome).toMatchObject({ state: "failed", note, output_id: null });
    expect(outcome.text).not.toBe("");
  });

  test("the message names the field and the tool's fields", async () => {
    expect((await call(echo, { count: 3 })).text).toContain('"path" is missing');
    expect((await call(echo, { path: "a", count: 99 })).text).toContain('"count" must be at most 10');
    expect((await call(echo, {})).text).toContain("(path, count, deep, tags)");
  });

  test.each([
    "<path>",
    "<your file path here>",
    "{{file_path}}",
    `$${"{path}"}`,
    "path/to/file",
    "/path/to/file.ts",
    "...",
    "…",
    "your_file.txt",
    "<FILE>",
  ])("the placeholder %p is refused", async (path) =>
    expect(await call(echo, { path })).toMatchObject({ state: "failed", note: "placeholder argument" }),
  );

  test("what only looks like a placeholder is searched for", async () => {
    const find = defineTool({
      ...echo,
      name: "find_it",
      input: z.object({ pattern: z.string() }),
      shown: ({ pattern }) => pattern,
      run: async () => ({ text: "", note: "ran" }),
    });
    for (const pattern of ["<div>", "<T>", "a...b", `$${"{name}-x"}`, "{{ item.price }}", "path/to/file"])
      expect((await call(find, { pattern })).note).toBe("ran");
    expect((await call(find, { pattern: "<pattern>" })).note).toBe("placeholder argument");
    expect((await call(echo, { path: "app/[id]/page.tsx" })).state).toBe("closed");
  });

  test("nothing that a model can write makes the wrapper throw", async () => {
    const tools = readTools();
    const names = fc.oneof(fc.constantFrom(...tools.map((t) => t.name)), fc.string());
    await fc.assert(
      fc.asyncProperty(names, fc.oneof(fc.json(), fc.string({ unit: "binary" })), async (name, args) => {
        const outcome = await callTool(tools, context({ root: "/nowhere" }), { id: "1", name, arguments: args });
        expect(outcome.state === "closed" || outcome.text.length > 0).toBe(true);
        expect((outcome.text + outcome.note + outcome.shown).isWellFormed()).toBe(true);
        expect(typeof shownOf(tools, { id: "1", name, arguments: args })).toBe("string");
      }),
      { numRuns: 150 },
    );
  });
});

describe("tools that are not there", () => {
  test.each([
    ["veiw_file", "Did you mean view_file?"],
    ["read_file", "Did you mean view_file?"],
    ["functions.grep", "Did you mean grep?"],
    ["git_stat", "Did you mean git_status"],
    ["launch_rocket", "There are: ask_user_input, find_files, "],
  ])("%s", async (name, hint) => {
    const outcome = await callTool(readTools(), context(), { id: "1", name, arguments: "{}" });
    expect(outcome).toMatchObject({ state: "failed", note: "unknown tool" });
    expect(outcome.text).toContain(hint);
  });
});

describe("errors", () => {
  test("of ours are told, others only to the log", async () => {
    expect(await call(throwing(invalid("No such colour.")), {})).toMatchObject({
      state: "failed",
      text: "No such colour.",
      shown: "it",
    });
    expect((await call(throwing(unavailable("The index is away.")), {})).text).toBe("The index is away.");
    const seen: unknown[] = [];
    const bug = new TypeError("secret detail");
    const outcome = await call(throwing(bug), {}, context({ report: (error) => seen.push(error) }));
    expect(outcome).toMatchObject({ state: "failed", note: "internal error" });
    expect(outcome.text).not.toContain("secret detail");
    expect(seen).toEqual([bug]);
  });

  test("a tool that throws at once, or says that it failed", async () => {
    const sync = defineTool({ ...echo, run: () => { throw new Error("sync"); } }); // biome-ignore format: one line
    expect((await call(sync, { path: "a" })).state).toBe("failed");
    const honest = defineTool({ ...echo, run: async () => ({ text: "no", note: "no", failed: true }) });
    expect(await call(honest, { path: "a" })).toMatchObject({ state: "failed", text: "no" });
  });
});

describe("time and cancel", () => {
  const deaf = defineTool({
    ...base,
    name: "deaf",
    timeout_ms: 30,
    input: z.object({}),
    shown: () => "",
    run: () => new Promise<never>(() => {}),
  });

  test("a tool that hears nothing is left behind when its time is up", async () => {
    expect(await call(deaf, {})).toMatchObject({ state: "failed", note: "took too long" });
  });

  test("cancel ends a call in state cancelled, before and during", async () => {
    const slow = { ...deaf, timeout_ms: 60_000 };
    const stop = new AbortController();
    const running = call(slow, {}, context({ signal: stop.signal }));
    stop.abort();
    expect((await running).state).toBe("cancelled");
    expect((await call(slow, {}, context({ signal: stop.signal }))).state).toBe("cancelled");
  });

  test("the tool's own signal tells it of both", async () => {
    const reasons: unknown[] = [];
    const listening = defineTool({ ...deaf, timeout_ms: 30, run: (_, { signal }) => new Promise<never>((_, reject) => signal.addEventListener("abort", () => { reasons.push(signal.reason); reject(signal.reason); })) }); // biome-ignore format: one line
    await call(listening, {});
    expect(reasons).toHaveLength(1);
  });
});

describe("results", () => {
  const limit = { chars: 1000, lines: 20 };

  test("within the limit stay as they are, cleaned for storage", async () => {
    expect(await call(saying("a\nb"), {}, context(), limit)).toMatchObject({
      text: "a\nb",
      output_id: null,
      state: "closed",
    });
    expect((await call(saying("nul \0, half \ud800"), {})).text).toBe("nul \ufffd, half \ufffd");
  });

  /** Follows the last lines from page to page, as a model would. */
  async function readAll(outcome: ToolOutcome, outputs: OutputStore): Promise<string> {
    const tools = readTools();
    let text = "";
    let page = outcome.text;
    for (let next: RegExpExecArray | null; ; ) {
      next = /\n\[.*read_output (\{.*\})\]$/.exec(page);
      text += next ? `${page.slice(0, next.index)}\n` : page;
      if (!next) return text;
      page = (await callTool(tools, context({ outputs }), { id: "1", name: "read_output", arguments: next[1]! })).text;
    }
  }

  test("above it are cut at a line, and the whole can be paged to its end", async () => {
    for (const whole of [
      Array.from({ length: 9000 }, (_, i) => `line ${i} 😀`).join("\n"),
      "x\n".repeat(5000).trimEnd(),
    ]) {
      const outputs = memoryOutputs();
      const outcome = await call(saying(whole), {}, context({ outputs }), limit);
      expect(outcome.text.length).toBeLessThanOrEqual(limit.chars);
      expect(outcome.text.split("\n").length).toBeLessThanOrEqual(limit.lines);
      expect(outcome.output_id).not.toBeNull();
      expect(await readAll(outcome, outputs)).toBe(whole);
    }
  });

  test("one endless line can be paged too", async () => {
    const outputs = memoryOutputs();
    const whole = "😀".repeat(50_000);
    const outcome = await call(saying(whole), {}, context({ outputs }));
    expect((await readAll(outcome, outputs)).replaceAll("\n", "")).toBe(whole);
  });

  test("when the whole cannot be kept, the part is still told", async () => {
    const outputs: OutputStore = { save: () => Promise.reject(new Error("database away")), read: async () => null };
    const outcome = await call(saying("x\n".repeat(5000)), {}, context({ outputs }), limit);
    expect(outcome).toMatchObject({ state: "closed", output_id: null });
    expect(outcome.text).toContain("could not be kept");
  });

  test("a page of a kept result is not kept again", async () => {
    const outputs = memoryOutputs();
    await call(saying("x\n".repeat(5000), "output"), {}, context({ outputs }), limit);
    expect(await outputs.read("o1", 1, 1)).toBeNull();
  });
});

describe("what the model is told of the tools", () => {
  test("is the same byte for byte, sorted, whatever the order", () => {
    const tools = readTools();
    expect(JSON.stringify(toolSpecs([...tools].reverse()))).toBe(JSON.stringify(toolSpecs(readTools())));
    expect(toolSpecs(tools).map((t) => t.name)).toEqual([
      "ask_user_input",
      "find_files",
      "get_codebase_overview",
      "get_dependencies",
      "get_file_analysis",
      "get_framework_analysis",
      "get_semantic_neighborhoods",
      "get_symbol_info",
      "git_diff",
      "git_log",
      "git_show",
      "git_status",
      "grep",
      "list_dir",
      "read_output",
      "request_read_access",
      "search_symbols",
      "skill_find",
      "skill_resource",
      "skill_use",
      "view_file",
      "watch_changes",
      "web_fetch",
      "web_search",
    ]);
  });

  test("is JSON schema that needs only what has no default, every field described", () => {
    for (const spec of toolSpecs(readTools())) {
      expect(spec.parameters).toMatchObject({ type: "object", additionalProperties: false });
      expect(spec.description.length).toBeGreaterThan(40);
      const fields = spec.parameters.properties as Record<string, { description?: string; default?: unknown }>;
      for (const [name, field] of Object.entries(fields)) {
        expect(field.description, `${spec.name}.${name}`).toBeTruthy();
        if (field.default !== undefined) expect(spec.parameters.required ?? []).not.toContain(name);
      }
    }
  });

  test("a tool without a description or with an odd name stops the start", () => {
    expect(() => defineTool({ ...echo, description: " " })).toThrow(/no description/);
    expect(() => defineTool({ ...echo, name: "Bad-Name" })).toThrow(/no name/);
  });
});
