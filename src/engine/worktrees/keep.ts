/** Worktrees over time: how they stand, checkpoints, retiring, and what is found at a start. */
import type { Worktree, WorktreeStatus } from "../../domain/worktree.ts";
import { isAtRisk } from "../../domain/worktree.ts";
import { directorySize } from "../../drivers/files/size.ts";
import { findRepository, type Repository } from "../../drivers/git/exec.ts";
import {
  checkoutTree,
  dropRef,
  keepTree,
  refCommit,
  removeWorktree,
  setRef,
  treeOf,
  worktreePaths,
  worktreeStatus,
} from "../../drivers/git/worktree.ts";
import { conflict, messageOf, notFound } from "../../lib/errors.ts";
import { isInside } from "../../lib/path-guard.ts";
import { findProject } from "../../store/projects.ts";
import { countWriting } from "../../store/runs.ts";
import {
  findWorktree,
  forgetSnapshot,
  listWorktrees,
  moveWorktree,
  retiredBefore,
  worktreeOfSession,
} from "../../store/worktrees.ts";
import { type Core, transact } from "../core.ts";
import { dropMerging } from "./base.ts";
import { carriedRef } from "./carry.ts";
import { baseRef, emitWorktree, isThere, laneOfWorktree, type WorktreeCore } from "./make.ts";

/** How long what was not committed is kept after a worktree was retired. */
export const SNAPSHOT_DAYS = 30;
const RECONCILE_EVERY_MS = 600_000;

export const snapshotRef = (worktree: Pick<Worktree, "id">): string => `refs/boocode/retired/${worktree.id}`;
/** The base of its difference at that time. */
export const retiredBaseRef = (worktree: Pick<Worktree, "id">): string => `refs/boocode/retired-base/${worktree.id}`;
export const checkpointRef = (sessionId: string, messageId: string): string =>
  `refs/boocode/checkpoints/${sessionId}/${messageId}`;

export interface WorktreeView {
  worktree: Worktree;
  /** Null where there is nothing to ask: it works in place, or its directory is gone. */
  status: WorktreeStatus | null;
  /** What it takes on the disk; null unless that was asked for, and where it takes too long to tell. */
  size_bytes: number | null;
}

export async function viewWorktree(
  core: Pick<Core, "sql">,
  worktree: Worktree,
  { sizes = false } = {},
): Promise<WorktreeView> {
  const project = await findProject(core.sql, worktree.project_id);
  const can = project && worktree.branch !== null && (await isThere(worktree.path));
  const status = can ? await worktreeStatus(worktree.path, project.path, worktree.branch!).catch(() => null) : null;
  const size_bytes = sizes && worktree.branch !== null ? await directorySize(worktree.path) : null;
  return { worktree, status, size_bytes };
}

/** A few at a time: each is several processes. */
export async function allWorktrees(
  core: Pick<Core, "sql">,
  options: { sizes?: boolean } = {},
): Promise<WorktreeView[]> {
  const views: WorktreeView[] = [];
  const rows = await listWorktrees(core.sql);
  for (let at = 0; at < rows.length; at += AT_A_TIME)
    views.push(...(await Promise.all(rows.slice(at, at + AT_A_TIME).map((row) => viewWorktree(core, row, options)))));
  return views;
}
const AT_A_TIME = 4;

/** Of one that is not retired. */
export async function worktreeById(core: Pick<Core, "sql">, id: string): Promise<WorktreeView> {
  const worktree = await findWorktree(core.sql, id);
  if (!worktree || worktree.state === "retired") throw notFound("worktree");
  return viewWorktree(core, worktree);
}

/** Of the session's worktree; null when it has none. */
export async function worktreeView(core: Pick<Core, "sql">, sessionId: string): Promise<WorktreeView | null> {
  const worktree = await worktreeOfSession(core.sql, sessionId);
  return worktree ? viewWorktree(core, worktree) : null;
}

/** Repository of a worktree as git is to run in it; null where it works in place or is gone. */
export async function repositoryOf(worktree: Worktree): Promise<Repository | null> {
  if (worktree.branch === null || !(await isThere(worktree.path))) return null;
  return { root: `${worktree.path}/${worktree.prefix}`.replace(/\/+$/, ""), prefix: worktree.prefix };
}

/** Keeps how the worktree is before a message is answered; returns the hidden ref. */
export async function keepCheckpoint(repository: Repository, sessionId: string, messageId: string): Promise<string> {
  const ref = checkpointRef(sessionId, messageId);
  await keepTree(repository, ref, await treeOf(repository), `Before message ${messageId}\n`);
  return ref;
}

/** Makes the files those of a checkpoint. What is there now is kept first, under the ref that is returned. */
export async function restoreCheckpoint(repository: Repository, sessionId: string, ref: string): Promise<string> {
  const commit = await refCommit(repository.root, ref);
  if (commit === null) throw notFound("checkpoint");
  const before = `refs/boocode/checkpoints/${sessionId}/before-restore`;
  await keepTree(repository, before, await treeOf(repository), "Before a restore\n");
  await checkoutTree(repository, commit);
  return before;
}

/**
 * Takes a worktree away. 409 while something in it is only there, until forced; what was not committed is kept under a
 * hidden ref all the same, and a branch with commits that are nowhere else stays.
 */
