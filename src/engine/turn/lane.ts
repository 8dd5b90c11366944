/** The chat's lane: its queued runs, one after another. */
import { AppError } from "../../lib/errors.ts";
import type { Core } from "../core.ts";
import { executeQueued } from "./execute.ts";

/** The lane takes what is queued, if it is not at it anyway. */
export function enqueue(core: Core, chatId: string): void {
  void core.lanes
    .run(chatId, () => executeQueued(core, chatId))
    .catch((error) => core.log.error("lane.failed", { chat_id: chatId, error }));
}

/** A commit whose acknowledgement was lost may have left a run in the queue: the lane looks. Returns the error. */
export function wake(core: Core, chatId: string, error: unknown): unknown {
  if (!(error instanceof AppError)) enqueue(core, chatId);
  return error;
}
