/** Reads for the frame around every page: sidebar, running list, desk. All bounded by what is shown, not by what exists. */
import type { Db } from "../db/sql.ts";
import {
  NAV_SESSIONS,
  type NavProject,
  type NavSession,
  type NeedRow,
  type RecentRow,
  statusOfRun,
} from "../domain/nav.ts";
import type { RunRequest } from "../domain/request.ts";
import { NATIVE_PROVIDER, type Run, type RunState } from "../domain/run.ts";
import { counted } from "../lib/format.ts";
import { countWaitingReviews, readWaitingReviews } from "./review-index.ts";
import { runsById } from "./runs.ts";

interface SessionRow {
  id: string;
  project_id: string;
  title: string;
  active_at: Date;
  run_state: RunState | null;
  /** It proposes changes that nobody decided. */
  to_review: boolean;
}

/**
 * State of the runs `r` that `of` says: what waits for you says more than what runs, and that more than what is queued
 * behind it; then the newest run. Two questions, so that neither reads all runs of a long session.
 */
export const stateOf = (db: Db, of: ReturnType<Db>) => db`
  coalesce(
    (select r.state from runs r where ${of} and r.state in ('queued', 'running', 'waiting')
      order by array_position(array['waiting', 'running', 'queued'], r.state), r.created_at desc limit 1),
    (select r.state from runs r where ${of} order by r.created_at desc limit 1))`;

/** A session's status. */
const runState = (db: Db) => db`
  ${stateOf(db, db`r.session_id = s.id`)} as run_state,
  exists (select 1 from changes g join hunks h on h.change_id = g.id and h.current and h.state in ('pending', 'stale')
    where g.session_id = s.id and g.closed_at is null and g.discarded_at is null) as to_review`;

const isLive = (state: RunState | null) => state === "queued" || state === "running" || state === "waiting";
const asSession = (r: SessionRow): NavSession => ({
  id: r.id,
  project_id: r.project_id,
  title: r.title,
  status: r.to_review && !isLive(r.run_state) ? "needs" : statusOfRun(r.run_state),
  active_at: r.active_at,
});

export async function readNavProjects(db: Db): Promise<NavProject[]> {
  const [projects, sessions] = await Promise.all([
    db<{ id: string; name: string; path: string; total: number }[]>`
    select id, name, path, (select count(*)::int from sessions s where s.project_id = p.id and s.archived_at is null) as total
    from projects p order by lower(name), id`,
    db<SessionRow[]>`
    select s.id, s.project_id, s.title, s.active_at, ${runState(db)}
    from projects p cross join lateral (
      select * from sessions where project_id = p.id and archived_at is null order by active_at desc, id desc limit ${NAV_SESSIONS}
    ) s order by s.active_at desc, s.id desc`,
  ]);
  return projects.map((p) => ({ ...p, sessions: sessions.filter((s) => s.project_id === p.id).map(asSession) }));
}

export async function readNavSession(db: Db, sessionId: string): Promise<NavSession | null> {
  const [row] = await db<SessionRow[]>`
    select s.id, s.project_id, s.title, s.active_at, ${runState(db)} from sessions s where s.id = ${sessionId}`;
  return row ? asSession(row) : null;
}

/** Sessions of one project with their status, newest first. */
export async function readProjectSessions(
  db: Db,
  projectId: string,
  archived: boolean,
): Promise<(NavSession & { archived_at: Date | null })[]> {
  const rows = await db<(SessionRow & { archived_at: Date | null })[]>`
    select s.id, s.project_id, s.title, s.active_at, s.archived_at, ${runState(db)} from sessions s
    where s.project_id = ${projectId} and (s.archived_at is null or ${archived}) order by s.active_at desc, s.id desc limit 500`;
  return rows.map((r) => ({ ...asSession(r), archived_at: r.archived_at }));
}

export type RunningRow = Run & { session_title: string; chat_title: string; project_name: string };

/**
 * One line a chat: what is in flight, or the run that is next where nothing is. What is queued behind it stands in its
 * chat. Oldest first, so that rows do not change places.
 */
export async function readRunning(db: Db): Promise<RunningRow[]> {
  return db<RunningRow[]>`
    select r.*, s.title as session_title, c.title as chat_title, p.name as project_name
    from runs r join sessions s on s.id = r.session_id join chats c on c.id = r.chat_id join projects p on p.id = r.project_id
    where r.state in ('queued', 'running', 'waiting') and not exists (
      select 1 from runs o where o.chat_id = r.chat_id and r.state = 'queued'
      and (o.state in ('running', 'waiting') or (o.state = 'queued' and (o.created_at, o.id) < (r.created_at, r.id))))
    order by r.created_at, r.id limit 100`;
}

/** Requests that wait and are not put off. */
const asking = (db: Db) => db`
  q.state = 'open' and (q.snoozed_until is null or q.snoozed_until <= now())
  and s.archived_at is null and c.archived_at is null`;

/** The newest run of a chat stopped at a limit, failed or was cut by a restart, and nothing was asked since. */
const waiting = (db: Db) => db`
  r.state in ('limited', 'failed', 'interrupted') and r.ended_at > now() - interval '14 days'
  and not exists (select 1 from runs o where o.chat_id = r.chat_id and o.created_at > r.created_at)
  and s.archived_at is null and c.archived_at is null`;

