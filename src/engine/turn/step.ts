/** One turn: a streamed model call whose text, reasoning and tool calls become parts. */
import type { ChatMessage, Llm, LlmEvent, Sampling, ToolCall } from "../../domain/llm.ts";
import type { ToolSpec } from "../../domain/tool.ts";
import { AppError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import { TextCalls } from "../../lib/text-calls.ts";
import type { Core } from "../core.ts";
import { type LiveRun, setPhase } from "../live-runs.ts";
import { listen, Meter, tokensIn } from "./listen.ts";
import type { PartWriter } from "./parts.ts";
import { reportProgress } from "./progress.ts";

export interface StepInput {
  llm: Llm;
  endpoint: string;
  model: string;
  messages: ChatMessage[];
  tools: ToolSpec[];
  sampling: Sampling;
  turn: number;
  answer_chars: number;
}

export interface StepResult {
  calls: ToolCall[];
  stop: "stop" | "length" | "tool_calls" | "content_filter";
  tokens_in: number | null;
  tokens_out: number | null;
  tokens_cached: number | null;
  ttft_ms: number | null;
  duration_ms: number;
  /** From the first token to the last. */
  generation_ms: number;
}

/** What is known of a model call before it begins. */
export const blankStep = (): StepResult => ({
  calls: [],
  stop: "stop",
  tokens_in: null,
  tokens_out: null,
  tokens_cached: null,
  ttft_ms: null,
  duration_ms: 0,
  generation_ms: 0,
});

/**
 * Runs one model call to its end and fills `result`, also with what was had of a call that broke off. Throws Stopped, or
 * AppError when the endpoint fails or falls silent.
 */
export async function runStep(
  core: Core,
  live: LiveRun,
  writer: PartWriter,
  input: StepInput,
  result: StepResult,
): Promise<void> {
  const meter = new Meter();
  // A model that is offered nothing prints nothing that could be called.
  const printed = input.tools.length > 0 ? new TextCalls() : null;
  const { llm, endpoint, model, messages, tools, sampling } = input;
  try {
    await listen(core, live, { llm, endpoint, request: { model, messages, tools, sampling } }, async (event) => {
      await take(core, live, writer, input, event, meter, result, printed);
      if (core.deltas.full) await core.deltas.flushed();
    });
  } finally {
    result.ttft_ms = meter.ttft();
    result.duration_ms = meter.total();
    result.generation_ms = meter.generating();
    result.tokens_out ??= meter.tokens > 0 ? meter.tokens : null;
    const left = printed?.end() ?? "";
    if (left !== "") await writer.text(input.turn, "text", left);
  }
  for (const call of printed?.calls ?? []) result.calls.push({ id: `call_${newId()}`, ...call });
}

async function take(
  core: Core,
  live: LiveRun,
  writer: PartWriter,
  input: StepInput,
  event: LlmEvent,
  meter: Meter,
  result: StepResult,
  printed: TextCalls | null,
): Promise<void> {
  const now = Date.now();
  switch (event.kind) {
    case "text":
    case "reasoning": {
      if (event.text === "") return;
      meter.token(tokensIn(event));
      const shown = event.kind === "text" && printed ? printed.push(event.text) : event.text;
      if (shown !== "") {
        const opened = writer.text(input.turn, event.kind, shown);
        const part = opened instanceof Promise ? await opened : opened;
        if (part.length > input.answer_chars)
          throw new AppError("limit", "The answer grew past the limit of one message.");
      }
      setPhase(live, event.kind === "text" ? "writing" : "thinking", now);
      break;
    }
    case "tool_progress":
      meter.token();
      setPhase(live, "writing", now, `call of ${event.name}`);
      break;
    case "tool_call":
      meter.token();
      result.calls.push(event.call);
      break;
    case "status":
      setPhase(live, event.phase, now, event.detail, event.percent);
      break;
    case "usage":
      result.tokens_in = event.tokens_in;
      result.tokens_out = event.tokens_out;
      result.tokens_cached = event.tokens_cached;
      break;
    case "end":
      result.stop = event.stop;
      break;
  }
  live.progress.tokens_out += tokensIn(event);
  live.progress.tokens_per_s = meter.rate();
  reportProgress(core, live, now);
}
