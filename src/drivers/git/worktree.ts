/** Worktrees of a repository: made, looked at, kept as a hidden commit, brought back to one, and taken away. */
import { copyFile, mkdir, mkdtemp, rm, stat, statfs, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { WorktreeStatus } from "../../domain/worktree.ts";
import { messageOf } from "../../lib/errors.ts";
import { bytes } from "../../lib/format.ts";
import { Refusal } from "../refusal.ts";
import { gitDirectories } from "./config.ts";
import { git, gitOk, type Repository, withoutRepositoryFilters } from "./exec.ts";
import { splitNul } from "./records.ts";
import { gitWrite, nulSeparated, PATHS_FROM_STDIN } from "./write.ts";

/** A checkout of a large repository. */
const CHECKOUT_TIMEOUT_MS = 300_000;
/** Files that are large and tracked elsewhere (LFS) stay pointers: fetching them is a matter of the user's own git. */
const CHECKOUT_ENV = { GIT_LFS_SKIP_SMUDGE: "1" };
const BRANCH_TRIES = 20;

export const HIDDEN_IDENTITY = {
  GIT_AUTHOR_NAME: "BooCode",
  GIT_AUTHOR_EMAIL: "boocode@localhost",
  GIT_COMMITTER_NAME: "BooCode",
  GIT_COMMITTER_EMAIL: "boocode@localhost",
};

/** The commit that HEAD names, or null in a repository without one. */
export async function headCommit(directory: string): Promise<string | null> {
  const found = await git(directory, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]);
  return found.code === 0 ? found.stdout.trim() : null;
}

/** A worktree at `commit` on a new branch; the branch gets a number where its name is taken. Returns the branch. */
export async function addWorktree(
  repository: Repository,
  path: string,
  branch: string,
  commit: string,
): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const name = await freeBranch(repository, branch);
  await checkOutNew(repository, path, ["-b", name, "--", path, commit]);
  return name;
}

