/** Writing what the parser made of a tree: contents by their hash, and which file has which. */
import type { Db, Sql, Tx } from "../db/sql.ts";
import { EXTRACTOR, type FileFacts } from "../domain/code.ts";
import { fileKey } from "../domain/code-keys.ts";

export interface CodeTree {
  id: number;
  project_id: string;
  root: string;
  revision: number;
  files: number;
  truncated: boolean;
  indexed_at: Date | null;
}

/** Changes kept of a tree. */
const CHANGES_KEPT = 5_000;
/** A tree that nobody asked about for this long is let go of. */
const UNUSED_DAYS = 30;
const TRIM_BLOBS = 500;

const COLUMNS = ["id", "project_id", "root", "revision", "files", "truncated", "indexed_at"] as const;

/** The tree of a directory; made when there is none, or only one of an older extractor. Null when the project is gone. */
export async function openTree(sql: Sql, project_id: string, root: string): Promise<CodeTree | null> {
  await sql`
    delete from code_trees where project_id = ${project_id} and root = ${root} and extractor <> ${EXTRACTOR}`;
  const [tree] = await sql<CodeTree[]>`
    insert into code_trees (project_id, root, extractor)
    select id, ${root}, ${EXTRACTOR} from projects where id = ${project_id}
    on conflict (project_id, root) do update set used_at = now()
    returning ${sql(COLUMNS)}`;
  return tree ?? null;
}

/** How the files of a tree looked when they were read. */
export async function readStamps(sql: Sql, tree: number): Promise<{ paths: string[]; stamps: string[] }> {
  const paths: string[] = [];
  const stamps: string[] = [];
  const rows = sql<{ path: string; stamp: string }[]>`select path, stamp from code_files where tree_id = ${tree}`;
  // In pieces, so that tokens of a stream go between them.
  await rows.cursor(2_000, async (piece) => {
    for (const { path, stamp } of piece) {
      paths.push(path);
      stamps.push(stamp);
    }
  });
  return { paths, stamps };
}

/** Ids of the contents that are there already, by `sha language`. */
export async function knownBlobs(sql: Sql, shas: readonly string[]): Promise<Map<string, number>> {
  if (shas.length === 0) return new Map();
  const rows = await sql<{ id: number; sha: string; language: string }[]>`
    update code_blobs set seen_at = now() where sha = any(${shas as string[]}) and extractor = ${EXTRACTOR}
    returning id, sha, language`;
  return new Map(rows.map(({ id, sha, language }) => [`${sha} ${language}`, id]));
}

/** Stores what was made of contents; their ids by `sha language`, also of those that somebody else stored meanwhile. */
export async function insertBlobs(
  tx: Tx,
  parsed: readonly { sha: string; facts: FileFacts }[],
): Promise<Map<string, number>> {
  const facts = [...new Map(parsed.map((one) => [`${one.sha} ${one.facts.language}`, one])).values()];
  if (facts.length === 0) return new Map();
  const column = <T>(of: (one: (typeof facts)[number]) => T) => facts.map(of);
  const made = await tx<{ id: number; sha: string; language: string }[]>`
    insert into code_blobs (sha, language, extractor, lines, bytes, state, note)
    select r.sha, r.language, ${EXTRACTOR}, r.lines, r.bytes, r.state, r.note from unnest(
      ${column((f) => f.sha)}::text[], ${column((f) => f.facts.language)}::text[], ${column((f) => f.facts.lines)}::int[],
      ${column((f) => f.facts.bytes)}::int[], ${column((f) => f.facts.state)}::text[], ${column((f) => f.facts.note)}::text[])
      as r (sha, language, lines, bytes, state, note)
    on conflict do nothing returning id, sha, language`;
  const ids = new Map(made.map(({ id, sha, language }) => [`${sha} ${language}`, id]));
  const mine = facts.flatMap((one) => {
    const id = ids.get(`${one.sha} ${one.facts.language}`);
    return id === undefined ? [] : [{ id, facts: one.facts }];
  });
  await insertSymbols(tx, mine);
  await insertImports(tx, mine);
  if (made.length === facts.length) return ids;
  const others = await tx<{ id: number; sha: string; language: string }[]>`
    select id, sha, language from code_blobs
    where sha = any(${column((f) => f.sha)}) and extractor = ${EXTRACTOR}`;
  return new Map(others.map(({ id, sha, language }) => [`${sha} ${language}`, id]));
}

async function insertSymbols(tx: Tx, blobs: readonly { id: number; facts: FileFacts }[]): Promise<void> {
  const rows = blobs.flatMap(({ id, facts }) => facts.symbols.map((symbol, position) => ({ id, position, ...symbol })));
  if (rows.length === 0) return;
  const column = <K extends keyof (typeof rows)[number]>(key: K) => rows.map((row) => row[key]);
  await tx`
    insert into code_symbols (blob_id, position, name, kind, container, line, end_line, exported, signature)
    select * from unnest(${column("id")}::bigint[], ${column("position")}::int[], ${column("name")}::text[],
      ${column("kind")}::text[], ${column("container")}::text[], ${column("line")}::int[], ${column("end_line")}::int[],
      ${column("exported").map(String)}::text[]::boolean[], ${column("signature")}::text[])`;
}

