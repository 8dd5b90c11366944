/** Reading the index of a tree. */
import type { Sql } from "../db/sql.ts";
import type { CodeImport, CodeSymbol, FoundSymbol, IndexedFile, Language, SymbolKind } from "../domain/code.ts";

/** Looked at before they are put in order; a name that has more hits than these is no search. */
const CANDIDATES = 600;
const LIKE_SPECIAL = /[\\%_]/g;
/** Words that are this like what was asked for are offered when nothing has it. */
const SIMILARITY = 0.3;

export interface SymbolQuery {
  /** Words that a name has, all of them; "" for any. */
  words: readonly string[];
  kinds: readonly SymbolKind[];
  /** Directory or file, "" for all. */
  path: string;
  language: Language | null;
  limit: number;
}

/** Symbols whose name has every word, those that are called so first; `more` when there were more than were looked at. */
export async function findSymbols(
  sql: Sql,
  tree: number,
  query: SymbolQuery,
): Promise<{ symbols: FoundSymbol[]; total: number; more: boolean }> {
  const words = query.words.map((word) => word.toLowerCase());
  const whole = words.join("");
  const filter = sql`
    ${query.kinds.length > 0 ? sql`and s.kind = any(${query.kinds as string[]})` : sql``}
    ${query.path ? sql`and (f.path = ${query.path} or f.path ^@ ${`${query.path}/`})` : sql``}
    ${query.language ? sql`and b.language = ${query.language}` : sql``}`;
  const from = sql`from code_symbols s join code_files f on f.blob_id = s.blob_id and f.tree_id = ${tree}
    join code_blobs b on b.id = s.blob_id`;
  const likes = words.map((word) => sql`and lower(s.name) like ${`%${escaped(word)}%`}`);
  const rows = await sql<(FoundSymbol & { total: number })[]>`
    with exact as materialized (
      select s.*, f.path, b.language ${from} where lower(s.name) = ${whole} ${filter} limit ${CANDIDATES}),
    prefix as materialized (
      select s.*, f.path, b.language ${from} where lower(s.name) like ${`${escaped(whole)}%`} ${filter} limit ${CANDIDATES}),
    part as materialized (
      select s.*, f.path, b.language ${from} where true ${likes.reduce((a, b) => sql`${a} ${b}`, sql``)} ${filter}
      limit ${CANDIDATES}),
    found as (select * from exact union select * from prefix union select * from part)
    select name, kind, container, line, end_line, exported, signature, path, language, count(*) over ()::int as total
    from found
    order by (lower(name) = ${whole}) desc, (lower(name) like ${`${escaped(whole)}%`}) desc,
      (kind in ('field', 'variable')) asc, exported desc, length(name), path, line
    limit ${query.limit}`;
  const total = rows[0]?.total ?? 0;
  const more = total >= CANDIDATES;
  return { symbols: rows.map(({ total: _, ...symbol }) => symbol), total: more ? CANDIDATES : total, more };
}

/** Names that are written nearly so. */
export async function similarNames(sql: Sql, tree: number, name: string, limit: number): Promise<string[]> {
  const rows = await sql.begin(async (tx) => {
    await tx`select set_config('pg_trgm.similarity_threshold', ${String(SIMILARITY)}, true)`;
    return tx<{ name: string }[]>`
      select s.name from code_symbols s join code_files f on f.blob_id = s.blob_id and f.tree_id = ${tree}
      where lower(s.name) % lower(${name}) group by s.name
      order by similarity(lower(s.name), lower(${name})) desc, s.name limit ${limit}`;
  });
  return rows.map((row) => row.name);
}

/** Symbols of files, in the order of their text. */
export async function symbolsIn(sql: Sql, tree: number, paths: readonly string[]): Promise<FoundSymbol[]> {
  if (paths.length === 0) return [];
  return sql<FoundSymbol[]>`
    select s.name, s.kind, s.container, s.line, s.end_line, s.exported, s.signature, f.path, b.language
    from code_files f join code_blobs b on b.id = f.blob_id join code_symbols s on s.blob_id = f.blob_id
    where f.tree_id = ${tree} and f.path = any(${paths as string[]}) order by f.path, s.position`;
}

