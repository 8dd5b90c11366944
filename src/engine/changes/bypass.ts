/** What a run may write by itself: at its end in bypass mode, and by its tools. */
import type { Apply } from "../../domain/apply.ts";
import type { Run } from "../../domain/run.ts";
import { AppError, conflict } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import { newestOwnApply } from "../../store/applies.ts";
import { acceptOfRun } from "../../store/hunks.ts";
import { insertVerdicts } from "../../store/reviews.ts";
import { transact } from "../core.ts";
import { type Applying, applyAccepted } from "./apply.ts";
import { emitChanges } from "./emit.ts";
import { rewindApply } from "./rewind.ts";

/** In bypass mode everything the run proposed counts as accepted; then what is accepted in its chat is written. Null: nothing was. */
export async function applyOfRun(core: Applying, run: Run): Promise<Apply | null> {
  if (run.mode === "bypass") await acceptAll(core, run);
  try {
    return await applyAccepted(core, {
      session_id: run.session_id,
      chat_id: run.chat_id,
      run_id: run.id,
      via: via(run),
    });
  } catch (error) {
    // Nothing is accepted.
    if (error instanceof AppError && error.code === "conflict" && error.current === undefined) return null;
    throw error;
  }
}

const via = (run: Run) => (run.mode === "bypass" ? "bypass" : "tool");

async function acceptAll(core: Applying, run: Run): Promise<void> {
  await transact(core, async (tx, emit) => {
    const moved = await acceptOfRun(tx, run.id);
    if (moved.length === 0) return;
    const batch = newId();
    const rows = moved.map((m) => ({
      id: newId(),
      session_id: run.session_id,
      batch,
      change_id: m.change_id,
      hunk_id: m.id,
    }));
    await insertVerdicts(
      tx,
      rows.map((row) => ({ ...row, from_state: "pending", to_state: "accepted", via: "bypass" })),
    );
    emitChanges(emit, run.session_id);
  });
}

/** Takes back what a run of this chat wrote: the newest such apply, or the one named. */
export async function rewindOfRun(core: Applying, run: Run, id: string | null): Promise<Apply> {
  const own = await newestOwnApply(core.sql, run.chat_id, id);
  if (!own)
    throw conflict(
      id === null
        ? "There is no apply of this chat's runs to rewind."
        : "There is no such apply that a run of this chat made; what the developer applied is theirs to rewind.",
    );
  return rewindApply(core, own.id, { via: "tool", run_id: run.id });
}
