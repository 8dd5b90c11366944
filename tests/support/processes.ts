/** What `ps` would show of a directory: every process that works in it, or whose command or environment names it. */
import { readdir, readFile, readlink } from "node:fs/promises";
import { isAlive } from "./until.ts";

/** One line a process. Not ourselves, and none that only waits to be buried. */
export async function processesOf(directory: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const lines = await Promise.all(
    pids.map(async (pid) => {
      if (pid === process.pid) return [];
      const about = await Promise.all([
        readlink(`/proc/${pid}/cwd`),
        readFile(`/proc/${pid}/cmdline`, "utf8"),
        readFile(`/proc/${pid}/environ`, "utf8"),
      ]).catch(() => []);
      const isOurs = about.some((text) => text.includes(directory)) && isAlive(pid);
      return isOurs ? [`${pid} ${about[1]!.replaceAll("\0", " ")}`] : [];
    }),
  );
  return lines.flat();
}
