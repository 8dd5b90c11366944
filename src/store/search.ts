/** Reading the table of what can be searched: which rows match, newest first, and what they say. */
import type { Db, Sql, Tx } from "../db/sql.ts";
import type { PartKind, Role } from "../domain/message.ts";
import type { SearchKind } from "../domain/search.ts";
import { neverBegun } from "./messages.ts";
import { lexeme, slabsOf } from "./search-facts.ts";

export interface Match {
  id: number;
  kind: SearchKind;
  project_id: string;
  role: Role | null;
  model: string | null;
  at: Date;
}

export interface Wanted {
  /** A tsquery's text; null when there are no words to look for. */
  words: string | null;
  /** Part of a label, as it is written; null when labels are not looked at. */
  part: string | null;
  kinds: readonly string[];
  projects: readonly string[];
  models: readonly string[];
  roles: readonly string[];
  since: Date | null;
}

/** Ids from `lower` (a multiple of SLAB_ROWS) to below `upper`. */
export interface Range {
  lower: number;
  upper: number;
  /** All there is, or nearly: then the slabs are not named, whose lists are longer than those of the words. */
  whole: boolean;
  /** Words are looked for row by row: the index would gather all beginnings of the whole table first. */
  each: boolean;
}

/** Months are asked for by their lexemes up to this many; a longer time is looked through as it comes. */
const MONTHS_MAX = 36;
/** How much of what was typed must stand in a label that is "nearly so": two letters that changed places pass. */
const LIKENESS = 0.5;
/** A search that takes longer is given up with an error. */
const STATEMENT_LIMIT_MS = 5_000;

/**
 * Runs a search's reads in one transaction, by index alone, each statement at most STATEMENT_LIMIT_MS long: rejects with
 * code 57014 when one takes longer. `end` is above all ids; `filling` while the table holds less than it did before a crash.
 */
export function searching<T>(sql: Sql, read: (tx: Tx, end: number, filling: boolean) => Promise<T>): Promise<T> {
  return sql.begin("read only", async (tx) => {
    // Plans for the words at hand: one for all words would walk the whole table's ids.
    const [row] = await tx<{ end: number | null; filling: boolean }[]>`
      select set_config('statement_timeout', ${String(STATEMENT_LIMIT_MS)}, true), set_config('enable_seqscan', 'off', true),
        set_config('plan_cache_mode', 'force_custom_plan', true),
        set_config('pg_trgm.word_similarity_threshold', ${String(LIKENESS)}, true),
        (select max(id) + 1 from search_rows) as end,
        not exists (select 1 from search_fill where done_to is null) as filling`;
    return read(tx as unknown as Tx, row?.end ?? 0, row?.filling ?? false);
  }) as Promise<T>;
}

/** Null when the statement took longer than `limit_ms` and was given up; the transaction goes on. */
export async function inTime<T>(tx: Tx, limit_ms: number, read: (tx: Tx) => Promise<T>): Promise<T | null> {
  const limit = (ms: number) => tx`select set_config('statement_timeout', ${String(Math.ceil(ms))}, true)`;
  try {
    return (await tx.savepoint(async (inner) => {
      // Sent before the statement, without a way there and back of its own.
      const limited = limit(limit_ms).execute();
      limited.catch(() => {});
      const result = await read(inner as unknown as Tx);
      await Promise.all([limited, limit(STATEMENT_LIMIT_MS)]);
      return result;
    })) as T;
  } catch (error) {
    if ((error as { code?: unknown }).code === "57014") return null;
    throw error;
  }
}

/** At most `limit` matches of this range, newest first; those that are not shown in their chats are among them, marked. */
export async function matchesIn(
  db: Db,
  wanted: Wanted,
  range: Range,
  limit: number,
): Promise<(Match & { shown: boolean })[]> {
  const facts = [...slabQueries(range), ...factQueries(wanted)];
  const labelFacts = facts.length === 0 ? db`` : db`words @@ ${facts.join(" & ")}::tsquery and`;
  const found = [
    ...(wanted.words === null ? [] : [wordsIn(db, wanted.words, facts, range)]),
    ...(wanted.part === null ? [] : [db`(${labelFacts} label ilike ${`%${escapeLike(wanted.part)}%`})`]),
  ];
  if (found.length === 0) return [];
  const either = found.length === 1 ? found[0]! : db`(${found[0]!} or ${found[1]!})`;
  // "+ 0": a bitmap of all ids below the upper one would cost more than everything else. Materialized: told of the limit,
  // the planner would rather walk the whole table backwards.
  return db<(Match & { shown: boolean })[]>`
    with found as materialized (
      select id, kind, project_id, message_id, role, model, at from search_rows
      where ${either} and id + 0 < ${range.upper} ${wanted.since ? db`and at >= ${wanted.since}` : db``}),
    newest as materialized (select * from found order by id desc limit ${limit}),
    hidden as materialized (${neverBegun(db)})
    select id, kind, project_id, role, model, at, ${seen(db)} as shown from newest e order by id desc`;
}

