import type { ChatKind } from "../../domain/chat.ts";
import type { Persona } from "../../domain/persona.ts";
import type { RunReason } from "../../domain/run.ts";

/** Every bound of a native run, in one place. Times come from the settings. */
export interface RunLimits {
  /** Model calls in one run. */
  steps: number;
  /** Tool calls in one run; read-only chats may make more than coders. */
  tool_calls: number;
  /** The same call (name and arguments) this many times ends the run. */
  same_call: number;
  /** Characters of one answer part. */
  answer_chars: number;
  /** Calls of one turn that are executed; more are refused with a sentence. */
  calls_per_turn: number;
}

/** Most tool calls that a setting or a persona may allow in one run. */
export const TOOL_CALLS_MAX = 200;

export const CHAT_LIMITS: RunLimits = {
  steps: 200,
  tool_calls: 100,
  same_call: 3,
  answer_chars: 4_000_000,
  calls_per_turn: 32,
};

/** With writes, unless somebody set another number. */
const CODER_TOOL_CALLS = 60;

/** Tool calls that a run of such a chat may make; `set` is the setting. */
export const toolCallsOf = (kind: ChatKind, set: number): number =>
  kind === "coder" && set === CHAT_LIMITS.tool_calls ? CODER_TOOL_CALLS : set;

/** Of a run: what its persona says, else the settings. */
export const limitsFor = (
  kind: ChatKind,
  set: { steps: number; tool_calls: number },
  persona: Pick<Persona, "steps" | "max_tool_calls"> | null,
): RunLimits => ({
  ...CHAT_LIMITS,
  steps: persona?.steps ?? set.steps,
  tool_calls: persona?.max_tool_calls ?? toolCallsOf(kind, set.tool_calls),
});

/** What a run has used so far; calls are counted by name and arguments. */
export interface Used {
  tool_calls: number;
  calls: ReadonlyMap<string, number>;
}

/** The limit that the coming turn runs into; that turn is then made without tools, as a wrap-up. */
export function limitOf(limits: RunLimits, turn: number, used: Used): RunReason | null {
  if (turn > limits.steps) return "step_cap";
  if (used.tool_calls >= limits.tool_calls) return "tool_cap";
  for (const count of used.calls.values()) if (count >= limits.same_call) return "repeated_call";
  return null;
}
