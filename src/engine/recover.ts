/** Boot: settles whatever the last process left, before anybody can ask. */
import { skipLostNumbers } from "../store/journal.ts";
import { closeLeftOpen } from "../store/parts.ts";
import { interruptRunning, queuedRuns } from "../store/runs.ts";
import { type Core, transact } from "./core.ts";
import { emitClosed, emitRun } from "./turn/execute.ts";
import { enqueue } from "./turn/start.ts";

/** Folds and closes open parts, marks running runs interrupted. Returns the counts for the log. */
export async function recover(core: Core): Promise<{ parts: number; interrupted: number }> {
  return transact(core, async (tx, emit) => {
    const parts = await closeLeftOpen(tx);
    const runs = await interruptRunning(tx);
    if (parts.length + runs.length > 0) await skipLostNumbers(tx);
    emitClosed(emit, parts);
    for (const run of runs) emitRun(emit, run);
    return { parts: parts.length, interrupted: runs.length };
  });
}

/** Queued messages of before the restart go on in their chats' lanes. */
export async function resumeQueues(core: Core): Promise<number> {
  const runs = await queuedRuns(core.sql);
  for (const run of runs) enqueue(core, run.chat_id);
  return runs.length;
}
