/** Changes with their hunks and where they come from. */
import type { Db, Tx } from "../db/sql.ts";
import {
  type Change,
  type ChangeTotals,
  changeState,
  type Hunk,
  type HunkState,
  type Provenance,
} from "../domain/change.ts";
import { newId } from "../lib/ids.ts";

export type ChangeRow = Omit<Change, "state" | "hunks" | "comments" | "added" | "removed"> & {
  theirs_sha: string | null;
  rest_of: string | null;
  discarded_at: Date | null;
};
export type HunkRow = Omit<Hunk, "viewed" | "sources"> & { change_id: string; edit_ids: string[]; told: string | null };
/** As given for a new or changed proposal: state and time of what is known already stay. */
export type NewHunk = Omit<HunkRow, "change_id" | "state" | "decided_at" | "told">;

const columns = (db: Db) => db`
  id, session_id, chat_id, project_id, run_id, producer, provider, path, kind, base_sha, new_sha, base_mode, new_mode,
  base_ref, is_binary as binary, generated, error, created_at, changed_at, closed_at, theirs_sha, rest_of, discarded_at`;
const hunkColumns = (db: Db) => db`
  change_id, id, kind, state, old_start, old_count, new_start, new_count, added, removed, section, edit_ids, decided_at, told`;

export interface NewChange {
  id: string;
  session_id: string;
  chat_id: string;
  project_id: string;
  run_id: string | null;
  producer: Change["producer"];
  provider: string;
  path: string;
  kind: Change["kind"];
  base_sha: string | null;
  new_sha: string | null;
  base_mode: number | null;
  new_mode: number | null;
  base_ref: string | null;
  is_binary: boolean;
  generated: boolean;
  rest_of?: string | null;
}

export async function insertChange(tx: Tx, change: NewChange): Promise<ChangeRow> {
  const [row] = await tx<ChangeRow[]>`insert into changes ${tx(change as never)} returning ${columns(tx)}`;
  return row!;
}

export type Contents = Pick<NewChange, "kind" | "base_sha" | "new_sha" | "base_mode" | "new_mode" | "is_binary">;

/** A proposal composed with the one that is there. */
export async function updateChange(
  tx: Tx,
  id: string,
  to: Contents & Partial<Pick<NewChange, "run_id" | "producer" | "provider" | "base_ref">>,
): Promise<ChangeRow> {
  const [row] = await tx<ChangeRow[]>`
    update changes set ${tx(to as never)}, changed_at = now(), theirs_sha = null, error = null
    where id = ${id} returning ${columns(tx)}`;
  return row!;
}

export async function findChangeRow(db: Db, id: string): Promise<ChangeRow | null> {
  const [row] = await db<ChangeRow[]>`select ${columns(db)} from changes where id = ${id}`;
  return row ?? null;
}

/** Locks the change until the transaction ends: verdicts and applies of one change stand in line. */
export async function lockChange(tx: Tx, id: string): Promise<ChangeRow | null> {
  const [row] = await tx<ChangeRow[]>`select ${columns(tx)} from changes where id = ${id} for update`;
  return row ?? null;
}

/** The change into which a proposal of the chat on this file goes. */
export async function findOpenChange(db: Db, chatId: string, path: string): Promise<ChangeRow | null> {
  const [row] = await db<ChangeRow[]>`
    select ${columns(db)} from changes where chat_id = ${chatId} and path = ${path} and closed_at is null`;
  return row ?? null;
}

export function openChangesOfChat(db: Db, chatId: string): Promise<ChangeRow[]> {
  return db<ChangeRow[]>`
    select ${columns(db)} from changes where chat_id = ${chatId} and closed_at is null order by path`;
}

/** Changes of a chat that are open, or were made or closed since; oldest first. */
export function changesOfChat(db: Db, chatId: string, since: Date): Promise<ChangeRow[]> {
  return db<ChangeRow[]>`
    select ${columns(db)} from changes where chat_id = ${chatId} and discarded_at is null
    and (closed_at is null or closed_at >= ${since} or created_at >= ${since}) order by created_at, id`;
}

