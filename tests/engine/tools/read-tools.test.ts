import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import type { ToolContext } from "../../../src/domain/tool.ts";
import { callTool } from "../../../src/engine/tools/define.ts";
import { readTools } from "../../../src/engine/tools/registry.ts";
import { memoryOutputs } from "../../support/outputs.ts";
import { type TempRepo, tempDir, tempRepo } from "../../support/repo.ts";
import { isAlive, until } from "../../support/until.ts";

const tools = readTools();
let repo: TempRepo;
const contextOf = (root: string, signal = new AbortController().signal): ToolContext => ({
  root,
  grants: [],
  signal,
  outputs: memoryOutputs(),
});
const run = (name: string, args: unknown, context = contextOf(repo.root)) =>
  callTool(tools, context, { id: "1", name, arguments: JSON.stringify(args) });

beforeAll(async () => {
  repo = await tempRepo({
    files: {
      "src/a.ts": Array.from({ length: 120 }, (_, i) => `const line${i + 1} = ${i + 1};`).join("\n"),
      "src/b.ts": "export const b = 1;\r\n// needle\r\n",
      "docs/read me.md": "# Needle\n",
      ".env": "TOKEN=hunter2\n",
      "pic.png": new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 1, 2]),
      "empty.txt": "",
      "long.txt": `${"y".repeat(5000)}\n`,
      "big.txt": "0123456789".repeat(10).concat("\n").repeat(5000),
    },
  });
  await symlink("/etc", join(repo.root, "etc"));
});
afterAll(() => repo[Symbol.asyncDispose]());

describe("view_file", () => {
  test("numbers lines and tells the range in its row", async () => {
    const outcome = await run("view_file", { path: "src/a.ts", from: 9, to: 11 });
    expect(outcome).toMatchObject({ state: "closed", note: "3 lines", shown: "src/a.ts 9-11" });
    expect(outcome.text).toBe(
      " 9\tconst line9 = 9;\n10\tconst line10 = 10;\n11\tconst line11 = 11;\n[The file has 120 lines.]",
    );
    expect(await run("view_file", { path: "src/a.ts" })).toMatchObject({ note: "120 lines", shown: "src/a.ts" });
  });

  test.each([
    ["src/b.ts", "2 lines", /needle\n\[Lines end in CRLF\.\]$/],
    ["pic.png", "binary, 7 B", /binary file \(7 B\)/],
    ["empty.txt", "empty", /is empty/],
    ["long.txt", "1 line", /line cut.*\n\[Long lines are cut/s],
  ])("%s", async (path, note, text) => {
    const outcome = await run("view_file", { path });
    expect(outcome).toMatchObject({ state: "closed", note });
    expect(outcome.text).toMatch(text);
  });

  test("a long file is given in windows, each naming the next, until its end", async () => {
    const seen: string[] = [];
    let args: unknown = { path: "big.txt" };
    while (args) {
      const outcome = await run("view_file", args);
      expect(outcome).toMatchObject({ state: "closed", output_id: null });
      seen.push(...outcome.text.split("\n").filter((line) => /^ *\d+\t/.test(line)));
      const next = /Go on: view_file (\{.*\})\]/.exec(outcome.text);
      args = next && JSON.parse(next[1]!);
    }
    expect(seen.map((line) => Number.parseInt(line, 10))).toEqual(Array.from({ length: 5000 }, (_, i) => i + 1));
  });

  test.each([
    [{ path: ".env" }, "refused: secret file", /never read/],
    [{ path: "src/c.ts" }, "no such file", /Did you mean src\/a\.ts or src\/b\.ts/],
    [{ path: "src" }, "is a directory", /list_dir/],
    [{ path: "etc/passwd" }, "outside the project", /symbolic link/],
    [{ path: "../x" }, "outside the project", /relative to the project/],
    [{ path: "src/b.ts", from: 50 }, "only 2 lines", /line 50 does not exist/],
    [{ path: "src/b.ts", from: 5, to: 2 }, "wrong arguments", /less than/],
  ])("%j fails with the next step", async (args, note, text) => {
    const outcome = await run("view_file", args);
    expect(outcome).toMatchObject({ state: "failed", note });
    expect(outcome.text).toMatch(text);
  });
});

