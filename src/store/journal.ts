/** SQL of the journal: numbering, reading, folding deltas, retention. `engine/journal.ts` is its only user for writes. */
import type { Db, Sql, Tx } from "../db/sql.ts";
import type { JournalEvent, NewEvent, Topic } from "../domain/event.ts";

export interface Head {
  seq: number;
  floor: number;
  epoch: string;
  /** Number of the delta writer's last flush. */
  flushes: number;
}

export interface Delta {
  topic: Topic;
  part_id: string;
  /** UTF-16 offset of `text` in its part. */
  offset: number;
  text: string;
}

/** What the delta writer writes: text of open parts, and events too light for a transaction of their own; in this order. */
export interface LightRows {
  deltas: readonly Delta[];
  events: readonly NewEvent[];
}

export async function readHead(db: Db): Promise<Head> {
  const [row] = await db<Head[]>`select seq, floor, epoch, flushes from journal_head`;
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

/**
 * One statement and no explicit transaction: all texts of a flush are one row and one round trip shared by all runs.
 * Returns the seq of the last row; null when the flush of this number was stored before.
 */
export async function appendLight(
  sql: Sql,
  flush: number,
  { deltas, events }: LightRows,
  published: number,
): Promise<number | null> {
  const total = deltas.length + events.length;
  const [row] = await sql<{ seq: number }[]>`
    with head as (
      update journal_head set seq = greatest(seq, ${published}) + ${total}, flushes = ${flush}
      where flushes < ${flush} returning seq),
    texts as (
      insert into journal (seq, kind, part_ids, offsets, texts)
      select seq - ${events.length}, 'part.delta', ${deltas.map((d) => d.part_id)}::text[],
        ${deltas.map((d) => d.offset)}::int[], ${deltas.map((d) => d.text)}::text[]
      from head where ${deltas.length} > 0),
    put as (
      insert into journal (seq, topic, kind, payload)
      select head.seq - ${events.length} + e.n, e.topic, e.kind, e.payload::jsonb
      from head, unnest(${events.map((e) => e.topic)}::text[], ${events.map((e) => e.kind)}::text[],
        ${events.map((e) => JSON.stringify(e.payload))}::text[]) with ordinality as e (topic, kind, payload, n))
    select seq from head`;
  return row?.seq ?? null;
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
  topic: Topic | null;
  kind: string;
  payload: unknown;
  part_ids: string[] | null;
  offsets: number[] | null;
  texts: string[] | null;
}

/** Events after `seq` in order, at most `limit`; of all topics or of the given ones. */
export async function readEvents(
  db: Db,
  after: number,
  limit: number,
  topics?: readonly Topic[],
): Promise<JournalEvent[]> {
  const events: JournalEvent[] = [];
  for (let at = after; ; ) {
    const rows = await db<JournalRow[]>`
      select seq, topic, kind, payload, part_ids, offsets, texts from journal
      where seq > ${at} ${topics ? db`and (topic is null or topic = any(${topics as string[]}))` : db``}
      order by seq limit ${limit}`;
    const topicOf = await topicsOfParts(db, rows);
    for (const event of rows.flatMap((row) => eventsOfRow(row, topicOf))) {
      // A cursor may stand between the deltas of one row.
      if (event.seq > after && (!topics || topics.includes(event.topic))) events.push(event);
    }
    if (rows.length < limit || events.length >= limit) return events.slice(0, limit);
    at = rows.at(-1)!.seq;
  }
}

type TopicOf = ReadonlyMap<string, Topic>;

async function topicsOfParts(db: Db, rows: readonly JournalRow[]): Promise<TopicOf> {
  const ids = [...new Set(rows.flatMap((row) => row.part_ids ?? []))];
  if (ids.length === 0) return new Map();
  const found = await db<{ id: string; topic: Topic }[]>`
    select p.id, 'session:' || c.session_id as topic from parts p join chats c on c.id = p.chat_id
    where p.id = any(${ids})`;
  return new Map(found.map(({ id, topic }) => [id, topic]));
}

/** Nobody's: the part was deleted since. The event stays, because numbers must not be missing. */
const NOBODY: Topic = "session:";

function eventsOfRow(row: JournalRow, topicOf: TopicOf): JournalEvent[] {
  const { seq, topic, kind, payload, part_ids, offsets, texts } = row;
  if (!part_ids) return [{ seq, topic, kind, payload } as JournalEvent];
  return part_ids.map((part_id, i) => ({
    seq: seq - part_ids.length + 1 + i,
    topic: topicOf.get(part_id) ?? NOBODY,
    kind: "part.delta",
    payload: { part_id, offset: offsets![i]!, text: texts![i]! },
  }));
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
    select j.kind, j.payload ->> 'message_id' as message_id, j.payload ->> 'chat_id' as chat_id,
      j.payload ->> 'session_id' as session_id, j.payload ->> 'run_id' as run_id, j.kind = 'message.created' as created
    from journal j
    where j.seq > ${after} and j.seq <= ${upto} and j.topic = any(${topics as string[]}) and j.kind <> 'run.progress'
    union
    select 'part.delta', p.message_id, p.chat_id, null, null, false
    from (select distinct unnest(part_ids) as id from journal
      where seq > ${after} and seq <= ${upto} and part_ids is not null) d
    join parts p on p.id = d.id join chats c on c.id = p.chat_id
    where 'session:' || c.session_id = any(${topics as string[]})
    limit ${limit}`;
}

/** Parts `p` that take deltas while they are open: text, and the output of a command. */
export const grows = (db: Db) => db`
  (p.kind in ('text', 'reasoning') or p.kind = 'tool' and exists (select 1 from commands c where c.part_id = p.id))`;

/** Deltas not yet folded into their parts, in order, as one text per part. No delta reaches over the end of a fold. */
export async function readUnfolded(db: Db, partIds: readonly string[]): Promise<Map<string, string>> {
  if (partIds.length === 0) return new Map();
  const rows = await db<{ part_id: string; text: string }[]>`
    select d.part_id, string_agg(d.text, '' order by d.start) as text
    from journal j cross join lateral unnest(j.part_ids, j.offsets, j.texts) as d (part_id, start, text)
    join parts p on p.id = d.part_id
    where j.seq > (select min(journal_after) from parts where id = any(${partIds as string[]}))
      and j.part_ids && ${partIds as string[]}::text[] and d.part_id = any(${partIds as string[]})
      and d.start >= p.folded_to
    group by d.part_id`;
  return new Map(rows.map((r) => [r.part_id, r.text]));
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
      select min(journal_after) as seq from parts p where state = 'open' and ${grows(sql)}),
    cut as (select least(bound.seq, coalesce(unfolded.seq, bound.seq)) as seq from bound, unfolded)
    update journal_head set floor = greatest(floor, cut.seq) from cut returning floor`;
  const floor = row?.floor ?? 0;
  await sql`delete from journal where seq <= ${floor}`;
  return floor;
}
