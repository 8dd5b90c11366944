/** SQL of the journal: numbering, reading, folding deltas, retention. `engine/journal.ts` is its only user for writes. */
import type { Db, Sql, Tx } from "../db/sql.ts";
import type { JournalEvent, NewEvent, Topic } from "../domain/event.ts";

export interface Head {
  seq: number;
  floor: number;
  epoch: string;
}

export interface Delta {
  topic: Topic;
  part_id: string;
  /** UTF-16 offset of `text` in its part. */
  offset: number;
  text: string;
}

/** What the delta writer writes: text of open parts, and events too light for a transaction of their own. */
export type LightRow = Delta | NewEvent;
export const isDelta = (row: LightRow): row is Delta => "part_id" in row;

export async function readHead(db: Db): Promise<Head> {
  const [row] = await db<Head[]>`select seq, floor, epoch from journal_head`;
  if (!row) throw new Error("journal_head has no row: the database is not migrated");
  return row;
}

/**
 * Numbers and inserts events; must be the transaction's last statement, because the head's row lock is what makes
 * `seq` gap-free and equal to the commit order. Returns the seq of the last event.
 *
 * `published` is what subscribers heard last: a Postgres that crashed may have lost the newest light rows, and a number
 * that somebody has heard of is never given again.
 */
export async function appendEvents(tx: Tx, events: readonly NewEvent[], published: number): Promise<number> {
  const rows = events.map((e, i) => ({ n: i + 1, topic: e.topic, kind: e.kind, payload: e.payload }));
  const [row] = await tx<{ seq: number }[]>`
    with head as (update journal_head set seq = greatest(seq, ${published}) + ${rows.length} returning seq), put as (
      insert into journal (seq, topic, kind, payload, at)
      select head.seq - ${rows.length} + e.n, e.topic, e.kind, e.payload, now()
      from head, jsonb_to_recordset(${tx.json(rows as never)}) as e (n int, topic text, kind text, payload jsonb))
    select seq from head`;
  return row!.seq;
}

/** One statement and no explicit transaction: a token costs one row and one round trip shared by all runs. */
export async function appendLight(sql: Sql, rows: readonly LightRow[], published: number): Promise<number> {
  const [row] = await sql<{ seq: number }[]>`
    with head as (update journal_head set seq = greatest(seq, ${published}) + ${rows.length} returning seq), put as (
      insert into journal (seq, topic, kind, part_id, "offset", text, payload)
      select head.seq - ${rows.length} + d.n, d.topic, d.kind, d.part_id, d.off, d.text, d.payload::jsonb
      from head, unnest(
        ${rows.map((d) => d.topic)}::text[], ${rows.map((d) => (isDelta(d) ? "part.delta" : d.kind))}::text[],
        ${rows.map((d) => (isDelta(d) ? d.part_id : null))}::text[], ${rows.map((d) => (isDelta(d) ? d.offset : null))}::int[],
        ${rows.map((d) => (isDelta(d) ? d.text : null))}::text[],
        ${rows.map((d) => (isDelta(d) ? null : JSON.stringify(d.payload)))}::text[]
      ) with ordinality as d (topic, kind, part_id, off, text, payload, n))
    select seq from head`;
  return row!.seq;
}

/** Numbers that are left out after a crash: more than light rows of a second, which is what a crash can lose. */
const CRASH_GAP = 10_000;

/**
 * After a process that did not end by itself: readers may have heard numbers that a crashed Postgres lost. They must
 * not be given again, or those readers would believe that they have what came in their place.
 */
export async function skipLostNumbers(tx: Tx): Promise<void> {
  await tx`update journal_head set seq = seq + ${CRASH_GAP}`;
}

interface JournalRow {
  seq: number;
  topic: Topic;
  kind: string;
  payload: unknown;
  part_id: string | null;
  offset: number | null;
  text: string | null;
}

