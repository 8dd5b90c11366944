import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import type { Proposals } from "../../../src/domain/tool.ts";
import { type TempRepo, tempDir, tempRepo } from "../../support/repo.ts";
import { type CodeRig, codeRig } from "./rig.ts";

let repo: TempRepo;
let rig: CodeRig;

beforeAll(async () => {
  repo = await tempRepo({
    files: {
      "package.json": JSON.stringify({ dependencies: { elysia: "1.4.30" }, scripts: { start: "bun src/main.ts" } }),
      "src/queue.ts": [
        "/**",
        " * Rows that wait.",
        " */",
        "export class Queue {",
        "  size = 0;",
        "  /** Takes one. */",
        "  take(): number {",
        "    return this.size--;",
        "  }",
        "}",
        "export class Slow extends Queue {}",
      ].join("\n"),
      "src/deliver.ts":
        'import { Queue } from "./queue.ts";\nexport function deliver(queue: Queue) {\n  return queue.take();\n}\n',
      "src/main.ts":
        'import { deliver } from "./deliver.ts";\nimport { Queue } from "./queue.ts";\napp.get("/rows", () => deliver(new Queue()));\n',
      "tests/deliver.test.ts": 'import { deliver } from "../src/deliver.ts";\n// take nothing\n',
      "src/Screen.kt": "fun screen() {}\n",
      ".env": "SECRET=1\n",
    },
  });
  await repo.write({
    "src/deliver.ts": `${await Bun.file(join(repo.root, "src/deliver.ts")).text()}// more\n`,
    "docs/deliver.md": "# Deliver\n",
  });
  await repo.commit("deliver");
  rig = await codeRig(repo.root);
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
  await repo[Symbol.asyncDispose]();
});

test("get_codebase_overview tells what there is, and what is not parsed", async () => {
  const { note, text, state } = await rig.call("get_codebase_overview");
  expect({ state, note }).toEqual({ state: "closed", note: "7 files, 1 language" });
  expect(text).toContain("typescript  4 files");
  expect(text).toContain("Kotlin  1 file (not a language that is parsed: use grep there)");
  expect(text).toMatch(/Imported by most\n {2}src\/deliver\.ts {2}by 2 files\n {2}src\/queue\.ts {2}by 2 files/);
  expect((await rig.call("get_codebase_overview", { path: "src" })).note).toBe("4 files, 1 language");
});

test("get_symbol_info tells the definition, what is said about it, its members, heirs and uses", async () => {
  const { text, note } = await rig.call("get_symbol_info", { name: "Queue" });
  expect(note).toBe("1 definition, 5 uses");
  expect(text).toContain("src/queue.ts:4-10  class  class Queue");
  expect(text).toContain("Rows that wait.");
  expect(text).toContain("7-9  method  take(): number");
  expect(text).toMatch(/Extended or implemented by\n {2}src\/queue\.ts:11 {2}class Slow extends Queue/);
  expect(text).toContain("src/deliver.ts:1  import");
  expect(text).toContain("src/deliver.ts:2  type in deliver");
  expect(text).toContain("src/main.ts:3  call");
  const take = await rig.call("get_symbol_info", { name: "Queue.take" });
  expect(take.text).toContain("Takes one.");
  expect(take.text).toContain("src/deliver.ts:3  call in deliver  return queue.take();");
  expect(take.text).not.toContain("tests/deliver.test.ts");
  expect(await rig.call("get_symbol_info", { name: "nowhere_at_all" })).toMatchObject({
    state: "closed",
    note: "no such symbol",
  });
});

test("uses of names that are no plain words are found, too", async () => {
  await repo.write({
    "lib/row.rb": "class Row\n  def valid?\n    true\n  end\nend\n",
    "lib/use.rb": "puts row.valid?\nputs row.validity\n",
  });
  const { text } = await rig.call("get_symbol_info", { name: "valid?" });
  expect(text).toContain("lib/use.rb:1");
  expect(text).not.toContain("lib/use.rb:2");
  expect((await rig.call("get_symbol_info", { name: "a(b[c{" })).state).toBe("closed");
});

test("search_symbols offers what is like it, and says where it is blind", async () => {
  expect((await rig.call("search_symbols", { query: "Quue" })).text).toContain("Did you mean Queue?");
  expect((await rig.call("search_symbols", { query: "screen" })).text).toContain("Not parsed here: 1 file of Kotlin");
  expect((await rig.call("search_symbols", { query: "e", kind: "class" })).text.split("\n")).toEqual([
    "src/queue.ts:4-10  class  class Queue",
  ]);
  const one = await rig.call("search_symbols", { query: "e", max_results: 1 });
  expect(one.text).toContain("Narrow with kind or path, or raise max_results.");
  expect((await rig.call("search_symbols", { query: "%_\\" })).state).toBe("closed");
});

