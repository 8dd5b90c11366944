/** One agent that speaks the protocol: its process, the handshake, requests with deadlines, and its end. */
import type { AnyMessage, ClientConnection } from "@agentclientprotocol/sdk";
import { z } from "zod";
import type { AgentFeatures, AgentLogin } from "../../domain/provider.ts";
import { AppError, type ErrorCode } from "../../lib/errors.ts";
import { type AgentCommandLine, type AgentExit, type AgentProcess, startAgent } from "../agents/agent-process.ts";
import { Refusal } from "../refusal.ts";
import { faultOf, lastWords, looksLikeLogin, SignedOut } from "./faults.ts";
import { messagesOf } from "./messages.ts";

export const PROTOCOL_VERSION = 1;
export const INITIALIZE_TIMEOUT_MS = 60_000;
/** Lines that are no messages: so many are told of, the others counted. */
const NOISE_TOLD = 5;

/** What the agent may ask of us. A method that is missing is not offered. */
export interface ClientSide {
  permission(params: unknown, signal: AbortSignal): Promise<unknown>;
  readTextFile?(params: unknown): Promise<unknown>;
  writeTextFile?(params: unknown): Promise<unknown>;
  terminal?: Record<"create" | "output" | "waitForExit" | "kill" | "release", (params: unknown) => Promise<unknown>>;
}

export interface ConnectOptions {
  /** Names the agent in sentences. */
  label: string;
  line: AgentCommandLine;
  client: ClientSide;
  /** Every update in the order of the wire. */
  update(params: unknown): void;
  /** While it gives a promise the agent's output is not read on. */
  ready?(): Promise<void> | null;
  log?(event: string, fields: Record<string, unknown>): void;
  /** Called as soon as the process is there, before it said anything. */
  started?(process: AgentProcess): void | Promise<void>;
  timeout_ms?: number;
}

export interface AcpAgent {
  label: string;
  process: AgentProcess;
  features: AgentFeatures;
  /** Name and version by its own account. */
  name: string | null;
  version: string | null;
  /** Ways to sign in that it names. */
  logins: AgentLogin[];
  /** Throws Refusal with a sentence: the agent's error, its death, the deadline. An abort stops the waiting. */
  request(method: string, params: unknown, options?: { timeout_ms?: number; signal?: AbortSignal }): Promise<unknown>;
  notify(method: string, params: unknown): Promise<void>;
  /** Resolves when the process is gone. */
  exited: Promise<AgentExit>;
  readonly alive: boolean;
  end(how?: "gently" | "now"): Promise<AgentExit>;
}

const Initialized = z.object({
  protocolVersion: z.number(),
  agentInfo: z.object({ name: z.string().optional(), version: z.string().optional() }).nullish().catch(null),
  authMethods: z.array(z.unknown()).nullish().catch([]),
  agentCapabilities: z
    .object({
      loadSession: z.boolean().nullish().catch(false),
      promptCapabilities: z
        .object({ image: z.boolean().nullish(), embeddedContext: z.boolean().nullish() })
        .nullish()
        .catch(null),
      sessionCapabilities: z.record(z.string(), z.unknown()).nullish().catch(null),
    })
    .nullish()
    .catch(null),
});

const LOGINS_MAX = 10;
const words = z.string().max(200);
const Login = z.object({
  id: words.min(1),
  name: words,
  description: words.nullish().catch(null),
  type: words.nullish().catch(null),
  args: z.array(z.string().max(1_000)).max(20).nullish().catch(null),
});

/** By the protocol, or, where it says so, by itself once more in a terminal. */
function loginOf(method: unknown): AgentLogin | null {
  const read = Login.safeParse(method);
  if (!read.success) return null;
  const { id, name, description, type, args } = read.data;
  return {
    id,
    name,
    description: description ?? null,
    by: type === "terminal" ? "terminal" : "agent",
    args: args ?? [],
  };
}

