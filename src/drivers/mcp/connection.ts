/** One open conversation with an MCP server: its start, its list of tools, calls with deadlines, and its end. */
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { z } from "zod";
import { type AgentCommandLine, type AgentExit, type AgentProcess, startAgent } from "../agents/agent-process.ts";
import { Refusal } from "../refusal.ts";
import { type Answer, answerOf } from "./answer.ts";
import { faultOf } from "./faults.ts";
import type { HttpTarget } from "./http.ts";
import { LISTED_MAX, type Listed, PAGES_MAX, readTools } from "./list.ts";
import type { StdioTransport } from "./stdio.ts";

/** Starting may mean that a package is downloaded first. */
export const START_TIMEOUT_MS = 60_000;
const LIST_TIMEOUT_MS = 20_000;
/** Without a sign of progress; with such signs a call may go on for CALL_MOST_MS. */
export const CALL_TIMEOUT_MS = 120_000;
const CALL_MOST_MS = 30 * 60_000;
const GOODBYE_MS = 2_000;
const PING_TIMEOUT_MS = 5_000;

export type McpTarget = { transport: "stdio"; line: AgentCommandLine } | ({ transport: "http" } & HttpTarget);

export interface ConnectMcp {
  /** Names the server in sentences. */
  label: string;
  target: McpTarget;
  version: string;
  timeout_ms?: number;
  signal?: AbortSignal;
  /** Called as soon as the process is there, before it said anything. */
  started?(process: AgentProcess): Promise<void>;
  /** The server says that its tools are others now. */
  changed(): void;
}

export interface CallOptions {
  timeout_ms: number;
  signal: AbortSignal;
  /** What it says about how far it is. */
  progress(text: string): void;
}

export interface McpConnection {
  /** Name and version by its own account. */
  version: string | null;
  pid: number | null;
  readonly alive: boolean;
  /** Resolves with a sentence when it is over, whoever ended it. */
  over: Promise<string>;
  /** Throws Refusal with a sentence: its error, its death, the deadline. */
  tools(): Promise<Listed>;
  call(name: string, args: Record<string, unknown>, options: CallOptions): Promise<Answer>;
  /** Whether it answers at all. */
  answers(): Promise<boolean>;
  /** The end of standard error, and lines of standard output that were no messages. */
  complaints(): string;
  end(how?: "gently" | "now"): Promise<void>;
}

/** Starts or reaches the server and shakes hands. On every way out but success nothing of it is left. */
export async function connectMcp(options: ConnectMcp): Promise<McpConnection> {
  const { Client } = await import("@modelcontextprotocol/sdk/client/index.js");
  const client = new Client({ name: "boocode", title: "BooCode", version: options.version }, { capabilities: {} });
  // Errors that nobody waits for say nothing that a call would not say; without a handler they would be lost as well.
  client.onerror = () => {};
  return options.target.transport === "stdio"
    ? await overStdio(client, options, options.target.line)
    : await overHttp(client, options, options.target);
}

async function overStdio(client: Client, options: ConnectMcp, line: AgentCommandLine): Promise<McpConnection> {
  const { StdioTransport } = await import("./stdio.ts");
  const child = await startAgent(line);
  const transport = new StdioTransport(child, () => options.changed());
  const end = async (how: "gently" | "now" = "gently") => {
    await child.end(how);
    await client.close().catch(() => {});
  };
  let exit: AgentExit | null = null;
  void child.exited.then((how) => {
    exit = how;
  });
  const why = () => wordsOf(options.label, transport, exit);
  try {
    await options.started?.(child);
    return await opened(client, transport, options, {
      pid: child.pid,
      why,
      complaints: () => complaintsOf(child, transport),
      end,
      alive: () => child.alive,
    });
  } catch (error) {
    await end("now");
    throw withComplaints(faultOf(options.label, error, why), complaintsOf(child, transport));
  }
}

async function overHttp(client: Client, options: ConnectMcp, target: HttpTarget): Promise<McpConnection> {
  const { httpTransport } = await import("./http.ts");
  const { ToolListChangedNotificationSchema } = await import("@modelcontextprotocol/sdk/types.js");
  let fault: Refusal | null = null;
  let open = true;
  const transport = httpTransport(target, (error) => {
    fault ??= error;
    open = false;
    void client.close().catch(() => {});
  });
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => options.changed());
  const end = async () => {
    if (open) await Promise.race([transport.terminateSession().catch(() => {}), Bun.sleep(GOODBYE_MS)]);
    open = false;
    await client.close().catch(() => {});
  };
  const why = () => (fault ? `${options.label}: ${fault.message}` : `The connection to ${options.label} has ended.`);
  try {
    return await opened(client, transport as Transport, options, {
      pid: null,
      why,
      complaints: () => "",
      end,
      alive: () => open,
    });
  } catch (error) {
    open = false;
    await end();
    throw faultOf(options.label, error, why);
  }
}

