import type { RunMode } from "./change.ts";

export type ChatKind = "chat" | "coder";

export interface Chat {
  id: string;
  session_id: string;
  kind: ChatKind;
  title: string;
  titled_by: "auto" | "human";
  /** Number on the tab: stable in its session, never reused. */
  number: number;
  /** Who answers the coming messages; only chats of kind `coder` may name another than `boocode`. */
  provider: string;
  /** Endpoint and model picked for the next message; null takes the session's, then the default. */
  endpoint_id: string | null;
  model: string | null;
  /** Of the coming messages; only chats of kind `coder` look at it. */
  mode: RunMode;
  /** Id of the persona of the coming messages; null for none. Our own loop looks at it. */
  agent: string | null;
  /** Last message that was copied from another chat of the session; null for a chat of its own. */
  forked_from: string | null;
  archived_at: Date | null;
  created_at: Date;
}