/** Starts the agent and shakes hands. On every way out but success the process is gone. */
export async function connectAgent(options: ConnectOptions): Promise<AcpAgent> {
  const child = await startAgent(options.line);
  try {
    await options.started?.(child);
    const connection = await open(child, options);
    const request = requester(options.label, child, connection);
    const reply = await request(
      "initialize",
      {
        protocolVersion: PROTOCOL_VERSION,
        clientCapabilities: {
          fs: {
            readTextFile: options.client.readTextFile !== undefined,
            writeTextFile: options.client.writeTextFile !== undefined,
          },
          terminal: options.client.terminal !== undefined,
          auth: { terminal: true },
        },
        clientInfo: { name: "boocode", title: "BooCode", version: CLIENT_VERSION },
      },
      { timeout_ms: options.timeout_ms ?? INITIALIZE_TIMEOUT_MS },
    );
    return agentOf(options.label, child, connection, request, reply);
  } catch (error) {
    await child.end("now");
    throw error;
  }
}
const CLIENT_VERSION = "1";

function agentOf(
  label: string,
  child: AgentProcess,
  connection: ClientConnection,
  request: AcpAgent["request"],
  reply: unknown,
): AcpAgent {
  const read = Initialized.safeParse(reply);
  if (!read.success)
    throw new Refusal("unavailable", "wrong protocol", `${label} answered the handshake with something else.`);
  const { protocolVersion, agentInfo, authMethods, agentCapabilities: can } = read.data;
  if (protocolVersion !== PROTOCOL_VERSION)
    throw new Refusal(
      "unavailable",
      "wrong protocol",
      `${label} speaks version ${protocolVersion} of the agent protocol; BooCode speaks version ${PROTOCOL_VERSION}. Update the older of the two.`,
    );
  const session = can?.sessionCapabilities ?? {};
  const has = (name: string) => session[name] !== undefined && session[name] !== null;
  return {
    label,
    process: child,
    features: {
      load: can?.loadSession === true,
      resume: has("resume"),
      list: has("list"),
      close: has("close"),
      images: can?.promptCapabilities?.image === true,
      embedded: can?.promptCapabilities?.embeddedContext === true,
    },
    name: agentInfo?.name ?? null,
    version: agentInfo?.version ?? null,
    logins: (authMethods ?? []).slice(0, LOGINS_MAX).flatMap((method) => loginOf(method) ?? []),
    request,
    notify: (method, params) => connection.agent.notify(method, params).catch(() => {}),
    exited: child.exited,
    get alive() {
      return child.alive;
    },
    async end(how) {
      const exit = await child.end(how);
      connection.close();
      return exit;
    },
  };
}

/** The SDK is loaded when the first agent is spoken to. */
async function open(child: AgentProcess, options: ConnectOptions): Promise<ClientConnection> {
  const { client, methods, RequestError } = await import("@agentclientprotocol/sdk");
  let noise = 0;
  const readable = messagesOf({
    stdout: child.stdout,
    noise: (line) => {
      if (++noise <= NOISE_TOLD) options.log?.("agent.noise", { agent: options.label, line });
    },
    update: options.update,
    ready: options.ready ?? (() => null),
  });
  const asked = options.client;
  const app = client({ name: "boocode" }).onRequest("session/request_permission", anything, ({ params, signal }) =>
    asked.permission(params, signal),
  );
  const serve = (method: string, answer: ((params: unknown) => Promise<unknown>) | undefined) => {
    if (!answer) return;
    app.onRequest(method, anything, ({ params }) =>
      answer(params).catch((error: unknown) => {
        // Any other error would reach it as "Internal error", and its model could not learn from that.
        if (error instanceof AppError) throw new RequestError(CODES[error.code] ?? INTERNAL_ERROR, error.message);
        throw error;
      }),
    );
  };
  serve(methods.client.fs.readTextFile, asked.readTextFile);
  serve(methods.client.fs.writeTextFile, asked.writeTextFile);
  serve(methods.client.terminal.create, asked.terminal?.create);
  serve(methods.client.terminal.output, asked.terminal?.output);
  serve(methods.client.terminal.waitForExit, asked.terminal?.waitForExit);
  serve(methods.client.terminal.kill, asked.terminal?.kill);
  serve(methods.client.terminal.release, asked.terminal?.release);
  return app.connect({ readable, writable: writableOf(child) });
}

