/**
 * The base of a session's difference follows what the checkout has: what was applied is no proposal any more, and neither
 * is what came with a branch that was brought in. Every step can be made twice, so that a crash between two of them is
 * caught up before the next difference is told.
 */
import type { JournalEvent } from "../../domain/event.ts";
import { mergeBase } from "../../drivers/git/branches.ts";
import { gitDirectories, operationUnderWay } from "../../drivers/git/config.ts";
import { findRepository, git, type Repository } from "../../drivers/git/exec.ts";
import { type MergeFile, mergeTrees } from "../../drivers/git/merge-trees.ts";
import { dropRef, keepTree, refCommit, setRef } from "../../drivers/git/worktree.ts";
import { type BaseFile, readFileAt, writeBase } from "../../drivers/git/worktree-base.ts";
import { messageOf } from "../../lib/errors.ts";
import {
  type ApplyRow,
  appliesNotInBase,
  applyFiles,
  nativeFilesSince,
  sessionsBehindBase,
  setInBase,
} from "../../store/applies.ts";
import { findChangeRow } from "../../store/changes.ts";
import { findProject } from "../../store/projects.ts";
import { worktreeOfSession } from "../../store/worktrees.ts";
import { mergeContents } from "../changes/content.ts";
import { contentsOf } from "../changes/read.ts";
import type { Core } from "../core.ts";
import { baseRef, laneOfWorktree } from "./make.ts";
import { worktreePlace } from "./place.ts";
import { intoWorktree } from "./take-in.ts";

type BaseCore = Pick<Core, "sql" | "log" | "lanes" | "journal">;

/** Hears of applies for as long as the server lives, and first takes in what a dead one did not come to. */
export function followApplies(core: BaseCore): void {
  const follow = (sessionId: string) =>
    core.lanes
      .run(laneOfWorktree(sessionId), () => followInLane(core, sessionId))
      .catch((error) => core.log.warn("worktree.base_not_moved", { session_id: sessionId, reason: messageOf(error) }));
  core.journal.subscribe((events) => {
    for (const event of events) {
      if (event.kind !== "apply.changed") continue;
      const { session_id, state } = event.payload as JournalEvent<"apply.changed">["payload"];
      if (state === "done" || state === "undone") void follow(session_id);
    }
  });
  void sessionsBehindBase(core.sql).then(
    (sessions) => Promise.all(sessions.map(follow)),
    (error) => core.log.warn("worktree.base_not_read", { reason: messageOf(error) }),
  );
}

/** For whoever has the worktree's lane: before a difference is told. */
export async function followInLane(core: Pick<Core, "sql" | "log">, sessionId: string): Promise<void> {
  const behind = await appliesNotInBase(core.sql, sessionId);
  if (behind.length === 0) return;
  const worktree = await worktreeOfSession(core.sql, sessionId);
  const project = worktree && (await findProject(core.sql, worktree.project_id));
  const repository = project && worktree.branch !== null ? await findRepository(project.path) : null;
  for (const apply of behind) {
    const state = apply.state as "done" | "undone";
    if (repository) await takeIn(core, repository, worktree!.prefix, apply, state);
    await setInBase(core.sql, apply.id, state);
  }
}

async function takeIn(
  core: Pick<Core, "sql" | "log">,
  repository: Repository,
  prefix: string,
  apply: ApplyRow,
  state: "done" | "undone",
): Promise<void> {
  const base = await refCommit(repository.root, baseRef(apply.session_id));
  if (base === null) return;
  const place = await worktreePlace(core, apply.session_id);
  const files: BaseFile[] = [];
  for (const file of await applyFiles(core.sql, [apply.id])) {
    const row = file.change_id === null ? null : await findChangeRow(core.sql, file.change_id);
    if (!row || file.state !== (state === "done" ? "written" : "undone")) continue;
    const [before, after] = await contentsOf(core.sql, row);
    const [from, to] = state === "done" ? [before, after] : [after, before];
    // Base and worktree go together: what only one of them has would be told as the work of an agent.
    if (row.producer === "native" && (!place || !(await intoWorktree(core, place, file, { from, to })))) continue;
    const path = prefix + row.path;
    const now = await readFileAt(repository, base, path);
    // Only what this change did: the checkout may have moved on in ways that the worktree has not.
    const merged = mergeContents(from, now, to);
    if (merged.ok) files.push({ path, ...merged.content });
  }
  if (files.length > 0) await writeBase(repository, baseRef(apply.session_id), base, files);
}

