/** What a repository's configuration says about commits. */
import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { GitIdentity, GitOperation } from "../../domain/git.ts";
import { gitOk, type Repository } from "./exec.ts";

export interface CommitConfig {
  /** Who commits; null when name or address is missing. */
  identity: GitIdentity | null;
  /** `commit.gpgsign` is on. */
  signs: boolean;
  /** `core.hooksPath` as the user or the repository set it. */
  hooks_path: string | null;
}

export async function readCommitConfig(repository: Repository): Promise<CommitConfig> {
  const out = (await gitOk(repository.root, ["config", "--list", "--null", "--show-scope"])).stdout.split("\0");
  const last = new Map<string, string>();
  for (let i = 0; i + 1 < out.length; i += 2) {
    // "command" is what we said ourselves.
    if (out[i] === "command") continue;
    const entry = out[i + 1]!;
    const cut = entry.indexOf("\n");
    last.set(cut === -1 ? entry : entry.slice(0, cut), cut === -1 ? "true" : entry.slice(cut + 1));
  }
  const name = (last.get("author.name") ?? last.get("user.name"))?.trim();
  const email = (last.get("author.email") ?? last.get("user.email"))?.trim();
  return {
    identity: name && email ? { name, email } : null,
    signs: /^(true|yes|on|1)$/i.test(last.get("commit.gpgsign") ?? ""),
    hooks_path: last.get("core.hookspath") || null,
  };
}

export interface GitDirectories {
  /** The directory of this working tree, and that of the repository; the same but in a linked worktree. */
  own: string;
  common: string;
}

export async function gitDirectories(repository: Repository): Promise<GitDirectories> {
  const out = (await gitOk(repository.root, ["rev-parse", "--absolute-git-dir", "--git-common-dir"])).stdout;
  // A common directory of ".git" or "../.git" has no line end in it; an own one with one is cut wrongly and found empty.
  const [own = "", common = ""] = out.split("\n");
  return { own, common: resolve(repository.root, common) };
}

/** Hooks that take part in a commit. */
const COMMIT_HOOKS = ["pre-commit", "pre-merge-commit", "prepare-commit-msg", "commit-msg", "post-commit"];

/** Where the repository's hooks are, and which of those that take part in a commit are there and may be run. */
export async function commitHooks(
  repository: Repository,
  directories: GitDirectories,
  config: CommitConfig,
): Promise<{ directory: string; names: string[] }> {
  const top = repository.root.slice(0, repository.root.length - repository.prefix.length);
  const directory = config.hooks_path
    ? resolve(top, config.hooks_path.replace(/^~(?=\/)/, process.env.HOME ?? "~"))
    : join(directories.common, "hooks");
  const found = await Promise.all(
    COMMIT_HOOKS.map((name) => stat(join(directory, name)).then((s) => s.isFile() && (s.mode & 0o111) !== 0, no)),
  );
  return { directory, names: COMMIT_HOOKS.filter((_, i) => found[i]) };
}

const OPERATIONS: readonly (readonly [file: string, operation: GitOperation])[] = [
  ["rebase-merge", "rebase"],
  ["rebase-apply", "rebase"],
  ["MERGE_HEAD", "merge"],
  ["CHERRY_PICK_HEAD", "cherry-pick"],
  ["REVERT_HEAD", "revert"],
  ["BISECT_LOG", "bisect"],
];

/** What was begun and not finished, told by the files git leaves for it. */
export async function operationUnderWay({ own }: GitDirectories): Promise<GitOperation | null> {
  const there = await Promise.all(OPERATIONS.map(([file]) => stat(join(own, file)).then(() => true, no)));
  return OPERATIONS[there.indexOf(true)]?.[1] ?? null;
}

const no = () => false;
const MESSAGE_LIMIT_BYTES = 100_000;

/** The message git wrote down for the merge, pick or revert under way, without its comments. */
export async function preparedMessage({ own }: GitDirectories): Promise<string | null> {
  const file = join(own, "MERGE_MSG");
  const stats = await stat(file).catch(() => null);
  if (!stats?.isFile() || stats.size > MESSAGE_LIMIT_BYTES) return null;
  const text = await readFile(file, "utf8").catch(() => "");
  return text.replace(/^#.*\n?/gm, "").trim() || null;
}

/** When the remote was asked last. */
export async function lastFetch({ own, common }: GitDirectories): Promise<Date | null> {
  const times = await Promise.all(
    [own, common].map((dir) =>
      stat(join(dir, "FETCH_HEAD")).then(
        (s) => s.mtimeMs,
        () => 0,
      ),
    ),
  );
  const newest = Math.max(...times);
  return newest > 0 ? new Date(newest) : null;
}