export async function countNeeds(db: Db): Promise<number> {
  const [[row], reviews] = await Promise.all([
    db<{ count: number }[]>`
    select (select count(*) from runs r join sessions s on s.id = r.session_id join chats c on c.id = r.chat_id
        where ${waiting(db)})::int
      + (select count(*) from requests q join sessions s on s.id = q.session_id join chats c on c.id = q.chat_id
        where ${asking(db)})::int as count`,
    countWaitingReviews(db),
  ]);
  return (row?.count ?? 0) + reviews;
}

const NEEDS_MAX = 100;
const KINDS = { permission: "approve", question: "question", read_access: "read access" } as const;

/** What is asked first, the oldest first; then what is to be reviewed, then runs that stopped. */
export async function readNeeds(db: Db): Promise<NeedRow[]> {
  const needs = await Promise.all([readAsking(db), readReviews(db), readStopped(db)]);
  return needs.flat().slice(0, NEEDS_MAX);
}

/** One line a session; its run is the newest of the chat that proposes. */
async function readReviews(db: Db): Promise<NeedRow[]> {
  const waiting = await readWaitingReviews(db, NEEDS_MAX);
  const chats = waiting.map((w) => w.chat_id);
  const runs = await db<Run[]>`
    select distinct on (chat_id) * from runs where chat_id = any(${chats}) order by chat_id, created_at desc`;
  return waiting.flatMap((w) => {
    const run = runs.find((r) => r.chat_id === w.chat_id);
    if (!run) return [];
    const what = `${counted(w.files, "change")}, ${counted(w.hunks, "hunk")} undecided`;
    return {
      kind: "review",
      run,
      request: null,
      title: w.session_title,
      who: `${what} in ${w.project_name}`,
      since: w.since,
    };
  });
}

async function readAsking(db: Db): Promise<NeedRow[]> {
  const rows = await db<(RunRequest & { session_title: string })[]>`
    select q.*, s.title as session_title
    from requests q join sessions s on s.id = q.session_id join chats c on c.id = q.chat_id
    where ${asking(db)} order by q.created_at, q.id limit ${NEEDS_MAX}`;
  const ids = rows.map((q) => q.run_id);
  const runs = new Map((await runsById(db, ids)).map((run) => [run.id, run]));
  return rows.flatMap(({ session_title, ...request }) => {
    const run = runs.get(request.run_id);
    if (!run) return [];
    const asks = run.provider === NATIVE_PROVIDER ? (run.model ?? "no model") : run.provider;
    return {
      kind: KINDS[request.kind],
      run,
      request: request as RunRequest,
      title: request.title,
      who: `${asks} in ${session_title}`,
      since: request.created_at,
    };
  });
}

async function readStopped(db: Db): Promise<NeedRow[]> {
  const rows = await db<(Run & { session_title: string; project_name: string })[]>`
    select r.*, s.title as session_title, p.name as project_name
    from runs r join sessions s on s.id = r.session_id join chats c on c.id = r.chat_id join projects p on p.id = r.project_id
    where ${waiting(db)} order by r.ended_at limit ${NEEDS_MAX}`;
  return rows.map(({ session_title, project_name, ...run }) => ({
    kind: run.state === "failed" ? "failed" : "continue",
    run,
    request: null,
    title: session_title,
    who: `${run.model ?? "no model"} in ${project_name}`,
    since: run.ended_at ?? run.created_at,
  }));
}

const RECENT_ROWS = 12;

export async function readRecent(db: Db): Promise<{ rows: RecentRow[]; total: number }> {
  const [rows, [count]] = await Promise.all([
    db<(SessionRow & { project_name: string; messages: number; tokens: number; error: string | null })[]>`
    select s.id, s.project_id, s.title, s.active_at, p.name as project_name, ${runState(db)},
      (select coalesce(sum(c.next_position - 1), 0)::int from chats c where c.session_id = s.id) as messages,
      (select coalesce(sum(r.tokens_out), 0) from runs r where r.session_id = s.id) as tokens,
      (select r.error from runs r where r.session_id = s.id order by r.created_at desc limit 1) as error
    from (select * from sessions where archived_at is null order by active_at desc, id desc limit ${RECENT_ROWS}) s
    join projects p on p.id = s.project_id order by s.active_at desc, s.id desc`,
    db<{ total: number }[]>`select count(*)::int as total from sessions where archived_at is null`,
  ]);
  return {
    rows: rows.map((r) => ({ session: asSession(r), project_name: r.project_name, note: noteOf(r) })),
    total: count?.total ?? 0,
  };
}

function noteOf(r: { messages: number; tokens: number; error: string | null; run_state: RunState | null }): string {
  if (r.run_state === "failed" && r.error) return r.error;
  if (r.run_state === "interrupted") return "cut by a restart; what was written is kept";
  if (r.messages === 0) return "nothing asked yet";
  return `${r.messages.toLocaleString("en")} messages, ${Number(r.tokens).toLocaleString("en")} tokens out`;
}

export interface TitleRow {
  kind: "session" | "chat";
  id: string;
  title: string;
  project_name: string;
}

/** Titles of sessions, and of chats that are called otherwise, newest first; for the palette. */
export async function readTitles(db: Db, limit: number): Promise<TitleRow[]> {
  return db<TitleRow[]>`
    (select 'session' as kind, s.id, s.title, p.name as project_name, s.active_at
      from sessions s join projects p on p.id = s.project_id where s.archived_at is null
      order by s.active_at desc limit ${limit})
    union all
    (select 'chat', c.id, c.title, s.title, s.active_at
      from chats c join sessions s on s.id = c.session_id
      where c.archived_at is null and s.archived_at is null and c.title <> s.title
      order by s.active_at desc limit ${limit})
    order by active_at desc`;
}
