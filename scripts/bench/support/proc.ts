/** CPU time and memory of processes, from /proc: unlike wall time they hardly depend on who else uses the machine. */
import { readdirSync, readFileSync } from "node:fs";

/** USER_HZ: what /proc counts CPU time in, on every Linux there is. */
const TICKS_PER_S = 100;

interface Stat {
  pid: number;
  parent: number;
  /** Seconds, with those of children that ended and were waited for. */
  cpu_s: number;
}

function statOf(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const ticks = fields.slice(11, 15).reduce((sum, n) => sum + Number(n), 0);
    return { pid, parent: Number(fields[1]), cpu_s: ticks / TICKS_PER_S };
  } catch {
    return null;
  }
}

/**
 * These processes and everything below them, each once, but not what is below `except`: the embedded Postgres is a child
 * of its server.
 */
export function family(roots: readonly number[], except: readonly number[] = []): number[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat !== null);
  const found = new Set(roots);
  for (const pid of found)
    for (const stat of all) if (stat.parent === pid && !except.includes(stat.pid)) found.add(stat.pid);
  return [...found];
}

/** CPU seconds of their family, so far. */
export function cpuSeconds(roots: readonly number[], except?: readonly number[]): number {
  return family(roots, except).reduce((sum, pid) => sum + (statOf(pid)?.cpu_s ?? 0), 0);
}

/** Proportional set size of their family in MB: shared pages are divided among those who share them. */
export function pssMb(roots: readonly number[], except?: readonly number[]): number {
  const kb = family(roots, except).reduce((sum, pid) => sum + pssOf(pid), 0);
  return kb / 1024;
}

/** Resident memory of one process in MB, shared pages and all: its PSS if it were alone. */
export const rssMb = (pid: number): number => rollup(pid, "Rss") / 1024;

const pssOf = (pid: number): number => rollup(pid, "Pss");

function rollup(pid: number, field: string): number {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** How busy the machine was: CPUs, load average, and its whole CPU time, of which ours is only a part. */
export function machine(): { load: string; busy_s: number; idle_s: number } {
  const [, user, nice, system, idle, iowait, irq, softirq, steal] = readFileSync("/proc/stat", "utf8")
    .split("\n")[0]!
    .split(/\s+/)
    .map(Number) as number[];
  const busy = user! + nice! + system! + irq! + softirq! + (steal ?? 0);
  return {
    load: readFileSync("/proc/loadavg", "utf8").split(" ").slice(0, 2).join(" "),
    busy_s: busy / TICKS_PER_S,
    idle_s: (idle! + iowait!) / TICKS_PER_S,
  };
}