interface Ways {
  pid: number | null;
  why(): string;
  complaints(): string;
  end(how?: "gently" | "now"): Promise<void>;
  alive(): boolean;
}

async function opened(client: Client, transport: Transport, options: ConnectMcp, ways: Ways): Promise<McpConnection> {
  const { label, signal } = options;
  const ended = Promise.withResolvers<string>();
  let closed = false;
  client.onclose = () => {
    closed = true;
    ended.resolve(ways.why());
  };
  const timeout = options.timeout_ms ?? START_TIMEOUT_MS;
  await client.connect(transport, { timeout, maxTotalTimeout: timeout, ...(signal && { signal }) });
  const { name, version } = client.getServerVersion() ?? {};
  return {
    version:
      [name, version]
        .filter((word) => typeof word === "string")
        .join(" ")
        .slice(0, 100) || null,
    pid: ways.pid,
    get alive() {
      return !closed && ways.alive();
    },
    over: ended.promise,
    tools: () => orSentence(label, ways.why, () => listed(client)),
    call: (tool, args, call) => orSentence(label, ways.why, () => called(client, tool, args, call)),
    answers: () =>
      client.ping({ timeout: PING_TIMEOUT_MS }).then(
        () => true,
        () => false,
      ),
    complaints: ways.complaints,
    end: ways.end,
  };
}

async function orSentence<T>(label: string, why: () => string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw faultOf(label, error, why);
  }
}

/** Not the SDK's schema: one tool that lies about itself would cost all the others. */
const Page = z.looseObject({ tools: z.array(z.unknown()), nextCursor: z.string().max(10_000).nullish() });

async function listed(client: Client): Promise<Listed> {
  if (!client.getServerCapabilities()?.tools) return { tools: [], problems: ["It offers no tools."] };
  const given: unknown[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES_MAX && given.length <= LISTED_MAX; page++) {
    const params = cursor === null ? {} : { cursor };
    const answer: z.output<typeof Page> = await client.request({ method: "tools/list", params }, Page, {
      timeout: LIST_TIMEOUT_MS,
    });
    given.push(...answer.tools);
    if (!answer.nextCursor || answer.nextCursor === cursor) break;
    cursor = answer.nextCursor;
  }
  return readTools(given);
}

/** The SDK would compile what a server says about its results, and refuse results that are not so: both left out here. */
async function called(
  client: Client,
  name: string,
  args: Record<string, unknown>,
  { timeout_ms, signal, progress }: CallOptions,
): Promise<Answer> {
  const answer = await client.request({ method: "tools/call", params: { name, arguments: args } }, z.looseObject({}), {
    signal,
    timeout: timeout_ms,
    maxTotalTimeout: Math.max(timeout_ms, CALL_MOST_MS),
    resetTimeoutOnProgress: true,
    onprogress: (report) => progress(progressWords(report)),
  });
  return answerOf(answer);
}

function progressWords(report: { progress?: unknown; total?: unknown; message?: unknown }): string {
  const done = Number(report.progress);
  const total = Number(report.total);
  const share = Number.isFinite(done) && total > 0 ? `${Math.round((done / total) * 100)} %` : "";
  const message = typeof report.message === "string" ? report.message : "";
  return [share, message].filter(Boolean).join(" ") || (Number.isFinite(done) ? String(done) : "");
}

function wordsOf(label: string, transport: StdioTransport, exit: AgentExit | null): string {
  if (transport.fault) return `${label}: ${transport.fault.message}`;
  if (exit === null) return `${label} has ended.`;
  return exit.signal ? `${label} was killed (${exit.signal}).` : `${label} ended with code ${exit.code}.`;
}

function complaintsOf(child: AgentProcess, { noise }: StdioTransport): string {
  const more = noise.count > noise.told.length ? [`(and ${noise.count - noise.told.length} more lines)`] : [];
  const said = noise.told.length > 0 ? ["On standard output, where only messages belong:", ...noise.told, ...more] : [];
  return [child.stderr().trimEnd(), ...said].filter(Boolean).join("\n");
}

/** Why a program does not start stands on the last line that it wrote. */
function withComplaints(error: Refusal, complaints: string): Refusal {
  const last = complaints.trimEnd().split("\n").at(-1)?.trim().slice(0, LAST_LINE_CHARS) ?? "";
  if (last === "" || error.message.includes(last)) return error;
  return new Refusal("unavailable", error.note, `${error.message} It says: ${last}`, { cause: { complaints } });
}
const LAST_LINE_CHARS = 300;

/** What a server that could not be opened complained about. */
export function complaintsIn(error: unknown): string {
  const cause = error instanceof Error ? (error.cause as { complaints?: unknown } | undefined) : undefined;
  return typeof cause?.complaints === "string" ? cause.complaints : "";
}
