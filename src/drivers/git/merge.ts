/** A branch brought into another one: begun, settled file by file, gone on with or given up. */
import type { Finished } from "../proc.ts";
import { Refusal } from "../refusal.ts";
import { gitDirectories, operationUnderWay } from "./config.ts";
import { git, gitFailed, gitOk, type Repository } from "./exec.ts";
import { splitNul } from "./records.ts";
import { gitWrite, refuseOwnFilters } from "./write.ts";

const MERGE_TIMEOUT_MS = 300_000;
/** What the configuration could make of a merge otherwise. */
const SETTINGS = [
  "user.useConfigOnly=true",
  "merge.verifySignatures=false",
  "merge.autoStash=false",
  "merge.conflictStyle=merge",
  "rerere.enabled=false",
].flatMap((setting) => ["-c", setting]);

export interface MergeInput {
  commit: string;
  message: string;
  /** The directory of hooks that the user trusts; null runs none. */
  hooks: string | null;
}

/** "conflicts" leaves the merge open in the working tree. Throws when git would not begin it. */
export async function beginMerge(
  repository: Repository,
  { commit, message, hooks }: MergeInput,
): Promise<"merged" | "nothing" | "conflicts"> {
  const before = await headOf(repository);
  const args = [
    ...SETTINGS,
    ...(hooks === null ? [] : ["-c", `core.hooksPath=${hooks}`]),
    ...["merge", "--no-edit", "--commit", "--no-squash", "--ff", "--no-gpg-sign", "--no-stat", "-m", message],
    commit,
  ];
  try {
    await gitWrite(repository, args, {
      timeout_ms: MERGE_TIMEOUT_MS,
      env: { GIT_LFS_SKIP_SMUDGE: "1" },
      settings: await withoutRepositoryMergeDrivers(repository.root),
      failed: whyNotBegun,
    });
  } catch (error) {
    if ((await operationUnderWay(await gitDirectories(repository))) === "merge") return "conflicts";
    throw error;
  }
  return (await headOf(repository)) === before ? "nothing" : "merged";
}

/** Everything is as it was before the merge; what was resolved so far is gone. */
export async function abortMerge(repository: Repository): Promise<void> {
  await gitWrite(repository, ["merge", "--abort"], { timeout_ms: MERGE_TIMEOUT_MS, env: { GIT_LFS_SKIP_SMUDGE: "1" } });
}

export type Side = "ours" | "theirs" | "file";

/** A file in conflict becomes one of the sides, or what is on disk now, and counts as resolved. */
export async function takeSide(repository: Repository, path: string, side: Side): Promise<void> {
  const out = await gitOk(repository.root, ["ls-files", "--unmerged", "-z", "--", path]);
  const stages = splitNul(out.bytes).flatMap(({ text }) => /^\d+ [0-9a-f]+ ([123])\t/.exec(text)?.[1] ?? []);
  if (stages.length === 0) throw new Refusal("conflict", "not in conflict", `${path} is not in conflict any more.`);
  await refuseOwnFilters(repository, [path]);
  if (side !== "file") {
    if (!stages.includes(side === "ours" ? "2" : "3")) {
      await gitWrite(repository, ["rm", "--quiet", "--force", "--", path]);
      return;
    }
    await gitWrite(repository, ["checkout", "--quiet", `--${side}`, "--", path]);
  }
  await gitWrite(repository, ["add", "--all", "--", path]);
}

const headOf = async ({ root }: Repository) => (await git(root, ["rev-parse", "HEAD"])).stdout.trim();

/**
 * Drivers that the repository's own configuration names are programs. With "false" in their place such a file is in
 * conflict, and a human decides; an empty one would silently keep our side.
 */
async function withoutRepositoryMergeDrivers(root: string): Promise<[string, string][]> {
  const args = ["config", "--show-scope", "--name-only", "--null", "--get-regexp", "^merge\\..*\\.driver$"];
  const fields = (await git(root, args)).stdout.split("\0");
  return fields.flatMap((key, i): [string, string][] =>
    i % 2 === 1 && /^(local|worktree)$/.test(fields[i - 1]!) ? [[key, "false"]] : [],
  );
}

const NAMED_MAX = 8;

function whyNotBegun({ stderr, stdout }: Finished): Error {
  const said = `${stderr}\n${stdout}`;
  if (/auto-detection is disabled|tell me who you are|empty ident/i.test(said)) {
    const identity =
      'git does not know who you are. Run these in a terminal: git config --global user.name "Your Name" and git config --global user.email "you@example.org"';
    return new Refusal("invalid", "no identity", identity);
  }
  if (/would be overwritten by merge/.test(said)) {
    const files = [...said.matchAll(/^\t(.+)$/gm)].map(([, file]) => file!);
    const more = files.length > NAMED_MAX ? ` and ${files.length - NAMED_MAX} more` : "";
    return new Refusal(
      "conflict",
      "would be overwritten",
      `The merge would overwrite what is not committed: ${files.slice(0, NAMED_MAX).join(", ")}${more}. Commit it first, or move it away.`,
    );
  }
  if (/refusing to merge unrelated histories/.test(said))
    return new Refusal(
      "conflict",
      "unrelated",
      "The two branches have no commit in common, so git does not merge them.",
    );
  return gitFailed(stderr || stdout);
}
