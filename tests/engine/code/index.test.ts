import { describe, expect, test } from "bun:test";
import { rename, rm, symlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import { testDatabase } from "../../support/database.ts";
import { tempDir, tempRepo } from "../../support/repo.ts";
import { isAlive, until } from "../../support/until.ts";
import { codeRig } from "./rig.ts";

const BAD_WORKER = new URL("../../fixtures/code/bad-worker.ts", import.meta.url).pathname;
const find = async (rig: Awaited<ReturnType<typeof codeRig>>, query: string) =>
  (await rig.call("search_symbols", { query })).text;

describe("the index", () => {
  test("follows what is written, moved and deleted, and reads only that", async () => {
    await using repo = await tempRepo({
      files: { "a.ts": "export function first() {}\n", "b.py": "def second(): pass\n" },
    });
    await using rig = await codeRig(repo.root);
    expect(await find(rig, "first")).toStartWith("a.ts:1  function");
    await repo.write({ "a.ts": "export function changed() {}\n", "c/d.go": "package d\nfunc Third() {}\n" });
    expect(await find(rig, "first")).toStartWith("No symbol is called");
    expect(await find(rig, "changed")).toStartWith("a.ts:1");
    expect(await find(rig, "third")).toStartWith("c/d.go:2");
    const blobs = await rig.count("code_blobs");
    await rename(join(repo.root, "b.py"), join(repo.root, "moved.py"));
    expect(await find(rig, "second")).toStartWith("moved.py:1");
    expect(await rig.count("code_blobs")).toBe(blobs);
    await rm(join(repo.root, "moved.py"));
    expect(await find(rig, "second")).toStartWith("No symbol is called");
  });

  test("sees an edit that keeps the size and the time of the file", async () => {
    await using repo = await tempRepo({ files: { "a.ts": "function one() {}\n" } });
    await using rig = await codeRig(repo.root);
    const then = new Date(1_600_000_000_000);
    await utimes(join(repo.root, "a.ts"), then, then);
    expect(await find(rig, "one")).toStartWith("a.ts:1");
    await repo.write({ "a.ts": "function two() {}\n" });
    await utimes(join(repo.root, "a.ts"), then, then);
    expect(await find(rig, "two")).toStartWith("a.ts:1");
  });

  test("leaves out what git ignores, files of secrets, and what links lead to outside", async () => {
    await using outside = await tempDir({ "far.ts": "export function far() {}\n" });
    await using repo = await tempRepo({
      files: {
        ".gitignore": "dist/\n",
        "dist/built.js": "function built() {}\n",
        "id_rsa.py": "def secret(): pass\n",
        ".env": "function env() {}\n",
        "near.ts": "export function near() {}\n",
      },
    });
    await symlink(join(outside.root, "far.ts"), join(repo.root, "link.ts"));
    await symlink(outside.root, join(repo.root, "linked"));
    await using rig = await codeRig(repo.root);
    for (const name of ["built", "secret", "env", "far"])
      expect(await find(rig, name)).toStartWith("No symbol is called");
    expect(await find(rig, "near")).toStartWith("near.ts:1");
  });

  test("reads texts of every encoding, and says of the rest that they are none", async () => {
    const wide = Buffer.from(`\ufeff${"function wide() {}\n"}`, "utf16le");
    await using repo = await tempRepo({
      files: {
        "wide.js": wide,
        "bom.ts": "\ufefffunction bom() {}\r\n",
        "latin.js": Uint8Array.from(Buffer.from("// caf\xe9\nfunction latin() {}\n", "latin1")),
        "binary.js": new Uint8Array([0, 1, 2, 3]),
        "huge.js": "x;\n".repeat(400_000),
      },
    });
    await using rig = await codeRig(repo.root);
    expect(await find(rig, "wide")).toStartWith("wide.js:1");
    expect(await find(rig, "bom")).toStartWith("bom.ts:1");
    expect(await find(rig, "latin")).toStartWith("latin.js:2");
    expect((await rig.call("get_file_analysis", { path: "binary.js" })).note).toBe("not text");
    expect((await rig.call("get_file_analysis", { path: "huge.js" })).note).toBe("too large to parse");
    expect((await rig.call("get_codebase_overview")).text).toContain("1 not parsed (too large or generated)");
  });

  test("is shared by content between directories, goes on after a restart, and goes with its project", async () => {
    const files = { "a.ts": "export class Shared {}\n", "b.rb": "class Other; end\n" };
    await using one = await tempRepo({ files });
    await using two = await tempRepo({ files });
    const database = await testDatabase();
    try {
      await using first = await codeRig(one.root, { database });
      await using second = await codeRig(two.root, { database });
      await find(first, "shared");
      expect(await first.count("code_blobs")).toBe(2);
      expect(await find(second, "shared")).toStartWith("a.ts:1");
      expect(await first.count("code_blobs")).toBe(2);
      await using again = await codeRig(one.root, { database, project: first.project });
      await one.write({ "a.ts": "export class Renewed {}\n" });
      expect(await find(again, "renewed")).toStartWith("a.ts:1");
      expect(await first.count("code_trees")).toBe(2);
      await first.deleteProject();
      expect(await first.count("code_trees")).toBe(1);
      await second.deleteProject();
      await until(async () => (await second.count("code_blobs")) === 0);
      expect(await second.count("code_symbols")).toBe(0);
      expect(await second.count("code_files")).toBe(0);
    } finally {
      await database.drop();
    }
  });

  test("says so when the project is gone from the disk", async () => {
    await using dir = await tempDir({ "p/a.ts": "function a() {}\n" });
    await using rig = await codeRig(join(dir.root, "p"));
    await rm(join(dir.root, "p"), { recursive: true });
    expect(await rig.call("search_symbols", { query: "a" })).toMatchObject({
      state: "failed",
      note: "the project is gone",
    });
  });
});

describe("the parser's process", () => {
  test("that dies over a file, or hangs, costs that file alone", async () => {
    await using repo = await tempRepo({
      files: {
        "a.ts": "function before() {}\n",
        "b-dies.ts": "function deadly() {}\n",
        "c.ts": "function between() {}\n",
        "d-hangs.ts": "function endless() {}\n",
        "e.ts": "function after() {}\n",
      },
    });
    await using rig = await codeRig(repo.root, { worker: BAD_WORKER, hang_ms: 3_000 });
    await until(async () => !(await find(rig, "before")).includes("Still indexing"), 30_000);
    for (const [name, path] of [
      ["before", "a.ts"],
      ["between", "c.ts"],
      ["after", "e.ts"],
    ] as const)
      expect(await find(rig, name)).toStartWith(`${path}:1`);
    const [row] = await rig.sql<{ n: number }[]>`
      select count(*)::int as n from code_blobs where state = 'skipped' and note = 'brought the parser down'`;
    expect(row!.n).toBe(2);
  }, 60_000);

  test("ends with the index, and is started again when somebody kills it", async () => {
    await using repo = await tempRepo({ files: { "a.ts": "function before() {}\n" } });
    const rig = await codeRig(repo.root);
    await find(rig, "before");
    const first = rig.index.parser.pid!;
    process.kill(first, "SIGKILL");
    await until(() => !isAlive(first));
    await repo.write({ "a.ts": "function later() {}\n" });
    expect(await find(rig, "later")).toStartWith("a.ts:1");
    const second = rig.index.parser.pid!;
    expect(second).not.toBe(first);
    await rig[Symbol.asyncDispose]();
    await until(() => !isAlive(second));
  });
});