/** Types whose head names one as what they extend or implement. */
export async function heirsOf(sql: Sql, tree: number, name: string, limit: number): Promise<FoundSymbol[]> {
  return sql<FoundSymbol[]>`
    select s.name, s.kind, s.container, s.line, s.end_line, s.exported, s.signature, f.path, b.language
    from code_files f join code_blobs b on b.id = f.blob_id
    join code_symbols s on s.blob_id = f.blob_id
    where f.tree_id = ${tree} and s.kind in ('class', 'interface', 'struct', 'trait', 'enum') and s.name <> ${name}
      and s.signature ~ ${`[(:,<\\s]${name.replace(/[^\p{L}\p{N}_]/gu, "")}\\M`}
    order by f.path, s.line limit ${limit}`;
}

export interface FileImport extends CodeImport {
  path: string;
  language: Language;
}

/** What files import, in the order of their text. */
export async function importsIn(sql: Sql, tree: number, paths: readonly string[]): Promise<FileImport[]> {
  if (paths.length === 0) return [];
  return sql<FileImport[]>`
    select f.path, b.language, i.spec, i.names, i.keys, i.how, i.line
    from code_files f join code_blobs b on b.id = f.blob_id join code_imports i on i.blob_id = f.blob_id
    where f.tree_id = ${tree} and f.path = any(${paths as string[]}) order by f.path, i.position`;
}

/** Imports that may mean a file which is known by one of the keys. */
export async function importsByKey(
  sql: Sql,
  tree: number,
  keys: readonly string[],
  limit: number,
): Promise<FileImport[]> {
  return sql<FileImport[]>`
    select f.path, b.language, i.spec, i.names, i.keys, i.how, i.line
    from code_imports i join code_files f on f.blob_id = i.blob_id and f.tree_id = ${tree}
    join code_blobs b on b.id = f.blob_id
    where i.keys && ${keys as string[]} order by f.path, i.position limit ${limit}`;
}

/** Paths of the files that are known by the keys, by key. */
export async function filesByKey(sql: Sql, tree: number, keys: readonly string[]): Promise<Map<string, string[]>> {
  const rows = await sql<{ key: string; path: string }[]>`
    select key, path from code_files where tree_id = ${tree} and key = any(${keys as string[]}) order by path`;
  const found = new Map<string, string[]>();
  for (const { key, path } of rows) {
    const paths = found.get(key);
    if (paths) paths.push(path);
    else found.set(key, [path]);
  }
  return found;
}

/** Files that declare a namespace. */
export async function filesOfNamespace(sql: Sql, tree: number, names: readonly string[]) {
  return sql<{ name: string; path: string }[]>`
    select s.name, f.path from code_symbols s join code_files f on f.blob_id = s.blob_id and f.tree_id = ${tree}
    where lower(s.name) = any(${names.map((n) => n.toLowerCase())}) and s.name = any(${names as string[]})
      and s.kind = 'namespace' order by f.path limit 2000`;
}

/** Keys that are imported by most files and that files of the tree are known by. */
export async function topKeys(sql: Sql, tree: number, limit: number): Promise<{ key: string; importers: number }[]> {
  return sql<{ key: string; importers: number }[]>`
    select k.key, count(distinct f.path)::int as importers
    from code_files f join code_imports i on i.blob_id = f.blob_id cross join unnest(i.keys) as k (key)
    where f.tree_id = ${tree} and exists (select from code_files t where t.tree_id = ${tree} and t.key = k.key)
    group by k.key order by importers desc, k.key limit ${limit}`;
}

export interface TreeCount {
  directory: string;
  extension: string;
  language: Language | null;
  files: number;
  lines: number;
  bytes: number;
  skipped: number;
}

/** Files, lines and bytes by first two directories, extension and language. */
export async function countFiles(sql: Sql, tree: number, path: string): Promise<TreeCount[]> {
  const inside = path ? `${path}/` : "";
  return sql<TreeCount[]>`
    select case when position('/' in rest) > 0 then split_part(rest, '/', 1) || case
        when position('/' in substr(rest, length(split_part(rest, '/', 1)) + 2)) > 0
        then '/' || split_part(rest, '/', 2) else '' end else '' end as directory,
      coalesce(substring(rest from '\\.([A-Za-z0-9]{1,10})$'), '') as extension, b.language,
      count(*)::int as files, coalesce(sum(b.lines), 0)::int as lines, sum(f.bytes)::int8 as bytes,
      count(*) filter (where b.state = 'skipped')::int as skipped
    from (select *, substr(path, ${inside.length + 1}::int) as rest from code_files
      where tree_id = ${tree} and path ^@ ${inside}) f
    left join code_blobs b on b.id = f.blob_id group by 1, 2, 3`;
}

export async function countKinds(sql: Sql, tree: number, path: string): Promise<{ kind: SymbolKind; n: number }[]> {
  return sql<{ kind: SymbolKind; n: number }[]>`
    select s.kind, count(*)::int as n from code_files f join code_symbols s on s.blob_id = f.blob_id
    where f.tree_id = ${tree} and f.path ^@ ${path ? `${path}/` : ""} group by s.kind order by n desc`;
}

/** Files with the most lines. */
export async function largestFiles(sql: Sql, tree: number, path: string, limit: number) {
  return sql<{ path: string; lines: number }[]>`
    select f.path, b.lines from code_files f join code_blobs b on b.id = f.blob_id
    where f.tree_id = ${tree} and f.path ^@ ${path ? `${path}/` : ""} order by b.lines desc, f.path limit ${limit}`;
}

/** Files that are called so, wherever they lie; those nearest to the top first. Names without an extension that imports leave out. */
export async function filesCalled(sql: Sql, tree: number, names: readonly string[], limit: number): Promise<string[]> {
  const rows = await sql<{ path: string }[]>`
    select path from code_files where tree_id = ${tree} and key = any(${names as string[]})
    order by length(path) - length(replace(path, '/', '')), path limit ${limit}`;
  return rows.map(({ path }) => path);
}

/** Files whose path fits a pattern; those nearest to the top first. Looks at all of them. */
export async function filesNamed(sql: Sql, tree: number, pattern: string, limit: number): Promise<string[]> {
  const rows = await sql<{ path: string }[]>`
    select path from code_files where tree_id = ${tree} and path ~ ${pattern}
    order by length(path) - length(replace(path, '/', '')), path limit ${limit}`;
  return rows.map(({ path }) => path);
}

/** How many files import something by each key: what everybody imports says little about who belongs together. */
export async function importCounts(sql: Sql, tree: number, keys: readonly string[]): Promise<Map<string, number>> {
  const rows = await sql<{ key: string; files: number }[]>`
    select k.key, count(distinct f.path)::int as files
    from code_imports i join code_files f on f.blob_id = i.blob_id and f.tree_id = ${tree}
    cross join unnest(i.keys) as k (key)
    where i.keys && ${keys as string[]} and k.key = any(${keys as string[]}) group by k.key`;
  return new Map(rows.map(({ key, files }) => [key, files]));
}

/** Those of the paths that are in the tree now. */
export async function filesThere(sql: Sql, tree: number, paths: readonly string[]): Promise<Set<string>> {
  const rows = await sql<{ path: string }[]>`
    select path from code_files where tree_id = ${tree} and path = any(${paths as string[]})`;
  return new Set(rows.map(({ path }) => path));
}

/** Files whose own name has one of the words. */
export async function filesWithWords(
  sql: Sql,
  tree: number,
  words: readonly string[],
  limit: number,
): Promise<string[]> {
  const pattern = `(${words.map((word) => word.replace(/[^\p{L}\p{N}]/gu, "")).join("|")})[^/]*$`;
  const rows = await sql<{ path: string }[]>`
    select path from code_files where tree_id = ${tree} and path ~* ${pattern} order by path limit ${limit}`;
  return rows.map(({ path }) => path);
}

/** The file, or those below the directory. */
export async function filesAt(sql: Sql, tree: number, path: string, limit: number): Promise<IndexedFile[]> {
  return sql<IndexedFile[]>`
    select f.path, f.bytes, b.language, b.lines, b.state, coalesce(nullif(f.note, ''), b.note, '') as note
    from code_files f left join code_blobs b on b.id = f.blob_id
    where f.tree_id = ${tree} and (f.path = ${path} or f.path ^@ ${path === "" ? "" : `${path}/`})
    order by f.path limit ${limit}`;
}

export interface SeenChange {
  path: string;
  kind: "added" | "changed" | "removed";
  /** Contents before the first and after the last change; null where there was none that is parsed. */
  was_blob: number | null;
  blob_id: number | null;
  at: Date;
}

/** What changed after a revision, or lately: one a file, by path. A file that came and went is not among them. */
export async function changesSince(
  sql: Sql,
  tree: number,
  since: { revision: number } | { minutes: number },
  limit: number,
): Promise<SeenChange[]> {
  const when =
    "revision" in since ? sql`revision > ${since.revision}` : sql`at > now() - make_interval(mins => ${since.minutes})`;
  return sql<SeenChange[]>`
    with lately as (select * from code_changes where tree_id = ${tree} and ${when}),
    ends as (
      select path, (array_agg(kind order by revision))[1] as first, (array_agg(kind order by revision desc))[1] as last,
        (array_agg(was_blob order by revision))[1] as was_blob, (array_agg(blob_id order by revision desc))[1] as blob_id,
        max(at) as at
      from lately group by path)
    select path, case when last = 'removed' then 'removed' when first = 'added' then 'added' else 'changed' end as kind,
      was_blob, blob_id, at
    from ends where not (first = 'added' and last = 'removed') order by path limit ${limit}`;
}

/** Symbols of contents. */
export async function symbolsOfBlobs(
  sql: Sql,
  blobs: readonly number[],
): Promise<(Pick<CodeSymbol, "name" | "kind" | "container" | "line" | "signature"> & { blob_id: number })[]> {
  if (blobs.length === 0) return [];
  return sql`
    select blob_id, name, kind, container, line, signature from code_symbols
    where blob_id = any(${blobs as number[]}) order by blob_id, position`;
}

const escaped = (word: string) => word.replace(LIKE_SPECIAL, (special) => `\\${special}`);
