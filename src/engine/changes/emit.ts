/** Notices of changes and applies, for whoever watches the session. */
import { sessionTopic } from "../../domain/event.ts";
import type { ApplyRow } from "../../store/applies.ts";
import type { ChangeRow } from "../../store/changes.ts";
import type { Emit } from "../core.ts";

/** A change was made, decided, written or taken back. */
export function emitChange(emit: Emit, change: Pick<ChangeRow, "id" | "session_id" | "chat_id">): void {
  const payload = { change_id: change.id, session_id: change.session_id, chat_id: change.chat_id };
  emit({ topic: sessionTopic(change.session_id), kind: "change.changed", payload });
}

/** Many changes of a session at once: whoever watches reads the list again. */
export function emitChanges(emit: Emit, sessionId: string): void {
  emit({ topic: sessionTopic(sessionId), kind: "changes.changed", payload: { session_id: sessionId } });
}

export function emitApply(emit: Emit, apply: Pick<ApplyRow, "id" | "session_id" | "state">): void {
  const payload = { apply_id: apply.id, session_id: apply.session_id, state: apply.state };
  emit({ topic: sessionTopic(apply.session_id), kind: "apply.changed", payload });
}
