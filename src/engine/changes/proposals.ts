/** What tools of a coder get: proposing, and looking through what is proposed. */
import type { Run } from "../../domain/run.ts";
import type { Proposals, SeenFile } from "../../domain/tool.ts";
import type { WritePlace } from "../../drivers/files/write-guard.ts";
import { AppError } from "../../lib/errors.ts";
import { readTotals } from "../../store/change-reads.ts";
import { openChangesOfChat } from "../../store/changes.ts";
import { followInLane } from "../worktrees/base.ts";
import { laneOfWorktree } from "../worktrees/make.ts";
import type { Applying } from "./apply.ts";
import { applyOfRun, rewindOfRun } from "./bypass.ts";
import { kindOf } from "./content.ts";
import { type Proposer, placeFor, propose, seenOf, standing } from "./propose.ts";

/** Of one call: `by` names its part. */
export function proposalsOf(core: Applying, by: Proposer, run: Run): Proposals {
  return {
    async propose(path, edit, signal) {
      const { change, ...proposed } = await propose(core, by, path, edit, signal);
      return { ...proposed, change: change && { id: change.id, added: change.added, removed: change.removed } };
    },
    async look(path) {
      const place = await placeOf(by, path);
      if (!place) return null;
      const at = await standing(core, by, place);
      return at.row ? proposedOnly(seenOf(place, at)) : null;
    },
    async all() {
      const found: Awaited<ReturnType<Proposals["all"]>> = [];
      for (const row of await openChangesOfChat(core.sql, by.chat_id)) {
        const place = await placeOf(by, row.path);
        const at = place && (await standing(core, by, place));
        const seen = at && proposedOnly(seenOf(place, at));
        if (seen) found.push({ ...seen, kind: kindOf(at.disk, at.seen) });
      }
      return found;
    },
    async apply() {
      const apply = await applyOfRun(core, run);
      // What was written is read in the worktree from here on.
      if (apply) await core.lanes.run(laneOfWorktree(run.session_id), () => followInLane(core, run.session_id));
      const totals = await readTotals(core.sql, { session_id: run.session_id, chat_id: run.chat_id, closed: false });
      return { apply, waiting: totals.pending };
    },
    async rewind(applyId) {
      const rewound = await rewindOfRun(core, run, applyId);
      await core.lanes.run(laneOfWorktree(run.session_id), () => followInLane(core, run.session_id));
      return rewound;
    },
  };
}

/** Null for what may not be written: no proposal can stand there, and reading says why it may not be read. */
async function placeOf(by: Proposer, path: string): Promise<WritePlace | null> {
  try {
    return await placeFor(by, path);
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

const proposedOnly = (seen: SeenFile): SeenFile | null => (seen.proposed ? seen : null);
