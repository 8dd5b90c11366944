import type { Db, Tx } from "../db/sql.ts";
import {
  type RequestAnswer,
  type RequestOption,
  type RequestState,
  type RunRequest,
  requestStatesBefore,
} from "../domain/request.ts";

const columns = (db: Db) => db`
  id, run_id, chat_id, session_id, project_id, message_id, part_id, provider, kind, state, title, detail, options, answer,
  via, created_at, expires_at, snoozed_until, ended_at`;

export interface NewRequest {
  id: string;
  run_id: string;
  chat_id: string;
  session_id: string;
  project_id: string;
  message_id: string;
  part_id: string | null;
  provider: string;
  kind: RunRequest["kind"];
  title: string;
  detail: RunRequest["detail"];
  options: RequestOption[];
  /** Seconds until it counts as refused; null waits as long as it takes. */
  expires_in_s: number | null;
}

/** Idempotent by id, so that a retry after a lost acknowledgement is harmless; null when the row was there. */
export async function insertRequest(tx: Tx, { expires_in_s, ...r }: NewRequest): Promise<RunRequest | null> {
  const row = {
    ...r,
    detail: tx.json(r.detail as never) as never,
    options: tx.json(r.options as never) as never,
    expires_at: tx`now() + make_interval(secs => ${expires_in_s}::float8)` as never,
  };
  const [made] = await tx<RunRequest[]>`
    insert into requests ${tx(row)} on conflict (id) do nothing returning ${columns(tx)}`;
  return made ?? null;
}

export async function findRequest(db: Db, id: string): Promise<RunRequest | null> {
  const [row] = await db<RunRequest[]>`select ${columns(db)} from requests where id = ${id}`;
  return row ?? null;
}

/** The newest request of a tool call. */
export async function findRequestOfPart(db: Db, partId: string): Promise<RunRequest | null> {
  const [row] = await db<RunRequest[]>`
    select ${columns(db)} from requests where part_id = ${partId} order by created_at desc, id desc limit 1`;
  return row ?? null;
}

export interface RequestFilter {
  state?: RequestState | undefined;
  session_id?: string | undefined;
  run_id?: string | undefined;
}

/** Newest first. */
export async function listRequests(db: Db, filter: RequestFilter, limit: number): Promise<RunRequest[]> {
  const { state, session_id, run_id } = filter;
  return db<RunRequest[]>`
    select ${columns(db)} from requests where true
      ${state ? db`and state = ${state}` : db``} ${session_id ? db`and session_id = ${session_id}` : db``}
      ${run_id ? db`and run_id = ${run_id}` : db``}
    order by created_at desc, id desc limit ${limit}`;
}

/** Of these answers, in the order in which they were asked. */
export async function requestsOfMessages(db: Db, messageIds: readonly string[]): Promise<RunRequest[]> {
  if (messageIds.length === 0) return [];
  return db<RunRequest[]>`
    select ${columns(db)} from requests where message_id = any(${messageIds as string[]}) order by created_at, id`;
}

/**
 * The one way a request changes state: from open, or not at all. Null means that somebody else moved it, and then it
 * shows how.
 */
export async function moveRequest(
  tx: Tx,
  id: string,
  to: RequestState,
  facts: { answer?: RequestAnswer; via?: RunRequest["via"] } = {},
): Promise<RunRequest | null> {
  const answer = facts.answer === undefined ? null : tx.json(facts.answer as never);
  const [row] = await tx<RunRequest[]>`
    update requests set state = ${to}, answer = ${answer}, via = ${facts.via ?? null}, ended_at = now(), snoozed_until = null
    where id = ${id} and state = any(${requestStatesBefore(to)}) returning ${columns(tx)}`;
  return row ?? null;
}

/** Ends everything that a run still asks. */
export async function moveRequestsOfRun(tx: Tx, runId: string, to: "cancelled" | "expired"): Promise<RunRequest[]> {
  return tx<RunRequest[]>`
    update requests set state = ${to}, ended_at = now(), snoozed_until = null
    where run_id = ${runId} and state = any(${requestStatesBefore(to)}) returning ${columns(tx)}`;
}

export async function countOpenOfRun(db: Db, runId: string): Promise<number> {
  const [row] = await db<{ count: number }[]>`
    select count(*)::int as count from requests where run_id = ${runId} and state = 'open'`;
  return row?.count ?? 0;
}

/** Boot: what nobody waits for any more, because its run has ended. */
export async function expireOrphans(tx: Tx): Promise<RunRequest[]> {
  return tx<RunRequest[]>`
    update requests q set state = 'expired', ended_at = now(), snoozed_until = null
    where state = 'open' and exists (select 1 from runs r where r.id = q.run_id and r.ended_at is not null)
    returning ${columns(tx)}`;
}

/** Open requests whose time is up. */
export async function dueRequests(db: Db): Promise<RunRequest[]> {
  return db<RunRequest[]>`
    select ${columns(db)} from requests where state = 'open' and expires_at <= now() order by expires_at, id`;
}

/** Milliseconds until the next open request expires or comes back from its snooze; null when none will. */
export async function untilNextDue(db: Db): Promise<number | null> {
  const [row] = await db<{ ms: number | null }[]>`
    select (extract(epoch from min(least(expires_at, snoozed_until)) - now()) * 1000)::float8 as ms
    from requests where state = 'open'`;
  return row?.ms ?? null;
}

export async function snoozeRequest(tx: Tx, id: string, seconds: number): Promise<RunRequest | null> {
  const [row] = await tx<RunRequest[]>`
    update requests set snoozed_until = now() + make_interval(secs => ${seconds})
    where id = ${id} and state = 'open' returning ${columns(tx)}`;
  return row ?? null;
}

/** Snoozes that are over. */
export async function wakeSnoozed(tx: Tx): Promise<RunRequest[]> {
  return tx<RunRequest[]>`
    update requests set snoozed_until = null where state = 'open' and snoozed_until <= now() returning ${columns(tx)}`;
}
