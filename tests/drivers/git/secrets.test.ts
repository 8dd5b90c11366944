import { describe, expect, test } from "bun:test";
import { gitDiff } from "../../../src/drivers/git/diff.ts";
import { type Repository, requireRepository } from "../../../src/drivers/git/exec.ts";
import { gitLog } from "../../../src/drivers/git/log.ts";
import { dropSecretSections } from "../../../src/drivers/git/secrets.ts";
import { showCommit, showPath } from "../../../src/drivers/git/show.ts";
import { type TempRepo, tempRepo } from "../../support/repo.ts";

const SECRET = "hunter2";
const page = { from: 1, count: 100, line_chars: 1000, total_chars: 10_000 };
const repositoryOf = (repo: TempRepo): Promise<Repository> => requireRepository(repo.root);

/** Everything that git can be asked for about the whole project. */
async function everything(repo: TempRepo): Promise<string> {
  const repository = await repositoryOf(repo);
  const answers = await Promise.all([
    gitDiff(repository, { context: 3 }),
    gitDiff(repository, { context: 3, staged: true }),
    gitDiff(repository, { context: 3, revision: "HEAD~1" }),
    gitDiff(repository, { context: 50, revision: "HEAD~1..HEAD" }),
    gitLog(repository, { count: 10, patch: true }),
    gitLog(repository, { count: 10 }),
    showCommit(repository, "HEAD"),
    showCommit(repository, "HEAD~1"),
  ]);
  return answers.map((answer) => answer.text).join("\n");
}

describe("secret files in the history", () => {
  test("are in no diff, log or show, while their neighbours are", async () => {
    await using repo = await tempRepo({
      files: { ".env": `KEY=${SECRET}\n`, "a.txt": "one\n", "conf/id_rsa": SECRET },
    });
    await repo.write({
      ".env": `KEY=${SECRET}2\nMORE=${SECRET}\n`,
      "a.txt": "two\n",
      "b.txt": "new\n",
      "x y/.ENV.local": SECRET,
    });
    await repo.commit("second");
    await repo.write({ ".env": `KEY=${SECRET}3\n`, "a.txt": "three\n" });
    const all = await everything(repo);
    expect(all).not.toContain(SECRET);
    for (const told of ["+two", "+three", "+new", "not shown, it may hold secrets"]) expect(all).toContain(told);
    // In the log the commit after a dropped section is still there.
    expect(all).toContain("    first");
  });

  test("stay hidden when renamed, staged, merged in conflict, or deleted", async () => {
    await using repo = await tempRepo({ files: { ".env": `${SECRET}\n`.repeat(5), "a.txt": "one\n" } });
    await repo.git("checkout", "--quiet", "-b", "side");
    await repo.write({ ".env": `${SECRET} side\n`, "a.txt": "side\n" });
    await repo.commit("side");
    await repo.git("checkout", "--quiet", "main");
    await repo.write({ ".env": `${SECRET} main\n`, "a.txt": "main\n" });
    await repo.commit("main");
    await repo.git("merge", "side").catch(() => "conflict");
    expect(await everything(repo)).not.toContain(SECRET);
    await repo.git("add", "--all", "--force");
    await repo.commit("merged");
    await repo.git("mv", ".env", "plain.txt");
    await repo.git("rm", "--quiet", "--cached", "plain.txt");
    expect(await everything(repo)).not.toContain(SECRET);
  });

  test("a rename out of a secret name is dropped with its content", async () => {
    await using repo = await tempRepo({
      files: { ".env": Array.from({ length: 20 }, (_, i) => `${SECRET}${i}`).join("\n") },
    });
    await repo.git("mv", ".env", "config.txt");
    await Bun.write(`${repo.root}/config.txt`, `${await Bun.file(`${repo.root}/config.txt`).text()}\n${SECRET}\n`);
    await repo.commit("renamed");
    const shown = await showCommit(await repositoryOf(repo), "HEAD");
    expect(shown.text).not.toContain(SECRET);
    expect(shown.text).toContain("renamed");
  });

  test("cannot be asked for by name, in whatever spelling", async () => {
    await using repo = await tempRepo({ files: { ".env": SECRET, "sub/.env": SECRET, "a.txt": "a" } });
    const repository = await repositoryOf(repo);
    for (const path of [".env", "./.env", "sub/../.env", "sub//.env", `${repo.root}/sub/.env`, ".ENV"]) {
      await expect(showPath(repository, "HEAD", path, page)).rejects.toThrow(/refused/);
      await expect(gitDiff(repository, { path, context: 3 })).rejects.toThrow(/refused/);
      await expect(gitLog(repository, { path, count: 1, patch: true })).rejects.toThrow(/refused/);
    }
    // Nor as an object: only commits are shown.
    const blob = await repo.git("rev-parse", "HEAD:.env");
    await expect(showCommit(repository, blob)).rejects.toThrow(/no commit/);
    await expect(showCommit(repository, "HEAD:.env")).rejects.toThrow(/not a revision/);
  });

  test("content that looks like a patch does not open a door", async () => {
    const trick = [
      SECRET,
      "diff --git a/a.txt b/a.txt",
      `@@ -1 +1 @@\rdiff --git a/x b/x\r${SECRET}`,
      "\x1ecommit 1234567",
      `\u2028diff --git a/y b/y\u2028${SECRET}`,
      "\\",
      SECRET,
    ].join("\n");
    await using repo = await tempRepo({ files: { ".env": trick, "a.txt": "a\n" } });
    await repo.write({ ".env": `${trick}\n${trick}`, "a.txt": "b\n" });
    await repo.commit(`second\n\ndiff --git a/.env b/.env\n+not a secret\n\x1ecommit abc`);
    const all = await everything(repo);
    expect(all).not.toContain(SECRET);
    expect(all).toContain("+b");
  });

  test("whatever the names", async () => {
    const folders = ["", "b/", "a b/", "x b/x/", 'q"uote/', "ü/", "new\nline/", "tab\t/"];
    const names = [
      ".env",
      ".env.local",
      "my key.pem",
      "id_rsa",
      'say "hi".key',
      "back\\slash.pem",
      "日本.key",
      "n\nl.pem",
      " .env b/ .pem",
    ];
    const paths = folders.flatMap((folder) => names.map((name) => folder + name));
    await using repo = await tempRepo({ files: { "open.txt": "1\n" } });
    await repo.write({ ...Object.fromEntries(paths.map((path) => [path, `${SECRET}\n`])), "open.txt": "2\n" });
    await repo.commit("second");
    const all = await everything(repo);
    expect(all).not.toContain(SECRET);
    expect(all).toContain("+2");
  });
});

test("a section whose file cannot be told is dropped", () => {
  const { text, dropped } = dropSecretSections("diff --git a/x b/y z\n+content\n");
  expect(text).not.toContain("content");
  expect(dropped).toEqual(["a file"]);
});
