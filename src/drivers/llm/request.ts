/** Getting an answer to begin: connects, waits for a loading model, and asks again where that may help. */
import type OpenAI from "openai";
import type { EndpointKind } from "../../domain/endpoint.ts";
import type { LlmEvent, LlmRequest } from "../../domain/llm.ts";
import { connectionFault, type Fault, RETRY_AFTER_LIMIT_MS, statusFault } from "./faults.ts";
import { isLoading } from "./llama-swap.ts";
import { wait } from "./wait.ts";
import { bodyOf, fetchEndpoint, readBounded } from "./wire.ts";

export interface Target {
  base_url: string;
  api_key: string | null;
  kind: EndpointKind;
  /** First pause before asking again, doubled each time, and the pause between looks at a loading model; milliseconds. */
  retry_ms: number;
}

/** Tries for errors; waiting for a model to load is not an error and has no limit of its own. */
const TRIES = 4;
const ERROR_BODY_BYTES = 64 * 1024;
/** Longest timer there is: the caller's signal ends a request, not the openai package. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

type Begin = { response: Response } | { fault: Fault };

/** Yields status events; returns the response with status 200, or throws AppError. Nothing of the answer has been read. */
export async function* begin(target: Target, request: LlmRequest): AsyncGenerator<LlmEvent, Response> {
  const { signal } = request;
  yield { kind: "status", phase: "connecting", percent: null, detail: null };
  for (let tries = 1; ; ) {
    const result = yield* attempt(target, request);
    if ("response" in result) return result.response;
    const { fault } = result;
    const tooLate = tries >= TRIES || (fault.retry_after_ms ?? 0) > RETRY_AFTER_LIMIT_MS;
    if (fault.again === "never" || (fault.again === "soon" && tooLate)) throw fault.error;
    if (fault.again === "loading") {
      yield { kind: "status", phase: "loading", percent: null, detail: fault.brief };
      await wait(Math.min(Math.max(fault.retry_after_ms ?? 0, target.retry_ms), RETRY_AFTER_LIMIT_MS), signal);
      continue;
    }
    const pause_ms = fault.retry_after_ms ?? target.retry_ms * 2 ** (tries - 1);
    const pause = pause_ms < 1_000 ? "at once" : `in ${Math.round(pause_ms / 1000)} s`;
    tries++;
    yield {
      kind: "status",
      phase: "retrying",
      percent: null,
      detail: `${fault.brief}, try ${tries} of ${TRIES} ${pause}`,
    };
    await wait(pause_ms, signal);
  }
}

/** One request. While llama-swap is silent it is asked whether it loads the model: an honest sign of life. */
async function* attempt(target: Target, request: LlmRequest): AsyncGenerator<LlmEvent, Begin> {
  const sent = send(target, request);
  sent.catch(() => {});
  if (target.kind !== "llama-swap") return await sent;
  for (;;) {
    const result = await Promise.race([sent, wait(target.retry_ms, request.signal)]);
    if (result) return result;
    if (await Promise.race([isLoading(target, request.model, request.signal), sent.then(() => false)]))
      yield { kind: "status", phase: "loading", percent: null, detail: `llama-swap is loading ${request.model}` };
  }
}

async function send(target: Target, request: LlmRequest): Promise<Begin> {
  const { signal, model } = request;
  signal.throwIfAborted();
  const about = { host: new URL(target.base_url).host, model, secret: target.api_key };
  const refused: { answer: Response | null } = { answer: null };
  const client = await clientFor(target, async (url, init) => {
    const response = await fetchEndpoint(url, { ...init, signal });
    if (response.ok) return response;
    // The package would read the whole body of an error, whatever its size.
    refused.answer = response;
    return new Response(null, { status: 400 });
  });
  const body = bodyOf(request, target.kind) as unknown as OpenAI.ChatCompletionCreateParamsStreaming;
  try {
    return { response: await client.chat.completions.create(body, { signal }).asResponse() };
  } catch (error) {
    signal.throwIfAborted();
    if (!refused.answer) return { fault: connectionFault(error, about.host) };
  }
  const text = await readBounded(refused.answer, ERROR_BODY_BYTES).catch(() => "");
  signal.throwIfAborted();
  return { fault: statusFault(refused.answer.status, refused.answer.headers, text, about) };
}

/** The package costs 15 MB and 50 ms to load: it is loaded by the first call. */
async function clientFor(
  target: Target,
  fetch: (url: string, init: RequestInit) => Promise<Response>,
): Promise<OpenAI> {
  const { OpenAI } = await import("openai");
  return new OpenAI({
    baseURL: target.base_url,
    apiKey: target.api_key ?? "none",
    // Never from the environment: those belong to the account of another program.
    organization: null,
    project: null,
    maxRetries: 0,
    timeout: NO_TIMEOUT_MS,
    logLevel: "off",
    fetch: (input, init) => fetch(String(input), { ...init, headers: headersFor(target) }),
  });
}

/** Ours alone: the package would also tell every endpoint about this machine and its runtime. */
function headersFor({ api_key }: Target): Record<string, string> {
  return {
    "content-type": "application/json",
    accept: "text/event-stream, application/json",
    "user-agent": "BooCode",
    ...(api_key && { authorization: `Bearer ${api_key}` }),
  };
}
