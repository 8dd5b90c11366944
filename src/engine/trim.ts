/** Keeps the journal short, and lets go of contents of files that nothing names any more. */

import { messageOf } from "../lib/errors.ts";
import { trimBlobs } from "../store/blobs.ts";
import { trimJournal } from "../store/journal.ts";
import type { Core } from "./core.ts";

export const KEEP_ROWS = 50_000;
export const KEEP_SECONDS = 600;
const INTERVAL_MS = 60_000;
const BLOBS_INTERVAL_MS = 600_000;
const BLOBS_A_TIME = 2_000;

/** Returns the function that ends it. */
export function startTrimming(core: Core): () => void {
  const timer = setInterval(() => {
    trimJournal(core.sql, KEEP_ROWS, KEEP_SECONDS).catch((error) =>
      core.log.warn("journal.trim_failed", { error: messageOf(error) }),
    );
  }, INTERVAL_MS);
  timer.unref();
  const blobs = setInterval(() => {
    trimBlobs(core.sql, BLOBS_A_TIME).catch((error) => core.log.warn("blobs.trim_failed", { error: messageOf(error) }));
  }, BLOBS_INTERVAL_MS);
  blobs.unref();
  return () => {
    clearInterval(timer);
    clearInterval(blobs);
  };
}
