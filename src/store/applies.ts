/** Applies with their files: intents before the first write, and what became of them. */
import type { Db, Tx } from "../db/sql.ts";
import {
  type Apply,
  type ApplyFile,
  type ApplyFileState,
  type ApplyState,
  applyStatesBefore,
} from "../domain/apply.ts";

export type ApplyRow = Omit<Apply, "files"> & { checkpoint_id: string | null };
export type ApplyFileRow = ApplyFile & {
  apply_id: string;
  position: number;
  old_mode: number | null;
  new_mode: number | null;
  made: string[];
};

const columns = (db: Db) => db`
  id, session_id, project_id, chat_id, run_id, state, via, error, hunks, rewinds, checkpoint_id, created_at, ended_at`;
const fileColumns = (db: Db) => db`
  apply_id, position, change_id, path, state, old_sha, new_sha, old_mode, new_mode, made, error`;

export async function insertApply(
  tx: Tx,
  apply: Pick<
    ApplyRow,
    "id" | "session_id" | "project_id" | "chat_id" | "run_id" | "via" | "hunks" | "rewinds" | "checkpoint_id"
  >,
  files: readonly Omit<ApplyFileRow, "apply_id" | "state" | "error">[],
): Promise<ApplyRow> {
  const [row] = await tx<ApplyRow[]>`insert into applies ${tx(apply as never)} returning ${columns(tx)}`;
  const rows = files.map((file) => ({ ...file, apply_id: apply.id }));
  for (let at = 0; at < rows.length; at += 1_000)
    await tx`insert into apply_files ${tx(rows.slice(at, at + 1_000) as never)}`;
  return row!;
}

export async function moveApply(
  tx: Tx,
  id: string,
  to: ApplyState,
  error: string | null = null,
): Promise<ApplyRow | null> {
  const [row] = await tx<ApplyRow[]>`
    update applies set state = ${to}, error = coalesce(${error}, error), ended_at = coalesce(ended_at, now())
    where id = ${id} and state = any(${applyStatesBefore(to)}) returning ${columns(tx)}`;
  return row ?? null;
}

export async function setApplyFile(
  tx: Tx,
  file: Pick<ApplyFileRow, "apply_id" | "position">,
  to: ApplyFileState,
  error: string | null = null,
): Promise<void> {
  await tx`
    update apply_files set state = ${to}, error = ${error}
    where apply_id = ${file.apply_id} and position = ${file.position}`;
}

export async function findApplyRow(db: Db, id: string): Promise<ApplyRow | null> {
  const [row] = await db<ApplyRow[]>`select ${columns(db)} from applies where id = ${id}`;
  return row ?? null;
}

export function applyFiles(db: Db, applyIds: readonly string[]): Promise<ApplyFileRow[]> {
  return db<ApplyFileRow[]>`
    select ${fileColumns(db)} from apply_files where apply_id = any(${applyIds as string[]}) order by apply_id, position`;
}

/** Newest first, without the acts of rewinding. */
export function listApplyRows(db: Db, sessionId: string, limit: number): Promise<ApplyRow[]> {
  return db<ApplyRow[]>`
    select ${columns(db)} from applies where session_id = ${sessionId} and rewinds = '{}'
    order by created_at desc, id desc limit ${limit}`;
}

export async function wholeApplies(db: Db, rows: readonly ApplyRow[]): Promise<Apply[]> {
  const files = Map.groupBy(
    await applyFiles(
      db,
      rows.map((r) => r.id),
    ),
    (f) => f.apply_id,
  );
  return rows.map(({ checkpoint_id: _, ...row }) => ({
    ...row,
    files: (files.get(row.id) ?? []).map(({ change_id, path, state, old_sha, new_sha, error }) => ({
      change_id,
      path,
      state,
      old_sha,
      new_sha,
      error,
    })),
  }));
}

/**
 * Applies of a session whose end the base of its difference has not taken in, oldest first. Acts of rewinding are not
 * among them: a rewind is told by the apply that it takes back.
 */
export function appliesNotInBase(db: Db, sessionId: string): Promise<ApplyRow[]> {
  return db<ApplyRow[]>`
    select ${columns(db)} from applies
    where session_id = ${sessionId} and state in ('done', 'undone') and rewinds = '{}' and in_base is distinct from state
    order by created_at, id`;
}

