import { describe, expect, test } from "bun:test";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { listDirectory } from "../../../src/drivers/files/list.ts";
import { tempDir, tempRepo } from "../../support/repo.ts";

const list = (root: string, path = ".", depth = 1, limit = 500) =>
  listDirectory({ root, grants: [] }, { path, depth, limit });

describe("a directory", () => {
  test("directories first, sizes, links, marks", async () => {
    await using repo = await tempRepo({
      files: { ".gitignore": "out/\n*.log\n", "src/a.ts": "12345", "b.txt": "1", ".env": "S=1" },
    });
    await repo.write({ "out/x/y.txt": "y", "run.log": "l" });
    await symlink("/etc/passwd", join(repo.root, "away"));
    await symlink("src/a.ts", join(repo.root, "near"));
    const { entries, total } = await list(repo.root, ".", 3);
    const told = entries.map((e) => [e.path, e.kind, e.size, e.target, e.ignored, e.secret]);
    expect(told).toEqual([
      [".git", "directory", null, null, false, true],
      ["out", "directory", null, null, true, false],
      ["src", "directory", null, null, false, false],
      ["src/a.ts", "file", 5, null, false, false],
      [".env", "file", 3, null, false, true],
      [".gitignore", "file", 11, null, false, false],
      ["away", "link", null, null, false, false],
      ["b.txt", "file", 1, null, false, false],
      ["near", "link", null, "src/a.ts", false, false],
      ["run.log", "file", 1, null, true, false],
    ]);
    expect(total).toBe(9);
  });

  test("without a repository nothing is marked as ignored", async () => {
    await using dir = await tempDir({ ".gitignore": "a\n", a: "1" });
    expect((await list(dir.root)).entries.map((e) => e.ignored)).toEqual([false, false]);
  });

  test("too many entries are counted, and no directory takes all the room", async () => {
    await using dir = await tempDir();
    await dir.write(Object.fromEntries(Array.from({ length: 700 }, (_, i) => [`many/f${i}`, ""])));
    await dir.write({ "z/last.txt": "z" });
    const flat = await list(dir.root, "many", 1, 50);
    expect([flat.entries.length, flat.total, flat.truncated]).toEqual([50, 700, true]);
    const deep = await list(dir.root, ".", 2, 500);
    expect(deep.entries.find((e) => e.path === "many")?.hidden).toBe(600);
    expect(deep.entries.map((e) => e.path)).toContain("z/last.txt");
  });

  test("a file, nothing, and outside are refused with the next step", async () => {
    await using dir = await tempDir({ "a.txt": "a" });
    const refused = async (path: string) => (await list(dir.root, path).catch((e) => e)).note;
    expect(await refused("a.txt")).toBe("not a directory");
    expect(await refused("nope")).toBe("no such file");
    expect(await refused("..")).toBe("outside the project");
    expect(await refused(".git")).toBe("refused: inside .git");
  });
});
