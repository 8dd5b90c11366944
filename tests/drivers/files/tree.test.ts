import { describe, expect, test } from "bun:test";
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TREE_LEVEL_LIMIT } from "../../../src/domain/tree.ts";
import { readLevel } from "../../../src/drivers/files/tree.ts";
import { tempDir, tempRepo } from "../../support/repo.ts";

const level = (root: string, path = "", more: { ignored?: boolean; sizes?: boolean } = {}) =>
  readLevel({ root, grants: [] }, { path, ignored: false, sizes: false, ...more });
const names = (l: Awaited<ReturnType<typeof level>>) => l.entries.map((e) => e.name);

describe("a level of the tree", () => {
  test("has directories first, numbers by value, names in any script, and never .git", async () => {
    await using repo = await tempRepo({
      files: { "b/x": "", "A/x": "", "f10.txt": "", "f9.txt": "", "F1.txt": "", "été.md": "", "文件.txt": "", Ω: "" },
    });
    expect(names(await level(repo.root))).toEqual(["A", "b", "été.md", "F1.txt", "f9.txt", "f10.txt", "Ω", "文件.txt"]);
    expect((await level(repo.root, "b")).entries).toMatchObject([{ name: "x", path: "b/x", kind: "file", mark: null }]);
  });

  test("leaves out what git ignores, counts it, and brings it dimmed when asked", async () => {
    await using repo = await tempRepo({ files: { ".gitignore": "*.log\nbuild/\n!keep.log\n", "keep.log": "" } });
    await repo.write({ "a.log": "1234", "build/x": "", "src/.gitignore": "gen\n", "src/gen": "", "src/a.ts": "" });
    const plain = await level(repo.root);
    expect([names(plain), plain.ignored]).toEqual([["src", ".gitignore", "keep.log"], 2]);
    expect(names(await level(repo.root, "src"))).toEqual([".gitignore", "a.ts"]);
    const all = await level(repo.root, "", { ignored: true, sizes: true });
    expect(all.entries.filter((e) => e.ignored).map((e) => [e.name, e.size])).toEqual([
      ["build", null],
      ["a.log", 4],
    ]);
    expect(all.ignored).toBe(0);
  });

  test("names secret files and what links lead to; a link out of the project leads nowhere", async () => {
    await using dir = await tempDir({ ".env": "S=1", ".env.example": "S=", "real/a.txt": "a" });
    await symlink("real", join(dir.root, "in"));
    await symlink(".env", join(dir.root, "notes.txt"));
    await symlink("/etc", join(dir.root, "out"));
    await symlink("nowhere", join(dir.root, "dangling"));
    const entries = (await level(dir.root)).entries.map((e) => [e.name, e.kind, e.link, e.secret]);
    expect(entries).toEqual([
      ["real", "directory", null, false],
      [".env", "file", null, true],
      [".env.example", "file", null, false],
      ["dangling", "other", "", false],
      ["in", "directory", "real", false],
      ["notes.txt", "file", ".env", true],
      ["out", "other", "", false],
    ]);
    const linked = await level(dir.root, "in");
    expect([linked.path, linked.real_path, linked.entries[0]!.path]).toEqual(["in", "real", "in/a.txt"]);
    await expect(level(dir.root, "out")).rejects.toThrow("symbolic link that leads outside");
    await expect(level(dir.root, "../")).rejects.toThrow("outside the project");
    await expect(level(dir.root, ".env")).rejects.toThrow("refused");
    await expect(level(dir.root, "real/a.txt")).rejects.toThrow("is a file, not a directory");
  });

  test("marks names that are not valid UTF-8: no path leads to them", async () => {
    await using dir = await tempDir({ "ok \uFFFD": "" });
    await writeFile(Buffer.concat([Buffer.from(`${dir.root}/caf`), Buffer.from([0xe9])]), "");
    expect((await level(dir.root)).entries.map((e) => [e.name, e.lossy])).toEqual([
      ["caf\uFFFD", true],
      ["ok \uFFFD", false],
    ]);
  });

  test("of 10,000 files is bounded and tells how many more there are", async () => {
    await using dir = await tempDir();
    await mkdir(join(dir.root, "sub"));
    await Promise.all(Array.from({ length: 10_000 }, (_, i) => Bun.write(join(dir.root, `f${i}`), "")));
    const all = await level(dir.root);
    expect([all.entries.length, all.more, names(all)[0], names(all).at(-1)]).toEqual([
      TREE_LEVEL_LIMIT,
      10_001 - TREE_LEVEL_LIMIT,
      "sub",
      "f998",
    ]);
  });

  test.if(process.getuid?.() !== 0)("that may not be read says so", async () => {
    await using dir = await tempDir({ "closed/a": "" });
    await chmod(join(dir.root, "closed"), 0o000);
    await expect(level(dir.root, "closed")).rejects.toThrow("may not be listed");
    await chmod(join(dir.root, "closed"), 0o700);
  });
});
