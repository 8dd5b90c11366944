/** Staging, unstaging and committing on real repositories in every state a repository can be in. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { IDENTITY_MISSING } from "../../../src/domain/git.ts";
import { commitStaged } from "../../../src/drivers/git/commit.ts";
import { commitHooks, gitDirectories, readCommitConfig } from "../../../src/drivers/git/config.ts";
import { requireRepository } from "../../../src/drivers/git/exec.ts";
import { stageAll, stagedOutside, stagePaths, unstageAll, unstagePaths } from "../../../src/drivers/git/stage.ts";
import { type TempRepo, tempDir, tempRepo } from "../../support/repo.ts";

// Who commits must come from the test's own configuration, never from that of the machine.
const before = { HOME: process.env.HOME, XDG_CONFIG_HOME: process.env.XDG_CONFIG_HOME };
let home: Awaited<ReturnType<typeof tempDir>>;
beforeAll(async () => {
  home = await tempDir();
  process.env.HOME = home.root;
  delete process.env.XDG_CONFIG_HOME;
});
afterAll(async () => {
  process.env.HOME = before.HOME;
  if (before.XDG_CONFIG_HOME !== undefined) process.env.XDG_CONFIG_HOME = before.XDG_CONFIG_HOME;
  await home[Symbol.asyncDispose]();
});

const status = (repo: TempRepo) => repo.git("-c", "core.quotePath=false", "status", "--porcelain", "-uall");
const open = (repo: TempRepo, below = "") => requireRepository(join(repo.root, below));
async function identified(repo: TempRepo): Promise<TempRepo> {
  await repo.git("config", "user.name", "Ada Lovelace");
  await repo.git("config", "user.email", "ada@example.org");
  return repo;
}

describe("staging", () => {
  const ODD = [
    "with space.txt",
    'quo"te.txt',
    "line\nend.txt",
    "-option.txt",
    "*.txt",
    ":(top)x",
    "größe 文件.txt",
    "Icon\r",
  ];

  test("takes names with any characters as names, never as patterns", async () => {
    await using repo = await tempRepo({ files: { "a.txt": "1" } });
    await repo.write(Object.fromEntries(ODD.map((name) => [name, "x"])));
    await repo.write({ "a.txt": "2", "b.txt": "not asked for" });
    const repository = await open(repo);
    await stagePaths(repository, ODD);
    const staged = (await repo.git("diff", "--cached", "--name-only", "-z")).split("\0").filter(Boolean);
    expect(staged.sort()).toEqual([...ODD].sort());
    await unstagePaths(repository, ODD);
    expect(await repo.git("diff", "--cached", "--name-only")).toBe("");
  });

  test("takes deletions, modes, links and both halves of a rename", async () => {
    await using repo = await tempRepo({ files: { "gone.txt": "1", "old.txt": "name\n".repeat(20), "run.sh": "#!" } });
    await rm(join(repo.root, "gone.txt"));
    await repo.git("mv", "old.txt", "new.txt");
    await repo.git("reset", "-q");
    await Bun.$`chmod +x run.sh`.cwd(repo.root).quiet();
    await symlink("run.sh", join(repo.root, "link"));
    await stageAll(await open(repo));
    expect(await status(repo)).toBe("D  gone.txt\nA  link\nR  old.txt -> new.txt\nM  run.sh");
    await unstagePaths(await open(repo), ["new.txt", "old.txt"]);
    expect(await status(repo)).toBe("D  gone.txt\nA  link\n D old.txt\nM  run.sh\n?? new.txt");
  });

  test("of everything leaves out new secret files, repositories inside, conflicts and what is ignored", async () => {
    await using repo = await tempRepo({ files: { ".gitignore": "*.log", "a.txt": "1\n", ".env.old": "S=1" } });
    await repo.git("checkout", "-q", "-b", "other");
    await repo.write({ "a.txt": "theirs\n" });
    await repo.commit("theirs");
    await repo.git("checkout", "-q", "main");
    await repo.write({ "a.txt": "ours\n" });
    await repo.commit("ours");
    await repo.git("merge", "-q", "other").catch(() => "conflict");
    await repo.write({ "new/b.txt": "b", "new/.env": "SECRET=1", "x.log": "no", ".env.old": "S=2" });
    await mkdir(join(repo.root, "inner"));
    await Bun.$`git init -q && echo 1 > f && git add f && git -c user.name=a -c user.email=b commit -qm x`
      .cwd(join(repo.root, "inner"))
      .quiet();
    const { left_out } = await stageAll(await open(repo));
    expect(left_out.sort()).toEqual(["inner/", "new/.env"]);
    expect(await status(repo)).toBe("M  .env.old\nUU a.txt\nA  new/b.txt\n?? inner/\n?? new/.env");
    // By its own name a person may stage it: it is theirs.
    await stagePaths(await open(repo), ["new/.env", "a.txt"]);
    expect(await status(repo)).toContain("A  new/.env");
    expect(await status(repo)).toContain("M  a.txt");
  });

  test("of a directory takes what is in it", async () => {
    await using repo = await tempRepo({ files: { "a.txt": "1" } });
    await repo.write({ "new dir/x.txt": "1", "new dir/y/z.txt": "2", "new dir/key.pem": "k", "b.txt": "3" });
    expect(await stagePaths(await open(repo), ["new dir/"])).toEqual({ left_out: ["new dir/key.pem"] });
    expect(await repo.git("diff", "--cached", "--name-only")).toBe("new dir/x.txt\nnew dir/y/z.txt");
  });

  test("works before the first commit, in a linked worktree, and in a project below its repository's top", async () => {
    await using repo = await tempRepo();
    await repo.write({ "a.txt": "1", "sub/b.txt": "2", "sub/c.txt": "3" });
    await stageAll(await open(repo, "sub"));
    expect(await status(repo)).toBe("A  sub/b.txt\nA  sub/c.txt\n?? a.txt");
    await unstagePaths(await open(repo, "sub"), ["b.txt"]);
    expect(await status(repo)).toBe("A  sub/c.txt\n?? a.txt\n?? sub/b.txt");
    await unstageAll(await open(repo));
    expect(await status(repo)).toBe("?? a.txt\n?? sub/b.txt\n?? sub/c.txt");
    await stagePaths(await open(repo), ["a.txt"]);
    expect(await stagedOutside(await open(repo, "sub"))).toBe(1);
    await repo.commit("first");
    const linked = `${repo.root}-linked`;
    await repo.git("worktree", "add", "-q", linked);
    try {
      await writeFile(join(linked, "a.txt"), "changed");
      await stageAll(await requireRepository(linked));
      expect(await Bun.$`git status --porcelain`.cwd(linked).text()).toBe("M  a.txt\n");
    } finally {
      await rm(linked, { recursive: true, force: true });
    }
  });

  test("refuses a file that needs a filter of the repository's own, and runs none", async () => {
    await using repo = await tempRepo({ files: { "a.txt": "1" } });
    const ran = join(repo.root, ".git/ran");
    await repo.git("config", "filter.crypt.clean", `touch ${ran}; cat`);
    await repo.git("config", "filter.crypt.required", "true");
    await repo.write({ ".gitattributes": "*.secret filter=crypt\n", "x.secret": "plain text", "b.txt": "2" });
    const repository = await open(repo);
    await expect(stagePaths(repository, ["x.secret"])).rejects.toThrow('passes the filter "crypt"');
    await expect(stageAll(repository)).rejects.toThrow("use git in a terminal");
    await stagePaths(repository, ["b.txt", ".gitattributes"]);
    expect(await repo.git("diff", "--cached", "--name-only")).toBe(".gitattributes\nb.txt");
    expect(await Bun.file(ran).exists()).toBe(false);
  });

  test("waits for somebody else's lock and says so when it stays", async () => {
    await using repo = await tempRepo({ files: { "a.txt": "1" } });
    await repo.write({ "a.txt": "2", ".git/index.lock": "" });
    const repository = await open(repo);
    const waiting = stagePaths(repository, ["a.txt"]);
    await rm(join(repo.root, ".git/index.lock"));
    await waiting;
    expect(await status(repo)).toBe("M  a.txt");
    await repo.write({ ".git/index.lock": "" });
    await expect(unstageAll(repository)).rejects.toThrow(
      "Another git process is working in this repository (.git/index.lock exists).",
    );
  });
});

describe("a commit", () => {
  test("is by whom the configuration names, its message as it was written", async () => {
    await using repo = await identified(await tempRepo());
    await repo.write({ "a.txt": "1" });
    await stageAll(await open(repo));
    const made = await commitStaged(await open(repo), "First\n\n#1 is no comment\n\n  indented\n\n", null);
    expect(made).toEqual({ hash: await repo.git("rev-parse", "HEAD"), subject: "First" });
    expect(await repo.git("log", "-1", "--format=%an <%ae>%n%cn%n%B")).toBe(
      "Ada Lovelace <ada@example.org>\nAda Lovelace\nFirst\n\n#1 is no comment\n\n  indented\n",
    );
  });

  test("without a name says which two commands to run, and commits nothing", async () => {
    await using repo = await tempRepo();
    await repo.write({ "a.txt": "1" });
    await stageAll(await open(repo));
    expect((await readCommitConfig(await open(repo))).identity).toBe(null);
    await expect(commitStaged(await open(repo), "x", null)).rejects.toThrow(IDENTITY_MISSING);
    await expect(repo.git("rev-parse", "--verify", "HEAD")).rejects.toThrow();
    await repo.git("config", "user.name", "Ada");
    await expect(commitStaged(await open(repo), "x", null)).rejects.toThrow("git config --global user.email");
  });

  test("runs hooks only where they are trusted; one that refuses is quoted", async () => {
    await using repo = await identified(await tempRepo({ files: { "a.txt": "1" } }));
    const ran = join(repo.root, ".git/ran");
    await repo.write({
      ".git/hooks/pre-commit": `#!/bin/sh\ntouch ${ran}\necho "lint: 3 problems" >&2\necho "in a.txt" >&2\nexit 1\n`,
    });
    await Bun.$`chmod +x .git/hooks/pre-commit`.cwd(repo.root).quiet();
    await repo.write({ "a.txt": "2" });
    const repository = await open(repo);
    await stageAll(repository);
    const hooks = await commitHooks(repository, await gitDirectories(repository), await readCommitConfig(repository));
    expect(hooks).toEqual({ directory: join(repo.root, ".git/hooks"), names: ["pre-commit"] });
    await expect(commitStaged(repository, "refused", hooks.directory)).rejects.toThrow(
      "The commit was refused: lint: 3 problems\nin a.txt",
    );
    expect(await Bun.file(ran).exists()).toBe(true);
    await rm(ran);
    await commitStaged(repository, "taken", null);
    expect(await Bun.file(ran).exists()).toBe(false);
    expect(await repo.git("log", "-1", "--format=%s")).toBe("taken");
  });

  test("signs nothing and runs no program that the repository names", async () => {
    await using repo = await identified(await tempRepo({ files: { "a.txt": "1" } }));
    const ran = join(repo.root, ".git/ran");
    const evil = `touch ${ran}; false`;
    for (const key of [
      "core.fsmonitor",
      "core.editor",
      "core.pager",
      "gpg.program",
      "sequence.editor",
      "diff.external",
    ])
      await repo.git("config", key, evil);
    await repo.git("config", "commit.gpgsign", "true");
    await repo.write({ "a.txt": "2" });
    const repository = await open(repo);
    await stageAll(repository);
    await commitStaged(repository, "quiet", null);
    expect((await readCommitConfig(repository)).signs).toBe(true);
    expect(await Bun.file(ran).exists()).toBe(false);
  });

  test("ends a merge, and belongs to no branch where HEAD is detached", async () => {
    await using repo = await identified(await tempRepo({ files: { "a.txt": "1" } }));
    await repo.git("checkout", "-q", "-b", "other");
    await repo.write({ "b.txt": "b" });
    await repo.commit("b");
    await repo.git("checkout", "-q", "main");
    await repo.write({ "c.txt": "c" });
    await repo.commit("c");
    await repo.git("merge", "-q", "--no-commit", "other");
    await commitStaged(await open(repo), "Merge other", null);
    expect((await repo.git("log", "-1", "--format=%P")).split(" ")).toHaveLength(2);
    await repo.git("checkout", "-q", "--detach");
    await repo.write({ "a.txt": "2" });
    await stageAll(await open(repo));
    await commitStaged(await open(repo), "apart", null);
    expect(await repo.git("log", "-1", "--format=%s", "main")).toBe("Merge other");
  });
});