/** After the worktree went back to how it was at a moment: what other chats' proposals did since is done again. */
export async function takeInAgain(core: Pick<Core, "sql" | "log">, sessionId: string, since: Date): Promise<void> {
  const place = await worktreePlace(core, sessionId);
  if (!place) return;
  for (const file of await nativeFilesSince(core.sql, sessionId, since)) {
    const row = await findChangeRow(core.sql, file.change_id!);
    if (!row) continue;
    const [from, to] = await contentsOf(core.sql, row);
    await intoWorktree(core, place, file, { from, to });
  }
}

export const mergeFile: MergeFile = (base, ours, theirs) => {
  const merged = mergeContents(base, theirs, ours);
  return merged.ok ? (merged.content as ReturnType<MergeFile>) : null;
};

export interface BaseMove {
  from: string;
  to: string;
  without?: readonly string[];
}

/** The base takes in what happened between two trees; what it cannot merge becomes as `to` has it. */
export async function moveBaseBy(repository: Repository, sessionId: string, move: BaseMove): Promise<void> {
  const ours = await refCommit(repository.root, baseRef(sessionId));
  if (ours === null) return;
  const input = { base: move.from, ours, theirs: move.to, merge: mergeFile, clash: "theirs" as const };
  const { tree } = await mergeTrees(repository, { ...input, ...(move.without && { without: move.without }) });
  await keepTree(repository, baseRef(sessionId), tree, "Base of a session's difference\n");
}

/** A merge that was begun: what is brought in, where the histories met, and the base before and after it. */
const MERGING = ["commit", "from", "before", "after"] as const;
const mergingRef = (sessionId: string, what: (typeof MERGING)[number]) => `refs/boocode/merging/${sessionId}/${what}`;

/** Says that `commit` is being brought in; before git begins. Returns where the histories meet, or null. */
export async function intendMerge(repository: Repository, sessionId: string, commit: string): Promise<string | null> {
  const from = await mergeBase(repository.root, "HEAD", commit);
  const before = await refCommit(repository.root, baseRef(sessionId));
  if (from === null) return null;
  await setRef(repository, mergingRef(sessionId, "from"), from);
  if (before !== null) await setRef(repository, mergingRef(sessionId, "before"), before);
  await setRef(repository, mergingRef(sessionId, "commit"), commit);
  return from;
}

/**
 * Brings the base in line with what became of a merge: under way or done, it has what came with it; given up, by whomever,
 * it is as it was. In the worktree's lane.
 */
export async function settleMerge(repository: Repository, sessionId: string): Promise<void> {
  const [commit, from, before, after] = await Promise.all(
    MERGING.map((what) => refCommit(repository.root, mergingRef(sessionId, what))),
  );
  if (!commit || !from) return;
  const underWay = (await operationUnderWay(await gitDirectories(repository))) === "merge";
  const isIn = (await git(repository.root, ["merge-base", "--is-ancestor", commit, "HEAD"])).code === 0;
  if (underWay || isIn) {
    if (!after) {
      await moveBaseBy(repository, sessionId, { from, to: commit });
      const moved = await refCommit(repository.root, baseRef(sessionId));
      if (moved !== null) await setRef(repository, mergingRef(sessionId, "after"), moved);
    }
    if (underWay) return;
  } else if (after) {
    // Nothing was applied meanwhile: exactly as before. Else only what came with the branch goes out again.
    const isUntouched = (await refCommit(repository.root, baseRef(sessionId))) === after;
    if (isUntouched && before) await setRef(repository, baseRef(sessionId), before);
    else await moveBaseBy(repository, sessionId, { from: commit, to: from });
  }
  await dropMerging(repository, sessionId);
}

export async function dropMerging(repository: Repository, sessionId: string): Promise<void> {
  for (const what of MERGING) await dropRef(repository, mergingRef(sessionId, what));
}
