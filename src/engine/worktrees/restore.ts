/** "Restore to here" for a session whose agents write in a worktree: its files go back together with the transcript. */
import { conflict } from "../../lib/errors.ts";
import type { CheckpointRow } from "../../store/checkpoints.ts";
import { findRun, otherAgentsSince } from "../../store/runs.ts";
import { findSession } from "../../store/sessions.ts";
import { worktreeOfSession } from "../../store/worktrees.ts";
import type { Core } from "../core.ts";
import { projectOf } from "../projects.ts";
import { takeInAgain } from "./base.ts";
import { collectChanges } from "./collect.ts";
import { repositoryOf, restoreCheckpoint } from "./keep.ts";
import { laneOfWorktree } from "./make.ts";

type RestoreCore = Pick<Core, "sql" | "journal" | "lanes" | "log">;

/** The worktree is the session's: 409 when another of its chats had an agent write in it since. */
export async function demandOwnWorktree(core: Pick<Core, "sql">, checkpoint: CheckpointRow): Promise<void> {
  if (checkpoint.ref === null) return;
  const other = await otherAgentsSince(core.sql, checkpoint.session_id, checkpoint.chat_id, checkpoint.created_at);
  if (other)
    throw conflict(
      "An agent of another chat of this session has worked in the same worktree since; its work would go.",
      other,
    );
}

/** What was there is kept under a hidden ref. Nothing happens where the message went to no agent. */
export async function restoreWorktreeFiles(core: RestoreCore, checkpoint: CheckpointRow): Promise<void> {
  const { ref, session_id, run_id } = checkpoint;
  const worktree = ref === null ? null : await worktreeOfSession(core.sql, session_id);
  const repository = worktree ? await repositoryOf(worktree) : null;
  const session = await findSession(core.sql, session_id);
  const run = run_id === null ? null : await findRun(core.sql, run_id);
  if (ref === null || !repository || !session || !run) return;
  const project = await projectOf(core, session.project_id);
  await core.lanes.run(laneOfWorktree(session_id), async () => {
    await restoreCheckpoint(repository, session_id, ref);
    await takeInAgain(core, session_id, checkpoint.created_at);
    await collectChanges(core, { run, project, repository });
  });
}