test("get_semantic_neighborhoods tells who belongs together, and why", async () => {
  const { text } = await rig.call("get_semantic_neighborhoods", { path: "src/deliver.ts" });
  const line = (path: string) => text.split("\n").find((one) => one.trim().startsWith(path)) ?? "";
  expect(line("tests/deliver.test.ts")).toMatch(/is named like it.*imports it|imports it.*is named like it/);
  expect(line("docs/deliver.md")).toMatch(/changed with it in 1 of 2 commits/);
  expect(line("src/queue.ts")).toContain("is imported by it");
  expect(text).toContain("[2 commits looked at.]");
  expect((await rig.call("get_semantic_neighborhoods", { path: "." })).state).toBe("failed");
});

test("get_framework_analysis tells what it is built with, from where it knows it, and routes", async () => {
  const { text } = await rig.call("get_framework_analysis");
  expect(text).toContain("web framework: elysia 1.4.30 (package.json)");
  expect(text).toContain("start: bun src/main.ts  (package.json)");
  expect(text).toContain("src/main.ts  by its name");
  expect(text).toContain('src/main.ts:3  app.get("/rows"');
});

describe("watch_changes", () => {
  test("tells files and symbols that changed since a cursor, and waits for one", async () => {
    const first = await rig.call("watch_changes");
    const cursor = /cursor: (\S+)$/.exec(first.text)![1];
    expect((await rig.call("watch_changes", { cursor })).text).toStartWith("Nothing changed since the cursor.");
    const waiting = rig.call("watch_changes", { cursor, wait_s: 30 });
    await repo.write({ "src/new.ts": "export function fresh(a: string) {}\n" });
    const second = await waiting;
    expect(second.note).toBe("1 file changed");
    expect(second.text).toContain("added src/new.ts  +function fresh");
    await repo.write({ "src/new.ts": "export function fresh(a: number) {}\nfunction other() {}\n" });
    const next = /cursor: (\S+)$/.exec(second.text)![1];
    const third = await rig.call("watch_changes", { cursor: next });
    expect(third.text).toContain("changed src/new.ts  ~function fresh, +function other");
    expect((await rig.call("watch_changes", { cursor: "999-7" })).text).toContain(
      "That cursor is of an index that is gone",
    );
  });

  test("stops waiting when it is cancelled", async () => {
    const stop = new AbortController();
    const waiting = rig.call("watch_changes", { wait_s: 60 }, { signal: stop.signal });
    setTimeout(() => stop.abort(), 50);
    expect((await waiting).state).toBe("cancelled");
  });
});

describe("paths", () => {
  test.each([
    ["../x", "outside the project"],
    ["/etc/passwd", "outside the project"],
    [".env", "refused: secret file"],
    ["src/nothing.ts", "no such file"],
  ])("%s is refused: %s", async (path, note) => {
    for (const tool of ["get_file_analysis", "get_dependencies", "get_semantic_neighborhoods", "get_codebase_overview"])
      expect(await rig.call(tool, { path })).toMatchObject({ state: "failed", note });
  });

  test("a grant is a tree of its own", async () => {
    await using other = await tempDir({
      "lib/far.py": "def far_away(): pass\n",
      "lib/use.py": "from lib import far\n",
    });
    await symlink(other.root, join(repo.root, "elsewhere"));
    const grants = [other.root];
    const found = await rig.call("search_symbols", { query: "far_away", path: other.root }, { grants });
    expect(found.text).toStartWith(`${other.root}/lib/far.py:1`);
    const far = await rig.call("get_dependencies", { path: `${other.root}/lib/far.py` }, { grants });
    expect(far.text).toContain(`${other.root}/lib/use.py`);
    expect((await rig.call("search_symbols", { query: "far_away", path: other.root })).note).toBe(
      "outside the project",
    );
    expect((await rig.call("search_symbols", { query: "far_away" })).note).toBe("no symbols");
  });
});

test("what a coder proposes is seen in the place of what is on disk", async () => {
  const seen = (path: string, text: string | null) => ({
    path,
    linked: false,
    proposed: true,
    bytes: text === null ? null : new Uint8Array(Buffer.from(text)),
    mode: null,
    kind: text === null ? ("delete" as const) : ("edit" as const),
  });
  const all = [
    seen("src/deliver.ts", "export function proposed_thing() {}\n"),
    seen("src/made.ts", "export class MadeUp {}\n"),
    seen("src/queue.ts", null),
  ];
  const proposals = {
    all: async () => all,
    look: async (path: string) => all.find((file) => file.path === path) ?? null,
  } as unknown as Proposals;
  const call = (name: string, args: object) => rig.call(name, args, { proposals });
  expect((await call("search_symbols", { query: "proposed_thing" })).text).toStartWith("src/deliver.ts:1");
  expect((await call("search_symbols", { query: "MadeUp" })).text).toStartWith("src/made.ts:1");
  expect((await call("search_symbols", { query: "Queue" })).note).toBe("no symbols");
  const file = await call("get_file_analysis", { path: "src/deliver.ts" });
  expect(file.text).toContain("as it is proposed");
  expect(file.text).toContain("proposed_thing");
  expect(await call("get_file_analysis", { path: "src/made.ts" })).toMatchObject({ state: "closed" });
  expect((await call("get_file_analysis", { path: "src/queue.ts" })).note).toBe("deletion proposed");
  expect((await rig.call("search_symbols", { query: "proposed_thing" })).note).toBe("no symbols");
});