export async function deleteChange(tx: Tx, id: string): Promise<void> {
  await tx`delete from changes where id = ${id}`;
}

export async function closeChange(tx: Tx, id: string, discarded = false): Promise<void> {
  await tx`
    update changes set closed_at = coalesce(closed_at, now()), changed_at = now(),
      discarded_at = case when ${discarded} then now() else discarded_at end where id = ${id}`;
}

export async function reopenChange(tx: Tx, id: string): Promise<void> {
  await tx`update changes set closed_at = null, changed_at = now() where id = ${id}`;
}

export async function insertEdit(
  tx: Tx,
  edit: {
    id: string;
    change_id: string;
    run_id: string | null;
    part_id: string | null;
    turn: number | null;
    tool: string | null;
    provider: string;
    model: string | null;
    said: string;
  },
): Promise<void> {
  await tx`insert into edits ${tx(edit as never)}`;
}

export function hunkRows(db: Db, changeIds: readonly string[]): Promise<HunkRow[]> {
  return db<HunkRow[]>`
    select ${hunkColumns(db)} from hunks where change_id = any(${changeIds as string[]}) and current
    order by change_id, position`;
}

/** Ids of a change's hunks, in order; of those named alone. */
export async function hunkIds(db: Db, changeId: string, of: readonly string[] | null): Promise<string[]> {
  const rows = await db<{ id: string }[]>`
    select id from hunks where change_id = ${changeId} and current
    ${of === null ? db`` : db`and id = any(${of as string[]})`} order by position`;
  return rows.map((row) => row.id);
}

/** Hunks of these ids that somebody rejected in this chat, in whatever change they came. */
export async function knownRejected(db: Db, chatId: string, ids: readonly string[]): Promise<Set<string>> {
  const rows = await db<{ id: string }[]>`
    select distinct h.id from hunks h join changes c on c.id = h.change_id
    where c.chat_id = ${chatId} and h.state = 'rejected' and h.id = any(${ids as string[]})`;
  return new Set(rows.map((r) => r.id));
}

/**
 * Makes these the hunks of the change. One that was there keeps its state, unless that was `stale` or `reverted` (the
 * proposal was made anew); a rejected one that is gone is remembered, others that are gone go.
 */
export async function replaceHunks(
  tx: Tx,
  changeId: string,
  hunks: readonly NewHunk[],
  rejected: ReadonlySet<string>,
): Promise<void> {
  const ids = hunks.map((h) => h.id);
  await tx`
    delete from hunks where change_id = ${changeId} and state <> 'rejected' and not (id = any(${ids}))`;
  await tx`update hunks set current = false where change_id = ${changeId} and not (id = any(${ids}))`;
  const rows = hunks.map((h, position) => ({
    ...h,
    change_id: changeId,
    position,
    state: rejected.has(h.id) ? "rejected" : "pending",
  }));
  for (let at = 0; at < rows.length; at += HUNKS_A_STATEMENT)
    await tx`
      insert into hunks ${tx(rows.slice(at, at + HUNKS_A_STATEMENT) as never)}
      on conflict (change_id, id) do update set position = excluded.position, current = true,
        old_start = excluded.old_start, old_count = excluded.old_count, new_start = excluded.new_start,
        new_count = excluded.new_count, section = excluded.section, edit_ids = excluded.edit_ids,
        state = case when hunks.state in ('stale', 'reverted') then 'pending' else hunks.state end`;
}
const HUNKS_A_STATEMENT = 1_000;

/** Hunks of a change that was just made, in states that are known. */
export async function insertHunks(
  tx: Tx,
  changeId: string,
  hunks: readonly (NewHunk & { state: HunkState; told: string | null })[],
): Promise<void> {
  const rows = hunks.map((hunk, position) => ({ ...hunk, change_id: changeId, position }));
  for (let at = 0; at < rows.length; at += HUNKS_A_STATEMENT)
    await tx`insert into hunks ${tx(rows.slice(at, at + HUNKS_A_STATEMENT) as never)}`;
}

