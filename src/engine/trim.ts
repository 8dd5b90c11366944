/** Keeps the journal short, and lets go of attachments and contents of files that nothing names any more. */

import { handedOut, takeBack } from "../drivers/files/hand-out.ts";
import { messageOf } from "../lib/errors.ts";
import { findAttachments, trimAttachments } from "../store/attachments.ts";
import { trimBlobs } from "../store/blobs.ts";
import { trimJournal } from "../store/journal.ts";
import type { Core } from "./core.ts";

export const KEEP_ROWS = 50_000;
export const KEEP_SECONDS = 600;
const INTERVAL_MS = 60_000;
const BLOBS_INTERVAL_MS = 600_000;
const BLOBS_A_TIME = 2_000;
/** What waits in a draft, or was left by a chat that is gone. */
const ATTACHMENTS_DAYS = 14;

/** Copies for agents of attachments that are gone. */
async function trimCopies(core: Core): Promise<void> {
  const ids = await handedOut(core.config.home, BLOBS_A_TIME);
  const there = new Set((await findAttachments(core.sql, ids)).map((a) => a.id));
  await takeBack(
    core.config.home,
    ids.filter((id) => !there.has(id)),
  );
}

/** Returns the function that ends it. */
export function startTrimming(core: Core): () => void {
  const timer = setInterval(() => {
    trimJournal(core.sql, KEEP_ROWS, KEEP_SECONDS).catch((error) =>
      core.log.warn("journal.trim_failed", { error: messageOf(error) }),
    );
  }, INTERVAL_MS);
  timer.unref();
  const blobs = setInterval(() => {
    trimAttachments(core.sql, ATTACHMENTS_DAYS, BLOBS_A_TIME)
      .then(() => trimBlobs(core.sql, BLOBS_A_TIME))
      .then(() => trimCopies(core))
      .catch((error) => core.log.warn("blobs.trim_failed", { error: messageOf(error) }));
  }, BLOBS_INTERVAL_MS);
  blobs.unref();
  return () => {
    clearInterval(timer);
    clearInterval(blobs);
  };
}
