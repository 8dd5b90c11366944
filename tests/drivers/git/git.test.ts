import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { gitDiff } from "../../../src/drivers/git/diff.ts";
import { findRepository, git, requireRepository } from "../../../src/drivers/git/exec.ts";
import { branchOf, isGitDirectory } from "../../../src/drivers/git/head.ts";
import { gitLog } from "../../../src/drivers/git/log.ts";
import { resolveCommit } from "../../../src/drivers/git/revision.ts";
import { showCommit, showPath } from "../../../src/drivers/git/show.ts";
import { gitStatus } from "../../../src/drivers/git/status.ts";
import { type TempRepo, tempDir, tempRepo } from "../../support/repo.ts";
import { isAlive, until } from "../../support/until.ts";

const page = { from: 1, count: 100, line_chars: 1000, total_chars: 10_000 };

describe("a repository that means harm", () => {
  /** Every setting that names a program, set to one that leaves a mark. */
  async function hostile(): Promise<TempRepo & { mark: string }> {
    const repo = await tempRepo({
      files: {
        "a.txt": "one\n",
        "b.bin": "two\n",
        ".gitattributes": "*.txt filter=evil diff=evil\n*.bin filter=pro.cess=x\n",
      },
    });
    const mark = join(repo.root, "RAN");
    const program = join(repo.root, "program");
    await Bun.write(program, `#!/bin/sh\necho ran >> ${mark}\ncat\n`);
    await chmod(program, 0o755);
    for (const hook of ["pre-commit", "post-index-change", "fsmonitor-watchman", "post-checkout"]) {
      await mkdir(join(repo.root, ".git/hooks"), { recursive: true });
      await Bun.write(join(repo.root, ".git/hooks", hook), `#!/bin/sh\necho hook >> ${mark}\n`);
      await chmod(join(repo.root, ".git/hooks", hook), 0o755);
    }
    const settings = [
      "core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.alternateRefsCommand", "diff.external", "diff.evil.command", "diff.evil.textconv",
      "filter.evil.clean", "filter.evil.smudge", "filter.pro.cess=x.process", "filter.pro.cess=x.clean", "gpg.program", "credential.helper", "pager.log", "pager.diff", "sequence.editor",
    ]; // biome-ignore format: a table
    for (const key of settings) await repo.git("config", key, program);
    for (const key of ["log.showSignature", "filter.evil.required", "diff.trustExitCode"])
      await repo.git("config", key, "true");
    await repo.git("config", "core.hooksPath", join(repo.root, ".git/hooks"));
    await Bun.write(join(repo.root, "a.txt"), "changed\n");
    await Bun.write(join(repo.root, "b.bin"), "changed\n");
    return { ...repo, mark };
  }

  test("gets none of its programs run", async () => {
    await using repo = await hostile();
    const repository = await requireRepository(repo.root);
    const status = await gitStatus(repository);
    expect(status.entries.map((e) => e.path)).toContain("a.txt");
    expect((await gitDiff(repository, { context: 3 })).text).toContain("+changed");
    expect((await gitDiff(repository, { context: 3, staged: true })).text).toBe("");
    expect((await gitLog(repository, { count: 5, patch: true })).text).toContain("+one");
    expect((await showCommit(repository, "HEAD")).text).toContain("+one");
    expect(await showPath(repository, "HEAD", "a.txt", page)).toMatchObject({ kind: "file" });
    expect(existsSync(repo.mark)).toBe(false);
    // The trap works: plain git does step into it.
    await repo.git("status").catch(() => "");
    expect(existsSync(repo.mark)).toBe(true);
  });

  test("cannot make files elsewhere its working tree", async () => {
    await using repo = await tempRepo({ files: { passwd: "x\n" } });
    await repo.git("config", "core.worktree", "/etc");
    expect(await findRepository(repo.root)).toBeNull();
    await expect(requireRepository(repo.root)).rejects.toThrow(/not a git repository/);
  });
});

