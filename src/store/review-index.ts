/** All changed files of a session in one line each: what the list of the review shows. */
import type { Db } from "../db/sql.ts";
import { type ChangeKind, changeState, type HunkState } from "../domain/change.ts";
import { markOf, type ReviewEntry } from "../domain/review.ts";

interface EntryRow {
  id: string;
  chat_id: string;
  path: string;
  kind: ChangeKind;
  generated: boolean;
  binary: boolean;
  closed: boolean;
  added: number;
  removed: number;
  states: HunkState[];
  seen: boolean[];
}

/**
 * What waits for somebody, and what the newest apply has written, at most `limit` files. `only` names the changes that
 * are wanted, whatever became of them.
 */
export async function readReviewEntries(
  db: Db,
  sessionId: string,
  limit: number,
  only: readonly string[] | null = null,
): Promise<ReviewEntry[]> {
  const rows = await db<EntryRow[]>`
    select c.id, c.chat_id, c.path, c.kind, c.generated, c.is_binary as binary, c.closed_at is not null as closed,
      coalesce(sum(h.added), 0)::int as added, coalesce(sum(h.removed), 0)::int as removed,
      coalesce(array_agg(h.state order by h.position) filter (where h.id is not null), '{}') as states,
      coalesce(array_agg(v.hunk_id is not null order by h.position) filter (where h.id is not null), '{}') as seen
    from (
      select * from changes where session_id = ${sessionId} and discarded_at is null
      ${
        only === null
          ? db`and (closed_at is null or id in (
              select f.change_id from apply_files f where f.apply_id = (
                select a.id from applies a where a.session_id = ${sessionId} and a.rewinds = '{}' order by a.created_at desc, a.id desc limit 1)))`
          : db`and id = any(${only as string[]})`
      }
      order by generated, path, id limit ${limit}
    ) c
    left join hunks h on h.change_id = c.id and h.current
    left join viewed v on v.session_id = ${sessionId} and v.hunk_id = h.id
    group by c.id, c.chat_id, c.path, c.kind, c.generated, c.is_binary, c.closed_at`;
  return rows.map(({ states, seen, ...row }) => ({
    ...row,
    state: changeState(states),
    marks: states.map((state, i) => markOf({ state, viewed: seen[i] ?? false })),
  }));
}

/** Whether some decision of the session can still be taken back by Undo. */
export async function hasVerdicts(db: Db, sessionId: string): Promise<boolean> {
  const [row] = await db<{ there: boolean }[]>`
    select exists (
      select 1 from verdicts v join hunks h on h.change_id = v.change_id and h.id = v.hunk_id and h.state = v.to_state
      where v.batch = (
        select batch from verdicts where session_id = ${sessionId} and undone_at is null order by at desc, id desc limit 1)
    ) as there`;
  return row?.there ?? false;
}

/** The chat of a session whose proposals wait, or that proposed last: where comments go. */
export async function reviewedChat(db: Db, sessionId: string): Promise<string | null> {
  const [row] = await db<{ chat_id: string }[]>`
    select chat_id from changes where session_id = ${sessionId} and discarded_at is null
    order by closed_at is null desc, changed_at desc limit 1`;
  return row?.chat_id ?? null;
}

/** What a chat proposed for a file last; null when it proposed nothing. */
export async function newestChange(
  db: Db,
  chatId: string,
  path: string,
): Promise<{ id: string; closed: boolean } | null> {
  const [row] = await db<{ id: string; closed: boolean }[]>`
    select id, closed_at is not null as closed from changes
    where chat_id = ${chatId} and path = ${path} and discarded_at is null
    order by closed_at is null desc, changed_at desc limit 1`;
  return row ?? null;
}

export interface WaitingReview {
  session_id: string;
  session_title: string;
  project_name: string;
  chat_id: string;
  files: number;
  hunks: number;
  since: Date;
}

/** Hunks that nobody decided, by session, once the chats that propose them have come to rest; the oldest first. */
const undecided = (db: Db) => db`
  from changes c join hunks h on h.change_id = c.id and h.current and h.state in ('pending', 'stale')
  join sessions s on s.id = c.session_id join chats k on k.id = c.chat_id join projects p on p.id = s.project_id
  where c.closed_at is null and c.discarded_at is null and s.archived_at is null and k.archived_at is null
    and not exists (select 1 from runs r where r.chat_id = c.chat_id and r.state in ('queued', 'running', 'waiting'))`;

export function readWaitingReviews(db: Db, limit: number): Promise<WaitingReview[]> {
  return db<WaitingReview[]>`
    select c.session_id, s.title as session_title, p.name as project_name, min(c.chat_id) as chat_id,
      count(distinct c.id)::int as files, count(*)::int as hunks, max(c.changed_at) as since
    ${undecided(db)} group by c.session_id, s.title, p.name order by max(c.changed_at), c.session_id limit ${limit}`;
}

export async function countWaitingReviews(db: Db): Promise<number> {
  const [row] = await db<{ n: number }[]>`select count(distinct c.session_id)::int as n ${undecided(db)}`;
  return row?.n ?? 0;
}
