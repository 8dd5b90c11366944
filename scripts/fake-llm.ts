#!/usr/bin/env bun
/**
 * A scripted OpenAI-compatible server on loopback, for tests, benchmarks and hand work; its directives are listed in
 * scripts/fake-llm/directives.ts. For real coding agents it speaks Anthropic's messages, OpenAI's responses and Gemini's
 * generateContent as well (scripts/fake-llm/wires).
 *
 *   bun scripts/fake-llm.ts [--port 18080] [--flavour openai|llama.cpp|llama-swap|ollama|vllm|lm-studio|openrouter]
 *                           [--models a,b] [--ctx 32768] [--key KEY] [--refuse-over 8192] [--script '[[tokens:500]][[slow:20]]'] [--verbose]
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import { type ChatBody, type Plan, planFor } from "./fake-llm/directives.ts";
import { type About, describe, FLAVOURS, type Flavour, promptTokens, tooLong } from "./fake-llm/flavours.ts";
import { cut, play, wasCut } from "./fake-llm/play.ts";
import { Wheel } from "./fake-llm/wheel.ts";
import { otherWire } from "./fake-llm/wires/route.ts";

export interface FakeLlmOptions {
  port?: number;
  flavour?: Flavour;
  models?: string[];
  n_ctx?: number;
  loaded?: string[];
  /** When set, requests without it as bearer token are answered 401. */
  api_key?: string;
  /** Prompts of more tokens than this are refused, in the words of the flavour; usage is counted the same way. */
  refuse_over?: number;
  /** When true, a chat with a model that is not listed is answered 404. */
  strict?: boolean;
  /** Stands in for the directives of the user message: text, or a function of the request. */
  script?: Script;
  /** Called for every request as it comes in. */
  onRequest?: (request: FakeRequest) => void;
}
export type Script = string | ((body: ChatBody, request: FakeRequest) => string | null) | null;

export interface FakeRequest {
  number: number;
  method: string;
  path: string;
  authorization: string | null;
  body: ChatBody;
  /** How the exchange ended: the answer was sent whole, we cut it, or the client went away; null while it runs. */
  ended: Promise<"answered" | "cut" | "aborted">;
}

export interface FakeLlm {
  /** Base URL with /v1. */
  url: string;
  port: number;
  about: About;
  setScript(script: Script): void;
  close(): Promise<void>;
}

const MODELS = ["fake-model", "fake-mini", "fake-think"];
const CONTEXT_TOKENS = 32_768;

