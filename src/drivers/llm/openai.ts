/** A model behind any OpenAI-compatible endpoint. */
import type { Llm, LlmEvent, LlmRequest } from "../../domain/llm.ts";
import { AppError, unavailable } from "../../lib/errors.ts";
import { brokenFault, chunkFault, hide } from "./faults.ts";
import { type Chunk, Gather } from "./gather.ts";
import { begin, type Target } from "./request.ts";
import { type SseBatch, SseReader } from "./sse.ts";
import { readBounded } from "./wire.ts";

const RETRY_MS = 1_000;
/** After the model said why it stopped only usage may follow; a server that keeps the line open longer has told everything. */
const FINISH_GRACE_MS = 3_000;
const WHOLE_ANSWER_BYTES = 32 * 1024 * 1024;
const PAGE_BYTES = 4 * 1024;
const QUOTE_CHARS = 120;

/**
 * `base_url` ends in /v1. The stream retries only before the first byte; what came before a fault was already yielded.
 * Aborting the request's signal closes the connection at once and throws the signal's reason. How long a silence may
 * last is the caller's business.
 */
export function createOpenAi(target: Omit<Target, "retry_ms"> & { retry_ms?: number }): Llm {
  const whole: Target = { retry_ms: RETRY_MS, ...target };
  return { stream: (request) => stream(whole, request) };
}

interface About {
  host: string;
  model: string;
  secret: string | null;
}

async function* stream(target: Target, request: LlmRequest): AsyncGenerator<LlmEvent> {
  const about: About = { host: new URL(target.base_url).host, model: request.model, secret: target.api_key };
  const response = yield* begin(target, request);
  const type = response.headers.get("content-type") ?? "";
  if (type.includes("text/html")) throw await pageFault(response, about);
  if (type.includes("application/json")) return yield* wholeAnswer(response, about, request.signal);
  yield { kind: "status", phase: "prompt", percent: null, detail: null };
  yield* chunks(response, about, request.signal);
}

async function* chunks(response: Response, about: About, signal: AbortSignal): AsyncGenerator<LlmEvent> {
  const gather = new Gather();
  const out: LlmEvent[] = [];
  if (!response.body) throw emptyFault(about);
  const reader = new SseReader(response.body);
  const close = () => reader.close();
  signal.addEventListener("abort", close, { once: true });
  try {
    for (let done = false; !done; ) {
      const batch = await nextBatch(reader, gather, about, signal);
      if (!batch) break;
      const fault = read(batch, gather, out, about);
      if (batch.alive && out.length === 0 && gather.empty)
        out.push({ kind: "status", phase: "prompt", percent: null, detail: null });
      yield* out.splice(0);
      if (fault instanceof AppError) throw fault;
      done = fault === "done";
    }
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
  if (gather.empty) throw emptyFault(about);
  if (!gather.finished) throw brokenFault(null, about.host);
  gather.close(out);
  yield* out;
}

/** The next batch, or null at the end. A break or a silence after the finish reason is an end too. */
async function nextBatch(
  reader: SseReader,
  gather: Gather,
  about: About,
  signal: AbortSignal,
): Promise<SseBatch | null> {
  try {
    const next = reader.next();
    const batch = gather.finished ? await within(next, FINISH_GRACE_MS) : await next;
    signal.throwIfAborted();
    return batch;
  } catch (error) {
    signal.throwIfAborted();
    if (gather.finished) return null;
    throw error instanceof AppError ? error : brokenFault(error, about.host);
  }
}

/** Null when the promise takes longer. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Reads one batch into events; returns "done" at the end marker, or the fault that follows what was read. */
function read(batch: SseBatch, gather: Gather, out: LlmEvent[], about: About): AppError | "done" | null {
  for (const data of batch.data) {
    if (data === "[DONE]") {
      // Some servers send the end marker without a reason before it.
      if (!gather.finished && !gather.empty) gather.take({ choices: [{ finish_reason: "stop" }] }, out);
      return "done";
    }
    const chunk = parse(data);
    if (chunk === null)
      return unavailable(`${about.host} sent something that is not JSON in its answer: ${quote(data, about)}`);
    if (chunk.error) return chunkFault(chunk.error, about);
    gather.take(chunk, out);
  }
  if (batch.error === null) return null;
  const said = parse(batch.error);
  return chunkFault(said?.error ?? said ?? batch.error, about);
}

/** Some proxies ignore `stream: true` and answer in one piece. */
async function* wholeAnswer(response: Response, about: About, signal: AbortSignal): AsyncGenerator<LlmEvent> {
  const text = await readBounded(response, WHOLE_ANSWER_BYTES).catch((error) => {
    signal.throwIfAborted();
    throw brokenFault(error, about.host);
  });
  signal.throwIfAborted();
  const gather = new Gather();
  const out: LlmEvent[] = [];
  const fault = read({ data: [text], error: null, alive: true }, gather, out, about);
  if (fault instanceof AppError) throw fault;
  if (gather.empty)
    throw unavailable(`${about.host} answered with JSON that is no chat completion: ${quote(text, about)}`);
  gather.close(out);
  yield* out;
}

const emptyFault = ({ host }: About) => unavailable(`${host} sent an empty answer. Its log may say why.`);

async function pageFault(response: Response, { host }: About): Promise<AppError> {
  const page = await readBounded(response, PAGE_BYTES).catch(() => "");
  const title = /<title[^>]*>([^<]*)/i.exec(page)?.[1]?.trim().slice(0, QUOTE_CHARS);
  return unavailable(
    `${host} answered with a web page${title ? ` (“${title}”)` : ""} instead of a model's answer. Is the URL right (it usually ends in /v1), and no login page in front of it?`,
  );
}

const quote = (text: string, { secret }: About): string => `“${hide(text, secret).slice(0, QUOTE_CHARS)}”.`;

function parse(text: string): Chunk | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Chunk) : null;
  } catch {
    return null;
  }
}
