/** Discarding and bringing back, byte for byte, on real repositories. */
import { describe, expect, test } from "bun:test";
import { chmod, lstat, mkdir, readFile, readlink, rm, stat, symlink, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { discardChanges } from "../../../src/drivers/git/discard.ts";
import { requireRepository } from "../../../src/drivers/git/exec.ts";
import { DISCARDED_REFS, forgetOld, keptRecords } from "../../../src/drivers/git/keep.ts";
import { readStatus } from "../../../src/drivers/git/status.ts";
import { undoDiscard } from "../../../src/drivers/git/undo.ts";
import { type TempRepo, tempRepo } from "../../support/repo.ts";

const BINARY = new Uint8Array(70_000).map((_, i) => (i * 7) % 256);
const status = (repo: TempRepo) => repo.git("-c", "core.quotePath=false", "status", "--porcelain", "-uall");
const there = (path: string) =>
  lstat(path).then(
    () => true,
    () => false,
  );

async function discard(repo: TempRepo, only?: string[]) {
  const repository = await requireRepository(repo.root);
  const { records } = await readStatus(repository);
  const wanted = records.filter((record) => !only || only.includes(record.path));
  return discardChanges(repository, wanted);
}
const undo = async (repo: TempRepo, id: string) => undoDiscard(await requireRepository(repo.root), id);

describe("a discard", () => {
  test("takes changes away and keeps them: text, bytes, modes, links, deletions, new files in new directories", async () => {
    await using repo = await tempRepo({
      files: { "a.txt": "one\n", "bin.dat": BINARY.slice(0, 100), "gone.txt": "was here\n", "run.sh": "#!/bin/sh\n" },
    });
    await symlink("a.txt", join(repo.root, "link"));
    await repo.commit("link");
    await repo.write({ "a.txt": "two\r\n", "bin.dat": BINARY, "new dir/deep/x.bin": BINARY, 'od"d\nname.txt': "odd" });
    await unlink(join(repo.root, "gone.txt"));
    await unlink(join(repo.root, "link"));
    await symlink("/etc/passwd", join(repo.root, "link"));
    await symlink("nowhere at all", join(repo.root, "dangling"));
    await chmod(join(repo.root, "run.sh"), 0o750);
    await chmod(join(repo.root, 'od"d\nname.txt'), 0o600);
    const was = await status(repo);

    const { id, paths } = await discard(repo);
    expect(paths).toHaveLength(8);
    expect(await status(repo)).toBe("");
    expect(await readFile(join(repo.root, "a.txt"), "utf8")).toBe("one\n");
    expect(await readlink(join(repo.root, "link"))).toBe("a.txt");
    expect(await there(join(repo.root, "new dir"))).toBe(false);
    expect(await readFile("/etc/passwd", "utf8")).toContain("root");

    const [record] = await keptRecords(await requireRepository(repo.root), 10);
    expect(record).toMatchObject({ id, head: { total: 8, root: repo.root } });

    expect((await undo(repo, id)).sort()).toEqual([...paths].sort());
    expect(await status(repo)).toBe(was);
    expect(await readFile(join(repo.root, "a.txt"), "utf8")).toBe("two\r\n");
    expect(new Uint8Array(await readFile(join(repo.root, "bin.dat")))).toEqual(BINARY);
    expect(new Uint8Array(await readFile(join(repo.root, "new dir/deep/x.bin")))).toEqual(BINARY);
    expect(await there(join(repo.root, "gone.txt"))).toBe(false);
    expect(await readlink(join(repo.root, "link"))).toBe("/etc/passwd");
    expect(await readlink(join(repo.root, "dangling"))).toBe("nowhere at all");
    expect((await stat(join(repo.root, "run.sh"))).mode & 0o777).toBe(0o750);
    expect((await stat(join(repo.root, 'od"d\nname.txt'))).mode & 0o777).toBe(0o600);
    expect(await keptRecords(await requireRepository(repo.root), 10)).toEqual([]);
  });

  test("leaves what is staged and what was not named, also of one file", async () => {
    await using repo = await tempRepo({ files: { "a.txt": "1\n", "b.txt": "1\n" } });
    await repo.write({ "a.txt": "staged\n", "b.txt": "kept\n" });
    await repo.git("add", "a.txt");
    await repo.write({ "a.txt": "on top\n" });
    const { id } = await discard(repo, ["a.txt"]);
    expect(await readFile(join(repo.root, "a.txt"), "utf8")).toBe("staged\n");
    expect(await status(repo)).toBe("M  a.txt\n M b.txt");
    await undo(repo, id);
    expect(await readFile(join(repo.root, "a.txt"), "utf8")).toBe("on top\n");
    expect(await status(repo)).toBe("MM a.txt\n M b.txt");
  });

  test("keeps bytes that line ending rules would change", async () => {
    await using repo = await tempRepo({ files: { ".gitattributes": "*.txt text eol=lf\n", "a.txt": "1\n" } });
    await repo.git("config", "core.autocrlf", "true");
    await repo.write({ "a.txt": "1\r\n2\r\n", "new.txt": "x\r\ny\n" });
    const { id } = await discard(repo);
    await undo(repo, id);
    expect(await readFile(join(repo.root, "a.txt"), "utf8")).toBe("1\r\n2\r\n");
    expect(await readFile(join(repo.root, "new.txt"), "utf8")).toBe("x\r\ny\n");
  });

  test("works before the first commit, and leaves ignored files and repositories inside", async () => {
    await using repo = await tempRepo();
    await repo.write({ "new/a.txt": "1", "new/.gitignore": "*.log\n", "new/b.log": "ignored", ".env": "SECRET=1" });
    await mkdir(join(repo.root, "inner"));
    await Bun.$`git init -q`.cwd(join(repo.root, "inner")).quiet();
    await writeFile(join(repo.root, "inner/f"), "x");
    const { id, left } = await discard(repo);
    expect(left).toEqual(["inner/"]);
    // The rule that ignored it goes with the directory's .gitignore; the file stays.
    expect(await status(repo)).toBe("?? inner/\n?? new/b.log");
    await undo(repo, id);
    expect(await readFile(join(repo.root, ".env"), "utf8")).toBe("SECRET=1");
    expect(await status(repo)).toBe("?? .env\n?? inner/\n?? new/.gitignore\n?? new/a.txt");
  });

  test("refuses what it could not bring back: conflicts, submodules, names only marked to be added", async () => {
    await using repo = await tempRepo({ files: { "a.txt": "1\n" } });
    await repo.write({ "new.txt": "n" });
    await repo.git("add", "-N", "new.txt");
    await expect(discard(repo)).rejects.toThrow("it is only marked to be added; unstage it first");
    await repo.git("reset", "-q", "--hard");
    await rm(join(repo.root, "new.txt"), { force: true });
    await repo.git("checkout", "-q", "-b", "other");
    await repo.write({ "a.txt": "theirs\n" });
    await repo.commit("theirs");
    await repo.git("checkout", "-q", "main");
    await repo.write({ "a.txt": "ours\n" });
    await repo.commit("ours");
    await repo.git("merge", "-q", "other").catch(() => "conflict");
    await expect(discard(repo)).rejects.toThrow("it is in conflict");
    expect(await status(repo)).toBe("UU a.txt");
  });

  test("runs no filter of the repository's own", async () => {
    await using repo = await tempRepo({ files: { ".gitattributes": "*.x filter=f\n", "a.x": "1\n" } });
    const ran = join(repo.root, ".git/ran");
    await repo.git("config", "filter.f.smudge", `touch ${ran}; cat`);
    await repo.git("config", "filter.f.clean", `touch ${ran}; cat`);
    await repo.write({ "a.x": "2\n" });
    await expect(discard(repo)).rejects.toThrow('passes the filter "f"');
    expect(await there(ran)).toBe(false);
    expect(await readFile(join(repo.root, "a.x"), "utf8")).toBe("2\n");
  });

  test("is in no branch, and the oldest are forgotten", async () => {
    await using repo = await tempRepo({ files: { "a.txt": "1\n" } });
    await repo.write({ "a.txt": "2\n" });
    const { id } = await discard(repo);
    expect(await repo.git("branch", "-a")).toBe("* main");
    expect(await repo.git("log", "--format=%an", `${DISCARDED_REFS}/${id}`)).toBe("BooCode");
    const ref = await repo.git("rev-parse", `${DISCARDED_REFS}/${id}`);
    const older = Array.from(
      { length: 101 },
      (_, i) => `create ${DISCARDED_REFS}/2020-${String(i).padStart(3, "0")} ${ref}`,
    );
    await Bun.$`git update-ref --stdin < ${Buffer.from(`${older.join("\n")}\n`)}`.cwd(repo.root).quiet();
    const repository = await requireRepository(repo.root);
    await forgetOld(repository);
    const left = await keptRecords(repository, 1000);
    expect([left.length, left[0]!.id, left.at(-1)!.id]).toEqual([100, id, "2020-002"]);
  });
});

describe("an undo", () => {
  test("refuses as a whole when one file changed since, and says which", async () => {
    await using repo = await tempRepo({ files: { "a.txt": "1\n", "b.txt": "1\n" } });
    await repo.write({ "a.txt": "2\n", "b.txt": "2\n", "new.txt": "new" });
    const { id } = await discard(repo);
    await repo.write({ "b.txt": "mine\n" });
    await expect(undo(repo, id)).rejects.toThrow("b.txt changed since it was discarded. Nothing was restored");
    await repo.write({ "b.txt": "1\n", "new.txt": "another" });
    await expect(undo(repo, id)).rejects.toThrow("new.txt changed since");
    expect(await readFile(join(repo.root, "a.txt"), "utf8")).toBe("1\n");
    await rm(join(repo.root, "new.txt"));
    // A commit that changed the file counts as well: what was discarded was made on other ground.
    await repo.write({ "a.txt": "3\n" });
    await repo.git("commit", "-qam", "three");
    await expect(undo(repo, id)).rejects.toThrow("a.txt changed since");
    await repo.git("revert", "--no-edit", "HEAD");
    await undo(repo, id);
    expect(await status(repo)).toBe(" M a.txt\n M b.txt\n?? new.txt");
    await expect(undo(repo, id)).rejects.toThrow("it may have been undone already");
  });

  test("writes nowhere but into the project, whatever the ref says", async () => {
    await using repo = await tempRepo({ files: { "a.txt": "1\n" } });
    const repository = await requireRepository(repo.root);
    const blob = await repo.git("hash-object", "-w", "a.txt");
    const tree = await repo.git("write-tree");
    const outside = `${repo.root}-outside`;
    await mkdir(outside);
    await symlink(outside, join(repo.root, "way-out"));
    try {
      const paths = ["../x", outside, ".git/hooks/pre-commit", "way-out/x", "a/../../x", "sub/.GIT/config"];
      for (const [i, path] of paths.entries()) {
        const kept = [{ path, kind: "untracked", index: null, perm: 0o755, link: false, blob, size: 2 }];
        const head = { root: repo.root, at: 1, total: 1, paths: [path] };
        const commit = await repo.git("commit-tree", tree, "-m", JSON.stringify(head), "-m", JSON.stringify(kept));
        await repo.git("update-ref", `${DISCARDED_REFS}/evil-${i}`, commit);
        await expect(undoDiscard(repository, `evil-${i}`)).rejects.toThrow("now leads somewhere else");
      }
      expect(await there(join(outside, "x"))).toBe(false);
      for (const id of ["nope", "../heads/main", "", "a b", "-d"])
        await expect(undoDiscard(repository, id)).rejects.toThrow("no such discard");
    } finally {
      await rm(outside, { recursive: true });
    }
  });
});
