/** Rows of changes: one a file that a chat proposes to write. Their hunks are in hunks.ts, what is read of them in change-reads.ts. */
import type { Db, Tx } from "../db/sql.ts";
import type { Change } from "../domain/change.ts";

export type ChangeRow = Omit<Change, "state" | "hunks" | "comments" | "added" | "removed"> & {
  theirs_sha: string | null;
  rest_of: string | null;
  discarded_at: Date | null;
};
export const changeColumns = (db: Db) => db`
  id, session_id, chat_id, project_id, run_id, producer, provider, path, kind, base_sha, new_sha, base_mode, new_mode,
  base_ref, is_binary as binary, generated, error, created_at, changed_at, closed_at, theirs_sha, rest_of, discarded_at`;
export interface NewChange {
  id: string;
  session_id: string;
  chat_id: string;
  project_id: string;
  run_id: string | null;
  producer: Change["producer"];
  provider: string;
  path: string;
  kind: Change["kind"];
  base_sha: string | null;
  new_sha: string | null;
  base_mode: number | null;
  new_mode: number | null;
  base_ref: string | null;
  is_binary: boolean;
  generated: boolean;
  rest_of?: string | null;
}

export async function insertChange(tx: Tx, change: NewChange): Promise<ChangeRow> {
  const [row] = await tx<ChangeRow[]>`insert into changes ${tx(change as never)} returning ${changeColumns(tx)}`;
  return row!;
}

export type Contents = Pick<NewChange, "kind" | "base_sha" | "new_sha" | "base_mode" | "new_mode" | "is_binary">;

/** A proposal composed with the one that is there. */
export async function updateChange(
  tx: Tx,
  id: string,
  to: Contents & Partial<Pick<NewChange, "run_id" | "producer" | "provider" | "base_ref">>,
): Promise<ChangeRow> {
  const [row] = await tx<ChangeRow[]>`
    update changes set ${tx(to as never)}, changed_at = now(), theirs_sha = null, error = null
    where id = ${id} returning ${changeColumns(tx)}`;
  return row!;
}

export async function findChangeRow(db: Db, id: string): Promise<ChangeRow | null> {
  const [row] = await db<ChangeRow[]>`select ${changeColumns(db)} from changes where id = ${id}`;
  return row ?? null;
}

/** Locks the change until the transaction ends: verdicts and applies of one change stand in line. */
export async function lockChange(tx: Tx, id: string): Promise<ChangeRow | null> {
  const [row] = await tx<ChangeRow[]>`select ${changeColumns(tx)} from changes where id = ${id} for update`;
  return row ?? null;
}

/** The change into which a proposal of the chat on this file goes. */
export async function findOpenChange(db: Db, chatId: string, path: string): Promise<ChangeRow | null> {
  const [row] = await db<ChangeRow[]>`
    select ${changeColumns(db)} from changes where chat_id = ${chatId} and path = ${path} and closed_at is null`;
  return row ?? null;
}

export function openChangesOfChat(db: Db, chatId: string): Promise<ChangeRow[]> {
  return db<ChangeRow[]>`
    select ${changeColumns(db)} from changes where chat_id = ${chatId} and closed_at is null order by path`;
}

/** Changes of a chat that are open, or were made or closed since; oldest first. */
export function changesOfChat(db: Db, chatId: string, since: Date): Promise<ChangeRow[]> {
  return db<ChangeRow[]>`
    select ${changeColumns(db)} from changes where chat_id = ${chatId} and discarded_at is null
    and (closed_at is null or closed_at >= ${since} or created_at >= ${since}) order by created_at, id`;
}

export async function deleteChange(tx: Tx, id: string): Promise<void> {
  await tx`delete from changes where id = ${id}`;
}

export async function closeChange(tx: Tx, id: string, discarded = false): Promise<void> {
  await tx`
    update changes set closed_at = coalesce(closed_at, now()), changed_at = now(),
      discarded_at = case when ${discarded} then now() else discarded_at end where id = ${id}`;
}

export async function reopenChange(tx: Tx, id: string): Promise<void> {
  await tx`update changes set closed_at = null, changed_at = now() where id = ${id}`;
}

/** Why a change could not be written, and the file as it was found when it did not merge. */
export async function setObstacle(tx: Tx, id: string, error: string | null, theirs: string | null): Promise<void> {
  await tx`update changes set error = ${error}, theirs_sha = ${theirs}, changed_at = now() where id = ${id}`;
}

export async function touchChanges(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx`update changes set changed_at = now() where id = any(${ids as string[]})`;
}
