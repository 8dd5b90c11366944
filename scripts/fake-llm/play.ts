/** Plays a plan onto a response, as an OpenAI chat completion stream. */
import type { ServerResponse } from "node:http";
import type { ChatBody, Plan } from "./directives.ts";
import type { Wheel } from "./wheel.ts";

/** Without [[slow]], this many deltas go out in one turn of the event loop. */
const BURST = 64;
const ARGUMENT_PIECE_CHARS = 40;

export interface PlayOptions {
  wheel: Wheel;
  field: "reasoning" | "reasoning_content";
  llama_cpp: boolean;
}

type Delta = { delta: string; counts: boolean } | { stamp: true };

let serial = 0;

const cuts = new WeakSet<ServerResponse>();
/** Destroys the connection from our side, as a crashed server would. */
export function cut(response: ServerResponse): void {
  cuts.add(response);
  response.destroy();
}
export const wasCut = (response: ServerResponse): boolean => cuts.has(response);

/** Writes the whole answer; resolves when it ended, was cut, or the client went away. A stalled answer resolves with the client. */
export function play(plan: Plan, body: ChatBody, response: ServerResponse, options: PlayOptions): Promise<void> {
  const wire = new Wire(plan, body, response, options);
  return new Promise((resolve) => {
    response.once("close", resolve);
    wire.start();
  });
}

class Wire {
  readonly #plan: Plan;
  readonly #body: ChatBody;
  readonly #response: ServerResponse;
  readonly #options: PlayOptions;
  readonly #deltas: Iterator<Delta>;
  readonly #before: string;
  #sent = 0;
  #tokens = 0;
  #due = 0;

  constructor(plan: Plan, body: ChatBody, response: ServerResponse, options: PlayOptions) {
    this.#plan = plan;
    this.#body = body;
    this.#response = response;
    this.#options = options;
    this.#deltas = deltasOf(plan, plan.field ?? options.field);
    const head = JSON.stringify({
      id: `chatcmpl-${++serial}`,
      object: "chat.completion.chunk",
      created: 1_700_000_000,
      model: body.model ?? "fake-model",
    });
    this.#before = `data: ${head.slice(0, -1)},"choices":[{"index":0,"finish_reason":null,"delta":`;
  }

