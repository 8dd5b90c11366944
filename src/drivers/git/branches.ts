/** Where a branch stands beside another one, beside its upstream, and beside all remotes. */
import { git, gitOk, type Repository } from "./exec.ts";
import { gitWrite } from "./write.ts";

/** Commits of `ours` that `theirs` has not, and the other way round. */
export async function apart(root: string, ours: string, theirs: string): Promise<{ ahead: number; behind: number }> {
  const args = ["rev-list", "--left-right", "--count", "--end-of-options", `${ours}...${theirs}`];
  const [ahead = 0, behind = 0] = (await gitOk(root, args)).stdout.trim().split(/\s+/).map(Number);
  return { ahead, behind };
}

/** Commits of `head` that no remote-tracking branch has. */
export async function countUnpushed(root: string, head: string): Promise<number> {
  return Number((await gitOk(root, ["rev-list", "--count", head, "--not", "--remotes"])).stdout.trim());
}

/** What HEAD names; null when it is detached. */
export async function currentBranch(root: string): Promise<string | null> {
  const found = await git(root, ["symbolic-ref", "--quiet", "--short", "HEAD"]);
  return found.code === 0 ? found.stdout.trim() : null;
}

export interface BranchFacts {
  commit: string;
  /** Remote, branch there, and the remote-tracking ref ("origin/main"); null without one, and where it is gone. */
  upstream: { remote: string; branch: string; ref: string } | null;
}

/** Of a local branch; null when there is none of that name. */
export async function branchFacts(root: string, branch: string): Promise<BranchFacts | null> {
  const format = "%(objectname)%00%(upstream:remotename)%00%(upstream:remoteref)%00%(upstream)%00%(upstream:track)";
  const out = await git(root, ["for-each-ref", `--format=${format}`, "--", `refs/heads/${branch}`]);
  // The pattern also names what lies below it, as a directory.
  const line = out.stdout.split("\n").find((each) => each !== "");
  if (out.code !== 0 || line === undefined || !(await isBranch(root, branch))) return null;
  const [commit = "", remote = "", remoteref = "", ref = "", track = ""] = line.split("\0");
  const there = remote !== "" && remote !== "." && ref !== "" && track !== "[gone]";
  const upstream = there
    ? { remote, branch: remoteref.replace(/^refs\/heads\//, ""), ref: ref.replace(/^refs\/remotes\//, "") }
    : null;
  return { commit, upstream };
}

const isBranch = async (root: string, branch: string) =>
  (await git(root, ["show-ref", "--verify", "--quiet", `refs/heads/${branch}`])).code === 0;

export async function commitTime(root: string, commit: string): Promise<Date> {
  const args = ["log", "--max-count=1", "--no-patch", "--format=%ct", "--end-of-options", commit];
  return new Date(Number((await gitOk(root, args)).stdout.trim()) * 1000);
}

/** The common ancestor, or null where the histories have nothing to do with each other. */
export async function mergeBase(root: string, a: string, b: string): Promise<string | null> {
  const found = await git(root, ["merge-base", "--end-of-options", a, b]);
  return found.code === 0 ? found.stdout.trim() : null;
}

const NAME_TRIES = 50;

/** A new branch at HEAD, checked out; it gets a number where its name is taken. */
export async function branchHere(repository: Repository, wanted: string): Promise<string> {
  for (let i = 2; i <= NAME_TRIES; i++) {
    const name = i === 2 && !(await isBranch(repository.root, wanted)) ? wanted : `${wanted}-${i}`;
    if (await isBranch(repository.root, name)) continue;
    await gitWrite(repository, ["switch", "--quiet", "--no-guess", "--create", name]);
    return name;
  }
  return wanted;
}