export async function retireWorktree(core: WorktreeCore, id: string, force: boolean): Promise<Worktree> {
  const worktree = await findWorktree(core.sql, id);
  if (!worktree || worktree.state === "retired") throw notFound("worktree");
  const view = await viewWorktree(core, worktree);
  if (!force && view.status && isAtRisk(view.status))
    throw conflict(`${riskWords(view.status)}. Retire it with force to take it away all the same.`, view);
  return core.lanes.run(laneOfWorktree(worktree.session_id ?? worktree.id), () => retire(core, worktree, view));
}

/** By itself, while its session stays: refused while a run goes on in it. Agents that live there are ended first. */
export async function retireByHand(core: Core, id: string, force: boolean): Promise<Worktree> {
  const worktree = await findWorktree(core.sql, id);
  if (worktree?.session_id && (await countWriting(core.sql, worktree.session_id)) > 0)
    throw conflict("A run is going on in this worktree. Wait for its end, or stop it.");
  if (worktree?.branch) await core.agents.dropWhere((warm) => isInside(worktree.path, warm.cwd));
  return retireWorktree(core, id, force);
}

async function retire(core: WorktreeCore, worktree: Worktree, { status }: WorktreeView): Promise<Worktree> {
  const project = await findProject(core.sql, worktree.project_id);
  const main = project && worktree.branch !== null ? await findRepository(project.path) : null;
  const own = await repositoryOf(worktree);
  let snapshot_ref: string | null = null;
  if (own && status && status.dirty + status.unmerged > 0) {
    snapshot_ref = snapshotRef(worktree);
    await keepTree(own, snapshot_ref, await treeOf(own), `Worktree of ${worktree.branch} when it was retired\n`);
    const base = worktree.session_id ? await refCommit(own.root, baseRef(worktree.session_id)) : null;
    if (base !== null) await setRef(own, retiredBaseRef(worktree), base);
  }
  if (main && worktree.branch !== null) {
    await removeWorktree(main, worktree.path);
    // Nothing is on it that is not on the project's own branch: a name less in everybody's list.
    if (status?.unmerged === 0) await dropRef(main, `refs/heads/${worktree.branch}`);
    if (worktree.session_id) await dropSessionRefs(main, worktree.session_id);
  }
  return transact(core, async (tx, emit) => {
    const moved = await moveWorktree(tx, worktree.id, "retired", { snapshot_ref });
    emitWorktree(emit, worktree);
    return moved ?? worktree;
  });
}

async function dropSessionRefs(main: Repository, sessionId: string): Promise<void> {
  await dropRef(main, baseRef(sessionId));
  await dropRef(main, carriedRef(sessionId));
  await dropMerging(main, sessionId);
}

/** "2 files not committed, 3 commits that are nowhere else" */
export function riskWords({ dirty, unmerged, unpushed }: WorktreeStatus): string {
  const some = (n: number, one: string, many: string) => (n === 0 ? "" : n === 1 ? `1 ${one}` : `${n} ${many}`);
  return (
    [
      some(dirty, "file is not committed", "files are not committed"),
      some(unmerged, "commit is not merged", "commits are not merged"),
      some(unpushed, "is not pushed", "are not pushed"),
    ]
      .filter(Boolean)
      .join(", ") || "Nothing is at risk"
  );
}

/** Rows against the disk: directories that are gone are marked lost, snapshots that are old go. Never throws. */
export async function reconcileWorktrees(core: WorktreeCore): Promise<void> {
  try {
    for (const worktree of await listWorktrees(core.sql)) await reconcileOne(core, worktree);
    for (const old of await retiredBefore(core.sql, SNAPSHOT_DAYS)) {
      const project = await findProject(core.sql, old.project_id);
      const repository = project && (await findRepository(project.path).catch(() => null));
      if (repository) await dropSnapshot(repository, old);
      await transact(core, (tx) => forgetSnapshot(tx, old.id));
    }
  } catch (error) {
    core.log.warn("worktrees.reconcile_failed", { reason: messageOf(error) });
  }
}

export async function dropSnapshot(repository: Repository, worktree: Pick<Worktree, "id">): Promise<void> {
  await dropRef(repository, snapshotRef(worktree));
  await dropRef(repository, retiredBaseRef(worktree));
}

async function reconcileOne(core: WorktreeCore, worktree: Worktree): Promise<void> {
  if (worktree.branch === null) return;
  const project = await findProject(core.sql, worktree.project_id);
  const known = project ? await worktreePaths(project.path).catch(() => null) : null;
  const there = (await isThere(worktree.path)) && known !== null && known.has(worktree.path);
  // One whose making was cut off is not whole: the next dispatch makes another.
  const to = worktree.state === "creating" ? "retired" : there ? null : worktree.state === "ready" ? "lost" : null;
  if (to === null) return;
  await transact(core, async (tx, emit) => {
    if (await moveWorktree(tx, worktree.id, to)) emitWorktree(emit, worktree);
  });
}

/** At once and every ten minutes. */
export function startReconciling(core: WorktreeCore): () => Promise<void> {
  let running = reconcileWorktrees(core);
  const timer = setInterval(() => {
    running = running.then(() => reconcileWorktrees(core));
  }, RECONCILE_EVERY_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
