/** What is read of changes: whole ones with hunks and sources, lists of them, totals. */
import type { Db } from "../db/sql.ts";
import { type Change, type ChangeTotals, changeState, type Provenance } from "../domain/change.ts";
import { type ChangeRow, changeColumns } from "./changes.ts";
import { hunkRows } from "./hunks.ts";

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
    select ${changeColumns(db)} from changes where ${filtered(db, filter)}
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
    select ${changeColumns(db)} from changes
    where session_id = ${sessionId} and producer = 'worktree' and closed_at is null order by path`;
}
