import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { completeDirectories, createDirectory, inspectDirectory } from "../../../src/drivers/files/directories.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { type TempDir, tempDir, tempRepo } from "../../support/repo.ts";

let dir: TempDir;
let home: string;
beforeAll(async () => {
  dir = await tempDir({
    "home/alpha/a.txt": "",
    "home/Alpine/b.txt": "",
    "home/beta/.hidden/x": "",
    "home/file.txt": "",
    "home/we ird\n'q\"/x": "",
    "home-evil/x": "",
    "away/x": "",
  });
  home = join(dir.root, "home");
  await symlink("../away", join(home, "link-out"));
  await symlink("beta", join(home, "link-in"));
});
afterAll(() => dir[Symbol.asyncDispose]());

const sentence = async (promise: Promise<unknown>) => {
  const error = await promise.then(
    () => null,
    (e: unknown) => e,
  );
  if (!(error instanceof AppError)) throw new Error(`not refused: ${error}`);
  expect(error).toMatchObject({ code: "invalid", field: "path" });
  return error.message;
};

describe("judging a directory", () => {
  test("gives the real path and whether it is in a repository", async () => {
    expect(await inspectDirectory(join(home, "link-in/"), [home])).toEqual({ path: join(home, "beta"), is_git: false });
    expect(await inspectDirectory(home, [home])).toMatchObject({ path: home });
    expect((await inspectDirectory(join(home, "we ird\n'q\""), [home])).path).toEndWith('q"');
    await using repo = await tempRepo({ files: { "sub/a": "a" } });
    expect((await inspectDirectory(join(repo.root, "sub"), [repo.root])).is_git).toBe(true);
  });

  test.each([
    ["home/nothing", /does not exist\.$/],
    ["home/file.txt", /is a file/],
    ["home/file.txt/below", /something on the way to it is a file/],
    ["away", /outside the directories/],
    ["home/../away", /outside the directories/],
    ["home/link-out", /outside the directories/],
    ["home-evil", /outside the directories/],
    ["nowhere/at/all", /outside the directories/],
    [`home/${"x".repeat(300)}`, /longer than the file system allows/],
  ])("%s: its own sentence", async (path, words) => {
    expect(await sentence(inspectDirectory(join(dir.root, path), [home]))).toMatch(words);
  });

  test.each([
    ["", /Give the path/],
    ["relative/path", /not an absolute path/],
    ["/a\0b", /NUL/],
    ["/a\ud800", /Unicode/],
    [`/${"x/".repeat(4000)}`, /longer than/],
  ])("%j: its own sentence", async (path, words) =>
    expect(await sentence(inspectDirectory(path, [home]))).toMatch(words),
  );

  test("~ is the home of BooCode's user; roots that are gone allow nothing", async () => {
    expect((await inspectDirectory("~", [homedir()])).path.length).toBeGreaterThan(1);
    expect(await sentence(inspectDirectory(home, ["/no/such/root"]))).toContain("none exists");
  });
});

describe("completing", () => {
  test.each([
    ["home/al", ["home/Alpine", "home/alpha"]],
    ["home/beta/", []],
    ["home/beta/.", ["home/beta/.hidden"]],
    ["home/link", ["home/link-in"]],
    ["home/fi", []],
    ["home-e", []],
    ["away/", []],
    ["home/../away/", []],
    ["ho", ["home"]],
  ])("%s", async (typed, fit) => {
    const found = await completeDirectories([home], `${dir.root}/${typed}`);
    expect(found).toEqual(fit.map((path) => join(dir.root, path)));
  });

  test("nothing typed gives the roots; relative and broken paths give nothing", async () => {
    expect(await completeDirectories([home, "/no/such/root"], "")).toEqual([home]);
    expect(await completeDirectories([home], "al")).toEqual([]);
    expect(await completeDirectories([home], "/a\0")).toEqual([]);
  });
});

describe("making one", () => {
  test("makes the directory and a repository without hooks", async () => {
    const path = join(home, "fresh");
    expect(await createDirectory([home], path)).toEqual({ path, is_git: true });
    expect(existsSync(join(path, ".git/HEAD"))).toBe(true);
    expect(existsSync(join(path, ".git/hooks"))).toBe(false);
  });

  test("takes an empty directory as it is", async () => {
    await mkdir(join(home, "empty"));
    expect((await createDirectory([home], join(home, "empty"))).is_git).toBe(true);
  });

  test.each([
    ["home/alpha", /not empty/],
    ["home/file.txt", /not a directory/],
    ["home/no/parent", /does not exist/],
    ["away/new", /outside the directories/],
    ["home/link-out/new", /outside the directories/],
  ])("%s: refused, and nothing is made", async (path, words) => {
    expect(await sentence(createDirectory([home], join(dir.root, path)))).toMatch(words);
    expect(existsSync(join(dir.root, "away/new"))).toBe(false);
  });
});
