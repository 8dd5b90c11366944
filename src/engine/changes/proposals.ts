/** What tools of a coder get: proposing, and looking through what is proposed. */
import type { Run } from "../../domain/run.ts";
import type { Proposals, SeenFile } from "../../domain/tool.ts";
import { resolveWrite, type WritePlace } from "../../drivers/files/write-guard.ts";
import { AppError } from "../../lib/errors.ts";
import { openChangesOfChat, readTotals } from "../../store/changes.ts";
import type { Applying } from "./apply.ts";
import { applyOfRun, rewindOfRun } from "./bypass.ts";
import { kindOf } from "./content.ts";
import { type Proposer, propose, seenOf, standing } from "./propose.ts";

/** Of one call: `by` names its part. */
export function proposalsOf(core: Applying, by: Proposer, run: Run): Proposals {
  const { path: root } = by.project;
  return {
    async propose(path, edit, signal) {
      const { change, ...proposed } = await propose(core, by, path, edit, signal);
      return { ...proposed, change: change && { id: change.id, added: change.added, removed: change.removed } };
    },
    async look(path) {
      const place = await placeOf(root, path);
      if (!place) return null;
      const at = await standing(core, by.chat_id, place);
      return at.row ? proposedOnly(seenOf(place, at)) : null;
    },
    async all() {
      const found: Awaited<ReturnType<Proposals["all"]>> = [];
      for (const row of await openChangesOfChat(core.sql, by.chat_id)) {
        const place = await placeOf(root, row.path);
        const at = place && (await standing(core, by.chat_id, place));
        const seen = at && proposedOnly(seenOf(place, at));
        if (seen) found.push({ ...seen, kind: kindOf(at.base, at.seen) });
      }
      return found;
    },
    async apply() {
      const apply = await applyOfRun(core, run);
      const totals = await readTotals(core.sql, { session_id: run.session_id, chat_id: run.chat_id, closed: false });
      return { apply, waiting: totals.pending };
    },
    rewind: (applyId) => rewindOfRun(core, run, applyId),
  };
}

/** Null for what may not be written: no proposal can stand there, and reading says why it may not be read. */
async function placeOf(root: string, path: string): Promise<WritePlace | null> {
  try {
    return await resolveWrite(root, path);
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

const proposedOnly = (seen: SeenFile): SeenFile | null => (seen.proposed ? seen : null);
