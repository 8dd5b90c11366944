/** The base branch brought into the worktree: begun, settled file by file, gone on with or given up. */
import { branchFacts, currentBranch } from "../../drivers/git/branches.ts";
import { commitStaged } from "../../drivers/git/commit.ts";
import { gitDirectories, preparedMessage } from "../../drivers/git/config.ts";
import { conflictOf } from "../../drivers/git/conflicts.ts";
import { abortMerge, beginMerge, type Side, takeSide } from "../../drivers/git/merge.ts";
import { fetchRemote } from "../../drivers/git/push.ts";
import { stageAll } from "../../drivers/git/stage.ts";
import { readStatus } from "../../drivers/git/status.ts";
import { keepTree, refCommit, treeOf } from "../../drivers/git/worktree.ts";
import { conflict, invalid } from "../../lib/errors.ts";
import { counted } from "../../lib/format.ts";
import { shownPath } from "../../lib/path-guard.ts";
import type { Core } from "../core.ts";
import { collectAgain, demandNoOperation, type Standing, standingOf, trustedHooks, working } from "./at-work.ts";
import { intendMerge, settleMerge } from "./base.ts";
import { baseName, baseOf } from "./base-branch.ts";

/** What is brought in: the base branch, what its remote has of it, or what the remote has of the worktree's own branch. */
export type BringFrom = "base" | "upstream" | "own";

export interface BringInput {
  from: BringFrom;
  /** Programs that the repository's own configuration names may take part in the fetch. */
  allow_programs: boolean;
}

const NAMED_MAX = 8;

/** Merges; a merge that stops at conflicts is no error: it is under way then. */
export async function bringIn(core: Core, sessionId: string, input: BringInput): Promise<string> {
  const from = await sourceOf(core, await standingOf(core, sessionId), input);
  return working(core, sessionId, async (at) => {
    demandNoOperation(at);
    await demandClean(at);
    const { top } = at;
    const commit = await refCommit(top.root, from.ref);
    if (commit === null) throw conflict(`${from.name} is not there any more.`);
    // The branch's own commits are proposals wherever they were made; only what the checkout has is none.
    if (input.from !== "own" && (await intendMerge(top, sessionId, commit)) === null)
      throw conflict(`${from.name} and this branch have no commit in common, so they cannot be merged.`);
    try {
      const branch = (await currentBranch(top.root)) ?? "HEAD";
      const message = `Merge ${from.name} into ${branch}`;
      const how = await beginMerge(top, { commit, message, hooks: await trustedHooks(core, at) });
      await settleMerge(top, sessionId);
      if (how !== "conflicts") await collectAgain(core, at);
      return {
        merged: `Brought ${from.name} in.`,
        nothing: `${from.name} is in already.`,
        conflicts: stopped(from.name),
      }[how];
    } catch (error) {
      await settleMerge(top, sessionId);
      throw error;
    }
  });
}

const stopped = (name: string) => `Bringing ${name} in stopped at conflicts. Resolve them, then go on.`;

interface Source {
  /** As people know it, and as git does. */
  name: string;
  ref: string;
}

/** Where it comes from; what is at a remote is fetched first, outside of the worktree's lane. */
async function sourceOf(core: Core, at: Standing, { from, allow_programs }: BringInput): Promise<Source> {
  const { project, worktree, top } = at;
  const base = await baseOf(project, worktree);
  if (from === "base") {
    if (!base) throw conflict("The checkout has no commit to bring in.");
    return { name: baseName(base), ref: base.branch === null ? base.commit : `refs/heads/${base.branch}` };
  }
  const branch = await currentBranch(top.root);
  const own = branch === null ? null : ((await branchFacts(top.root, branch))?.upstream ?? null);
  const upstream = from === "own" ? own : (base?.remote ?? null);
  if (!upstream) throw invalid("That branch has no counterpart at a remote.", "from");
  const hooks = await trustedHooks(core, at);
  await fetchRemote(top, upstream.remote, { allowed: allow_programs || hooks !== null, hooks: null });
  return { name: upstream.ref, ref: `refs/remotes/${upstream.ref}` };
}

async function demandClean({ top }: Standing): Promise<void> {
  const { records } = await readStatus(top);
  if (records.length === 0) return;
  const one = records.length === 1;
  throw conflict(
    `${counted(records.length, "file")} of the worktree ${one ? "is" : "are"} not committed. Commit first: then a merge can be given up without losing anything.`,
  );
}

/** A file in conflict becomes our side, theirs, or what stands in it now. */
export function resolveConflict(core: Core, sessionId: string, path: string, side: Side): Promise<string> {
  return working(core, sessionId, async (at) => {
    demandMerge(at);
    await takeSide(at.top, path, side);
    const how = { ours: "as it was here", theirs: "as it comes in", file: "as it is now" }[side];
    return `${shownPath(path)} is resolved: ${how}.`;
  });
}

/** Commits the merge with everything that was changed to resolve it. 409 naming what is still in conflict. */
export function goOnMerging(core: Core, sessionId: string, message: string | undefined): Promise<string> {
  return working(core, sessionId, async (at) => {
    demandMerge(at);
    const { top } = at;
    const open = await settleFiles(at);
    if (open.length > 0) throw conflict(`Still in conflict: ${named(open)}.`, { conflicts: open });
    const { left_out } = await stageAll(top);
    const prepared = message?.trim() || (await preparedMessage(await gitDirectories(top))) || "Merge";
    const { hash } = await commitStaged(top, prepared, await trustedHooks(core, at));
    await settleMerge(top, sessionId);
    await collectAgain(core, at);
    const but = left_out.length === 0 ? "" : ` Left out: ${named(left_out)}.`;
    return `The merge is committed as ${hash.slice(0, 10)}.${but}`;
  });
}

/** Stages what has no conflict in it any more; returns the paths that have. */
async function settleFiles({ top }: Standing): Promise<string[]> {
  const { records } = await readStatus(top);
  const unmerged = records.filter((record) => record.type === "unmerged");
  const open: string[] = [];
  for (const record of unmerged) {
    if ((await conflictOf(top.root, record)).settled) await takeSide(top, record.path, "file");
    else open.push(record.path);
  }
  return open;
}

/** Everything is as before the merge; what was resolved so far stays under a hidden ref. */
export function giveUpMerging(core: Core, sessionId: string): Promise<string> {
  return working(core, sessionId, async (at) => {
    demandMerge(at);
    const { top } = at;
    const ref = `refs/boocode/checkpoints/${sessionId}/before-abort`;
    await keepTree(top, ref, await treeOf(top), "Before a merge was given up\n");
    await abortMerge(top);
    await settleMerge(top, sessionId);
    await collectAgain(core, at);
    return `The merge was given up; the worktree is as it was before. What was resolved is kept as ${ref}.`;
  });
}

function demandMerge({ operation }: Standing): void {
  if (operation !== "merge") throw conflict("No merge is under way in the worktree any more.");
}

function named(paths: readonly string[]): string {
  const shown = paths.slice(0, NAMED_MAX).map(shownPath).join(", ");
  return paths.length > NAMED_MAX ? `${shown} and ${paths.length - NAMED_MAX} more` : shown;
}