  start(): void {
    this.#response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" });
    this.#response.flushHeaders();
    if (this.#plan.empty) return void this.#response.end();
    this.#write(`${this.#before}{"role":"assistant","content":""}}]}\n\n`);
    this.#due = performance.now();
    if (this.#plan.progress > 0 && this.#body.return_progress) this.#progress(1);
    else this.#burst();
  }

  #progress(step: number): void {
    const total = 2000;
    const prompt_progress = {
      total,
      cache: 500,
      processed: 500 + Math.round((1500 * step) / this.#plan.progress),
      time_ms: step * 10,
    };
    this.#write(
      `${this.#before}{"role":"assistant","content":null}}],"prompt_progress":${JSON.stringify(prompt_progress)}}\n\n`,
    );
    this.#later(() => (step < this.#plan.progress ? this.#progress(step + 1) : this.#burst()));
  }

  #burst = (): void => {
    if (this.#response.destroyed) return;
    for (let i = 0; i < (this.#plan.slow_ms > 0 ? 1 : BURST); i++) {
      if (this.#fault()) return;
      const next = this.#deltas.next();
      if (next.done) {
        this.#end();
        return;
      }
      if (!this.#send(next.value)) return void this.#response.once("drain", this.#burst);
    }
    this.#later(this.#burst);
  };

  #later(fn: () => void): void {
    if (this.#plan.slow_ms <= 0) return void setImmediate(fn);
    this.#due += this.#plan.slow_ms;
    this.#options.wheel.at(this.#due, fn);
  }

  #send(delta: Delta): boolean {
    this.#sent++;
    if ("stamp" in delta) {
      this.#tokens++;
      return this.#write(`${this.#before}{"content":"@${epochMicros()} "}}]}\n\n`);
    }
    if (delta.counts) this.#tokens++;
    return this.#write(`${this.#before}${delta.delta}}]}\n\n`);
  }

  /** True when the stream stops here. */
  #fault(): boolean {
    const { break_at, eof_at, stall_at, badjson_at, errchunk_at } = this.#plan;
    if (this.#sent === break_at) cut(this.#response);
    else if (this.#sent === eof_at) this.#response.end();
    else if (this.#sent === badjson_at)
      this.#response.end(`data: {"id":"x","choices":[{"index":0,"delta":{"content":"brok\n\n`);
    else if (this.#sent === errchunk_at)
      this.#response.end(
        `data: {"error":{"message":${JSON.stringify(this.#plan.message ?? "CUDA out of memory")},"code":500}}\n\n`,
      );
    else return this.#sent === stall_at;
    return true;
  }

  #end(): void {
    const calls = this.#plan.steps.some((s) => s.kind === "tool");
    const finish = this.#plan.finish ?? (calls ? "tool_calls" : "stop");
    const head = this.#before.slice(0, this.#before.indexOf(',"choices"'));
    this.#write(`${head},"choices":[{"index":0,"finish_reason":${JSON.stringify(finish)},"delta":{}}]}\n\n`);
    const extra = this.#options.llama_cpp
      ? `,"timings":{"cache_n":0,"prompt_n":${this.#usage().prompt_tokens},"predicted_n":${this.#tokens}}`
      : "";
    const options = this.#body.stream_options as { include_usage?: boolean } | undefined;
    if (options?.include_usage)
      this.#write(`${head},"choices":[],"usage":${JSON.stringify(this.#usage())}${extra}}\n\n`);
    this.#response.end("data: [DONE]\n\n");
  }

  #usage() {
    const { usage } = this.#plan;
    const tokensIn = usage?.in ?? Math.ceil(JSON.stringify(this.#body.messages ?? []).length / 4);
    const out = usage?.out || this.#tokens;
    return {
      prompt_tokens: tokensIn,
      completion_tokens: out,
      total_tokens: tokensIn + out,
      prompt_tokens_details: { cached_tokens: usage?.cached ?? 0 },
    };
  }

  #write(text: string): boolean {
    return this.#response.destroyed || this.#response.write(text);
  }
}

function* deltasOf(plan: Plan, field: string): Generator<Delta> {
  let calls = 0;
  for (const step of plan.steps) {
    if (step.kind === "stamps") for (let i = 0; i < step.n; i++) yield { stamp: true };
    else if (step.kind === "tokens")
      for (let i = 0; i < step.n; i++) yield { delta: `{"content":"tok${i} "}`, counts: true };
    else if (step.kind === "tool") yield* toolDeltas(step.name, step.arguments, calls++, plan.tool_style);
    else if (step.kind === "text" || step.kind === "think") {
      const name = step.kind === "text" ? "content" : field;
      const words = step.whole ? [step.text] : (step.text.match(/\S+\s*|\s+/g) ?? [""]);
      for (const word of words) yield { delta: `{"${name}":${JSON.stringify(word)}}`, counts: true };
    }
  }
}

function* toolDeltas(name: string, args: string, index: number, style: Set<string>): Generator<Delta> {
  const at = style.has("noindex") ? {} : { index };
  const id = style.has("noid") ? {} : { id: `call_${++serial}` };
  const piece = (call: object) => ({ delta: JSON.stringify({ tool_calls: [{ ...at, ...call }] }), counts: true });
  if (style.has("whole")) return yield piece({ ...id, type: "function", function: { name, arguments: args } });
  yield piece({ ...id, type: "function", function: { name, arguments: "" } });
  const repeated = style.has("repeatname") ? { name } : {};
  for (let k = 0; k < args.length; k += ARGUMENT_PIECE_CHARS)
    yield piece({ function: { ...repeated, arguments: args.slice(k, k + ARGUMENT_PIECE_CHARS) } });
}

/** Date.now() is too coarse for latencies: performance.now() carries the fraction, its origin the wall clock. */
function epochMicros(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000);
}
