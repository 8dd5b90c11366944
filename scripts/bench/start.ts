#!/usr/bin/env bun
/**
 * From starting the program to its first answer of GET /health, on a data directory that exists.
 *
 *   bun scripts/bench/start.ts [--repeat 7]
 *
 * Warm: the files are in the page cache, Postgres was stopped cleanly. Cold: the caches are dropped before, where that
 * is allowed (as root). After a kill: both were killed, so Postgres recovers. Left over: only the server was killed.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Figure, median, printFigures } from "./support/figures.ts";
import { machine } from "./support/proc.ts";
import { environment, newHome, ROOT, startServer } from "./support/server.ts";

const { values } = parseArgs({ options: { repeat: { type: "string", default: "7" } } });
const TARGET_MS = 800;
const POLL_MS = 2;
const DEADLINE_MS = 20_000;

type Before = "warm" | "cold" | "killed" | "left";

/** Starts, waits for the answer, ends the way the next start needs it; milliseconds to the answer. */
async function once(home: string, port: number, end: "stop" | "kill" | "kill server"): Promise<number> {
  const env = { ...environment(home), BOOCODE_PORT: String(port) };
  const started = performance.now();
  const child = Bun.spawn([process.execPath, join(ROOT, "src/main.ts")], {
    cwd: ROOT,
    env,
    stdin: "ignore",
    stdout: "ignore",
    stderr: "inherit",
  });
  const took = await answered(`http://127.0.0.1:${port}/health`, started);
  if (end === "stop") child.kill("SIGTERM");
  else child.kill("SIGKILL");
  if (end === "kill") process.kill(postmaster(home), "SIGKILL");
  await child.exited;
  return took;
}

async function answered(url: string, started: number): Promise<number> {
  for (;;) {
    const response = await fetch(url).catch(() => null);
    if (response?.ok) return performance.now() - started;
    if (performance.now() - started > DEADLINE_MS) throw new Error("no answer of /health");
    await Bun.sleep(POLL_MS);
  }
}

const postmaster = (home: string) =>
  Number(readFileSync(join(home, "postgres/data/postmaster.pid"), "utf8").split("\n")[0]);

/** False where it is not allowed. */
function dropCaches(): boolean {
  try {
    Bun.spawnSync(["sync"]);
    writeFileSync("/proc/sys/vm/drop_caches", "3");
    return true;
  } catch {
    return false;
  }
}

async function measure(home: string, before: Before): Promise<Figure> {
  const times: number[] = [];
  const port = freePort();
  for (let i = 0; i < Number(values.repeat); i++) {
    if (before === "killed") await once(home, port, "kill");
    if (before === "left") await once(home, port, "kill server");
    if (before === "cold" && !dropCaches())
      return { name: "cold: caches cannot be dropped here", value: Number.NaN, unit: "ms" };
    times.push(await once(home, port, "stop"));
  }
  const target = before === "warm" || before === "cold" ? { target: TARGET_MS } : {};
  const note = `${Math.min(...times).toFixed(0)} to ${Math.max(...times).toFixed(0)} ms`;
  return { name: before, value: median(times), unit: "ms", ...target, note };
}

function freePort(): number {
  const server = Bun.serve({ port: 0, fetch: () => new Response() });
  const { port } = server;
  void server.stop(true);
  return port!;
}

const home = await newHome();
try {
  const first = await startServer({ home });
  await first.stop();
  const figures: Figure[] = [];
  for (const before of ["warm", "cold", "killed", "left"] as const) figures.push(await measure(home, before));
  printFigures(`Start to the first answer of /health, median of ${values.repeat}; load ${machine().load}`, figures);
} finally {
  rmSync(home, { recursive: true, force: true });
}