/** Listens on 127.0.0.1; port 0 takes a free one. */
export async function startFakeLlm(options: FakeLlmOptions = {}): Promise<FakeLlm> {
  const about: About = {
    flavour: options.flavour ?? "openai",
    models: options.models ?? MODELS,
    n_ctx: options.n_ctx ?? CONTEXT_TOKENS,
    loaded: new Set(options.loaded ?? []),
  };
  const service = new Service(options, about);
  const server = createServer((request, response) => void service.handle(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    port,
    about,
    setScript: (script) => {
      service.script = script;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

class Service {
  script: Script;
  #options: FakeLlmOptions;
  #about: About;
  #wheel = new Wheel();
  #count = 0;
  /** Per script text: when it was first asked, and how often a fault of limited times was given. */
  #asked = new Map<string, { since: number; faults: number }>();

  constructor(options: FakeLlmOptions, about: About) {
    this.#options = options;
    this.#about = about;
    this.script = options.script ?? null;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on("error", () => {});
    const path = new URL(request.url ?? "/", "http://x").pathname.replace(
      /^(\/v1)?\/(models|chat\/completions)$/,
      "/v1/$2",
    );
    const body = await readJson(request);
    const record: FakeRequest = {
      number: ++this.#count,
      method: request.method ?? "GET",
      path,
      authorization: request.headers.authorization ?? null,
      body,
      ended: new Promise((resolve) =>
        response.once("close", () =>
          resolve(response.writableFinished ? "answered" : wasCut(response) ? "cut" : "aborted"),
        ),
      ),
    };
    this.#options.onRequest?.(record);
    if (!this.#allowed(record))
      return json(response, 401, failure(`Incorrect API key provided: ${record.authorization}`, "invalid_api_key"));
    if (record.method === "POST" && path === "/v1/chat/completions") return this.#chat(record, response);
    const { script } = this;
    const other =
      record.method === "POST"
        ? otherWire(path, body, (chat) => (typeof script === "function" ? script(chat, record) : script))
        : null;
    if (other) return void (await other(response));
    const answer = describe(this.#about, record.method, path, body);
    if (answer === null) return json(response, 404, failure(`no route ${record.method} ${path}`, "not_found"));
    json(response, 200, answer);
  }

  #allowed({ authorization }: FakeRequest): boolean {
    return !this.#options.api_key || authorization === `Bearer ${this.#options.api_key}`;
  }

  async #chat(record: FakeRequest, response: ServerResponse): Promise<void> {
    const { body } = record;
    const plan = planFor(body, typeof this.script === "function" ? this.script(body, record) : this.script);
    if (plan.wait_ms > 0)
      await new Promise<void>((resolve) => this.#wheel.at(performance.now() + plan.wait_ms, resolve));
    if (this.#faulty(plan, body, response) || this.#refused(plan, body, response)) return;
    const { flavour } = this.#about;
    this.#about.loaded.add(body.model ?? "");
    await play(plan, body, response, {
      wheel: this.#wheel,
      field: flavour === "ollama" || flavour === "vllm" || flavour === "openrouter" ? "reasoning" : "reasoning_content",
      llama_cpp: flavour === "llama.cpp" || flavour === "llama-swap",
    });
  }

  #refused(plan: Plan, body: ChatBody, response: ServerResponse): boolean {
    const { refuse_over } = this.#options;
    if (refuse_over === undefined) return false;
    const tokens = promptTokens(body);
    plan.usage ??= { in: tokens, out: 0, cached: 0 };
    if (tokens <= refuse_over) return false;
    const { status, body: said } = tooLong(this.#about.flavour, tokens, refuse_over);
    json(response, status, said);
    return true;
  }

  /** Faults before the first byte; true when one was given (or when the answer never comes). */
  #faulty(plan: Plan, body: ChatBody, response: ServerResponse): boolean {
    const asked = this.#asked.get(plan.key) ?? { since: performance.now(), faults: 0 };
    this.#asked.set(plan.key, asked);
    if (this.#options.strict && !this.#about.models.includes(body.model ?? "")) {
      json(response, 404, failure(`The model \`${body.model}\` does not exist`, "model_not_found"));
    } else if (plan.hang) {
      // Never answers; the client has to go.
    } else if (plan.loading_ms > performance.now() - asked.since) {
      json(response, 503, { error: { code: 503, message: "Loading model", type: "unavailable_error" } });
    } else if (asked.faults < plan.reset) {
      asked.faults++;
      cut(response);
    } else if (plan.error && asked.faults < plan.error.times) {
      asked.faults++;
      const headers: Record<string, string> =
        plan.retry_after_s === null ? {} : { "retry-after": String(plan.retry_after_s) };
      json(
        response,
        plan.error.status,
        failure(plan.message ?? `fake error ${plan.error.status}`, "fake_error"),
        headers,
      );
    } else if (plan.garbage) {
      response
        .writeHead(200, { "content-type": "text/html" })
        .end("<!doctype html><title>Sign in</title><p>Please sign in.");
    } else return false;
    return true;
  }
}

const failure = (message: string, code: string) => ({ error: { message, type: "fake", code } });

function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  response
    .writeHead(status, { "content-type": typeof body === "string" ? "text/plain" : "application/json", ...headers })
    .end(text);
}

async function readJson(request: IncomingMessage): Promise<ChatBody> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8")) as ChatBody;
  } catch {
    return {};
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "18080" },
      flavour: { type: "string", default: "openai" },
      models: { type: "string" },
      ctx: { type: "string" },
      key: { type: "string" },
      "refuse-over": { type: "string" },
      script: { type: "string" },
      verbose: { type: "boolean", default: false },
    },
  });
  const flavour = FLAVOURS.find((f) => f === values.flavour);
  if (!flavour) throw new Error(`--flavour is one of ${FLAVOURS.join(", ")}`);
  const llm = await startFakeLlm({
    port: Number(values.port),
    flavour,
    models: values.models?.split(","),
    n_ctx: values.ctx ? Number(values.ctx) : undefined,
    api_key: values.key,
    refuse_over: values["refuse-over"] ? Number(values["refuse-over"]) : undefined,
    script: values.script,
    onRequest: values.verbose
      ? (r) => console.error(`${r.number} ${r.method} ${r.path} ${r.body.model ?? ""}`)
      : undefined,
  });
  console.log(`fake-llm (${flavour}) on ${llm.url}`);
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => void llm.close().then(() => process.exit(0)));
}
