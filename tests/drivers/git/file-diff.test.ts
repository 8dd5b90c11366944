/** Status records and the difference of one path, on real repositories. */
import { describe, expect, test } from "bun:test";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { requireRepository } from "../../../src/drivers/git/exec.ts";
import { fileDiff } from "../../../src/drivers/git/file-diff.ts";
import { parseStatus } from "../../../src/drivers/git/records.ts";
import { readStatus } from "../../../src/drivers/git/status.ts";
import { type TempRepo, tempRepo } from "../../support/repo.ts";

const records = async (repo: TempRepo) => (await readStatus(await requireRepository(repo.root))).records;
async function diff(repo: TempRepo, path: string, { staged = false, all = false } = {}) {
  const record = (await records(repo)).find((r) => r.path === path);
  if (!record) throw new Error(`no record of ${path}`);
  return fileDiff(await requireRepository(repo.root), record, { staged, all });
}
const shown = (d: Awaited<ReturnType<typeof diff>>) =>
  d.hunks.flatMap((h) => h.lines.map((l) => ({ same: " ", add: "+", del: "-" })[l.kind] + l.text));
const numbers = (n: number, from = 0) => Array.from({ length: n }, (_, i) => `line ${i + from}\n`).join("");

describe("status records", () => {
  test("tell names that are not UTF-8 from names that hold a replacement character", async () => {
    await using repo = await tempRepo({ files: { "a.txt": "1" } });
    await writeFile(Buffer.concat([Buffer.from(`${repo.root}/caf`), Buffer.from([0xe9])]), "latin");
    await repo.write({ "real \uFFFD.txt": "x", "\uFEFFbom.txt": "y" });
    const found = (await records(repo)).map((r) => [r.path, r.lossy]);
    expect(found.sort()).toEqual([
      ["caf\uFFFD", true],
      ["real \uFFFD.txt", false],
      ["\uFEFFbom.txt", false],
    ]);
  });

  test("that were cut end before the half one", () => {
    const whole = "# branch.head main\0? a.txt\0? b.t";
    expect(parseStatus(new TextEncoder().encode(whole)).records.map((r) => r.path)).toEqual(["a.txt"]);
    const rename = `2 R. N... 100644 100644 100644 ${"a".repeat(40)} ${"a".repeat(40)} R100 new.txt\0old`;
    expect(parseStatus(new TextEncoder().encode(rename)).records).toEqual([]);
  });
});

