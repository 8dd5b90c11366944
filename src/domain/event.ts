/**
 * Journal events: the ordered notice of what changed. Rows in tables are the truth; an event carries ids and little
 * else. Every kind and payload is listed in docs/api/stream.md, which a test holds against this file.
 */
import type { ApplyState } from "./apply.ts";
import type { RequestState } from "./request.ts";
import type { RunState } from "./run.ts";

export type Topic = "desk" | `session:${string}`;

export interface EventPayloads {
  "project.changed": { project_id: string };
  "project.deleted": { project_id: string };
  "session.changed": { session_id: string; project_id: string };
  /** The arrangement of panes and tabs changed; `by` is the browser tab that did it, if it said so. */
  "layout.changed": { session_id: string; version: number; by: string | null };
  "session.deleted": { session_id: string; project_id: string };
  "chat.changed": { chat_id: string; session_id: string };
  "chat.deleted": { chat_id: string; session_id: string };
  "message.created": { message_id: string; chat_id: string; role: string };
  "message.deleted": { message_id: string; chat_id: string };
  "run.changed": { run_id: string; chat_id: string; session_id: string; state: RunState };
  "run.progress": {
    run_id: string;
    chat_id: string;
    phase: string;
    detail: string | null;
    percent: number | null;
    tokens_out: number;
    tokens_per_s: number | null;
    last_byte_at: number;
  };
  "part.opened": { part_id: string; message_id: string; chat_id: string; kind: string };
  "part.delta": { part_id: string; offset: number; text: string };
  "part.closed": { part_id: string; message_id: string; chat_id: string; state: string };
  /** Proposed, decided, commented, written or taken back. */
  "change.changed": { change_id: string; session_id: string; chat_id: string };
  /** Many at once: read the list. */
  "changes.changed": { session_id: string };
  "apply.changed": { apply_id: string; session_id: string; state: ApplyState };
  /** `made` when it was not there before; a request that a rule answers is made and ended in one. */
  "request.changed": {
    request_id: string;
    run_id: string;
    message_id: string;
    chat_id: string;
    session_id: string;
    state: RequestState;
    made: boolean;
  };
  "rule.changed": { rule_id: string };
  /** Its name, state, command or title changed, or it was made. */
  "terminal.changed": { terminal_id: string; session_id: string };
  "terminal.deleted": { terminal_id: string; session_id: string };
  "endpoint.changed": { endpoint_id: string };
  "provider.changed": { provider_id: string };
  /** A server was started, ended, asked, or its entry changed; null for several. */
  "mcp.changed": { server: string | null };
  /** Where a session's agents write: made, lost, found again, retired. */
  "worktree.changed": { worktree_id: string; session_id: string };
  /** A call that goes on: what it does became clearer, or it wrote something. */
  "part.changed": { part_id: string; message_id: string; chat_id: string };
  /** What an agent said it is going to do. */
  "plan.changed": { run_id: string; chat_id: string; session_id: string };
  "setting.changed": { key: string };
}
export type EventKind = keyof EventPayloads;

export type JournalEvent<K extends EventKind = EventKind> = {
  [P in K]: { seq: number; topic: Topic; kind: P; payload: EventPayloads[P] };
}[K];

/** An event before the journal numbered it. */
export type NewEvent = { [K in EventKind]: { topic: Topic; kind: K; payload: EventPayloads[K] } }[EventKind];

export const sessionTopic = (sessionId: string): Topic => `session:${sessionId}`;
export const DESK: Topic = "desk";