describe("words that are options", () => {
  test("revisions", async () => {
    await using repo = await tempRepo({ files: { "a.txt": "a\n" } });
    const repository = await requireRepository(repo.root);
    const bad = [
      "--output=/tmp/boo-pwned",
      "-O/tmp/x",
      "--all",
      "-p",
      "--",
      "HEAD --output=x",
      "HEAD\n--all",
      "",
      "HEAD:a.txt",
      ":/first",
      "\0",
      "x".repeat(300),
      "\ud800",
    ];
    for (const revision of bad) {
      await expect(resolveCommit(repository, revision)).rejects.toThrow(/not a revision/);
      await expect(showCommit(repository, revision)).rejects.toThrow(/not a revision/);
      if (revision !== "")
        await expect(gitDiff(repository, { revision: `HEAD..${revision}`, context: 3 })).rejects.toThrow(
          /not a revision/,
        );
    }
    expect(existsSync("/tmp/boo-pwned")).toBe(false);
  });

  test("a path is a name: neither an option nor magic nor a pattern", async () => {
    await using repo = await tempRepo({
      files: { "--output=x": "odd\n", ":(top)y": "magic\n", "*": "star\n", "a.txt": "a\n" },
    });
    const repository = await requireRepository(repo.root);
    expect(await showPath(repository, "HEAD", "--output=x", page)).toMatchObject({
      kind: "file",
      window: { lines: ["odd"] },
    });
    expect(await showPath(repository, "HEAD", ":(top)y", page)).toMatchObject({ window: { lines: ["magic"] } });
    await repo.write({ "*": "changed\n", "a.txt": "changed\n" });
    const { text } = await gitDiff(repository, { path: "*", context: 0 });
    expect(text).toContain("-star");
    expect(text).not.toContain("a.txt");
    expect(existsSync(join(repo.root, "x"))).toBe(false);
  });

  test("filters of the log are values", async () => {
    await using repo = await tempRepo({ files: { "a.txt": "a\n" } });
    const repository = await requireRepository(repo.root);
    expect(
      (await gitLog(repository, { count: 5, author: "--all", search: "--output=/tmp/boo-pwned", since: "-1" })).commits,
    ).toBe(0);
    expect((await gitLog(repository, { count: 5, author: "ada", search: "FIRST" })).commits).toBe(1);
  });
});

describe("states of a repository", () => {
  test("none", async () => {
    await using dir = await tempDir({ "a.txt": "a" });
    expect(await findRepository(dir.root)).toBeNull();
    await expect(requireRepository(dir.root)).rejects.toThrow(/not a git repository/);
    expect([await isGitDirectory(dir.root), await branchOf(dir.root)]).toEqual([false, null]);
  });

  test("without a commit", async () => {
    await using repo = await tempRepo();
    const repository = await requireRepository(repo.root);
    expect(await gitStatus(repository)).toMatchObject({ branch: "main", head: null, entries: [] });
    await expect(gitLog(repository, { count: 1 })).rejects.toThrow(/no commits yet/);
    await expect(showCommit(repository, "HEAD")).rejects.toThrow(/no commits yet/);
    expect((await gitDiff(repository, { context: 3 })).text).toBe("");
    await repo.write({ "a.txt": "a\n" });
    await repo.git("add", "a.txt");
    expect((await gitDiff(repository, { context: 3 })).text).toContain("+a");
    expect(await branchOf(repo.root)).toBe("main");
  });

  test("detached, and in a linked worktree", async () => {
    await using repo = await tempRepo({ files: { "a.txt": "a\n" } });
    const head = await repo.git("rev-parse", "HEAD");
    await using other = await tempDir();
    await repo.git("worktree", "add", "--quiet", "-b", "side", join(other.root, "tree"));
    expect(await branchOf(join(other.root, "tree"))).toBe("side");
    expect((await gitStatus(await requireRepository(join(other.root, "tree")))).branch).toBe("side");
    await repo.git("checkout", "--quiet", "--detach");
    expect(await branchOf(repo.root)).toBe(`detached at ${head.slice(0, 10)}`);
    expect(await gitStatus(await requireRepository(repo.root))).toMatchObject({ branch: null, head });
  });

  test("a project that is a part of its repository sees only itself", async () => {
    await using repo = await tempRepo({
      files: { "secret/a.txt": "theirs\n", "app/a.txt": "ours\n", "app/sub/b.txt": "b\n" },
    });
    await repo.write({ "secret/a.txt": "theirs 2\n", "app/a.txt": "ours 2\n" });
    const repository = await requireRepository(join(repo.root, "app"));
    expect(repository.prefix).toBe("app/");
    expect((await gitStatus(repository)).entries.map((e) => e.path)).toEqual(["a.txt"]);
    const texts = await Promise.all([
      gitDiff(repository, { context: 3 }),
      showCommit(repository, "HEAD"),
      gitLog(repository, { count: 3, patch: true }),
    ]);
    for (const { text } of texts) {
      expect(text).toContain("ours");
      expect(text).not.toContain("theirs");
    }
    expect(await showPath(repository, "HEAD", "", page)).toMatchObject({ kind: "directory", names: ["a.txt", "sub/"] });
    expect(await showPath(repository, "HEAD", "sub", page)).toMatchObject({ names: ["b.txt"] });
    await expect(showPath(repository, "HEAD", "../secret/a.txt", page)).rejects.toThrow(/outside the project/);
    expect(await branchOf(join(repo.root, "app"))).toBe("main");
  });
});