describe("the difference of a path", () => {
  test("is that of the index or of the working tree", async () => {
    await using repo = await tempRepo({ files: { "a.txt": "one\ntwo\n" } });
    await repo.write({ "a.txt": "one\nstaged\n" });
    await repo.git("add", "a.txt");
    await repo.write({ "a.txt": "one\nstaged\non top\n" });
    expect(shown(await diff(repo, "a.txt", { staged: true }))).toEqual([" one", "-two", "+staged"]);
    expect(shown(await diff(repo, "a.txt"))).toEqual([" one", " staged", "+on top"]);
  });

  test("follows a rename, and tells modes, links, bytes and submodules in words", async () => {
    await using repo = await tempRepo({ files: { "old.txt": numbers(30), "run.sh": "#!\n", "x.bin": "\0\x01" } });
    await repo.git("mv", "old.txt", "new.txt");
    await writeFile(join(repo.root, "new.txt"), `${numbers(30)}more\n`);
    await Bun.$`chmod +x run.sh`.cwd(repo.root).quiet();
    await repo.write({ "x.bin": "\0\x02\x03" });
    await symlink("new.txt", join(repo.root, "link"));
    await mkdir(join(repo.root, "sub"));
    await Bun.$`git init -q && git -c user.name=a -c user.email=b commit -q --allow-empty -m 1`.cwd(
      join(repo.root, "sub"),
    );
    await repo.git("add", "--all");
    const renamed = await diff(repo, "new.txt", { staged: true });
    expect([renamed.from, shown(renamed).at(-1), renamed.added, renamed.removed]).toEqual(["old.txt", "+more", 1, 0]);
    const mode = await diff(repo, "run.sh", { staged: true });
    expect([mode.kind, mode.notes]).toEqual(["none", ["Mode 100644 became 100755."]]);
    expect((await diff(repo, "x.bin", { staged: true })).kind).toBe("binary");
    expect((await diff(repo, "link", { staged: true })).notes).toEqual([
      "A symbolic link: its text is where it leads.",
    ]);
    const sub = await diff(repo, "sub", { staged: true });
    // A repository that was added by hand is a link to a commit, like a submodule.
    expect(shown(sub).join() + sub.notes.join()).toContain("ubmodule");
  });

  test("of a new file is its text, of a new directory its files, of a new link its target", async () => {
    await using repo = await tempRepo({ files: { "a.txt": "1" } });
    await repo.write({ "new.ts": "const a = 1;\nconst b = 2;\n", "dir/x.txt": "x", "dir/y.txt": "y", "empty.txt": "" });
    await symlink("/etc/passwd", join(repo.root, "out"));
    const added = await diff(repo, "new.ts");
    expect(shown(added)).toEqual(["+const a = 1;", "+const b = 2;"]);
    expect([added.added, added.removed, added.notes]).toEqual([2, 0, ["A new file of 26 B, not tracked yet."]]);
    expect((await diff(repo, "dir/")).files).toEqual(["dir/x.txt", "dir/y.txt"]);
    expect(shown(await diff(repo, "out"))).toEqual(["+/etc/passwd"]);
    expect((await diff(repo, "empty.txt")).kind).toBe("none");
  });

  test("of a secret file is not shown, staged, changed or new, nor under a former name", async () => {
    await using repo = await tempRepo({ files: { ".env": "A=old-secret\n", "plain.txt": "x\n".repeat(9) } });
    await repo.write({ ".env": "A=new-secret\n", "key.pem": "new-secret" });
    await repo.git("mv", "plain.txt", "id_rsa");
    const all = [await diff(repo, ".env"), await diff(repo, "key.pem"), await diff(repo, "id_rsa", { staged: true })];
    expect(all.map((d) => [d.kind, d.hunks])).toEqual(Array(3).fill(["secret", []]));
    expect(JSON.stringify(all)).not.toMatch(/(old|new)-secret/);
  });

  test("of a conflict is shown against our side; LFS pointers are named", async () => {
    await using repo = await tempRepo({ files: { "a.txt": "1\n" } });
    await repo.git("checkout", "-q", "-b", "other");
    await repo.write({ "a.txt": "theirs\n" });
    await repo.commit("theirs");
    await repo.git("checkout", "-q", "main");
    await repo.write({ "a.txt": "ours\n" });
    await repo.commit("ours");
    await repo.git("merge", "-q", "other").catch(() => "conflict");
    const conflict = await diff(repo, "a.txt");
    expect(conflict.notes).toEqual(["In conflict: shown against our side."]);
    expect(shown(conflict).filter((l) => l.startsWith("+")).length).toBe(4);
    await repo.git("reset", "-q", "--hard");
    await repo.write({ "a.txt": "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 12\n" });
    expect((await diff(repo, "a.txt")).notes[0]).toStartWith("A pointer of Git LFS");
  });

  test("that is huge is counted and folded; shown when asked, up to a limit that is told", async () => {
    await using repo = await tempRepo({ files: { "a.txt": numbers(3000), "one.txt": "x" } });
    await repo.write({ "a.txt": numbers(3000, 9000), "new.txt": numbers(30_000), "one.txt": "y" });
    const folded = await diff(repo, "a.txt");
    expect([folded.folded, folded.added, folded.removed, folded.hunks]).toEqual([true, 3000, 3000, []]);
    const all = await diff(repo, "a.txt", { all: true });
    expect([all.folded, shown(all).length, all.left_out]).toEqual([false, 6000, 0]);
    const fresh = await diff(repo, "new.txt", { all: true });
    expect([shown(fresh).length, fresh.left_out, fresh.added]).toEqual([20_000, 10_000, 30_000]);
    expect((await diff(repo, "new.txt")).folded).toBe(true);
  });

  test("runs no program of the repository's choice", async () => {
    await using repo = await tempRepo({ files: { ".gitattributes": "*.x diff=evil filter=evil\n", "a.x": "1\n" } });
    const ran = join(repo.root, ".git/ran");
    for (const key of [
      "diff.external",
      "diff.evil.textconv",
      "diff.evil.command",
      "filter.evil.clean",
      "core.fsmonitor",
    ])
      await repo.git("config", key, `touch ${ran}; cat`);
    await repo.write({ "a.x": "2\n" });
    expect(shown(await diff(repo, "a.x"))).toEqual(["-1", "+2"]);
    expect(await Bun.file(ran).exists()).toBe(false);
  });
});
