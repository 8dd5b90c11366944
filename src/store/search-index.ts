/** Writing the table that a search looks through: what is missing in it, and the rows themselves. */
import type { Sql, Tx } from "../db/sql.ts";
import type { PartKind, PartState, Role } from "../domain/message.ts";
import type { SearchKind } from "../domain/search.ts";
import { SLABS } from "./search-facts.ts";

/** Text of a part beyond this is not searched; characters. */
const TEXT_LIMIT_CHARS = 200_000;
const INPUT_LIMIT_CHARS = 20_000;

export interface UnsearchedPart {
  id: string;
  message_id: string;
  chat_id: string;
  session_id: string;
  project_id: string;
  role: Role;
  model: string | null;
  kind: PartKind;
  state: PartState;
  text: string;
  /** Of a tool part. */
  name: string | null;
  arguments_text: string | null;
  at: Date;
}

/** Derived rows: the last ones may be lost with the power, together with their mark, and are made again. */
export async function needNotLast(tx: Tx): Promise<void> {
  await tx`set local synchronous_commit = off`;
}

/**
 * Closed parts behind `after` that are not in the table yet, oldest first, locked; those that somebody deletes just now are
 * left out. Without `after` each batch of many would walk over what the batches before it left dead in the index.
 */
export async function takeUnsearched(tx: Tx, after: string, limit: number): Promise<UnsearchedPart[]> {
  return takeParts(tx, tx`not searched and state <> 'open'`, after, limit);
}

/** Parts behind `after` that were in the table before it was emptied. A fork's copies were not: they are found where they were said. */
export async function takeSearched(tx: Tx, after: string, limit: number): Promise<UnsearchedPart[]> {
  const copied = tx`exists (
    select 1 from chats c where c.id = parts.chat_id and c.forked_from is not null and parts.opened_at < c.created_at)`;
  return takeParts(tx, tx`searched and not ${copied}`, after, limit);
}

function takeParts(tx: Tx, which: ReturnType<Tx>, after: string, limit: number): Promise<UnsearchedPart[]> {
  return tx<UnsearchedPart[]>`
    with missing as materialized (
      select id from parts where ${which} and id > ${after} order by id limit ${limit} for update skip locked)
    select p.id, p.message_id, p.chat_id, c.session_id, s.project_id, m.role, p.kind, p.state,
      left(p.text, ${TEXT_LIMIT_CHARS}) as text, p.meta ->> 'name' as name,
      left(p.meta ->> 'arguments_text', ${INPUT_LIMIT_CHARS}) as arguments_text,
      coalesce(p.closed_at, p.opened_at) as at,
      (select r.model from runs r where r.answer_id = m.id order by r.created_at desc limit 1) as model
    from missing join parts p using (id) join messages m on m.id = p.message_id
    join chats c on c.id = p.chat_id join sessions s on s.id = c.session_id
    order by p.id`;
}

/** Up to which part the emptied table was filled again; null when it holds all that was ever put in. */
export async function filledTo(sql: Sql): Promise<string | null> {
  const [row] = await sql<{ done_to: string | null }[]>`select done_to from search_fill`;
  if (row) return row.done_to;
  await sql`insert into search_fill (done_to) values ('')`;
  return "";
}

export async function moveFill(tx: Tx, doneTo: string | null): Promise<void> {
  await tx`update search_fill set done_to = ${doneTo}`;
}

export async function markSearched(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx`update parts set searched = true where id = any(${ids as string[]})`;
}

export interface SearchRow {
  kind: SearchKind;
  project_id: string;
  session_id: string | null;
  chat_id: string | null;
  message_id: string | null;
  part_id: string | null;
  titled_project: string | null;
  titled_session: string | null;
  titled_chat: string | null;
  role: Role | null;
  model: string | null;
  at: Date;
  label: string | null;
  /** Words and facts as a tsvector's text (search-facts.ts); the slabs are added here, where the id is given. */
  words: string;
}

/** Adds rows; what is there already (a title, a file of a message) stays as it is. */
export async function insertSearchRows(tx: Tx, rows: readonly SearchRow[]): Promise<void> {
  if (rows.length === 0) return;
  const column = <K extends keyof SearchRow>(name: K) => rows.map((row) => row[name] as string | null) as string[];
  const slabs = SLABS.map(({ name, bits }) => tx`${`${name}=`}::text || (id >> ${bits}::int)`);
  await tx`
    with numbered as materialized (
      select nextval('search_rows_id_seq') as id, r.* from unnest(${column("kind")}::text[],
        ${column("project_id")}::text[], ${column("session_id")}::text[], ${column("chat_id")}::text[],
        ${column("message_id")}::text[], ${column("part_id")}::text[], ${column("titled_project")}::text[],
        ${column("titled_session")}::text[], ${column("titled_chat")}::text[], ${column("role")}::text[],
        ${column("model")}::text[], ${rows.map((row) => row.at.toISOString())}::text[], ${column("label")}::text[],
        ${column("words")}::text[])
      as r (kind, project_id, session_id, chat_id, message_id, part_id, titled_project, titled_session, titled_chat,
        role, model, at, label, words))
    insert into search_rows (id, kind, project_id, session_id, chat_id, message_id, part_id, titled_project,
      titled_session, titled_chat, role, model, at, label, words)
    select id, kind, project_id, session_id, chat_id, message_id, part_id, titled_project, titled_session, titled_chat,
      role, model, at::timestamptz, label,
      words::tsvector || array_to_tsvector(array[${slabs[0]!}, ${slabs[1]!}, ${slabs[2]!}, ${slabs[3]!}])
    from numbered order by id
    on conflict do nothing`;
}

/** Sorts what was added lately into the index, so that no search has to look at it one by one. */
export async function tidyIndex(sql: Sql): Promise<void> {
  await sql`select gin_clean_pending_list('search_words')`;
}

export interface TitleToSearch {
  owner: "project" | "session" | "chat";
  id: string;
  project_id: string;
  session_id: string | null;
  chat_id: string | null;
  title: string;
  /** What else finds it: the directory of a project. */
  more: string;
  at: Date;
  /** A chat that is called as its session is found as that one: it gets no row, and loses the one it has. */
  same: boolean;
}

/** Titles that are not in the table as they are now. */
export async function staleTitles(sql: Sql, limit: number): Promise<TitleToSearch[]> {
  return sql<TitleToSearch[]>`
    (select 'project' as owner, p.id, p.id as project_id, null as session_id, null as chat_id, p.name as title,
      p.path as more, p.created_at as at, false as same
      from projects p left join search_rows e on e.titled_project = p.id where e.label is distinct from p.name
      limit ${limit})
    union all
    (select 'session', s.id, s.project_id, s.id, null, s.title, '', s.created_at, false
      from sessions s left join search_rows e on e.titled_session = s.id where e.label is distinct from s.title
      limit ${limit})
    union all
    (select 'chat', c.id, s.project_id, s.id, c.id, c.title, '', c.created_at, c.title = s.title
      from chats c join sessions s on s.id = c.session_id left join search_rows e on e.titled_chat = c.id
      where case when c.title = s.title then e.id is not null else e.label is distinct from c.title end
      limit ${limit})`;
}

/** Takes these titles out. */
export async function dropTitles(tx: Tx, titles: readonly Pick<TitleToSearch, "owner" | "id">[]): Promise<void> {
  const of = (owner: TitleToSearch["owner"]) => titles.filter((t) => t.owner === owner).map((t) => t.id);
  await tx`
    delete from search_rows where titled_project = any(${of("project")}) or titled_session = any(${of("session")})
      or titled_chat = any(${of("chat")})`;
}
