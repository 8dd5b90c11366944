/** What a change of a run, or of parts that nobody closed, is told as. */
import { DESK, type NewEvent, sessionTopic } from "../domain/event.ts";
import type { Run } from "../domain/run.ts";
import type { ClosedPart } from "../store/parts.ts";
import type { Emit } from "./core.ts";

/** Parts that were closed by a sweep and not by who wrote them. */
export function emitClosed(emit: Emit, parts: readonly ClosedPart[]): void {
  for (const { id: part_id, message_id, chat_id, session_id, state } of parts)
    emit({ topic: sessionTopic(session_id), kind: "part.closed", payload: { part_id, message_id, chat_id, state } });
}

/** A run's state changed: its session's watchers and every desk hear of it. */
export function emitRun(emit: Emit, run: Run): void {
  const payload = { run_id: run.id, chat_id: run.chat_id, session_id: run.session_id, state: run.state };
  for (const topic of [sessionTopic(run.session_id), DESK]) emit({ topic, kind: "run.changed", payload } as NewEvent);
}
