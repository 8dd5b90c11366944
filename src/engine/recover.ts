/** Boot: settles whatever the last process left, before anybody can ask. */
import { sessionTopic } from "../domain/event.ts";
import { closeLeftOpen } from "../store/parts.ts";
import { interruptRunning, queuedRuns } from "../store/runs.ts";
import { type Core, transact } from "./core.ts";
import { emitRun } from "./turn/execute.ts";
import { enqueue } from "./turn/start.ts";

/** Folds and closes open parts, marks running runs interrupted. Returns the counts for the log. */
export async function recover(core: Core): Promise<{ parts: number; interrupted: number }> {
  return transact(core, async (tx, emit) => {
    const parts = await closeLeftOpen(tx);
    const runs = await interruptRunning(tx);
    for (const p of parts) {
      const { id: part_id, message_id, chat_id } = p;
      emit({
        topic: sessionTopic(p.session_id),
        kind: "part.closed",
        payload: { part_id, message_id, chat_id, state: "closed" },
      });
    }
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
