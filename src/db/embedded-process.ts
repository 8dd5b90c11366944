/** What runs on a data directory: the postmaster named in its pid file, and what a killed one left behind. */
import { constants } from "node:fs";
import { open, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";

const POLL_MS = 10;
/** Orphaned backends end by themselves when they notice that the postmaster died; then they are told to, then made to. */
const ORPHANS_END_MS = 2_000;

export interface Postmaster {
  pid: number;
  socket_dir: string;
  /** As Postgres writes it: starting, ready, stopping. */
  status: string;
}

/** The living postmaster of this data directory, or undefined; a zombie or a stranger with a reused pid is none. */
export async function findPostmaster(data: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "");
  const lines = text.split("\n").map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !(await runsOn(pid, data))) return undefined;
  return { pid, socket_dir: lines[4] ?? "", status: lines[7] ?? "starting" };
}

/** True while `pid` is a living Postgres process of this data directory. */
export async function runsOn(pid: number, data: string): Promise<boolean> {
  if (process.platform !== "linux") return runsOnByPs(pid, data);
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const name = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
  const state = stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
  if (name !== "postgres" || state === "Z" || state === "X") return false;
  // The working directory follows when the data is moved, but may be unreadable (a container's root without ptrace).
  const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  if (cwd !== undefined) return cwd === data;
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return command.split("\0").includes(data);
}

function runsOnByPs(pid: number, data: string): boolean {
  const ps = Bun.spawnSync(["ps", "-o", "state=,command=", "-p", String(pid)]);
  const line = ps.stdout.toString().trim();
  return ps.success && !line.startsWith("Z") && line.includes("postgres") && line.includes(data);
}

/**
 * Makes a data directory startable after its postmaster was killed. The pid file stays, because it names the shared
 * memory that Postgres checks before it trusts the files; only its pid becomes ours, which Postgres, being our child,
 * does not take for a competitor, while the dead one's number may by now belong to anybody.
 */
export async function clearAfterKill(data: string): Promise<boolean> {
  const file = await open(join(data, "postmaster.pid"), constants.O_RDWR | constants.O_NOFOLLOW).catch(() => undefined);
  if (!file) return false;
  try {
    const text = await file.readFile("utf8");
    const rest = text.includes("\n") ? text.slice(text.indexOf("\n")) : "\n";
    await file.truncate(0);
    await file.write(`${process.pid}${rest}`, 0);
  } finally {
    await file.close();
  }
  await endOrphans(data);
  return true;
}

async function endOrphans(data: string): Promise<void> {
  for (const signal of [undefined, "SIGQUIT", "SIGKILL"] as const) {
    const deadline = Date.now() + ORPHANS_END_MS;
    for (let left = await processesOn(data); ; left = await processesOn(data)) {
      if (left.length === 0) return;
      if (signal) for (const pid of left) sendSignal(pid, signal);
      if (Date.now() > deadline) break;
      await Bun.sleep(POLL_MS);
    }
  }
}

async function processesOn(data: string): Promise<number[]> {
  if (process.platform !== "linux") return [];
  const pids = (await readdir("/proc")).map(Number).filter((pid) => pid > 1);
  const ours = await Promise.all(
    pids.map(async (pid) => (await readlink(`/proc/${pid}/cwd`).catch(() => "")) === data),
  );
  const found = pids.filter((_, index) => ours[index]);
  const running = await Promise.all(found.map((pid) => runsOn(pid, data)));
  return found.filter((_, index) => running[index]);
}

/** Sends a signal to a process that may be gone already. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Waits until `pid` no longer runs on this data directory; false if it still does after `ms`. */
export async function waitForEnd(pid: number, data: string, ms: number): Promise<boolean> {
  const deadline = Date.now() + ms;
  while (await runsOn(pid, data)) {
    if (Date.now() > deadline) return false;
    await Bun.sleep(POLL_MS);
  }
  return true;
}
