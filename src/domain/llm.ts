/** The normal form of a model call: every endpoint, and the demo model, speaks this. */
import { AppError } from "../lib/errors.ts";
import type { ToolSpec } from "./tool.ts";

export interface ToolCall {
  id: string;
  name: string;
  /** JSON text as the model wrote it; may be broken. */
  arguments: string;
}

/** A picture for a model that sees. */
export interface ChatImage {
  type: string;
  base64: string;
  width: number;
  height: number;
}

export type ChatMessage =
  | { role: "system"; content: string }
  | { role: "user"; content: string; images?: ChatImage[] }
  | { role: "assistant"; content: string; reasoning?: string; tool_calls?: ToolCall[] }
  | { role: "tool"; tool_call_id: string; content: string };

/** Sent only if set. */
export interface Sampling {
  temperature?: number;
  top_p?: number;
  top_k?: number;
  min_p?: number;
  presence_penalty?: number;
}

export interface LlmRequest {
  model: string;
  messages: ChatMessage[];
  tools: ToolSpec[];
  sampling: Sampling;
  signal: AbortSignal;
}

export type LlmEvent =
  /** A sign of life before tokens; `percent` 0–100 where the server tells. */
  | {
      kind: "status";
      phase: "connecting" | "loading" | "prompt" | "retrying";
      percent: number | null;
      detail: string | null;
    }
  /** `deltas`: of how many of the server's pieces it was made; a piece is about a token. */
  | { kind: "text"; text: string; deltas?: number }
  | { kind: "reasoning"; text: string; deltas?: number }
  /** A whole tool call; streamed argument pieces are gathered first. */
  | { kind: "tool_call"; call: ToolCall }
  /** Growing arguments of a call: a sign of life. */
  | { kind: "tool_progress"; name: string; chars: number }
  | { kind: "usage"; tokens_in: number; tokens_out: number; tokens_cached: number }
  | { kind: "end"; stop: "stop" | "length" | "tool_calls" | "content_filter" };

/** The endpoint refused the prompt as longer than its context window: a shorter one would be taken. */
export class PromptTooLong extends AppError {
  constructor(
    message: string,
    /** The window's size in tokens, where the server told it. */
    readonly window: number | null,
  ) {
    super("invalid", message);
  }
}

/** Ends with an `end` event, or throws AppError("unavailable") with a sentence for a human; PromptTooLong before the first token. */
export interface Llm {
  stream(request: LlmRequest): AsyncIterable<LlmEvent>;
}
