/** What humans do beside a change: verdicts in order, comments, marks of what was seen. */
import type { Db, Tx } from "../db/sql.ts";
import type { Comment, HunkState } from "../domain/change.ts";

export interface VerdictRow {
  id: string;
  session_id: string;
  batch: string;
  change_id: string;
  hunk_id: string;
  from_state: HunkState;
  to_state: HunkState;
  via: string;
}

export async function insertVerdicts(tx: Tx, rows: readonly VerdictRow[]): Promise<void> {
  for (let at = 0; at < rows.length; at += 1_000)
    await tx`insert into verdicts ${tx(rows.slice(at, at + 1_000) as never)}`;
}

/** The newest decisions of a session that were not undone: rows that were made together. */
export function lastVerdicts(tx: Tx, sessionId: string): Promise<VerdictRow[]> {
  return tx<VerdictRow[]>`
    select id, session_id, batch, change_id, hunk_id, from_state, to_state, via from verdicts
    where undone_at is null and batch = (
      select batch from verdicts where session_id = ${sessionId} and undone_at is null order by at desc, id desc limit 1)
    for update`;
}

export async function markUndone(tx: Tx, batch: string): Promise<void> {
  await tx`update verdicts set undone_at = now() where batch = ${batch}`;
}

export async function setViewed(tx: Tx, sessionId: string, hunkIds: readonly string[], viewed: boolean): Promise<void> {
  const ids = hunkIds as string[];
  if (viewed)
    await tx`
      insert into viewed (session_id, hunk_id) select ${sessionId}, unnest(${ids}::text[])
      on conflict do nothing`;
  else await tx`delete from viewed where session_id = ${sessionId} and hunk_id = any(${ids})`;
}

const columns = (db: Db) => db`id, change_id, hunk_id, line, side, text, created_at, message_id`;

export async function insertComment(
  tx: Tx,
  comment: Omit<Comment, "created_at" | "message_id"> & { session_id: string },
): Promise<Comment> {
  const [row] = await tx<Comment[]>`insert into comments ${tx(comment as never)} returning ${columns(tx)}`;
  return row!;
}

export function listComments(db: Db, changeId: string): Promise<Comment[]> {
  return db<Comment[]>`
    select ${columns(db)} from comments where change_id = ${changeId} order by created_at, id`;
}

/** Takes a comment back that was not sent yet; null when there is none. */
export async function deleteComment(tx: Tx, id: string): Promise<(Comment & { session_id: string }) | null> {
  const [row] = await tx<(Comment & { session_id: string })[]>`
    delete from comments where id = ${id} and message_id is null returning ${columns(tx)}, session_id`;
  return row ?? null;
}

export async function findComment(db: Db, id: string): Promise<Comment | null> {
  const [row] = await db<Comment[]>`select ${columns(db)} from comments where id = ${id}`;
  return row ?? null;
}
