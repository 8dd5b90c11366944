/** The rows of a restore: proposals as they were at the checkpoint, and the transcript up to it. Files are back by then. */
import type { Tx } from "../../db/sql.ts";
import { readBlob } from "../../store/blobs.ts";
import { type ChangeRow, changesOfChat, closeChange, reopenChange, updateChange } from "../../store/changes.ts";
import { type CheckpointChange, checkpointChanges, findCheckpoint } from "../../store/checkpoints.ts";
import { hunkRows, knownRejected, replaceHunks } from "../../store/hunks.ts";
import { findMessage } from "../../store/messages.ts";
import type { Emit } from "../core.ts";
import { putAside } from "../turn/superseded.ts";
import { compare, hunkRowsOf } from "./content.ts";
import { emitChanges } from "./emit.ts";

/** Nothing is deleted: what came later is kept and not shown. */
export async function restoreRows(tx: Tx, emit: Emit, checkpointId: string): Promise<void> {
  const checkpoint = await findCheckpoint(tx, checkpointId);
  if (!checkpoint) return;
  const were = new Map((await checkpointChanges(tx, checkpointId)).map((c) => [c.change_id, c]));
  const later = await changesOfChat(tx, checkpoint.chat_id, checkpoint.created_at);
  // Those that go first make room for those that come back: only one of a file is open.
  for (const row of later) if (!were.has(row.id)) await closeChange(tx, row.id, true);
  for (const row of later) {
    const was = were.get(row.id);
    if (was) await bringBack(tx, row, was);
  }
  const first = await findMessage(tx, checkpoint.message_id);
  if (first) await putAside(tx, emit, { ...checkpoint, id: null }, { from: first.position });
  emitChanges(emit, checkpoint.session_id);
}

async function bringBack(tx: Tx, row: ChangeRow, was: CheckpointChange): Promise<void> {
  const { change_id: _, ...contents } = was;
  const [base, next] = [
    { bytes: await readBlob(tx, was.base_sha), mode: was.base_mode },
    { bytes: await readBlob(tx, was.new_sha), mode: was.new_mode },
  ];
  const sides = compare(row.path, base, next);
  const known = new Map((await hunkRows(tx, [row.id])).map((h) => [h.id, h.edit_ids]));
  const rows = hunkRowsOf(sides, (hunk) => known.get(hunk.id) ?? [...known.values()].flat());
  await updateChange(tx, row.id, { ...contents, is_binary: sides.text === null });
  await replaceHunks(
    tx,
    row.id,
    rows,
    await knownRejected(
      tx,
      row.chat_id,
      rows.map((r) => r.id),
    ),
  );
  await reopenChange(tx, row.id);
}
