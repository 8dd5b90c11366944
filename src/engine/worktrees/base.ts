/**
 * The base of a session's difference follows what was applied: what is in the project's checkout is no proposal any more.
 * Rewound, it is one again.
 */
import type { JournalEvent } from "../../domain/event.ts";
import { findRepository } from "../../drivers/git/exec.ts";
import { refCommit } from "../../drivers/git/worktree.ts";
import { type BaseFile, readFileAt, writeBase } from "../../drivers/git/worktree-base.ts";
import { messageOf } from "../../lib/errors.ts";
import { applyFiles, findApplyRow } from "../../store/applies.ts";
import { findChangeRow } from "../../store/changes.ts";
import { findProject } from "../../store/projects.ts";
import { worktreeOfSession } from "../../store/worktrees.ts";
import { mergeContents } from "../changes/content.ts";
import { contentsOf } from "../changes/read.ts";
import type { Core } from "../core.ts";
import { baseRef, laneOfWorktree } from "./make.ts";

type BaseCore = Pick<Core, "sql" | "log" | "lanes" | "journal">;

/** Hears of applies for as long as the server lives. */
export function followApplies(core: BaseCore): void {
  core.journal.subscribe((events) => {
    for (const event of events) {
      if (event.kind !== "apply.changed") continue;
      const { apply_id, session_id, state } = event.payload as JournalEvent<"apply.changed">["payload"];
      if (state !== "done" && state !== "undone") continue;
      void core.lanes
        .run(laneOfWorktree(session_id), () => moveBase(core, session_id, apply_id, state))
        .catch((error) => core.log.warn("worktree.base_not_moved", { session_id, reason: messageOf(error) }));
    }
  });
}

async function moveBase(core: BaseCore, sessionId: string, applyId: string, state: "done" | "undone"): Promise<void> {
  const worktree = await worktreeOfSession(core.sql, sessionId);
  const apply = await findApplyRow(core.sql, applyId);
  const project = worktree && (await findProject(core.sql, worktree.project_id));
  const repository = project ? await findRepository(project.path) : null;
  // A rewind is told by the apply that it takes back.
  if (!worktree || !apply || !repository || worktree.branch === null || (state === "done" && apply.rewinds.length > 0))
    return;
  const base = await refCommit(repository.root, baseRef(sessionId));
  if (base === null) return;
  const files: BaseFile[] = [];
  for (const file of await applyFiles(core.sql, [applyId])) {
    const row = file.change_id === null ? null : await findChangeRow(core.sql, file.change_id);
    if (row?.producer !== "worktree" || file.state !== (state === "done" ? "written" : "undone")) continue;
    const [from, to] = await contentsOf(core.sql, row);
    const path = worktree.prefix + row.path;
    const now = await readFileAt(repository, base, path);
    // Only what this change did: the checkout may have moved on in ways that the worktree has not.
    const merged = state === "done" ? mergeContents(from, now, to) : mergeContents(to, now, from);
    if (merged.ok) files.push({ path, ...merged.content });
  }
  if (files.length > 0) await writeBase(repository, baseRef(sessionId), base, files);
}