describe("answers", () => {
  test("status tells every kind of change, also in odd names", async () => {
    await using repo = await tempRepo({
      files: {
        "mod.txt": "1\n",
        "del.txt": "1\n",
        "old name.txt": "long enough to be found again\n",
        "stage.txt": "1\n",
      },
    });
    await repo.write({ "mod.txt": "2\n", "stage.txt": "2\n", 'new\n"x".txt': "n\n", "dir/in.txt": "n\n" });
    await repo.git("add", "stage.txt");
    await repo.git("mv", "old name.txt", "new name.txt");
    await repo.git("rm", "--quiet", "--cached", "del.txt");
    const { entries } = await gitStatus(await requireRepository(repo.root));
    const told = entries.map((e) => [e.path, e.from, e.staged, e.unstaged]);
    expect(told).toContainEqual(["mod.txt", null, null, "modified"]);
    expect(told).toContainEqual(["stage.txt", null, "modified", null]);
    expect(told).toContainEqual(["new name.txt", "old name.txt", "renamed", null]);
    expect(told).toContainEqual(["del.txt", null, "deleted", null]);
    expect(told).toContainEqual(['"new\\n\\"x\\".txt"', null, null, "untracked"]);
    expect(told).toContainEqual(["dir/", null, null, "untracked"]);
  });

  test("diff between commits, with a summary first", async () => {
    await using repo = await tempRepo({ files: { "a.txt": "1\n2\n3\n" } });
    await repo.git("checkout", "--quiet", "-b", "side");
    await repo.write({ "a.txt": "1\nzwei\n3\n" });
    await repo.commit("side");
    await repo.git("checkout", "--quiet", "main");
    await repo.write({ "c.txt": "c\n" });
    await repo.commit("main goes on");
    const repository = await requireRepository(repo.root);
    const both = await gitDiff(repository, { revision: "main..side", context: 0 });
    expect(both.summary).toBe("2 files changed, 1 insertion(+), 2 deletions(-)");
    const since = await gitDiff(repository, { revision: "main...side", context: 0 });
    expect(since.text).toContain("+zwei");
    expect(since.text).not.toContain("c.txt");
    expect((await gitDiff(repository, { revision: "side", stat: true, context: 0 })).text).not.toContain("@@");
  });

  test("show gives a file as it was, a directory, a link, and says when there was none", async () => {
    await using repo = await tempRepo({ files: { "a.txt": "then\n", bin: new Uint8Array([0, 1, 2]) } });
    Bun.spawnSync(["ln", "-s", "/etc/passwd", join(repo.root, "link")]);
    await repo.commit("link");
    await repo.write({ "a.txt": "now\n" });
    const repository = await requireRepository(repo.root);
    expect(await showPath(repository, "HEAD", "a.txt", page)).toMatchObject({
      kind: "file",
      window: { lines: ["then"] },
    });
    expect(await showPath(repository, "HEAD", "bin", page)).toMatchObject({
      kind: "file",
      window: { encoding: "binary" },
    });
    expect(await showPath(repository, "HEAD", "link", page)).toEqual({
      kind: "link",
      path: "link",
      target: "/etc/passwd",
    });
    await expect(showPath(repository, "HEAD~1", "link", page)).rejects.toThrow(/There was no link/);
    await expect(showPath(repository, "nowhere", "a.txt", page)).rejects.toThrow(/names no commit/);
  });

  test("a merge is shown against its first parent", async () => {
    await using repo = await tempRepo({ files: { "a.txt": "1\n" } });
    await repo.git("checkout", "--quiet", "-b", "side");
    await repo.write({ "s.txt": "side\n" });
    await repo.commit("side");
    await repo.git("checkout", "--quiet", "main");
    await repo.git("merge", "--quiet", "--no-ff", "-m", "merged", "side");
    expect((await showCommit(await requireRepository(repo.root), "HEAD")).text).toContain("+side");
  });
});

describe("bounds", () => {
  test("cancel kills git and what it started", async () => {
    await using repo = await tempRepo({ files: { "a.txt": "a\n" } });
    const stop = new AbortController();
    const file = join(repo.root, "pid");
    const running = git(repo.root, ["-c", `alias.hang=!echo $$ > ${file}; sleep 1000; true`, "hang"], {
      signal: stop.signal,
    });
    const pid = await until(async () => existsSync(file) && (await Bun.file(file).text()).trim());
    stop.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
    await until(() => !isAlive(Number(pid)));
  });

  test("a patch past the limit is cut and says so", async () => {
    await using repo = await tempRepo({ files: { "a.txt": "x" } });
    await repo.write({ "a.txt": "line of text\n".repeat(400_000) });
    const diff = await gitDiff(await requireRepository(repo.root), { context: 3 });
    expect(diff.truncated).toBe(true);
    expect(diff.text.length).toBeLessThan(4_100_000);
  });
});
