/** Messages that something newer stands in the place of: kept, not shown, and looked at on request. */
import type { Db, Tx } from "../db/sql.ts";
import type { Message } from "../domain/message.ts";

const columns = (db: Db) => db`id, chat_id, role, position, client_id, created_at, superseded_at`;
/** In place of the chat's beginning. */
const BEFORE_ALL = 0;

/** Puts every message of positions `from`..`below - 1` aside for a run; returns their ids in order. */
export async function supersede(
  tx: Tx,
  chatId: string,
  { from, below, run_id }: { from: number; below: number; run_id: string | null },
): Promise<string[]> {
  const rows = await tx<{ id: string; position: number }[]>`
    update messages set superseded_at = now(), superseded_by = ${run_id}
    where chat_id = ${chatId} and position >= ${from} and position < ${below} and superseded_at is null
    returning id, position`;
  return rows.sort((a, b) => a.position - b.position).map((row) => row.id);
}

/** Brings back what a run that never began had put aside, in order. */
export async function restoreSuperseded(tx: Tx, runId: string): Promise<Message[]> {
  const rows = await tx<Message[]>`
    update messages set superseded_at = null, superseded_by = null where superseded_by = ${runId}
    returning ${columns(tx)}`;
  return rows.sort((a, b) => a.position - b.position);
}

/** How many superseded messages stand right before each of these, by id; those without any are left out. */
export async function countEarlier(db: Db, messages: readonly Message[]): Promise<Map<string, number>> {
  const [first] = messages;
  if (!first) return new Map();
  const rows = await db<{ id: string; n: number }[]>`
    select m.id, count(*)::int as n from messages m
    join lateral (${before(db)}) s on true
    where m.id = any(${messages.map((m) => m.id)})
    and exists (select 1 from messages x where x.chat_id = m.chat_id and x.superseded_at is not null)
    group by m.id`;
  return new Map(rows.map((row) => [row.id, row.n]));
}

/** The newest `limit` of the superseded messages right before this one, oldest first. */
export async function readEarlier(db: Db, messageId: string, limit: number): Promise<Message[]> {
  const rows = await db<Message[]>`
    select s.* from messages m join lateral (${before(db)}) s on true
    where m.id = ${messageId} order by s.position desc limit ${limit}`;
  return rows.reverse();
}

/** Of message `m`: what lies between it and the one before it that counts. */
const before = (db: Db) => db`
  select ${columns(db)} from messages o
  where o.chat_id = m.chat_id and o.superseded_at is not null and o.position < m.position
  and o.position > coalesce((select max(p.position) from messages p
    where p.chat_id = m.chat_id and p.superseded_at is null and p.position < m.position), ${BEFORE_ALL})`;
