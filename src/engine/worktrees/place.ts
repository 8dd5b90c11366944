/** Where a session's work is done: the project's place in its worktree while it has one, else the project itself. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { worktreeOfSession } from "../../store/worktrees.ts";
import type { Core } from "../core.ts";
import { laneOfWorktree } from "./make.ts";

/** Null while there is no worktree to work in. */
export async function worktreePlace(core: Pick<Core, "sql">, sessionId: string): Promise<string | null> {
  const worktree = await worktreeOfSession(core.sql, sessionId);
  if (worktree?.state !== "ready" || worktree.branch === null) return null;
  const inside = join(worktree.path, worktree.prefix).replace(/(?<=.)\/$/, "");
  const stats = await stat(inside).catch(() => null);
  return stats?.isDirectory() ? inside : null;
}

/** Resolves once nothing of a finish is under way in it. One cannot begin while a run goes on. */
export async function worktreeIsQuiet(core: Pick<Core, "lanes">, sessionId: string): Promise<void> {
  await core.lanes.run(laneOfWorktree(sessionId), async () => {});
}