/** How many rows of this range have all words of the phrases, wherever they stand. */
export async function candidatesIn(db: Db, wanted: Wanted, range: Range): Promise<number> {
  const words = (wanted.words ?? "").replaceAll("<->", "&");
  const query = [`(${words})`, ...slabQueries(range), ...factQueries(wanted)].join(" & ");
  const [row] = await db<{ n: number }[]>`
    select count(*)::int as n from search_rows where words @@ ${query}::tsquery`;
  return row!.n;
}

/** Needs a CTE `hidden`; a row `e` without a message is always shown. */
const seen = (db: Db) => db`
  (e.message_id is null or (e.message_id not in (select id from hidden)
    and exists (select 1 from messages m where m.id = e.message_id and m.superseded_at is null)))`;

/** As a function instead of its operator the match is none that an index could be asked for. */
const wordsIn = (db: Db, words: string, facts: readonly string[], { each, whole }: Range) =>
  each && !whole
    ? db`(words @@ ${facts.join(" & ")}::tsquery and ts_match_vq(words, ${words}::tsquery))`
    : db`words @@ ${[`(${words})`, ...facts].join(" & ")}::tsquery`;

const slabQueries = ({ lower, upper, whole }: Range) =>
  whole ? [] : [`(${slabsOf(lower, upper).map(lexeme).join(" | ")})`];

function factQueries({ kinds, projects, models, roles, since }: Wanted): string[] {
  const any = (key: string, values: readonly string[]) =>
    values.length === 0 ? [] : [`(${values.map((v) => lexeme(`${key}=${v}`)).join(" | ")})`];
  return [
    ...any("k", kinds),
    ...any("p", projects),
    ...any(
      "m",
      models.map((m) => m.slice(0, 300)),
    ),
    ...any("r", roles),
    ...any("t", since ? monthsSince(since) : []),
  ];
}

/** Months from that of `since` to the coming one, whatever the clocks say; none when they are too many to be named. */
function monthsSince(since: Date): string[] {
  const months: string[] = [];
  const end = Date.now() + 32 * 86_400_000;
  for (let y = since.getUTCFullYear(), m = since.getUTCMonth(); Date.UTC(y, m, 1) < end; m++) {
    months.push(new Date(Date.UTC(y, m, 1)).toISOString().slice(0, 7));
    if (months.length > MONTHS_MAX) return [];
  }
  return months;
}

const escapeLike = (text: string) => text.replaceAll(/[\\%_]/g, "\\$&");

/** Labels of this range that are written nearly so, best first. */
export async function similarIn(db: Db, text: string, range: Range, limit: number): Promise<Match[]> {
  const [slabs] = slabQueries(range);
  return db<Match[]>`
    with found as materialized (
      select id, kind, project_id, message_id, role, model, at, word_similarity(${text}, label) as likeness
      from search_rows where ${text} <% label ${slabs ? db`and words @@ ${slabs}::tsquery` : db``}),
    hidden as materialized (${neverBegun(db)})
    select id, kind, project_id, role, model, at from found e where ${seen(db)}
    order by likeness desc, id desc limit ${limit}`;
}

export interface HitRow {
  id: number;
  kind: SearchKind;
  project_id: string;
  project_name: string;
  session_id: string | null;
  session_title: string | null;
  chat_id: string | null;
  chat_title: string | null;
  message_id: string | null;
  part_id: string | null;
  role: Role | null;
  model: string | null;
  at: Date;
  label: string | null;
  archived: boolean;
  part_kind: PartKind | null;
  text: string | null;
  arguments_text: string | null;
}

/** What the rows say and where they stand, in the order of `ids`; deleted ones are left out. */
export async function readHits(db: Db, ids: readonly number[]): Promise<HitRow[]> {
  if (ids.length === 0) return [];
  const rows = await db<HitRow[]>`
    select e.id, e.kind, e.project_id, p.name as project_name, e.session_id, s.title as session_title, e.chat_id,
      c.title as chat_title, e.message_id, e.part_id, e.role, e.model, e.at, e.label,
      (s.archived_at is not null or c.archived_at is not null) as archived,
      t.kind as part_kind, left(t.text, 200000) as text, left(t.meta ->> 'arguments_text', 20000) as arguments_text
    from search_rows e join projects p on p.id = e.project_id left join sessions s on s.id = e.session_id
    left join chats c on c.id = e.chat_id left join parts t on t.id = e.part_id and e.kind <> 'file'
    where e.id = any(${ids as number[]}::bigint[])`;
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

export async function projectNames(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await db<
    { id: string; name: string }[]
  >`select id, name from projects where id = any(${ids as string[]})`;
  return new Map(rows.map((r) => [r.id, r.name]));
}