/** Events after `seq` in order, at most `limit`; of all topics or of the given ones. */
export async function readEvents(
  db: Db,
  after: number,
  limit: number,
  topics?: readonly Topic[],
): Promise<JournalEvent[]> {
  const rows = await db<JournalRow[]>`
    select seq, topic, kind, payload, part_id, "offset", text from journal
    where seq > ${after} ${topics ? db`and topic = any(${topics as string[]})` : db``}
    order by seq limit ${limit}`;
  return rows.map(eventOfRow);
}

function eventOfRow(row: JournalRow): JournalEvent {
  const payload =
    row.kind === "part.delta" ? { part_id: row.part_id, offset: row.offset, text: row.text } : row.payload;
  return { seq: row.seq, topic: row.topic, kind: row.kind, payload } as JournalEvent;
}

/** What happened after a cursor, boiled down to the entities it touched. */
export interface Touched {
  kind: string;
  /** ids as found in payloads */
  message_id: string | null;
  chat_id: string | null;
  session_id: string | null;
  run_id: string | null;
  /** For deltas: the message of the part. */
  created: boolean;
}

export async function readTouched(
  db: Db,
  after: number,
  upto: number,
  topics: readonly Topic[],
  limit: number,
): Promise<Touched[]> {
  return db<Touched[]>`
    select distinct j.kind, coalesce(p.message_id, j.payload ->> 'message_id') as message_id,
      coalesce(p.chat_id, j.payload ->> 'chat_id') as chat_id, j.payload ->> 'session_id' as session_id,
      j.payload ->> 'run_id' as run_id, j.kind = 'message.created' as created
    from journal j left join parts p on p.id = j.part_id
    where j.seq > ${after} and j.seq <= ${upto} and j.topic = any(${topics as string[]}) and j.kind <> 'run.progress'
    limit ${limit}`;
}

/** Deltas not yet folded into their parts, in order, as one text per part. No delta reaches over the end of a fold. */
export async function readUnfolded(db: Db, partIds: readonly string[]): Promise<Map<string, string>> {
  if (partIds.length === 0) return new Map();
  const rows = await db<{ part_id: string; text: string }[]>`
    select j.part_id, string_agg(j.text, '' order by j."offset") as text
    from journal j join parts p on p.id = j.part_id
    where j.part_id = any(${partIds as string[]}) and j."offset" >= p.folded_to
    group by j.part_id`;
  return new Map(rows.map((r) => [r.part_id, r.text]));
}

/** End of what is stored of a part, in UTF-16 units: where a writer goes on after a lost acknowledgement. */
export async function storedEnd(db: Db, partId: string): Promise<number> {
  const rows = await db<{ offset: number; text: string }[]>`
    select "offset", text from journal where part_id = ${partId} order by "offset" desc limit 1`;
  const last = rows[0];
  return last ? last.offset + last.text.length : 0;
}

/**
 * Deletes what retention allows: older than `keepSeconds` or beyond the newest `keepRows`, never an unfolded delta. The
 * floor is raised by a statement of its own: the head's lock, which every commit needs, is not held while rows go.
 */
export async function trimJournal(sql: Sql, keepRows: number, keepSeconds: number): Promise<number> {
  const [row] = await sql<{ floor: number }[]>`
    with bound as (
      select greatest(
        (select seq from journal_head) - ${keepRows},
        coalesce((select max(seq) from journal where at < now() - make_interval(secs => ${keepSeconds})), 0)
      ) as seq),
    unfolded as (
      select min(j.seq) as seq from journal j join parts p on p.id = j.part_id
      where p.state = 'open' and j."offset" >= p.folded_to),
    cut as (select least(bound.seq, coalesce(unfolded.seq - 1, bound.seq)) as seq from bound, unfolded)
    update journal_head set floor = greatest(floor, cut.seq) from cut returning floor`;
  const floor = row?.floor ?? 0;
  await sql`delete from journal where seq <= ${floor}`;
  return floor;
}
