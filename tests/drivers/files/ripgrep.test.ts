import { describe, expect, test } from "bun:test";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { findFiles, type SearchRequest, searchFiles } from "../../../src/drivers/files/ripgrep.ts";
import { tempDir, tempRepo } from "../../support/repo.ts";

const search = (root: string, pattern: string, rest: Partial<SearchRequest> = {}) =>
  searchFiles(
    { root, grants: [] },
    { pattern, path: ".", literal: false, ignore_case: false, context: 0, ignored: false, ...rest },
  );
const find = async (root: string, glob: string, ignored = false) =>
  (await findFiles({ root, grants: [] }, { path: ".", glob, ignored })).paths;

describe("searching", () => {
  test("finds what looking at every line finds", async () => {
    const names = fc.uniqueArray(
      fc.constantFrom(
        "a.txt",
        "src/b.ts",
        "src/deep er/c.ts",
        "ü/d.md",
        ".hidden/e.txt",
        ".env",
        "k/x.pem",
        "-n.txt",
        "a:1:b.txt",
        "q\"'.txt",
      ),
      { minLength: 1 },
    );
    const content = fc.array(
      fc.constantFrom("alpha", "beta alpha", "", "-- alpha", "12:alpha", "gamma\tbeta", "ALPHA", "a.b", "naïve alpha"),
      { maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(
        names,
        fc.array(content, { minLength: 10, maxLength: 10 }),
        fc.constantFrom("alpha", "a.b", "^$", "12:"),
        fc.boolean(),
        async (paths, texts, pattern, literal) => {
          await using tree = await tempDir(
            Object.fromEntries(paths.map((path, i) => [path, texts[i]!.map((l) => `${l}\n`).join("")])),
          );
          const expected = paths
            .flatMap((path, i) => texts[i]!.map((line, n) => ({ path, line, n: n + 1 })))
            .filter(
              ({ path, line }) =>
                !/\.env|\.pem/.test(path) && (literal ? line.includes(pattern) : new RegExp(pattern).test(line)),
            )
            .map(({ path, line, n }) => `${path}|${n}|${line}`);
          const found = await search(tree.root, pattern, { literal });
          expect(found.files.flatMap((f) => f.lines.map((l) => `${f.path}|${l.number}|${l.text}`)).sort()).toEqual(
            expected.sort(),
          );
          expect(found.matches).toBe(expected.length);
        },
      ),
      { numRuns: 25 },
    );
  });

  test("leaves out secrets, .git, what git ignores, binary files, and what links lead to", async () => {
    const files = {
      ".gitignore": "out/\n",
      "a.txt": "needle\n",
      ".env": "needle\n",
      "x/.ENV.prod": "needle\n",
      "x/id_rsa": "needle\n",
      "out/o.txt": "needle\n",
      bin: "needle\0\nneedle",
      ".env\nx.txt": "needle\n",
    };
    await using repo = await tempRepo({ files });
    await repo.git("config", "x.needle", "needle");
    await symlink("/etc", join(repo.root, "etc"));
    expect((await search(repo.root, "needle|root")).files.map((f) => f.path)).toEqual(["a.txt"]);
    const all = await search(repo.root, "needle", { ignored: true, glob: "**" });
    expect(all.files.map((f) => f.path)).toEqual(["a.txt", "out/o.txt"]);
    expect((await search(repo.root, "needle", { glob: "{.env,.git/**,**/.git/config}" })).matches).toBe(0);
    for (const path of [".env", "x/id_rsa", ".git/config", "etc/passwd"]) {
      await expect(search(repo.root, "needle", { path })).rejects.toThrow(/refused|outside/);
    }
  });

  test("in one file, by glob, without case, with context, and in odd encodings", async () => {
    await using dir = await tempDir({
      "a.ts": "one\nTwo\nthree\n",
      "b.md": "two\r\n",
      "u.txt": Buffer.from("\ufefftwo\n", "utf16le"),
    });
    expect((await search(dir.root, "two")).files.map((f) => [f.path, f.lines[0]!.text])).toEqual([
      ["b.md", "two"],
      ["u.txt", "two"],
    ]);
    expect((await search(dir.root, "two", { ignore_case: true, glob: "*.ts" })).matches).toBe(1);
    const around = await search(dir.root, "Two", { context: 1, path: "a.ts" });
    expect(around.files[0]!.lines.map((l) => [l.number, l.match])).toEqual([
      [1, false],
      [2, true],
      [3, false],
    ]);
    expect(around.matches).toBe(1);
  });

  test("long lines are cut, endless output stops", async () => {
    await using dir = await tempDir({
      "min.js": `${"x".repeat(100_000)}needle`,
      "many.txt": `${"needle ".repeat(40)}\n`.repeat(20_000),
    });
    const found = await search(dir.root, "needle");
    expect(found.truncated).toBe(true);
    expect(found.matches).toBeGreaterThan(1000);
    const one = await search(dir.root, "needle", { path: "min.js" });
    expect(one.files[0]!.lines[0]!.text.length).toBeLessThan(500);
  });

  test.each(["(", "(?=look)", "*", "\\1(a)"])("the pattern %p is refused with what ripgrep takes", async (pattern) => {
    await using dir = await tempDir({ a: "a" });
    const error = await search(dir.root, pattern).catch((e) => e);
    expect(error.note).toBe("bad pattern");
    expect(error.hint).toContain("look-around");
  });

  test("a pattern or glob that looks like an option is a pattern", async () => {
    await using dir = await tempDir({ "a.txt": "--files\n", "-e": "x --pre=id\n" });
    expect((await search(dir.root, "--files")).matches).toBe(1);
    expect((await search(dir.root, "--pre=id", { path: "-e" })).matches).toBe(1);
    expect((await search(dir.root, "files", { glob: "--pre=touch" })).matches).toBe(0);
  });
});

describe("finding", () => {
  test("globs from the root and anywhere, without case, sorted, .git and ignored left out", async () => {
    const files = {
      ".gitignore": "out/\n",
      "src/a.ts": "",
      "src/x/B.TS": "",
      "b.ts": "",
      "out/c.ts": "",
      ".github/ci.yml": "",
      "new\nline.ts": "",
    };
    await using repo = await tempRepo({ files });
    expect(await find(repo.root, "*.ts")).toEqual(['"new\\nline.ts"', "b.ts", "src/a.ts", "src/x/B.TS"]);
    expect(await find(repo.root, "src/**/*.ts")).toEqual(["src/a.ts", "src/x/B.TS"]);
    expect(await find(repo.root, "*.yml")).toEqual([".github/ci.yml"]);
    expect(await find(repo.root, "*c*.ts", true)).toEqual(["out/c.ts"]);
    expect(await find(repo.root, "**/*config*")).toEqual([]);
    expect(await find(repo.root, ".git*")).toEqual([".gitignore"]);
  });

  test("a file is no place to look in", async () => {
    await using dir = await tempDir({ a: "a" });
    await expect(findFiles({ root: dir.root, grants: [] }, { path: "a", ignored: false })).rejects.toThrow(
      /not a directory/,
    );
  });
});
