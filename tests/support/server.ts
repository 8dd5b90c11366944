/** The server as a process of its own, to be killed: `const server = await startServer({ database, home, llm })`. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { urlOf } from "./app.ts";
import type { TestDatabase } from "./database.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const START_MS = 15_000;

export interface ServerProcess {
  url: string;
  pid: number;
  /** Sends a signal and waits for the end; gives the exit code, null when the signal itself ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  /** All it wrote to both outputs. */
  output(): string;
}

export async function startServer(options: {
  home: string;
  llm?: { url: string };
  /** Without it the server starts a Postgres of its own in `home`. */
  database?: TestDatabase;
  env?: Record<string, string>;
}): Promise<ServerProcess> {
  const child = Bun.spawn(["bun", MAIN], {
    env: {
      PATH: process.env.PATH,
      HOME: options.home,
      BOOCODE_HOME: options.home,
      BOOCODE_PORT: "0",
      BOOCODE_DISCOVER: "off",
      BOOCODE_PROJECT_ROOTS: options.home,
      BOOCODE_LOG_LEVEL: "warn",
      ...(options.database && { DATABASE_URL: urlOf(options.database) }),
      ...(options.llm && { BOOCODE_LLM_URL: options.llm.url }),
      ...options.env,
    },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  let written = "";
  const started = Promise.withResolvers<string>();
  const read = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>) {
      written += decoder.decode(chunk, { stream: true });
      const url = /^BooCode runs at (\S+)$/m.exec(written)?.[1];
      if (url) started.resolve(url);
    }
  };
  const reading = Promise.all([read(child.stdout), read(child.stderr)]);
  void child.exited.then(() => started.reject(new Error(`the server ended: ${written}`)));
  const deadline = setTimeout(() => started.reject(new Error(`the server did not start: ${written}`)), START_MS);
  const url = await started.promise.finally(() => clearTimeout(deadline));
  return {
    url,
    pid: child.pid,
    async end(signal) {
      child.kill(signal);
      await child.exited;
      await reading;
      return child.signalCode === null ? child.exitCode : null;
    },
    output: () => written,
  };
}

/** Every living descendant of a process. */
export function descendantsOf(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // It ended while we looked.
    }
  }
  const found = [pid];
  for (let i = 0; i < found.length; i++)
    for (const [child, parent] of parents) if (parent === found[i]) found.push(child);
  return found.slice(1);
}

/** Its command line, words separated by NUL; "" once it is gone. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
