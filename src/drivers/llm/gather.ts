/** Turns chunks of a chat completion into events: text at once, tool calls when they are whole, usage at the end. */
import type { LlmEvent, ToolCall } from "../../domain/llm.ts";
import { newId } from "../../lib/ids.ts";

/** What servers send; every field may be missing or null. */
export interface Chunk {
  choices?: { delta?: Delta | null; message?: Delta | null; finish_reason?: string | null }[] | null;
  usage?: Usage | null;
  /** llama.cpp, with return_progress. */
  prompt_progress?: { total?: number; cache?: number; processed?: number } | null;
  timings?: { cache_n?: number; prompt_n?: number; predicted_n?: number } | null;
  error?: unknown;
}
interface Delta {
  content?: string | { text?: string }[] | null;
  reasoning_content?: string | null;
  reasoning?: string | null;
  tool_calls?: CallDelta[] | null;
}
interface CallDelta {
  index?: number | null;
  id?: string | null;
  function?: { name?: string | null; arguments?: unknown } | null;
}
interface Usage {
  prompt_tokens?: number;
  completion_tokens?: number;
  prompt_tokens_details?: { cached_tokens?: number } | null;
  /** DeepSeek's name for cached tokens. */
  prompt_cache_hit_tokens?: number;
}
interface Call extends ToolCall {
  index: number | null;
}
type Stop = Extract<LlmEvent, { kind: "end" }>["stop"];

export class Gather {
  readonly #calls: Call[] = [];
  #usage: Usage | null = null;
  #timings: Chunk["timings"] = null;
  #finish: string | null = null;
  #chunks = 0;

  /** The model said why it stopped; only usage may still follow. */
  get finished(): boolean {
    return this.#finish !== null;
  }

  /** True until a chunk with a choice came. */
  get empty(): boolean {
    return this.#chunks === 0;
  }

  /** Appends the events of one chunk to `out`; neighbouring texts of one read become one event. */
  take(chunk: Chunk, out: LlmEvent[]): void {
    if (chunk.usage) this.#usage = chunk.usage;
    if (chunk.timings) this.#timings = chunk.timings;
    if (chunk.prompt_progress) out.push(promptStatus(chunk.prompt_progress));
    const choice = chunk.choices?.[0];
    if (!choice) return;
    this.#chunks++;
    const delta = choice.delta ?? choice.message;
    if (delta) this.#delta(delta, out);
    if (choice.finish_reason) this.#finish = choice.finish_reason;
  }

  /** The closing events: whole tool calls, usage where the server told, and the end. */
  close(out: LlmEvent[]): void {
    for (const { id, name, arguments: args } of this.#calls) {
      if (!name && !args) continue;
      out.push({ kind: "tool_call", call: { id: id || `call_${newId()}`, name, arguments: args.trim() || "{}" } });
    }
    const usage = this.#tokens();
    if (usage) out.push(usage);
    out.push({ kind: "end", stop: this.#stop() });
  }

  #delta(delta: Delta, out: LlmEvent[]): void {
    const reasoning = delta.reasoning_content || delta.reasoning;
    if (reasoning) push(out, "reasoning", reasoning);
    const { content } = delta;
    if (typeof content === "string") {
      if (content) push(out, "text", content);
    } else if (content) for (const part of content) if (part.text) push(out, "text", part.text);
    if (delta.tool_calls) for (const call of delta.tool_calls) this.#call(call, out);
  }

  #call(delta: CallDelta, out: LlmEvent[]): void {
    const call = this.#find(delta) ?? this.#open(delta);
    call.id ||= delta.id ?? "";
    call.name = joinName(call, delta.function?.name ?? "");
    const piece = delta.function?.arguments;
    if (typeof piece === "string") call.arguments += piece;
    else if (piece !== null && piece !== undefined) call.arguments += JSON.stringify(piece);
    out.push({ kind: "tool_progress", name: call.name, chars: call.arguments.length });
  }

  /** The call that this piece continues, or null when it begins a new one. */
  #find(delta: CallDelta): Call | null {
    const last = this.#calls.at(-1);
    if (typeof delta.index === "number") {
      const same = this.#calls.findLast((c) => c.index === delta.index);
      // Some servers give every parallel call index 0 and tell them apart by id only.
      return same && delta.id && same.id && delta.id !== same.id ? null : (same ?? null);
    }
    if (delta.id) return this.#calls.find((c) => c.id === delta.id) ?? null;
    if (!last) return null;
    // Neither index nor id: a name after whole arguments begins the next call.
    return delta.function?.name && isJson(last.arguments) ? null : last;
  }

  #open(delta: CallDelta): Call {
    const call: Call = { index: delta.index ?? null, id: delta.id ?? "", name: "", arguments: "" };
    this.#calls.push(call);
    return call;
  }

  #tokens(): LlmEvent | null {
    const { prompt_tokens, completion_tokens, prompt_tokens_details, prompt_cache_hit_tokens } = this.#usage ?? {};
    const { cache_n, prompt_n, predicted_n } = this.#timings ?? {};
    const tokens_in = prompt_tokens ?? (prompt_n === undefined ? undefined : prompt_n + (cache_n ?? 0));
    const tokens_out = completion_tokens ?? predicted_n;
    if (tokens_in === undefined && tokens_out === undefined) return null;
    const tokens_cached = prompt_tokens_details?.cached_tokens ?? prompt_cache_hit_tokens ?? cache_n ?? 0;
    return {
      kind: "usage",
      tokens_in: count(tokens_in),
      tokens_out: count(tokens_out),
      tokens_cached: count(tokens_cached),
    };
  }

  #stop(): Stop {
    if (this.#finish === "length" || this.#finish === "max_tokens") return "length";
    if (this.#finish === "content_filter") return "content_filter";
    return this.#calls.length > 0 ? "tool_calls" : "stop";
  }
}

function push(out: LlmEvent[], kind: "text" | "reasoning", text: string): void {
  const last = out.at(-1);
  if (last?.kind !== kind) out.push({ kind, text });
  else {
    last.text += text;
    last.deltas = (last.deltas ?? 1) + 1;
  }
}

/** Names come whole, in pieces, or again with every piece. */
function joinName(call: Call, piece: string): string {
  if (!piece || piece === call.name) return call.name;
  if (!call.name || piece.startsWith(call.name)) return piece;
  return call.arguments ? call.name : call.name + piece;
}

function promptStatus({ total = 0, cache = 0, processed = 0 }: NonNullable<Chunk["prompt_progress"]>): LlmEvent {
  const share = total > cache ? (processed - cache) / (total - cache) : 1;
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100);
  return { kind: "status", phase: "prompt", percent, detail: null };
}

/** Token counts go into integer columns; servers have sent null and fractions. */
const count = (n: unknown): number => (typeof n === "number" && n > 0 ? Math.min(Math.round(n), 2 ** 40) : 0);

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
