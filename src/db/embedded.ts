/**
 * A Postgres of our own in the data directory. It is a process beside ours, not part of it: when we are killed it stays,
 * and the next start finds and uses it. Whoever stops the server stops it too.
 */
import { mkdir, realpath } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../lib/errors.ts";
import type { Log } from "../lib/log.ts";
import { checkCluster, DATABASE_USER, logTail, makeCluster, spawnPostgres } from "./embedded-cluster.ts";
import { findPlaces, findPrograms, type Places, type Programs } from "./embedded-places.ts";
import { clearAfterKill, findPostmaster, runsOn, sendSignal, waitForEnd } from "./embedded-process.ts";
import { connect, type Sql } from "./sql.ts";

const DATABASE = "boocode";
/** Recovery after a kill replays at most max_wal_size; this is far more than that takes. */
const START_DEADLINE_MS = 60_000;
const FAST_STOP_MS = 20_000;
const QUICK_STOP_MS = 3_000;
const POLL_MS = 10;

export interface EmbeddedTarget {
  socket_dir: string;
  user: string;
  database: string;
}

export interface Embedded {
  target: EmbeddedTarget;
  pid: number;
  /** False if it was running already, left over or another server's: the server lock tells which. */
  started: boolean;
  /** Ends Postgres and with it every connection. Only for the holder of the server lock: it may be another server's. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Postgres settings over our own. */
  settings?: Record<string, string>;
  /** False skips the flush of a new data directory to disk; for tests. */
  durable?: boolean;
}

/**
 * Connects to the Postgres of `<home>/postgres`, making and starting it if need be. Resolves when it accepts
 * connections and the database exists. Throws Error with a message for the person who started us.
 */
export async function startEmbedded(home: string, log: Log, options: EmbeddedOptions = {}): Promise<Embedded> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  const unlock = await lockStart(await realpath(home));
  try {
    const places = await findPlaces(home, log);
    const programs = await findPrograms(places);
    const adopted = await adopt(places, log);
    if (adopted) return adopted;
    if (!(await checkCluster(places, programs, log))) await makeCluster(places, programs, options.durable ?? true);
    if (await clearAfterKill(places.data)) log.info("database_recovers", { data: places.data });
    return await start(places, programs, options.settings ?? {});
  } finally {
    unlock();
  }
}

async function adopt(places: Places, log: Log): Promise<Embedded | undefined> {
  const deadline = Date.now() + START_DEADLINE_MS;
  for (let found = await findPostmaster(places.data); found; found = await findPostmaster(places.data)) {
    if (Date.now() > deadline)
      throw new Error(`Postgres (process ${found.pid}) neither becomes ready nor ends; see ${places.log_file}`);
    if (found.status === "ready") {
      const target = { socket_dir: found.socket_dir, user: DATABASE_USER, database: DATABASE };
      const problem = await ensureDatabase(target);
      if (!problem) return running(found.pid, target, places, false);
      // Running but out of reach, for instance because its socket was tidied away from /tmp: begin anew.
      log.warn("database_unreachable", { pid: found.pid, problem });
      await end(found.pid, places);
    }
    await sleep(POLL_MS);
  }
  return undefined;
}

async function start(places: Places, programs: Programs, settings: Record<string, string>): Promise<Embedded> {
  const target = { socket_dir: places.socket_dir, user: DATABASE_USER, database: DATABASE };
  const child = await spawnPostgres(places, programs, settings);
  const pid = child.pid;
  if (pid === undefined) throw new Error(`could not start ${programs.postgres}`);
  const deadline = Date.now() + START_DEADLINE_MS;
  for (;;) {
    const found = await findPostmaster(places.data);
    if (found?.pid === pid && found.status === "ready") break;
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`Postgres did not start:\n${await logTail(places)}`);
    if (Date.now() > deadline) {
      await end(pid, places);
      throw new Error(`Postgres was not ready after ${START_DEADLINE_MS / 1000} s:\n${await logTail(places)}`);
    }
    await sleep(POLL_MS);
  }
  const problem = await ensureDatabase(target);
  if (!problem) return running(pid, target, places, true);
  await end(pid, places);
  throw new Error(`Postgres started, but does not answer: ${problem}`);
}

function running(pid: number, target: EmbeddedTarget, places: Places, started: boolean): Embedded {
  let stopping: Promise<void> | undefined;
  // Whatever runs there by then: after a crash it may be another process than the one we started.
  const endCurrent = async () => end((await findPostmaster(places.data))?.pid ?? pid, places);
  return { target, pid, started, stop: () => (stopping ??= endCurrent()) };
}

/** Fast shutdown writes a checkpoint; a quick one leaves that to the next start's recovery. */
async function end(pid: number, places: Places): Promise<void> {
  for (const [signal, ms] of [
    ["SIGINT", FAST_STOP_MS],
    ["SIGQUIT", QUICK_STOP_MS],
    ["SIGKILL", QUICK_STOP_MS],
  ] as const) {
    if (!(await runsOn(pid, places.data))) return;
    sendSignal(pid, signal);
    if (await waitForEnd(pid, places.data, ms)) return;
  }
}

/** Makes the database if it is missing. Returns what is wrong if Postgres cannot be reached. */
async function ensureDatabase(target: EmbeddedTarget): Promise<string | undefined> {
  const problem = await attempt(target, async (sql) => void (await sql`select 1`));
  if (problem?.code !== "3D000") return problem?.message;
  const created = await attempt(
    { ...target, database: "postgres" },
    async (sql) => void (await sql`create database ${sql(DATABASE)}`),
  );
  // 42P04: somebody else made it between the two.
  return created?.code === "42P04" ? undefined : created?.message;
}

async function attempt(
  target: EmbeddedTarget,
  work: (sql: Sql) => Promise<void>,
): Promise<{ code?: string; message: string } | undefined> {
  const sql = connect(target, { max: 1 });
  try {
    await work(sql);
    return undefined;
  } catch (error) {
    return { code: (error as { code?: string }).code, message: messageOf(error) };
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/**
 * Two starts at once would both find no Postgres, and both make its directories. The lock is a name in Linux's abstract socket space: taken by one
 * process at a time and free when that process ends, however it ends. Elsewhere there is no such name and no lock.
 */
async function lockStart(home: string): Promise<() => void> {
  if (process.platform !== "linux") return () => {};
  const name = `\0boocode-start-${new Bun.CryptoHasher("sha256").update(home).digest("hex").slice(0, 32)}`;
  const deadline = Date.now() + START_DEADLINE_MS;
  for (;;) {
    try {
      const listener = Bun.listen({ unix: name, socket: { data() {} } });
      return () => listener.stop(true);
    } catch (error) {
      if ((error as { code?: string }).code !== "EADDRINUSE") throw error;
      if (Date.now() > deadline) throw new Error(`another start is at work on ${home}`);
      await sleep(POLL_MS);
    }
  }
}
