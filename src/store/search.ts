/** Reading the table of what can be searched: which rows match, newest first, and what they say. */
import type { Db, Sql, Tx } from "../db/sql.ts";
import type { PartKind, Role } from "../domain/message.ts";
import type { SearchKind } from "../domain/search.ts";
import { shown } from "./messages.ts";
import { lexeme, SLABS } from "./search-facts.ts";

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

/** Months are asked for by their lexemes up to this many; a longer time is looked through as it comes. */
const MONTHS_MAX = 36;
const WIDEST = SLABS.at(-1)!;
/** How much of what was typed must stand in a label that is "nearly so": two letters that changed places pass. */
const LIKENESS = 0.5;
/** A slab with fewer matches than this is followed by a wider one. */
const LITTLE = 200;

/**
 * At most `limit` matches with an id below `below` (null: all), newest first. Goes through the table from its end in slabs
 * that widen as long as little is found: the cost is that of what is found, whatever the table holds.
 */
export async function findMatches(db: Db, wanted: Wanted, below: number | null, limit: number): Promise<Match[]> {
  let upper = below ?? (await endOfTable(db));
  const found: Match[] = [];
  for (let step = 0; upper > 0 && found.length < limit; ) {
    // Slabs lie on multiples of their width: the first ones may be cut short.
    const { name, bits } = SLABS[step] ?? WIDEST;
    const slab = Math.floor((upper - 1) / 2 ** bits);
    const asked = limit - found.length;
    const rows = await matchesIn(db, wanted, `${name}=${slab}`, upper, asked);
    for (const { shown, ...match } of rows) if (shown) found.push(match);
    if (rows.length < LITTLE) step = Math.min(step + 1, SLABS.length - 1);
    // Of those that were read some may be hidden: then the same slab goes on below them.
    upper = rows.length === asked ? rows.at(-1)!.id : slab * 2 ** bits;
  }
  return found;
}

async function endOfTable(db: Db): Promise<number> {
  const [row] = await db<{ end: number | null }[]>`select max(id) + 1 as end from search_rows`;
  return row?.end ?? 0;
}

async function matchesIn(
  db: Db,
  wanted: Wanted,
  slab: string,
  upper: number,
  limit: number,
): Promise<(Match & { shown: boolean })[]> {
  const facts = [lexeme(slab), ...factQueries(wanted)].join(" & ");
  const words = wanted.words === null ? null : `(${wanted.words}) & ${facts}`;
  const found = [
    ...(words === null ? [] : [db`words @@ ${words}::tsquery`]),
    ...(wanted.part === null
      ? []
      : [db`(words @@ ${facts}::tsquery and label ilike ${`%${escapeLike(wanted.part)}%`})`]),
  ];
  if (found.length === 0) return [];
  const either = found.length === 1 ? found[0]! : db`(${found[0]!} or ${found[1]!})`;
  // Materialized: told of the limit, the planner would rather walk the whole table backwards.
  return db<(Match & { shown: boolean })[]>`
    with found as materialized (
      select id, kind, project_id, message_id, role, model, at from search_rows
      where ${either} and id < ${upper} ${wanted.since ? db`and at >= ${wanted.since}` : db``}),
    newest as materialized (select * from found order by id desc limit ${limit})
    select id, kind, project_id, role, model, at, e.message_id is null or exists (
      select 1 from messages m where m.id = e.message_id and ${shown(db)}) as shown
    from newest e order by id desc`;
}

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

/** Labels that are written nearly so, best first, where nothing is written so. */
export async function findSimilar(db: Db, text: string, limit: number): Promise<Match[]> {
  return db<Match[]>`
    with found as materialized (
      select id, kind, project_id, message_id, role, model, at, word_similarity(${text}, label) as likeness
      from search_rows where ${text} <% label)
    select id, kind, project_id, role, model, at from found e
    where e.message_id is null or exists (select 1 from messages m where m.id = e.message_id and ${shown(db)})
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

/** Runs a search's reads under a limit of their own, and by index alone. Rejects with code 57014 when it takes longer. */
export function bounded<T>(sql: Sql, timeout_ms: number, read: (tx: Tx) => Promise<T>): Promise<T> {
  return sql.begin("read only", async (tx) => {
    await tx`
      select set_config('statement_timeout', ${String(timeout_ms)}, true), set_config('enable_seqscan', 'off', true),
        set_config('pg_trgm.word_similarity_threshold', ${String(LIKENESS)}, true)`;
    return read(tx as unknown as Tx);
  }) as Promise<T>;
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