export async function removeHunks(tx: Tx, changeId: string, ids: readonly string[]): Promise<void> {
  await tx`delete from hunks where change_id = ${changeId} and id = any(${ids as string[]})`;
}

/** The calls behind a change, once more for another one; gives the new id of each. */
export async function copyEdits(tx: Tx, from: string, to: string): Promise<Map<string, string>> {
  const rows = await tx<{ id: string }[]>`select id from edits where change_id = ${from} order by at, id`;
  const ids = new Map(rows.map(({ id }) => [id, newId()]));
  const [old, fresh] = [[...ids.keys()], [...ids.values()]];
  await tx`
    insert into edits (id, change_id, run_id, part_id, turn, tool, provider, model, said, at)
    select n.fresh, ${to}, e.run_id, e.part_id, e.turn, e.tool, e.provider, e.model, e.said, e.at
    from unnest(${old}::text[], ${fresh}::text[]) as n (old, fresh) join edits e on e.id = n.old`;
  return ids;
}

/** Why a change could not be written, and the file as it was found when it did not merge. */
export async function setObstacle(tx: Tx, id: string, error: string | null, theirs: string | null): Promise<void> {
  await tx`update changes set error = ${error}, theirs_sha = ${theirs}, changed_at = now() where id = ${id}`;
}

/** Accepts what a run proposed and nobody decided: its mode says so. */
export async function acceptOfRun(
  tx: Tx,
  runId: string,
): Promise<{ change_id: string; id: string; from: HunkState }[]> {
  return tx<{ change_id: string; id: string; from: HunkState }[]>`
    update hunks h set state = 'accepted', decided_at = now() from changes c
    where c.id = h.change_id and c.closed_at is null and h.current and h.state = 'pending'
    and exists (select 1 from edits e where e.change_id = c.id and e.run_id = ${runId} and e.id = any(h.edit_ids))
    returning h.change_id, h.id, 'pending' as "from"`;
}

/** Hunks from one state to another, all that are still in `from`; returns those that moved, with where they came from. */
export async function moveHunks(
  tx: Tx,
  changeIds: readonly string[],
  ids: readonly string[] | null,
  from: readonly HunkState[],
  to: HunkState,
): Promise<{ change_id: string; id: string; from: HunkState }[]> {
  return tx<{ change_id: string; id: string; from: HunkState }[]>`
    with before as (
      select change_id, id, state from hunks
      where change_id = any(${changeIds as string[]}) and current and state = any(${from as string[]})
      ${ids === null ? tx`` : tx`and id = any(${ids as string[]})`} for update)
    update hunks h set state = ${to}, decided_at = case when ${to} = 'pending' then null else now() end
    from before b where h.change_id = b.change_id and h.id = b.id
    returning h.change_id, h.id, b.state as "from"`;
}

export async function touchChanges(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx`update changes set changed_at = now() where id = any(${ids as string[]})`;
}

/** Rows with everything that belongs to them. */
export async function wholeChanges(db: Db, rows: readonly ChangeRow[]): Promise<Change[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((r) => r.id);
  const [hunks, sources, seen, comments] = [
    await hunkRows(db, ids),
    await readSources(db, ids),
    await readViewed(db, ids),
    await countComments(db, ids),
  ];
  const byChange = Map.groupBy(hunks, (h) => h.change_id);
  return rows.map(({ theirs_sha: _, rest_of: __, discarded_at: ___, ...row }) => {
    const own = byChange.get(row.id) ?? [];
    return {
      ...row,
      state: changeState(own.map((h) => h.state)),
      added: own.reduce((sum, h) => sum + h.added, 0),
      removed: own.reduce((sum, h) => sum + h.removed, 0),
      comments: comments.get(row.id) ?? 0,
      hunks: own.map(({ change_id: _c, edit_ids, told: _t, ...hunk }) => ({
        ...hunk,
        viewed: seen.has(`${row.session_id} ${hunk.id}`),
        sources: edit_ids.flatMap((id) => sources.get(id) ?? []),
      })),
    };
  });
}

