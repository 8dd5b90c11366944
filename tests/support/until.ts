import { readFileSync } from "node:fs";

/** Waits until a condition holds, looking again and again; gives what it gave, or throws after the deadline. */
export async function until<T>(look: () => T | Promise<T>, deadline_ms = 15_000): Promise<NonNullable<T>> {
  const end = Date.now() + deadline_ms;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > end) throw new Error(`not within ${deadline_ms} ms: ${look}`);
    await Bun.sleep(2);
  }
}

/** False for a process that is gone or that only waits to be buried by its parent. */
export function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
