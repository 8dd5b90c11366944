/** A worktree's work as commits, and its branch at a remote: by a human. */
import type { Push } from "../../domain/finish.ts";
import { COMMIT_MESSAGE_CHARS, IDENTITY_MISSING } from "../../domain/git.ts";
import { requestUrl } from "../../domain/remote.ts";
import { branchHere, currentBranch } from "../../drivers/git/branches.ts";
import { type Committed, commitStaged } from "../../drivers/git/commit.ts";
import { readCommitConfig } from "../../drivers/git/config.ts";
import { pushBranch } from "../../drivers/git/push.ts";
import { listRemotes, type RemoteAddress } from "../../drivers/git/remotes.ts";
import { stageAll } from "../../drivers/git/stage.ts";
import { readStatus } from "../../drivers/git/status.ts";
import { conflict, invalid, limited } from "../../lib/errors.ts";
import { counted } from "../../lib/format.ts";
import { shownPath } from "../../lib/path-guard.ts";
import { setWorktreeBranch } from "../../store/worktrees.ts";
import { type Core, transact } from "../core.ts";
import { demandNoOperation, type Standing, standingOf, trustedHooks, working } from "./at-work.ts";
import { type Base, baseOf } from "./base-branch.ts";
import { emitWorktree } from "./make.ts";

/** Commits everything of the worktree but files of secrets that git does not know. */
export function commitWorktree(
  core: Core,
  sessionId: string,
  message: string,
): Promise<{ commit: Committed; said: string }> {
  if (message.trim() === "") throw invalid("Write what the commit does.", "message");
  if (message.length > COMMIT_MESSAGE_CHARS)
    throw limited(`A commit message has at most ${COMMIT_MESSAGE_CHARS} characters.`, "message", 422);
  return working(core, sessionId, async (at) => {
    demandNoOperation(at);
    const { top } = at;
    const branch = await demandBranch(at);
    if ((await readCommitConfig(top)).identity === null) throw invalid(IDENTITY_MISSING);
    if ((await readStatus(top)).records.length === 0)
      throw conflict("Everything is committed already, so there is nothing to commit.");
    const { left_out } = await stageAll(top);
    const staged = (await readStatus(top)).records.some((r) => r.x !== "." && r.type !== "untracked");
    if (!staged) throw conflict(`Only files of secrets have changed, which are not committed: ${named(left_out)}.`);
    const commit = await commitStaged(top, message, await trustedHooks(core, at));
    const but = left_out.length === 0 ? "" : `, but for ${named(left_out)}`;
    return { commit, said: `Committed ${commit.hash.slice(0, 10)} to ${branch}${but}.` };
  });
}

const named = (paths: readonly string[]) => (paths.length === 1 ? shownPath(paths[0]!) : counted(paths.length, "file"));

async function demandBranch({ top }: Standing): Promise<string> {
  const branch = await currentBranch(top.root);
  if (branch !== null) return branch;
  throw conflict("HEAD of the worktree is detached: its commits belong to no branch. Make a branch here first.");
}

/** HEAD is detached: a new branch takes its place, named like the worktree's. */
export function makeBranchHere(core: Core, sessionId: string): Promise<string> {
  return working(core, sessionId, async (at) => {
    demandNoOperation(at);
    const now = await currentBranch(at.top.root);
    if (now !== null) throw conflict(`The worktree is on the branch ${now}.`);
    const branch = await branchHere(at.top, at.worktree.branch!);
    await transact(core, async (tx, emit) => {
      await setWorktreeBranch(tx, at.worktree.id, branch);
      emitWorktree(emit, at.worktree);
    });
    return `The worktree is on the new branch ${branch}.`;
  });
}

export interface PushInput {
  /** Null: that of the branch's upstream, or the only one there is. */
  remote: string | null;
  /** Programs that the repository's own configuration names may take part. */
  allow_programs: boolean;
}

/** Waits for no run: a push reads commits only. One after another for each session. Never forced. */
export function pushWorktree(core: Core, sessionId: string, input: PushInput): Promise<{ push: Push; said: string }> {
  return core.lanes.run(`push:${sessionId}`, async () => {
    const at = await standingOf(core, sessionId);
    const branch = await demandBranch(at);
    const remotes = await listRemotes(at.top.root);
    const remote = pickRemote(remotes, input.remote);
    const hooks = await trustedHooks(core, at);
    const allowed = input.allow_programs || hooks !== null;
    const pushed = await pushBranch(at.top, remote.name, branch, { allowed, hooks });
    core.statuses.forget(at.top.root);
    await transact(core, async (_, emit) => emitWorktree(emit, at.worktree));
    const base = await baseOf(at.project, at.worktree);
    const push = { ...pushed, request_url: requestOf(remote, branch, base) };
    const what = pushed.moved ? `Pushed ${branch} to ${remote.name}.` : `${remote.name} has all of ${branch} already.`;
    return { push, said: pushed.said === "" ? what : `${what}\n${pushed.said}` };
  });
}

function pickRemote(remotes: readonly RemoteAddress[], wanted: string | null): RemoteAddress {
  if (remotes.length === 0)
    throw conflict("The repository has no remote. Add one in a terminal: git remote add origin <address>.");
  if (wanted === null) return remotes.find((r) => r.name === "origin") ?? remotes[0]!;
  const found = remotes.find((remote) => remote.name === wanted);
  if (found) return found;
  throw invalid(`There is no remote "${wanted}". There are: ${remotes.map((r) => r.name).join(", ")}.`, "remote");
}

/** A pull request goes into the base as the remote calls it. */
export function requestOf(remote: RemoteAddress, branch: string, base: Base | null): string | null {
  const into = base?.remote?.remote === remote.name ? base.remote.branch : (base?.branch ?? null);
  return requestUrl(remote.url, branch, into);
}
