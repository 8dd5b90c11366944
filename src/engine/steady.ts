/** Writes that a run cannot do without survive a database that goes away for a while. */

import { messageOf } from "../lib/errors.ts";
import type { Core } from "./core.ts";

/** How long a run waits for the database to come back before it gives up. */
const PATIENCE_MS = 180_000;
const FIRST_WAIT_MS = 100;
const MAX_WAIT_MS = 1_000;

const CONNECTION_CODES = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "EPIPE",
  "ETIMEDOUT",
  // admin_shutdown, crash_shutdown, cannot_connect_now, connection exceptions, too many connections; and a statement
  // that was given up because the database stood still
  "57P01",
  "57P02",
  "57P03",
  "08000",
  "08001",
  "08003",
  "08006",
  "53300",
  "57014",
]);

export function isDatabaseAway(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && CONNECTION_CODES.has(code);
}

/** How long a server that is stopping waits for its database; what is not settled then is settled by the next start. */
const STOPPING_PATIENCE_MS = 3_000;

/** Repeats `work`, which must be idempotent, while the database is away; `patience_ms` long, three minutes by default. */
export async function steady<T>(
  core: Pick<Core, "log" | "stopping">,
  work: () => Promise<T>,
  patience_ms = PATIENCE_MS,
): Promise<T> {
  const began = performance.now();
  let stopping: number | null = null;
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(MAX_WAIT_MS, wait * 2)) {
    try {
      return await work();
    } catch (error) {
      const now = performance.now();
      if (core.stopping) stopping ??= now;
      const over = now - began > patience_ms || (stopping !== null && now - stopping > STOPPING_PATIENCE_MS);
      if (!isDatabaseAway(error) || over) throw error;
      core.log.warn("database.away", { error: messageOf(error), retry_ms: wait });
      await Bun.sleep(wait);
    }
  }
}
