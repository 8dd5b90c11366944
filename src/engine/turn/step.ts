/** One turn: a streamed model call whose text, reasoning and tool calls become parts. */
import type { ChatMessage, Llm, LlmEvent, Sampling, ToolCall } from "../../domain/llm.ts";
import type { ToolSpec } from "../../domain/tool.ts";
import { AppError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import { TextCalls } from "../../lib/text-calls.ts";
import type { Core } from "../core.ts";
import { type LiveRun, setPhase } from "../live-runs.ts";
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
  const watch = new SilenceWatch(core.config.first_token_s, core.config.stall_s, input.endpoint);
  const signal = AbortSignal.any([live.abort.signal, watch.signal]);
  const meter = new Meter();
  // A model that is offered nothing prints nothing that could be called.
  const printed = input.tools.length > 0 ? new TextCalls() : null;
  try {
    const stream = input.llm.stream({
      model: input.model,
      messages: input.messages,
      tools: input.tools,
      sampling: input.sampling,
      signal,
    });
    for await (const event of untilAborted(stream, signal)) {
      watch.heard(isToken(event));
      await take(core, live, writer, input, event, meter, result, printed);
      if (core.deltas.full) await core.deltas.flushed();
      watch.listens();
    }
  } finally {
    watch.stop();
    result.ttft_ms = meter.ttft();
    result.duration_ms = meter.total();
    result.generation_ms = meter.generating();
    result.tokens_out ??= meter.tokens > 0 ? meter.tokens : null;
    const left = printed?.end() ?? "";
    if (left !== "") await writer.text(input.turn, "text", left);
  }
  signal.throwIfAborted();
  for (const call of printed?.calls ?? []) result.calls.push({ id: `call_${newId()}`, ...call });
}

function isToken(event: LlmEvent): boolean {
  return (
    event.kind === "text" || event.kind === "reasoning" || event.kind === "tool_progress" || event.kind === "tool_call"
  );
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
      meter.token();
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
  live.progress.tokens_out += isToken(event) ? 1 : 0;
  live.progress.tokens_per_s = meter.rate();
  reportProgress(core, live, now);
}

/** Ends a generator's wait when the signal fires, also when the generator itself does not listen. */
async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  let fail: ((reason: unknown) => void) | null = null;
  const onAbort = () => fail?.(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    for (;;) {
      signal.throwIfAborted();
      // Not Promise.race with one long-lived promise: each race would leave a reaction on it, one a token.
      const next = await new Promise<IteratorResult<T>>((resolve, reject) => {
        fail = reject;
        iterator.next().then(resolve, reject);
      });
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    // Not awaited: a generator that hangs would hang us with it.
    void Promise.resolve(iterator.return?.()).catch(() => {});
  }
}

/**
 * Fires when nothing came for too long: `first_s` before the first token, reset by any sign of life, `stall_s` after it.
 * Only while we listen: when our own database is away the endpoint is not to blame.
 */
class SilenceWatch {
  private readonly controller = new AbortController();
  private timer: ReturnType<typeof setTimeout> | null = null;
  private started = false;
  private busy = false;
  private last = performance.now();

  constructor(
    private readonly first_s: number,
    private readonly stall_s: number,
    private readonly endpoint: string,
  ) {
    this.arm();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  listens(): void {
    this.busy = false;
    this.last = performance.now();
  }

  heard(token: boolean): void {
    this.busy = true;
    this.last = performance.now();
    if (token && !this.started) {
      this.started = true;
      this.arm();
    }
  }

  /** One timer that looks at the clock when it fires: setting one per token would cost more than the token. */
  private arm(): void {
    if (this.timer) clearTimeout(this.timer);
    const limit = (this.started ? this.stall_s : this.first_s) * 1000;
    this.timer = setTimeout(
      () => {
        if (this.busy) this.last = performance.now();
        if (performance.now() - this.last >= limit - 1)
          this.controller.abort(new Stalled(this.endpoint, limit / 1000, this.started));
        else this.arm();
      },
      Math.max(1, this.last + limit - performance.now()),
    );
  }

  stop(): void {
    if (this.timer) clearTimeout(this.timer);
  }
}

/** The endpoint fell silent; what was received is kept. */
export class Stalled extends AppError {
  constructor(endpoint: string, seconds: number, started: boolean) {
    const shown = seconds >= 60 && seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
    super(
      "unavailable",
      started
        ? `${endpoint} sent no token for ${shown}; what came before is kept.`
        : `${endpoint} showed no sign of life for ${shown}.`,
    );
  }
}

/** Times and counts of one call, milliseconds. */
class Meter {
  tokens = 0;
  private readonly begin = performance.now();
  private first: number | null = null;
  private last = 0;

  token(): void {
    this.last = performance.now();
    this.first ??= this.last;
    this.tokens++;
  }

  ttft(): number | null {
    return this.first === null ? null : Math.round(this.first - this.begin);
  }
  total(): number {
    return Math.round(performance.now() - this.begin);
  }
  generating(): number {
    return this.first === null ? 0 : Math.max(1, Math.round(this.last - this.first));
  }
  rate(): number | null {
    if (this.first === null || this.last - this.first < 250) return null;
    return (this.tokens * 1000) / (this.last - this.first);
  }
}
