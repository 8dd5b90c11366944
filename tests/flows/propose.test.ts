/** A coder proposes: nothing touches the disk, its own reads see it, proposals compose, other chats see nothing. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmod, mkdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { ChangeDetail } from "../../src/domain/change.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { changesIn, coder, runCalls } from "../support/coder.ts";
import { fakeLlm, type TestLlm } from "../support/fake-llm.ts";
import { tempRepo } from "../support/repo.ts";

let boo: TestApp;
let llm: TestLlm;
const NUMBERS = Array.from({ length: 60 }, (_, i) => `line ${i + 1}\n`).join("");
beforeAll(async () => {
  llm = await fakeLlm();
  const repo = await tempRepo({
    files: {
      "src/a.ts": "export const a = 1;\nexport const b = 2;\n",
      "src/crlf.ts": "one\r\ntwo\r\nthree\r\n",
      "src/bom.ts": "\ufeffone\ntwo",
      "numbers.txt": NUMBERS,
      "latin.txt": Uint8Array.from([0x63, 0x61, 0x66, 0xe9, 0x0a]),
      "pic.png": new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 1, 2]),
      "old/gone.ts": "needle in the old file\n",
      "big.txt": "x".repeat(11 * 1024 * 1024),
      ".env": "KEY=1\n",
      ".gitignore": "ignored/\n",
      "run.sh": "#!/bin/sh\necho\n",
    },
  });
  await chmod(join(repo.root, "run.sh"), 0o755);
  await symlink("src/a.ts", join(repo.root, "link.ts"));
  await mkdir(join(repo.root, "empty"));
  boo = await testApp({ llm, repo });
});
afterAll(async () => {
  await boo[Symbol.asyncDispose]();
  await boo.repo[Symbol.asyncDispose]();
  await llm[Symbol.asyncDispose]();
});
const disk = (path: string) => readFile(join(boo.repo.root, path), "utf8");
const edit = (file_path: string, old_string: string, new_string: string, replace_all = false) =>
  ["edit_file", { file_path, old_string, new_string, replace_all }] as const;
const detail = async (id: string) => (await boo.get<{ change: ChangeDetail }>(`/changes/${id}`)).change;

test("an edit waits, with where it comes from, and nothing is written", async () => {
  const at = await coder(boo);
  const said = "First I look around. The limit is *too* high.";
  const { calls, run } = await runCalls(boo, llm, at, [[edit("src/a.ts", "b = 2", "b = 3")]], { said });
  expect(calls).toMatchObject([{ state: "closed", note: "+1 −1" }]);
  expect(calls[0]!.text).toMatch(
    /^Proposed a change of src\/a\.ts: line 2\. .*not on disk yet\.\n1\texport const a = 1;\n2\texport const b = 3;/,
  );
  expect(await disk("src/a.ts")).toContain("b = 2");
  const { changes, totals } = await changesIn(boo, at);
  expect(totals).toMatchObject({ files: 1, hunks: 1, added: 1, removed: 1, pending: 1, unseen: 1 });
  expect(changes).toMatchObject([{ path: "src/a.ts", kind: "edit", state: "pending", chat_id: at.chat, run_id: run }]);
  expect(changes[0]!.hunks[0]!.sources).toMatchObject([
    { run_id: run, turn: 1, tool: "edit_file", said: "The limit is too high.", provider: "boocode" },
  ]);
  expect(changes[0]!.hunks[0]!.sources[0]!.tokens_out).toBeGreaterThan(0);
  expect((await detail(changes[0]!.id)).lines[0]!.hunk.lines.map((l) => l.kind)).toEqual(["same", "del", "add"]);
});

test("proposals on one file compose, in one turn and over turns; equal ones collapse; taking all back leaves none", async () => {
  const at = await coder(boo);
  const { calls } = await runCalls(boo, llm, at, [
    [
      edit("numbers.txt", "line 2\n", "two\n"),
      edit("numbers.txt", "two\n", "zwei\n"),
      edit("numbers.txt", "line 40\n", "forty\n"),
    ],
    [edit("./numbers.txt", "forty\n", "vierzig\n"), ["create_file", { file_path: "new.ts", content: "x\n" }]],
    [["create_file", { file_path: "new.ts", content: "x\n" }], edit("numbers.txt", "zwei\n", "zwei\n")],
  ]);
  expect(calls.map((c) => c.note)).toEqual([
    "+1 −1",
    "+1 −1",
    "+2 −2",
    "+2 −2",
    "+1 −0",
    "already proposed",
    "nothing to change",
  ]);
  const { changes } = await changesIn(boo, at);
  expect(changes.map((c) => [c.path, c.hunks.length])).toEqual([
    ["new.ts", 1],
    ["numbers.txt", 2],
  ]);
  const shapes = changes[1]!.hunks.map((h) => h.sources.map((s) => s.turn));
  expect(shapes).toEqual([
    [1, 1],
    [1, 2],
  ]);
  const more = await runCalls(boo, llm, at, [
    [
      edit("numbers.txt", "zwei", "line 2"),
      edit("numbers.txt", "vierzig", "line 40"),
      ["delete_file", { file_path: "new.ts" }],
    ],
  ]);
  expect(more.calls.map((c) => c.note)).toEqual(["+1 −1", "as on disk", "proposal taken back"]);
  expect((await changesIn(boo, at)).changes).toEqual([]);
});

test("reads of the run see the proposals: view, grep, find and list", async () => {
  const at = await coder(boo);
  const { calls } = await runCalls(boo, llm, at, [
    [
      edit("src/a.ts", "b = 2", "needle = 2"),
      ["create_file", { file_path: "src/sub/new.ts", content: "a new needle\n" }],
      ["create_file", { file_path: "fresh/dir/x.ts", content: "y\n" }],
      ["delete_file", { file_path: "old/gone.ts" }],
    ],
    [
      ["view_file", { path: "src/a.ts" }],
      ["view_file", { path: "link.ts", from: 2, to: 2 }],
      ["view_file", { path: "src/sub/new.ts" }],
      ["view_file", { path: "old/gone.ts" }],
      ["grep", { pattern: "needle" }],
      ["grep", { pattern: "needle", path: "src/sub", files_only: true }],
      ["find_files", { glob: "*.ts" }],
      ["list_dir", { path: "src", depth: 2 }],
      ["list_dir", { path: "fresh" }],
      ["list_dir", { path: "old" }],
    ],
  ]);
  const [view, linked, fresh, gone, grep, sub, find, list, made, old] = calls.slice(4);
  expect(view!.text).toBe(
    "1\texport const a = 1;\n2\texport const needle = 2;\n[As you propose it; on disk it is different.]",
  );
  expect(linked!.text).toContain("needle = 2");
  expect(fresh!.text).toStartWith("1\ta new needle");
  expect(gone).toMatchObject({ state: "failed", text: expect.stringContaining("you proposed to delete it") });
  expect(grep!.text).toBe("src/a.ts:2: export const needle = 2;\nsrc/sub/new.ts:1: a new needle");
  expect(sub!.text).toBe("src/sub/new.ts  1 match");
  expect(find!.text.split("\n")).toEqual(["fresh/dir/x.ts", "src/a.ts", "src/bom.ts", "src/crlf.ts", "src/sub/new.ts"]);
  expect(list!.text.split("\n")).toEqual([
    "sub/",
    "  new.ts  13 B  (proposed, not on disk yet)",
    expect.stringMatching(/^a\.ts .*\(a change is proposed\)$/),
    expect.stringMatching(/^bom\.ts/),
    expect.stringMatching(/^crlf\.ts/),
  ]);
  expect(made!.text).toBe("dir/");
  expect(old!.text).toMatch(/^gone\.ts .*\(its deletion is proposed\)$/);
});

test("two chats that run at once do not mix", async () => {
  const [one, two] = [await coder(boo), await coder(boo)];
  await runCalls(boo, llm, one, [[edit("src/a.ts", "a = 1", "a = 10")]]);
  const { calls } = await runCalls(boo, llm, two, [
    [["view_file", { path: "src/a.ts" }]],
    [edit("src/a.ts", "a = 1;", "a = 20;")],
    [["grep", { pattern: "const a" }]],
  ]);
  expect(calls[0]!.text).toBe("1\texport const a = 1;\n2\texport const b = 2;");
  expect(calls[2]!.text).toBe("src/a.ts:1: export const a = 20;");
  expect((await changesIn(boo, one)).changes).toHaveLength(1);
  expect((await detail((await changesIn(boo, one)).changes[0]!.id)).lines[0]!.hunk.lines.map((l) => l.text)).toContain(
    "export const a = 10;",
  );
});

test("line ends, byte order mark, encoding, mode and a missing newline are kept", async () => {
  const at = await coder(boo);
  await runCalls(boo, llm, at, [
    [
      edit("src/crlf.ts", "two\nthree", "2\n3"),
      edit("src/bom.ts", "two", "zwei"),
      edit("latin.txt", "café", "thé"),
      edit("run.sh", "echo", "echo hi"),
      ["create_file", { file_path: "bin/x", content: "#!/bin/sh\n" }],
    ],
  ]);
  const { changes } = await changesIn(boo, at);
  const byPath = new Map(changes.map((c) => [c.path, c]));
  const text = async (path: string) => {
    const [row] = await boo.database.sql<
      { bytes: Buffer }[]
    >`select bytes from blobs where sha256 = ${byPath.get(path)!.new_sha}`;
    return row!.bytes.toString("latin1");
  };
  expect(await text("src/crlf.ts")).toBe("one\r\n2\r\n3\r\n");
  expect(await text("src/bom.ts")).toBe("\xef\xbb\xbfone\nzwei");
  expect(await text("latin.txt")).toBe("th\xe9\n");
  expect(byPath.get("run.sh")).toMatchObject({ base_mode: 0o755, new_mode: 0o755 });
  expect(byPath.get("bin/x")).toMatchObject({ kind: "create", new_mode: 0o755 });
});

test("what may not or cannot be done is refused with a sentence, and nothing is proposed", async () => {
  const at = await coder(boo);
  const cases: [string, Record<string, unknown>, RegExp][] = [
    ["edit_file", { file_path: "src/a.ts", old_string: "nowhere", new_string: "x" }, /not found in src\/a\.ts/],
    [
      "edit_file",
      { file_path: "numbers.txt", old_string: "line 1", new_string: "x" },
      /more than once: at lines 1, 10, 11,/,
    ],
    ["edit_file", { file_path: "src/a.ts", old_string: "", new_string: "x" }, /old_string is empty/],
    ["edit_file", { file_path: "src/none.ts", old_string: "a", new_string: "x" }, /There is no src\/none\.ts/],
    ["edit_file", { file_path: "pic.png", old_string: "a", new_string: "x" }, /binary file/],
    ["edit_file", { file_path: "latin.txt", old_string: "caf", new_string: "日" }, /windows-1252, which does not have/],
    ["edit_file", { file_path: "big.txt", old_string: "x", new_string: "y" }, /larger than/],
    ["edit_file", { file_path: ".env", old_string: "KEY", new_string: "x" }, /files of secrets/],
    ["edit_file", { file_path: "../x", old_string: "KEY", new_string: "x" }, /outside the project/],
    ["edit_file", { file_path: "src", old_string: "KEY", new_string: "x" }, /is a directory/],
    ["create_file", { file_path: "src/a.ts", content: "x" }, /exists already/],
    ["create_file", { file_path: ".git/hooks/pre-commit", content: "x" }, /inside of \.git/],
    ["create_file", { file_path: "a/../../x", content: "x" }, /outside the project/],
    ["create_file", { file_path: "src/a.ts/x", content: "x" }, /would lie in a file/],
    ["delete_file", { file_path: "none.ts" }, /There is no none\.ts/],
    ["delete_file", { file_path: "link.ts" }, /symbolic link to src\/a\.ts/],
    ["delete_file", { file_path: "empty" }, /is a directory/],
  ];
  const { calls } = await runCalls(boo, llm, at, [cases.map(([name, input]) => [name, input] as const)]);
  for (const [i, [name, input, text]] of cases.entries()) {
    expect([name, input.file_path, calls[i]!.state]).toEqual([name, input.file_path, "failed"]);
    expect(calls[i]!.text).toMatch(text);
  }
  expect((await changesIn(boo, at)).changes).toEqual([]);
});

describe("modes", () => {
  const toolsOffered = () =>
    ((llm.chats().at(-1)!.tools ?? []) as { function: { name: string } }[]).map((t) => t.function.name);

  test("a chat that only reads, and a coder in plan mode, are offered no tool that writes", async () => {
    const at = await coder(boo);
    await runCalls(boo, llm, at, [], { mode: "plan" });
    expect(toolsOffered()).not.toContain("edit_file");
    expect(toolsOffered()).toContain("view_file");
    await runCalls(boo, llm, at, []);
    expect(toolsOffered()).toContain("edit_file");
    const chat = await boo.chat();
    await runCalls(boo, llm, chat, []);
    expect(toolsOffered()).not.toContain("edit_file");
    // Called all the same, it is not there.
    const { calls } = await runCalls(boo, llm, at, [[["create_file", { file_path: "x.ts", content: "" }]]], {
      mode: "plan",
    });
    expect(calls[0]).toMatchObject({ state: "failed", note: "unknown tool" });
  });

  test("the chat's mode is that of its coming messages", async () => {
    const at = await coder(boo);
    const { chat } = await boo.send<{ chat: { mode: string } }>("PATCH", `/chats/${at.chat}`, { mode: "plan" });
    expect(chat.mode).toBe("plan");
    const { run } = await runCalls(boo, llm, at, []);
    expect((await boo.get<{ run: { mode: string } }>(`/runs/${run}`)).run.mode).toBe("plan");
  });
});
