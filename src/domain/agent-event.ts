/** What any outside agent does, whatever it speaks: drivers translate into this, the engine makes parts of it. */
import type { AgentCommand } from "./provider.ts";

export type AgentToolKind =
  | "read"
  | "edit"
  | "delete"
  | "move"
  | "search"
  | "execute"
  | "think"
  | "fetch"
  | "switch_mode"
  | "other";

export type ToolContent =
  | { type: "text"; text: string }
  /** `old` is null for a new file. Paths are as the agent says them. */
  | { type: "diff"; path: string; old: string | null; new: string }
  /** Output of a terminal that the agent runs through us. */
  | { type: "terminal"; id: string };

/** What became known of a call; null leaves what was known. */
export interface ToolPatch {
  title: string | null;
  kind: AgentToolKind | null;
  status: "pending" | "in_progress" | "completed" | "failed" | null;
  locations: { path: string; line: number | null }[] | null;
  /** Takes the place of the content before. */
  content: ToolContent[] | null;
  /** Arguments as JSON text. */
  input: string | null;
  output: string | null;
  /** Goes behind the output before. */
  appended: string | null;
  exit_code: number | null;
}

/** Nothing became known. */
export const NO_PATCH: ToolPatch = {
  title: null,
  kind: null,
  status: null,
  locations: null,
  content: null,
  input: null,
  output: null,
  appended: null,
  exit_code: null,
};

export interface PlanEntry {
  content: string;
  status: "pending" | "in_progress" | "completed";
  priority: "high" | "medium" | "low";
}

export type AgentEvent =
  | { kind: "user" | "text" | "thought"; text: string }
  /** `fresh`: the agent says that it begins; else something became known of one that may be unknown. */
  | { kind: "tool"; id: string; fresh: boolean; patch: ToolPatch }
  | { kind: "plan"; entries: PlanEntry[] }
  | { kind: "commands"; commands: AgentCommand[] }
  | { kind: "mode"; mode: string }
  /** Options as the agent sent them; the driver reads them. */
  | { kind: "config"; reply: unknown }
  | { kind: "title"; title: string }
  /** Tokens in the window, its size, and dollars of the conversation so far where it tells. */
  | { kind: "usage"; used: number; size: number; cost_usd: number | null }
  | { kind: "notice"; text: string };

/** Why an agent's turn ended. */
export type AgentStop = "end_turn" | "max_tokens" | "max_turn_requests" | "refusal" | "cancelled";

/** An option of a permission, as the agent offers it. Options may repeat a kind: they are told apart by `id`. */
export interface PermissionOption {
  id: string;
  name: string;
  kind: "allow_once" | "allow_always" | "reject_once" | "reject_always";
}
