/** A worktree that was retired, made again as it was: from the commit that was kept of it. */
import type { Project } from "../../domain/project.ts";
import type { Session } from "../../domain/session.ts";
import type { Worktree } from "../../domain/worktree.ts";
import { branchFacts } from "../../drivers/git/branches.ts";
import { findRepository, type Repository } from "../../drivers/git/exec.ts";
import { addWorktree, checkoutTree, refCommit, restoreWorktree, setRef } from "../../drivers/git/worktree.ts";
import { conflict, messageOf, notFound, unavailable } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import { storable } from "../../lib/storable.ts";
import { findSession } from "../../store/sessions.ts";
import {
  findWorktree,
  forgetSnapshot,
  insertWorktree,
  moveWorktree,
  worktreeOfSession,
} from "../../store/worktrees.ts";
import { type Core, transact } from "../core.ts";
import { projectOf } from "../projects.ts";
import { openSession } from "../sessions.ts";
import { dropSnapshot, retiredBaseRef, snapshotRef } from "./keep.ts";
import { baseRef, emitWorktree, freePath, laneOfWorktree } from "./make.ts";

interface Kept {
  old: Worktree;
  project: Project;
  repository: Repository;
  /** The files as they were, and the commit that they stood on. */
  files: string;
  head: string;
}

/** In its session, or in a new one where that was deleted. 409 while the session has a worktree of its own again. */
export async function bringBack(core: Core, id: string): Promise<Worktree> {
  const kept = await keptOf(core, id);
  const session = await sessionFor(core, kept);
  return core.lanes.run(laneOfWorktree(session.id), async () => {
    if (await worktreeOfSession(core.sql, session.id))
      throw conflict("The session has a worktree again. Retire that one first.");
    return make(core, kept, session);
  });
}

async function keptOf(core: Core, id: string): Promise<Kept> {
  const old = await findWorktree(core.sql, id);
  if (!old) throw notFound("worktree");
  if (old.state !== "retired") throw conflict("This worktree is not retired.");
  const project = await projectOf(core, old.project_id);
  const repository = await findRepository(project.path);
  const files = repository && (await refCommit(repository.root, snapshotRef(old)));
  const head = repository && files && (await refCommit(repository.root, `${snapshotRef(old)}^1`));
  if (!repository || !files || !head || old.branch === null)
    throw unavailable("Nothing is kept of this worktree any more.");
  return { old, project, repository, files, head };
}

async function sessionFor(core: Core, { old, project }: Kept): Promise<Session> {
  const session = old.session_id === null ? null : await findSession(core.sql, old.session_id);
  if (session) return session;
  const title = `Brought back: ${old.branch}`.slice(0, 100);
  return (await openSession(core, { project_id: project.id, title, kind: "coder" })).session;
}

async function make(core: Core, kept: Kept, session: Session): Promise<Worktree> {
  const { old, project, repository, files, head } = kept;
  const row = await transact(core, async (tx, emit) => {
    const made = await insertWorktree(tx, {
      id: newId(),
      session_id: session.id,
      project_id: project.id,
      path: await freePath(core, project, session),
      prefix: old.prefix,
      branch: old.branch,
      base: old.base,
      base_branch: old.base_branch,
    });
    emitWorktree(emit, made);
    return made;
  });
  try {
    const branch = await checkOut(repository, row.path, old.branch!, head);
    await checkoutTree({ root: row.path, prefix: "" }, files);
    const base = (await refCommit(repository.root, retiredBaseRef(old))) ?? old.base ?? head;
    await setRef(repository, baseRef(session.id), base);
    const worktree = await transact(core, async (tx, emit) => {
      const moved = await moveWorktree(tx, row.id, "ready", {
        branch,
        note: "Brought back as it was when it was retired.",
      });
      if (!moved) throw conflict("The worktree was taken away meanwhile.");
      await forgetSnapshot(tx, old.id);
      emitWorktree(emit, moved);
      return moved;
    });
    await dropSnapshot(repository, old);
    return worktree;
  } catch (error) {
    await transact(core, (tx) => moveWorktree(tx, row.id, "retired", { note: storable(messageOf(error)) }));
    throw error;
  }
}

/** On its own branch while that is where it was; else on a new one beside it. */
async function checkOut(repository: Repository, path: string, branch: string, head: string): Promise<string> {
  if ((await branchFacts(repository.root, branch))?.commit !== head) return addWorktree(repository, path, branch, head);
  await restoreWorktree(repository, path, branch);
  return branch;
}
