/** Checkpoints: how the proposals of a chat stood before a message was answered. */
import type { Db, Tx } from "../db/sql.ts";
import type { ChangeKind } from "../domain/change.ts";

export interface CheckpointRow {
  id: string;
  session_id: string;
  chat_id: string;
  message_id: string;
  run_id: string | null;
  ref: string | null;
  created_at: Date;
}
export interface CheckpointChange {
  change_id: string;
  base_sha: string | null;
  new_sha: string | null;
  kind: ChangeKind;
  base_mode: number | null;
  new_mode: number | null;
}

const columns = (db: Db) => db`id, session_id, chat_id, message_id, run_id, ref, created_at`;

/** One a message: a run that goes on answers the same one and keeps it. */
export async function insertCheckpoint(tx: Tx, checkpoint: Omit<CheckpointRow, "created_at" | "ref">): Promise<void> {
  const rows = await tx`
    insert into checkpoints ${tx(checkpoint as never)} on conflict (message_id) do nothing returning id`;
  if (rows.length === 0) return;
  await tx`
    insert into checkpoint_changes (checkpoint_id, change_id, base_sha, new_sha, kind, base_mode, new_mode)
    select ${checkpoint.id}, id, base_sha, new_sha, kind, base_mode, new_mode from changes
    where chat_id = ${checkpoint.chat_id} and closed_at is null`;
}

export async function findCheckpoint(db: Db, id: string): Promise<CheckpointRow | null> {
  const [row] = await db<CheckpointRow[]>`select ${columns(db)} from checkpoints where id = ${id}`;
  return row ?? null;
}

export async function checkpointOfMessage(db: Db, messageId: string): Promise<CheckpointRow | null> {
  const [row] = await db<CheckpointRow[]>`select ${columns(db)} from checkpoints where message_id = ${messageId}`;
  return row ?? null;
}

/** Which of these messages a chat can be restored to. */
export async function restorableMessages(db: Db, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await db<{ message_id: string }[]>`
    select message_id from checkpoints where message_id = any(${ids as string[]})`;
  return new Set(rows.map((row) => row.message_id));
}

export function checkpointChanges(db: Db, checkpointId: string): Promise<CheckpointChange[]> {
  return db<CheckpointChange[]>`
    select change_id, base_sha, new_sha, kind, base_mode, new_mode from checkpoint_changes
    where checkpoint_id = ${checkpointId}`;
}

/** The state of a worktree before a message was answered; a message has one checkpoint, the first. */
export async function keepCheckpointRow(
  tx: Tx,
  c: { id: string; session_id: string; chat_id: string; message_id: string; run_id: string; ref: string },
): Promise<void> {
  await tx`
    insert into checkpoints ${tx(c)}
    on conflict (message_id) do update set ref = coalesce(checkpoints.ref, excluded.ref)`;
}
