/**
 * What the system knows of processes (Linux, /proc; elsewhere nothing is known and the answers are empty). Agents leave
 * children behind that are in no group of ours; what they cannot shed is their environment, so that is searched.
 */
import { readdir, readFile } from "node:fs/promises";

/** Every agent's environment has it, and so has whatever an agent starts: `<instance>:<process row>`. */
export const MARKER = "BOOCODE_AGENT";

export interface ProcessFacts {
  pid: number;
  /** Clock ticks since the machine's start: with the pid it names a process for good. */
  started: string;
  parent: number;
  group: number;
  rss_bytes: number;
  /** Processor time of its life, milliseconds. */
  cpu_ms: number;
}

const TICK_MS = 10;
const PAGE_BYTES = 4096;

/** Null when there is no such process, or it is only waiting to be collected. */
export async function processFacts(pid: number): Promise<ProcessFacts | null> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  if (text === null) return null;
  // The name is in parentheses and may hold anything, also parentheses.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return null;
  const at = (i: number) => Number(fields[i - 3]);
  return {
    pid,
    started: fields[22 - 3] ?? "",
    parent: at(4),
    group: at(5),
    rss_bytes: at(24) * PAGE_BYTES,
    cpu_ms: (at(14) + at(15)) * TICK_MS,
  };
}

/** Processes whose environment has the marker with a value that begins so; ours to look at only. */
export async function markedProcesses(value: string): Promise<(ProcessFacts & { marker: string })[]> {
  const names = await readdir("/proc").catch(() => [] as string[]);
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  const wanted = Buffer.from(`\0${MARKER}=${value}`);
  const found = await Promise.all(
    pids.map(async (pid) => {
      if (pid === process.pid) return null;
      const environment = await readFile(`/proc/${pid}/environ`).catch(() => null);
      if (!environment) return null;
      const whole = Buffer.concat([Buffer.from("\0"), environment]);
      const at = whole.indexOf(wanted);
      if (at === -1) return null;
      const from = at + MARKER.length + 2;
      const end = whole.indexOf(0, from);
      const facts = await processFacts(pid);
      return facts && { ...facts, marker: whole.toString("utf8", from, end === -1 ? undefined : end) };
    }),
  );
  return found.filter((facts) => facts !== null);
}

export interface Usage {
  processes: number;
  rss_bytes: number;
  cpu_ms: number;
}

/** Memory and processor time of everything that bears this marker. */
export async function usageOf(value: string): Promise<Usage> {
  const all = await markedProcesses(value);
  return {
    processes: all.length,
    rss_bytes: all.reduce((sum, p) => sum + p.rss_bytes, 0),
    cpu_ms: all.reduce((sum, p) => sum + p.cpu_ms, 0),
  };
}

/** Kills what bears the marker; repeated, because a process may start another between look and kill. Returns how many. */
export async function killMarked(value: string): Promise<number> {
  const gone = new Set<number>();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const left = await markedProcesses(value);
    if (left.length === 0) break;
    for (const { pid, started } of left) {
      // Between the look and now the number may have gone to somebody else.
      if ((await processFacts(pid))?.started !== started) continue;
      signal(pid, "SIGKILL");
      gone.add(pid);
    }
    if (round > 0) await Bun.sleep(ROUND_MS);
  }
  return gone.size;
}
/** Exactly these, as they were found. Returns how many. */
export async function killFound(found: readonly Pick<ProcessFacts, "pid" | "started">[]): Promise<number> {
  let killed = 0;
  for (const { pid, started } of found) {
    if ((await processFacts(pid))?.started !== started) continue;
    if (signal(pid, "SIGKILL")) killed++;
  }
  return killed;
}
const MOST_ROUNDS = 5;
const ROUND_MS = 20;

/** A process or, below zero, a group; one that is gone is an answer, not an error. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
}