/** Sessions that have such applies. */
export async function sessionsBehindBase(db: Db): Promise<string[]> {
  const rows = await db<{ session_id: string }[]>`
    select distinct session_id from applies
    where state in ('done', 'undone') and rewinds = '{}' and in_base is distinct from state`;
  return rows.map((row) => row.session_id);
}

export async function setInBase(db: Db, id: string, state: "done" | "undone"): Promise<void> {
  await db`update applies set in_base = ${state} where id = ${id}`;
}

/** What a dead process was writing. */
export function writingApplies(db: Db): Promise<ApplyRow[]> {
  return db<ApplyRow[]>`select ${columns(db)} from applies where state = 'writing' order by created_at, id`;
}

export async function isBeingApplied(tx: Tx, changeId: string): Promise<boolean> {
  const rows = await tx`
    select 1 from apply_files f join applies a on a.id = f.apply_id
    where f.change_id = ${changeId} and a.state = 'writing' limit 1`;
  return rows.length > 0;
}

/** The newest apply of a project that wrote to this path after the given one and was not rewound. */
export async function laterApply(
  db: Db,
  projectId: string,
  path: string,
  afterId: string,
  not: readonly string[],
): Promise<ApplyRow | null> {
  const [row] = await db<ApplyRow[]>`
    select ${columns(db)} from applies a where project_id = ${projectId} and state = 'done' and rewinds = '{}'
    and (created_at, id) > (select created_at, id from applies where id = ${afterId}) and not (id = any(${not as string[]}))
    and exists (select 1 from apply_files f where f.apply_id = a.id and f.path = ${path} and f.state = 'written')
    order by created_at desc, id desc limit 1`;
  return row ?? null;
}

/** Applies of a chat since a time that are still there, newest first. */
export function appliesSince(db: Db, chatId: string, since: Date): Promise<ApplyRow[]> {
  return db<ApplyRow[]>`
    select ${columns(db)} from applies a where state = 'done' and rewinds = '{}' and created_at >= ${since}
    and exists (select 1 from apply_files f join changes c on c.id = f.change_id
      where f.apply_id = a.id and f.state = 'written' and c.chat_id = ${chatId})
    order by created_at desc, id desc`;
}

/** Files that our own loop proposed and that were written since, and still are; oldest first. */
export function nativeFilesSince(db: Db, sessionId: string, since: Date): Promise<ApplyFileRow[]> {
  return db<ApplyFileRow[]>`
    select f.* from apply_files f join applies a on a.id = f.apply_id join changes c on c.id = f.change_id
    where a.session_id = ${sessionId} and a.state = 'done' and a.rewinds = '{}' and a.created_at >= ${since}
      and f.state = 'written' and c.producer = 'native'
    order by a.created_at, a.id, f.position`;
}

/** The newest one that is still there, made by a run of this chat itself. */
export async function newestOwnApply(db: Db, chatId: string, id: string | null): Promise<ApplyRow | null> {
  const [row] = await db<ApplyRow[]>`
    select ${columns(db)} from applies where chat_id = ${chatId} and run_id is not null and rewinds = '{}'
    ${id === null ? db`and state = 'done'` : db`and id = ${id}`} order by created_at desc, id desc limit 1`;
  return row ?? null;
}

/** One file more, with what became of it. */
export async function insertApplyFile(tx: Tx, file: ApplyFileRow): Promise<void> {
  await tx`insert into apply_files ${tx(file as never)}`;
}

/** Files of these applies that were taken back; gives their changes, and the applies of which nothing is left. */
export async function undoFiles(
  tx: Tx,
  applyIds: readonly string[],
  paths: readonly string[],
): Promise<{ changes: string[]; done: string[] }> {
  const rows = await tx<{ change_id: string | null }[]>`
    update apply_files set state = 'undone'
    where apply_id = any(${applyIds as string[]}) and path = any(${paths as string[]}) and state = 'written'
    returning change_id`;
  const done = await tx<{ id: string }[]>`
    select id from applies a where id = any(${applyIds as string[]})
    and not exists (select 1 from apply_files f where f.apply_id = a.id and f.state = 'written')`;
  return { changes: rows.flatMap((r) => r.change_id ?? []), done: done.map((r) => r.id) };
}
