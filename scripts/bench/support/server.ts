/** BooCode in a process of its own, on a data directory in the temporary directory, with its embedded Postgres. */
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { connect, type Sql } from "../../../src/db/sql.ts";

export const ROOT = resolve(import.meta.dir, "../../..");
const START_DEADLINE_MS = 30_000;

export interface BenchServer extends AsyncDisposable {
  url: string;
  pid: number;
  /** Process id of its Postgres. */
  postmaster: number;
  home: string;
  sql: Sql;
  json<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** Ends the server and keeps the data directory. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** Data directory to use again; a new one is removed at the end. */
  home?: string;
  llm_url?: string;
  env?: Record<string, string>;
  /** Flags for bun itself, such as --cpu-prof. */
  bun?: string[];
}

export async function newHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), "boo-bench-"));
  // As root, Postgres runs as another user and has to get in.
  await chmod(home, 0o711);
  return home;
}

export const environment = (home: string, options: ServerOptions = {}) => ({
  PATH: process.env.PATH ?? "/usr/bin:/bin",
  HOME: process.env.HOME ?? home,
  BOOCODE_HOME: home,
  BOOCODE_PORT: "0",
  BOOCODE_DISCOVER: "off",
  BOOCODE_PROJECT_ROOTS: ROOT,
  BOOCODE_LOG: "warn",
  ...(options.llm_url && { BOOCODE_LLM_URL: options.llm_url }),
  ...options.env,
});

export async function startServer(options: ServerOptions = {}): Promise<BenchServer> {
  const home = options.home ?? (await newHome());
  const child = Bun.spawn([process.execPath, ...(options.bun ?? []), join(ROOT, "src/main.ts")], {
    cwd: ROOT,
    env: environment(home, options),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  const url = await firstUrl(child.stdout);
  const [pid = "", , , , socket_dir = ""] = (await readFile(join(home, "postgres/data/postmaster.pid"), "utf8")).split(
    "\n",
  );
  const sql = connect({ socket_dir: socket_dir.trim(), user: "boocode", database: "boocode" }, { max: 1 });
  let stopped = false;
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    await sql.end({ timeout: 1 });
    child.kill("SIGTERM");
    await child.exited;
  };
  return {
    url,
    pid: child.pid,
    postmaster: Number(pid),
    home,
    sql,
    stop,
    json: (method, path, body) => json(url + path, method, body),
    async [Symbol.asyncDispose]() {
      await stop();
      if (!options.home) await rm(home, { recursive: true, force: true });
    },
  };
}

async function json<T>(url: string, method: string, body: unknown): Promise<T> {
  const response = await fetch(url, {
    method,
    headers: { accept: "application/json", "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text}`);
  return JSON.parse(text) as T;
}

/** Reads a child's output until it names the address it listens on; the rest is thrown away. */
export async function firstUrl(output: ReadableStream<Uint8Array>): Promise<string> {
  const reader = output.getReader();
  const decoder = new TextDecoder();
  const late = setTimeout(() => void reader.cancel(), START_DEADLINE_MS);
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`no address within ${START_DEADLINE_MS / 1000} s: ${text}`);
    text += decoder.decode(value, { stream: true });
    const url = /http:\/\/\S+/.exec(text)?.[0];
    if (!url) continue;
    clearTimeout(late);
    void drain(reader);
    return url;
  }
}

async function drain(reader: { read(): Promise<{ done: boolean }> }): Promise<void> {
  while (!(await reader.read()).done);
}

/** The project to ask about (this repository), with `count` new sessions, each with its first chat. */
export async function makeSessions(server: BenchServer, count: number): Promise<{ session: string; chat: string }[]> {
  const { projects } = await server.json<{ projects: { id: string }[] }>("GET", "/projects");
  const project =
    projects[0]?.id ?? (await server.json<{ project: { id: string } }>("POST", "/projects", { path: ROOT })).project.id;
  const made = [];
  for (let i = 0; i < count; i++) {
    const { session, chat } = await server.json<{ session: { id: string }; chat: { id: string } }>(
      "POST",
      `/projects/${project}/sessions`,
      {},
    );
    made.push({ session: session.id, chat: chat.id });
  }
  return made;
}