/** Lists within a row travel as JSON: arrays of arrays would all have to be of one length. */
async function insertImports(tx: Tx, blobs: readonly { id: number; facts: FileFacts }[]): Promise<void> {
  const rows = blobs.flatMap(({ id, facts }) => facts.imports.map((one, position) => ({ id, position, ...one })));
  if (rows.length === 0) return;
  await tx`
    insert into code_imports (blob_id, position, spec, names, keys, how, line)
    select r.id, r.position, r.spec, array(select jsonb_array_elements_text(r.names)),
      array(select jsonb_array_elements_text(r.keys)), r.how, r.line
    from jsonb_to_recordset(${tx.json(rows as never)}) as r
      (id bigint, position int, spec text, names jsonb, keys jsonb, how text, line int)`;
}

export interface FileRow {
  path: string;
  bytes: number;
  stamp: string;
  note: string;
  blob_id: number | null;
}

/** Stores which content files have now. `revision` is null while a tree is read for the first time: nothing changed then. */
export async function putFiles(
  tx: Tx,
  tree: number,
  files: readonly FileRow[],
  revision: number | null,
): Promise<void> {
  if (files.length === 0) return;
  if (revision !== null) await tellChanged(tx, tree, files, revision);
  await tx`
    insert into code_files (tree_id, path, key, bytes, stamp, note, blob_id)
    select ${tree}, r.* from unnest(${files.map((f) => f.path)}::text[], ${files.map((f) => fileKey(f.path))}::text[],
      ${files.map((f) => f.bytes)}::bigint[], ${files.map((f) => f.stamp)}::text[], ${files.map((f) => f.note)}::text[],
      ${files.map((f) => f.blob_id) as number[]}::bigint[]) as r
    on conflict (tree_id, path) do update set bytes = excluded.bytes, stamp = excluded.stamp, note = excluded.note,
      blob_id = excluded.blob_id`;
}

/** A file that was only touched did not change. */
async function tellChanged(tx: Tx, tree: number, files: readonly FileRow[], revision: number): Promise<void> {
  await tx`
    insert into code_changes (tree_id, revision, path, kind, was_blob, blob_id)
    select ${tree}, ${revision}, r.path, case when f.path is null then 'added' else 'changed' end, f.blob_id, r.blob_id
    from unnest(${files.map((f) => f.path)}::text[], ${files.map((f) => f.blob_id) as number[]}::bigint[])
      as r (path, blob_id)
    left join code_files f on f.tree_id = ${tree} and f.path = r.path
    where f.path is null or r.blob_id is null or f.blob_id is distinct from r.blob_id
    on conflict do nothing`;
}

export async function removeFiles(
  tx: Tx,
  tree: number,
  paths: readonly string[],
  revision: number | null,
): Promise<void> {
  if (paths.length === 0) return;
  if (revision !== null)
    await tx`
      insert into code_changes (tree_id, revision, path, kind, was_blob)
      select ${tree}, ${revision}, path, 'removed', blob_id from code_files
      where tree_id = ${tree} and path = any(${paths as string[]})
      on conflict do nothing`;
  await tx`delete from code_files where tree_id = ${tree} and path = any(${paths as string[]})`;
}

/** An update is stored whole. */
export async function settleTree(
  sql: Sql,
  tree: number,
  now: Pick<CodeTree, "revision" | "files" | "truncated">,
): Promise<void> {
  await sql`
    update code_trees set revision = ${now.revision}, files = ${now.files}, truncated = ${now.truncated},
      indexed_at = coalesce(indexed_at, now()) where id = ${tree}`;
  await sql`
    delete from code_changes where tree_id = ${tree} and (revision, path) <= (
      select revision, path from code_changes where tree_id = ${tree}
      order by revision desc, path desc offset ${CHANGES_KEPT} limit 1)`;
}

/** Postgres gets to this by itself, but minutes after many rows came; until then it reads whole tables to answer. */
export async function analyseTables(sql: Sql): Promise<void> {
  await sql`analyze code_files, code_blobs, code_symbols, code_imports`;
}

/** Lets go of trees that nobody asks about, and of contents that no file has; returns how many contents went. */
export async function trimCode(db: Db, keep_hours: number): Promise<number> {
  await db`delete from code_trees where used_at < now() - make_interval(days => ${UNUSED_DAYS})`;
  const gone = await db`
    delete from code_blobs where id in (
      select id from code_blobs b where seen_at < now() - make_interval(hours => ${keep_hours})
      and not exists (select from code_files f where f.blob_id = b.id)
      and not exists (select from code_changes c where c.was_blob = b.id)
      limit ${TRIM_BLOBS})`;
  return gone.count;
}
