/** Hunks of changes, and the verdicts on them. */
import type { Db, Tx } from "../db/sql.ts";
import type { Hunk, HunkState } from "../domain/change.ts";

export type HunkRow = Omit<Hunk, "viewed" | "sources"> & { change_id: string; edit_ids: string[]; told: string | null };
/** As given for a new or changed proposal: state and time of what is known already stay. */
export type NewHunk = Omit<HunkRow, "change_id" | "state" | "decided_at" | "told">;

const hunkColumns = (db: Db) => db`
  change_id, id, kind, state, old_start, old_count, new_start, new_count, added, removed, section, edit_ids, decided_at, told`;

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
