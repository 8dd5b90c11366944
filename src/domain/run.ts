import type { RunMode } from "./change.ts";

/** A run: one execution that answers one message. Its states and the only ways between them. */
export const RUN_STATES = [
  "queued",
  "running",
  "waiting",
  "completed",
  "failed",
  "cancelled",
  "limited",
  "interrupted",
] as const;
export type RunState = (typeof RUN_STATES)[number];

const MOVES: Record<RunState, readonly RunState[]> = {
  queued: ["running", "cancelled"],
  running: ["waiting", "completed", "failed", "cancelled", "limited", "interrupted"],
  waiting: ["running", "queued", "completed", "failed", "cancelled", "limited", "interrupted"],
  completed: [],
  failed: [],
  cancelled: [],
  limited: [],
  interrupted: [],
};

/** The states a run may be in to move to `to`; the store's compare-and-set takes exactly these. */
export function runStatesBefore(to: RunState): RunState[] {
  return RUN_STATES.filter((from) => MOVES[from].includes(to));
}

export const isSettled = (state: RunState): boolean => MOVES[state].length === 0;
/** A settled run that Continue can take up again. */
export const canContinue = (state: RunState): boolean =>
  state === "limited" || state === "interrupted" || state === "failed" || state === "cancelled";

/** Why a run ended as it did, in a word the page and clients can rely on. */
export type RunReason =
  | "done"
  | "step_cap"
  | "tool_cap"
  | "repeated_call"
  | "token_limit"
  | "budget"
  | "stalled"
  | "endpoint"
  | "cancelled"
  | "superseded"
  | "restart"
  | "agent"
  | "internal";

/** Our own loop, as a provider. */
export const NATIVE_PROVIDER = "boocode";

/** How a run came in. */
export type Via = "browser" | "api" | "cli" | "mcp";

export interface Run {
  id: string;
  chat_id: string;
  session_id: string;
  project_id: string;
  /** The user message it answers and the assistant message it writes. */
  question_id: string;
  answer_id: string;
  state: RunState;
  reason: RunReason | null;
  /** A sentence for a human, when it failed. */
  error: string | null;
  provider: string;
  endpoint_id: string | null;
  model: string | null;
  via: Via;
  /** Whether it may propose writes, and whether they are applied at its end. Of a coder's chat. */
  mode: RunMode;
  /** Of an outside agent: its own mode and level of thinking; null leaves them as they are. */
  agent_mode: string | null;
  thinking: string | null;
  /** Id of the persona it was asked with; only of our own loop. */
  agent: string | null;
  turns: number;
  tool_calls: number;
  tokens_in: number;
  tokens_out: number;
  tokens_cached: number;
  /** From claim to first token, and time spent generating, milliseconds. */
  ttft_ms: number | null;
  generation_ms: number;
  /** Tokens in the window after the last turn, and the window's size where it is known. */
  context_used: number | null;
  context_window: number | null;
  /** US dollars, where a price was known. */
  cost_usd: number | null;
  created_at: Date;
  started_at: Date | null;
  ended_at: Date | null;
}

/** What a live run is doing right now; kept in memory by the engine, never stored. */
export type Phase =
  | "queued"
  | "connecting"
  | "loading"
  | "prompt"
  | "thinking"
  | "writing"
  | "tools"
  | "compacting"
  | "retrying"
  | "waiting";
export interface Progress {
  phase: Phase;
  /** e.g. the tool's name, or "answered 429, next try in 4 s". */
  detail: string | null;
  /** 0–100 where the server tells (model load, prompt processing). */
  percent: number | null;
  tokens_out: number;
  tokens_per_s: number | null;
  /** Epoch milliseconds of the last byte from the endpoint or tool, and of the begin of this phase. */
  last_byte_at: number;
  since: number;
  /** Position in the chat's queue, 1 = next. */
  queue_position: number | null;
}

/** What came in less than this came at once: its speed is that of the network. */
const MEASURABLE_MS = 100;

/** Tokens per second over the generating time; null when nothing was measured. */
export function tokensPerSecond(run: Pick<Run, "tokens_out" | "generation_ms">): number | null {
  return run.generation_ms >= MEASURABLE_MS && run.tokens_out > 0 ? (run.tokens_out * 1000) / run.generation_ms : null;
}
