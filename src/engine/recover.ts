/** Boot: settles whatever the last process left, before anybody can ask. */
import { NATIVE_PROVIDER } from "../domain/run.ts";
import { skipLostNumbers } from "../store/journal.ts";
import { closeLeftOpen } from "../store/parts.ts";
import { expireOrphans } from "../store/requests.ts";
import { interruptRunning, queueAnswered, queuedRuns } from "../store/runs.ts";
import { recoverApplies } from "./changes/recover.ts";
import { type Core, transact } from "./core.ts";
import { emitRequest } from "./requests.ts";
import { emitClosed, emitRun } from "./run-events.ts";
import { recordCutByRestart } from "./turn/cut-by-restart.ts";
import { enqueue } from "./turn/lane.ts";

/**
 * Finishes half-written applies, folds and closes open parts, marks running runs interrupted. Runs that wait for a human
 * stay, with their requests and the calls that ask; those whose answer came just before the end are queued again. Returns
 * the counts for the log, and the sessions in which an agent was cut off.
 */
export async function recover(
  core: Core,
): Promise<{ parts: number; interrupted: number; answered: number; applies: number; cut_off: string[] }> {
  const applies = await recoverApplies(core);
  return transact(core, async (tx, emit) => {
    const runs = await interruptRunning(tx);
    const answered = await queueAnswered(tx);
    const requests = await expireOrphans(tx);
    const parts = await closeLeftOpen(tx);
    if (parts.length + runs.length + answered.length + requests.length > 0) await skipLostNumbers(tx);
    emitClosed(emit, parts);
    for (const run of [...(await recordCutByRestart(tx, runs)), ...answered]) emitRun(emit, run);
    for (const request of requests) emitRequest(emit, request);
    const agents = runs.filter((run) => run.provider !== NATIVE_PROVIDER);
    const cut_off = [...new Set(agents.map((run) => run.session_id))];
    return { parts: parts.length, interrupted: runs.length, answered: answered.length, applies, cut_off };
  });
}

/** Queued messages of before the restart go on in their chats' lanes. */
export async function resumeQueues(core: Core): Promise<number> {
  const runs = await queuedRuns(core.sql);
  for (const run of runs) enqueue(core, run.chat_id);
  return runs.length;
}