/** git does not say that a disk is full, only that it could not write: how much room is there is told with it. */
async function checkOutNew(repository: Repository, path: string, args: readonly string[]): Promise<void> {
  try {
    await gitWrite(repository, ["worktree", "add", "--quiet", ...args], {
      timeout_ms: CHECKOUT_TIMEOUT_MS,
      env: CHECKOUT_ENV,
    });
  } catch (error) {
    const room = await statfs(dirname(path)).catch(() => null);
    if (!room || !/unable to (write|create)|could not (write|create)|cannot (write|create)/i.test(messageOf(error)))
      throw error;
    const left = bytes(room.bavail * room.bsize);
    throw new Refusal(
      "unavailable",
      "could not write",
      `The worktree could not be written to ${dirname(path)}, where ${left} of the disk are left. ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/** The same again for a branch that is there: its directory was removed. */
export async function restoreWorktree(repository: Repository, path: string, branch: string): Promise<void> {
  await gitOk(repository.root, ["worktree", "prune"]);
  await mkdir(dirname(path), { recursive: true });
  await checkOutNew(repository, path, ["--", path, branch]);
}

async function freeBranch(repository: Repository, wanted: string): Promise<string> {
  for (let i = 1; i <= BRANCH_TRIES; i++) {
    const name = i === 1 ? wanted : `${wanted}-${i}`;
    const found = await git(repository.root, ["show-ref", "--verify", "--quiet", `refs/heads/${name}`]);
    if (found.code !== 0) return name;
  }
  throw new Refusal("conflict", "branch exists", `There are ${BRANCH_TRIES} branches named like ${wanted} already.`);
}

/** Takes the directory away and git's note of it; the branch stays. What is in it is gone: keep it before. */
export async function removeWorktree(repository: Repository, path: string): Promise<void> {
  const removed = await git(repository.root, ["worktree", "remove", "--force", "--force", "--", path], {
    timeout_ms: CHECKOUT_TIMEOUT_MS,
  });
  if (removed.code !== 0) await rm(path, { recursive: true, force: true });
  await git(repository.root, ["worktree", "prune"]);
}

/** Paths of the repository's worktrees as git knows them. */
export async function worktreePaths(root: string): Promise<Set<string>> {
  const out = await gitOk(root, ["worktree", "list", "--porcelain", "-z"]);
  const lines = splitNul(out.bytes).map((field) => field.text);
  return new Set(lines.filter((line) => line.startsWith("worktree ")).map((line) => line.slice("worktree ".length)));
}

export async function worktreeStatus(path: string, project: string, branch: string): Promise<WorktreeStatus> {
  const args = ["status", "--porcelain", "-z", "--untracked-files=all", "--ignore-submodules=dirty"];
  const status = await gitOk(path, args, { settings: await withoutRepositoryFilters(path) });
  const entries = splitNul(status.bytes).map((field) => field.text);
  const conflicts = entries.filter((e) => /^(DD|AU|UD|UA|DU|AA|UU) /.test(e)).map((e) => e.slice(3));
  const main = await headCommit(project);
  const count = async (...args: string[]) => {
    const counted = await git(path, ["rev-list", "--count", ...args]);
    return counted.code === 0 ? Number(counted.stdout.trim()) : 0;
  };
  const [unmerged, unpushed, behind] = main
    ? await Promise.all([
        count(branch, `^${main}`),
        count(branch, `^${main}`, "--not", "--remotes"),
        count(main, `^${branch}`),
      ])
    : [0, 0, 0];
  return { dirty: countEntries(entries), unmerged, unpushed, behind, conflicts: conflicts.slice(0, CONFLICTS_NAMED) };
}
const CONFLICTS_NAMED = 50;

/** A rename has its old name as a field of its own behind it. */
function countEntries(entries: readonly string[]): number {
  let count = 0;
  for (let i = 0; i < entries.length; i++) {
    if (entries[i] === "") continue;
    count++;
    if (/^[RC]/.test(entries[i]!)) i++;
  }
  return count;
}

/**
 * The working tree as it is, also what is untracked and not ignored, as a tree object. Index and files stay untouched:
 * it is made with a copy of the index, which knows already what did not change.
 */
export async function treeOf(worktree: Repository): Promise<string> {
  const { own } = await gitDirectories(worktree);
  const directory = await mkdtemp(join(tmpdir(), "boo-tree-"));
  const env = { GIT_INDEX_FILE: join(directory, "index") };
  const top = { root: topOf(worktree), prefix: "" };
  try {
    await copyIndex(join(own, "index"), env.GIT_INDEX_FILE);
    await addEverything(top, env);
    return (await gitOk(top.root, ["write-tree"], { env })).stdout.trim();
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * With the age of the original: git compares sizes and whole seconds, and reads a file anew when it is as young as its
 * index. A copy that looked younger would hide an edit of the same length in the second of the checkout
 * (https://git-scm.com/docs/racy-git).
 */
async function copyIndex(from: string, to: string): Promise<void> {
  const original = await stat(from).catch(() => null);
  // A repository without a commit may have none.
  if (!original) return;
  await copyFile(from, to);
  const second = Math.floor(original.mtimeMs / 1000);
  await utimes(to, second, second);
}

async function addEverything(top: Repository, env: Record<string, string>): Promise<void> {
  const options = { env, timeout_ms: CHECKOUT_TIMEOUT_MS };
  try {
    await gitWrite(top, ["add", "--all", "--ignore-errors", "--", "."], options);
  } catch (error) {
    // A repository inside that has no commit yet: git gives up at it, and has nothing to take of it.
    if (!/does not have a commit checked out/.test(messageOf(error))) throw error;
    await gitWrite(top, ["add", "--update", "--", "."], options);
    const listed = await gitOk(top.root, ["ls-files", "-z", "--others", "--exclude-standard"], options);
    const files = splitNul(listed.bytes).flatMap(({ text }) => (text.endsWith("/") ? [] : [text]));
    if (files.length > 0) await gitWrite(top, ["add", ...PATHS_FROM_STDIN], { ...options, stdin: nulSeparated(files) });
  }
}

export const topOf = ({ root, prefix }: Repository): string =>
  prefix === "" ? root : root.slice(0, root.length - prefix.length);

/**
 * A tree as a commit under a hidden ref: it cannot be seen in a history and is not collected as garbage. On top of HEAD
 * unless `on` says otherwise.
 */
export async function keepTree(
  repository: Repository,
  ref: string,
  tree: string,
  message: string,
  on?: readonly string[],
): Promise<string> {
  const head = on ? null : await headCommit(repository.root);
  const parents = (on ?? (head ? [head] : [])).flatMap((commit) => ["-p", commit]);
  const made = await gitOk(repository.root, ["commit-tree", tree, ...parents, "-F", "-"], {
    stdin: message,
    env: HIDDEN_IDENTITY,
  });
  const commit = made.stdout.trim();
  await setRef(repository, ref, commit);
  return commit;
}

export async function setRef(repository: Repository, ref: string, commit: string): Promise<void> {
  await gitWrite(repository, ["update-ref", "--", ref, commit]);
}

export async function dropRef(repository: Repository, ref: string): Promise<void> {
  await git(repository.root, ["update-ref", "-d", "--", ref]);
}

/** The commit a ref names, or null. */
export async function refCommit(root: string, ref: string): Promise<string | null> {
  const found = await git(root, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`]);
  return found.code === 0 ? found.stdout.trim() : null;
}

/**
 * Makes the files of a worktree those of a kept commit; what is ignored stays, and so does the branch. Files that are not in
 * it are removed, so whoever calls keeps the tree of now before.
 */
export async function checkoutTree(worktree: Repository, commit: string): Promise<void> {
  const top = { root: topOf(worktree), prefix: "" };
  const now = await treeOf(worktree);
  const added = await gitOk(top.root, ["diff-tree", "-r", "-z", "--name-only", "--diff-filter=A", commit, now]);
  for (const { text } of splitNul(added.bytes)) if (text) await rm(join(top.root, text), { force: true });
  await gitWrite(top, ["read-tree", "--reset", "-u", commit], { timeout_ms: CHECKOUT_TIMEOUT_MS, env: CHECKOUT_ENV });
  // The index is to be the branch's again: what differs is then what was not committed.
  await gitWrite(top, ["reset", "--quiet", "--mixed"]);
}