async function readSources(db: Db, changeIds: readonly string[]): Promise<Map<string, Provenance>> {
  const rows = await db<(Provenance & { id: string })[]>`
    select e.id, e.part_id, e.run_id, e.turn, e.tool, e.provider, e.model, e.said, e.at,
      t.tokens_in, t.tokens_out, t.cost_usd
    from edits e left join turns t on t.run_id = e.run_id and t.number = e.turn
    where e.change_id = any(${changeIds as string[]})`;
  return new Map(rows.map(({ id, ...source }) => [id, source]));
}

async function readViewed(db: Db, changeIds: readonly string[]): Promise<Set<string>> {
  const rows = await db<{ session_id: string; hunk_id: string }[]>`
    select v.session_id, v.hunk_id from changes c join hunks h on h.change_id = c.id and h.current
    join viewed v on v.session_id = c.session_id and v.hunk_id = h.id where c.id = any(${changeIds as string[]})`;
  return new Set(rows.map((r) => `${r.session_id} ${r.hunk_id}`));
}

async function countComments(db: Db, changeIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await db<{ change_id: string; n: number }[]>`
    select change_id, count(*)::int as n from comments where change_id = any(${changeIds as string[]}) group by 1`;
  return new Map(rows.map((r) => [r.change_id, r.n]));
}

export interface ChangeFilter {
  session_id: string;
  chat_id: string | null;
  /** Also what waits for nobody any more. */
  closed: boolean;
}

const filtered = (db: Db, f: ChangeFilter) => db`
  session_id = ${f.session_id} and discarded_at is null ${f.chat_id === null ? db`` : db`and chat_id = ${f.chat_id}`}
  ${f.closed ? db`` : db`and closed_at is null`}`;

/** In reading order: by path, machine-made files last. `after` is the id of the last one before. */
export async function listChangeRows(
  db: Db,
  filter: ChangeFilter,
  after: string | null,
  limit: number,
): Promise<ChangeRow[]> {
  return db<ChangeRow[]>`
    select ${columns(db)} from changes where ${filtered(db, filter)}
    ${after === null ? db`` : db`and (generated, path, id) > (select generated, path, id from changes where id = ${after})`}
    order by generated, path, id limit ${limit}`;
}

export async function readTotals(db: Db, filter: ChangeFilter): Promise<ChangeTotals> {
  const [row] = await db<ChangeTotals[]>`
    with listed as (select id, session_id from changes where ${filtered(db, filter)})
    select (select count(*) from listed)::int as files, count(h.id)::int as hunks,
      coalesce(sum(h.added), 0)::int as added, coalesce(sum(h.removed), 0)::int as removed,
      count(*) filter (where h.state = 'pending')::int as pending,
      count(*) filter (where h.state = 'accepted')::int as accepted,
      count(*) filter (where h.state = 'rejected')::int as rejected,
      count(*) filter (where h.state = 'stale')::int as stale,
      count(h.id) filter (where v.hunk_id is null)::int as unseen
    from listed c left join hunks h on h.change_id = c.id and h.current
    left join viewed v on v.session_id = c.session_id and v.hunk_id = h.id`;
  return row!;
}

/** Ids of all changes that a verdict on everything concerns. */
export async function listChangeIds(db: Db, filter: ChangeFilter): Promise<string[]> {
  const rows = await db<{ id: string }[]>`select id from changes where ${filtered(db, filter)}`;
  return rows.map((r) => r.id);
}

/** Open changes that were collected from the session's worktree, of whichever of its chats. */
export function collectedOf(db: Db, sessionId: string): Promise<ChangeRow[]> {
  return db<ChangeRow[]>`
    select ${columns(db)} from changes
    where session_id = ${sessionId} and producer = 'worktree' and closed_at is null order by path`;
}
