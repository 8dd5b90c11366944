/** Writes that a run cannot do without survive a database that goes away for a while. */

import { isDatabaseAway } from "../lib/database-away.ts";
import { messageOf } from "../lib/errors.ts";
import type { Core } from "./core.ts";

/** How long a run waits for the database to come back before it gives up. */
const PATIENCE_MS = 180_000;
const FIRST_WAIT_MS = 100;
const MAX_WAIT_MS = 1_000;

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