const INTERNAL_ERROR = -32603;
const CODES: Partial<Record<ErrorCode, number>> = { not_found: -32002, invalid: -32602, forbidden: -32602 };

/** Parameters are checked where they are used. */
const anything = { parse: (params: unknown) => params };

function writableOf(child: AgentProcess): WritableStream<AnyMessage> {
  return new WritableStream<AnyMessage>({
    async write(message) {
      if (!child.alive) throw new Error("the agent is gone");
      child.stdin.write(`${JSON.stringify(message)}\n`);
      await child.stdin.flush();
    },
  });
}

function requester(label: string, child: AgentProcess, connection: ClientConnection): AcpAgent["request"] {
  const gone = child.exited.then(async (exit) => {
    // What it said last comes by another pipe, which is read a moment later.
    await Bun.sleep(LAST_WORDS_MS);
    throw endedBy(label, child, exit);
  });
  gone.catch(() => {});
  return async (method, params, { timeout_ms, signal } = {}) => {
    signal?.throwIfAborted();
    const cleanup: (() => void)[] = [];
    const late = new Promise<never>((_, reject) => {
      if (timeout_ms !== undefined) {
        const timer = setTimeout(() => reject(tookTooLong(label, child, method, timeout_ms)), timeout_ms);
        cleanup.push(() => clearTimeout(timer));
      }
      if (signal) {
        const abort = () => reject(signal.reason);
        signal.addEventListener("abort", abort, { once: true });
        cleanup.push(() => signal.removeEventListener("abort", abort));
      }
    });
    late.catch(() => {});
    const answer = connection.agent.request(method, params).catch(async (error: unknown) => {
      // A connection that closes without a word: the process says why.
      if (!isAnswer(error)) await Promise.race([gone, Bun.sleep(CLOSE_MS)]);
      throw isAnswer(error) ? faultOf(label, error) : brokenBy(label, child, error);
    });
    try {
      return await Promise.race([answer, gone, late]);
    } finally {
      for (const undo of cleanup) undo();
    }
  };
}
const LAST_WORDS_MS = 50;
const CLOSE_MS = 1_000;

const isAnswer = (error: unknown) => typeof (error as { code?: unknown } | null)?.code === "number";

function endedBy(label: string, child: AgentProcess, { code, signal }: AgentExit): Refusal {
  const words = lastWords(child.stderr());
  if (words && looksLikeLogin(words)) return new SignedOut(label, words);
  const how = signal ? `was ended by ${signal}` : code === 0 ? "ended by itself" : `ended with code ${code}`;
  return new Refusal("unavailable", "agent ended", `${label} ${how}${words ? `: ${words}` : ""}.`);
}

function brokenBy(label: string, child: AgentProcess, error: unknown): Refusal {
  if (error instanceof Refusal) return new Refusal(error.code, error.note, `${label}: ${error.message}`);
  const words = lastWords(child.stderr());
  return new Refusal("unavailable", "agent silent", `${label} closed the conversation${words ? `: ${words}` : ""}.`);
}

function tookTooLong(label: string, child: AgentProcess, method: string, ms: number): Refusal {
  const words = lastWords(child.stderr());
  if (words && looksLikeLogin(words)) return new SignedOut(label, words);
  const seconds = Math.round(ms / 1000);
  return new Refusal(
    "unavailable",
    "no answer",
    `${label} did not answer ${method} within ${seconds} s${words ? `; it last wrote: ${words}` : ""}.`,
  );
}
