/** A project leaves BooCode, and its worktrees with it; the directory stays. */
import { DESK } from "../domain/event.ts";
import { isAtRisk } from "../domain/worktree.ts";
import { conflict, notFound } from "../lib/errors.ts";
import { chatsOfProject } from "../store/chats.ts";
import { deleteProject } from "../store/projects.ts";
import { worktreesOfProject } from "../store/worktrees.ts";
import { type Core, transact } from "./core.ts";
import { goingOn } from "./going-on.ts";
import { reconcileTerminals } from "./terminals/reconcile.ts";
import { retireWorktree, viewWorktree, type WorktreeView } from "./worktrees/keep.ts";

/** Worktrees of a project in which something is that is nowhere else. */
export async function worktreesAtRisk(core: Pick<Core, "sql">, id: string): Promise<WorktreeView[]> {
  const views: WorktreeView[] = [];
  for (const row of await worktreesOfProject(core.sql, id)) views.push(await viewWorktree(core, row));
  return views.filter((view) => view.status !== null && isAtRisk(view.status));
}

/**
 * Forgets the project with its sessions; refused while one of them has a run going, and, until forced, while something is
 * only in one of its worktrees. Forced, what was not committed stays under hidden refs of the repository.
 */
export async function removeProject(core: Core, id: string, force: boolean): Promise<void> {
  if ((await goingOn(core, { project_id: id })) > 0)
    throw conflict("A run is going on in this project. Stop it first.");
  const atRisk = force ? [] : await worktreesAtRisk(core, id);
  if (atRisk.length > 0) {
    const what = atRisk.length === 1 ? "a worktree of it" : `${atRisk.length} worktrees of it`;
    throw conflict(`Something is only in ${what}. Remove with force to do it all the same.`, { worktrees: atRisk });
  }
  const chats = new Set(await chatsOfProject(core.sql, id));
  await core.agents.dropWhere((warm) => chats.has(warm.chat_id));
  for (const row of await worktreesOfProject(core.sql, id)) await retireWorktree(core, row.id, true);
  const gone = await transact(core, async (tx, emit) => {
    const deleted = await deleteProject(tx, id);
    if (deleted) emit({ topic: DESK, kind: "project.deleted", payload: { project_id: id } });
    return deleted;
  });
  if (!gone) throw notFound("project");
  await reconcileTerminals(core);
}