describe("list_dir, grep, find_files", () => {
  test("list_dir", async () => {
    const outcome = await run("list_dir", {});
    expect(outcome).toMatchObject({ state: "closed", note: "9 entries", shown: "." });
    for (const line of [
      "src/",
      ".env  14 B  (not readable)",
      "pic.png  7 B",
      "etc -> (outside the project, or nowhere)",
    ])
      expect(outcome.text.split("\n")).toContain(line);
  });

  test("grep gives path, line and text, and counts both", async () => {
    const outcome = await run("grep", { pattern: "needle", ignore_case: true });
    expect(outcome).toMatchObject({ state: "closed", note: "2 matches in 2 files", shown: "needle  ." });
    expect(outcome.text).toBe("docs/read me.md:1: # Needle\nsrc/b.ts:2: // needle");
    expect((await run("grep", { pattern: "hunter2|TOKEN" })).note).toBe("no matches");
  });

  test("grep says what it left out", async () => {
    const outcome = await run("grep", { pattern: "line1", max_results: 5, path: "src" });
    expect(outcome.note).toBe("32 matches in 1 file");
    expect(outcome.text.split("\n")).toHaveLength(6);
    expect(outcome.text).toContain("[5 of 32 matches.");
    expect((await run("grep", { pattern: "line1", files_only: true })).text).toBe("src/a.ts  32 matches");
  });

  test("grep parts groups of context", async () => {
    const { text } = await run("grep", { pattern: "line(3|90) ", context: 1, path: "src/a.ts" });
    expect(text.split("\n").map((line) => /^(?:src\/a\.ts[:-](\d+)[:-]|--)/.exec(line)?.[1] ?? "--")).toEqual([
      "2",
      "3",
      "4",
      "--",
      "89",
      "90",
      "91",
    ]);
  });

  test("find_files by part of a name and by glob; a secret's name is told as not readable", async () => {
    expect(await run("find_files", { glob: "read" })).toMatchObject({ text: "docs/read me.md", note: "1 file" });
    expect((await run("find_files", { glob: "src/*.ts" })).text).toBe("src/a.ts\nsrc/b.ts");
    expect((await run("find_files", { glob: ".env" })).text).toBe(".env  (not readable)");
    expect((await run("find_files", { glob: "*", max_results: 2 })).text).toContain("[2 of 8 files.");
    expect(await run("find_files", { glob: "nothing" })).toMatchObject({ state: "closed", note: "no files" });
  });
});

describe("git tools", () => {
  test("tell their result in a few words", async () => {
    await repo.write({ "src/b.ts": "export const b = 2;\n", "new.txt": "n\n" });
    expect(await run("git_status", {})).toMatchObject({ note: "1 change, 2 untracked" });
    expect(await run("git_diff", {})).toMatchObject({ note: "1 file, +1 -2", state: "closed" });
    expect(await run("git_diff", { staged: true })).toMatchObject({ note: "no differences" });
    expect(await run("git_log", {})).toMatchObject({ note: "1 commit" });
    expect(await run("git_show", { revision: "HEAD:src/b.ts", to: 1 })).toMatchObject({
      note: "1 line",
      shown: "HEAD:src/b.ts",
    });
    const commit = await run("git_show", {});
    expect(commit).toMatchObject({ note: "8 files, +5125 -0", shown: "HEAD" });
    expect(commit.text).not.toContain("hunter2");
    expect(await run("git_show", { revision: "HEAD:.env" })).toMatchObject({
      state: "failed",
      note: "refused: secret file",
    });
    expect(await run("git_show", { revision: "--help" })).toMatchObject({ state: "failed", note: "not a revision" });
  });

  test("without a repository say so", async () => {
    await using dir = await tempDir({ "a.txt": "a" });
    for (const name of ["git_status", "git_log", "git_diff", "git_show"]) {
      expect(await run(name, {}, contextOf(dir.root))).toMatchObject({ state: "failed", note: "no git repository" });
    }
  });
});

test("cancel kills ripgrep in the middle of a large tree", async () => {
  const stop = new AbortController();
  // /usr is large on every machine; the pattern makes rg look at all of it.
  const running = run(
    "grep",
    { pattern: "(a|b|c)+x{40}never(there|at|all){20}", include_ignored: true },
    contextOf("/usr", stop.signal),
  );
  const pid = await until(() => childNamed("rg"));
  stop.abort();
  expect((await running).state).toBe("cancelled");
  await until(() => !isAlive(pid));
});

function childNamed(name: string): number | null {
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const [, comm, parent] = /^\d+ \((.*)\) \S (\d+)/.exec(readFileSync(`/proc/${entry}/stat`, "utf8")) ?? [];
      if (comm === name && Number(parent) === process.pid) return Number(entry);
    } catch {
      // gone meanwhile
    }
  }
  return null;
}
