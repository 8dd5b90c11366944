/** Keeps the journal short: what is older or more than a reconnecting page could need is deleted. */

import { messageOf } from "../lib/errors.ts";
import { trimJournal } from "../store/journal.ts";
import type { Core } from "./core.ts";

export const KEEP_ROWS = 50_000;
export const KEEP_SECONDS = 600;
const INTERVAL_MS = 60_000;

/** Returns the function that ends it. */
export function startTrimming(core: Core): () => void {
  const timer = setInterval(() => {
    trimJournal(core.sql, KEEP_ROWS, KEEP_SECONDS).catch((error) =>
      core.log.warn("journal.trim_failed", { error: messageOf(error) }),
    );
  }, INTERVAL_MS);
  timer.unref();
  return () => clearInterval(timer);
}
