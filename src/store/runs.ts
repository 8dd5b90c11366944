import type { Db, Tx } from "../db/sql.ts";
import type { RunMode } from "../domain/change.ts";
import {
  isSettled,
  NATIVE_PROVIDER,
  type Run,
  type RunReason,
  type RunState,
  runStatesBefore,
  type Via,
} from "../domain/run.ts";

const columns = (db: Db) => db`
  id, chat_id, session_id, project_id, question_id, answer_id, state, reason, error, provider, endpoint_id, model, via, mode, agent_mode, thinking, agent,
  turns, tool_calls, tokens_in, tokens_out, tokens_cached, ttft_ms, generation_ms, context_used, context_window, cost_usd,
  created_at, started_at, ended_at`;

export async function insertRun(
  tx: Tx,
  r: {
    id: string;
    chat_id: string;
    session_id: string;
    project_id: string;
    question_id: string;
    answer_id: string;
    endpoint_id: string | null;
    model: string | null;
    via: Via;
    mode: RunMode;
    provider: string;
    agent_mode: string | null;
    thinking: string | null;
    agent: string | null;
  },
): Promise<Run> {
  const [row] = await tx<Run[]>`insert into runs ${tx(r)} returning ${columns(tx)}`;
  return row!;
}

export async function findRun(db: Db, id: string): Promise<Run | null> {
  const [row] = await db<Run[]>`select ${columns(db)} from runs where id = ${id}`;
  return row ?? null;
}

/** The row, locked until the transaction ends; before the rows of its requests, so that nobody locks crosswise. */
export async function lockRun(tx: Tx, id: string): Promise<Run | null> {
  const [row] = await tx<Run[]>`select ${columns(tx)} from runs where id = ${id} for update`;
  return row ?? null;
}

export async function runsById(db: Db, ids: readonly string[]): Promise<Run[]> {
  if (ids.length === 0) return [];
  return db<Run[]>`select ${columns(db)} from runs where id = any(${ids as string[]})`;
}

/** Runs that asked or wrote these messages; of several runs of one question the newest comes last. */
export async function runsOfMessages(db: Db, messageIds: readonly string[]): Promise<Run[]> {
  if (messageIds.length === 0) return [];
  return db<Run[]>`
    select ${columns(db)} from runs
    where answer_id = any(${messageIds as string[]}) or question_id = any(${messageIds as string[]})
    order by created_at, id`;
}

/** Queued, running and waiting runs of a chat in the order they will go. */
export async function openRuns(db: Db, chatId: string): Promise<Run[]> {
  return db<Run[]>`
    select ${columns(db)} from runs where chat_id = ${chatId} and state in ('queued', 'running', 'waiting')
    order by (state = 'queued' and started_at is null), created_at, id`;
}

export type RunsOf = { chat_id: string } | { session_id: string } | { project_id: string };

/** Runs that have begun and not ended, whether or not somebody executes them: some wait for a human over a restart. */
export async function countBegun(db: Db, of: RunsOf): Promise<number> {
  const [[column, id]] = Object.entries(of) as [[string, string]];
  const [row] = await db<{ n: number }[]>`
    select count(*)::int as n from runs where ${db(column)} = ${id}
    and state in ('queued', 'running', 'waiting') and (state <> 'queued' or started_at is not null)`;
  return row!.n;
}

export async function newestSettled(db: Db, chatId: string): Promise<Run | null> {
  const [row] = await db<Run[]>`
    select ${columns(db)} from runs where chat_id = ${chatId} and ended_at is not null and started_at is not null
    order by created_at desc, id desc limit 1`;
  return row ?? null;
}

/**
 * The one way a run changes state: from where it may (`from` narrows that), or not at all. Null means that somebody else
 * moved it.
 */
export async function moveRun(
  tx: Tx,
  id: string,
  to: RunState,
  facts: { reason?: RunReason; error?: string | null } = {},
  from: readonly RunState[] = runStatesBefore(to),
): Promise<Run | null> {
  const before = runStatesBefore(to).filter((state) => from.includes(state));
  const [row] = await tx<Run[]>`
    update runs set state = ${to},
      started_at = case when ${to} = 'running' then coalesce(started_at, now()) else started_at end,
      ended_at = case when ${isSettled(to)} then now() end,
      reason = coalesce(${facts.reason ?? null}, reason), error = coalesce(${facts.error ?? null}, error)
    where id = ${id} and state = any(${before}) returning ${columns(tx)}`;
  return row ?? null;
}

/** What a claimed run turned out to use. */
export async function describeRun(
  tx: Tx,
  id: string,
  facts: { endpoint_id: string; model: string; context_window: number | null },
): Promise<Run | null> {
  const [row] = await tx<Run[]>`update runs set ${tx(facts)} where id = ${id} returning ${columns(tx)}`;
  return row ?? null;
}

/** What an outside agent turned out to use. */
export async function describeAgentRun(
  tx: Tx,
  id: string,
  facts: { model: string | null; context_window: number | null },
): Promise<void> {
  await tx`
    update runs set model = ${facts.model}, context_window = coalesce(${facts.context_window}, context_window)
    where id = ${id}`;
}

/** What the next prompt takes of the window, after a compaction. */
export async function setContextUsed(tx: Tx, id: string, tokens: number): Promise<Run | null> {
  const [row] = await tx<Run[]>`update runs set context_used = ${tokens} where id = ${id} returning ${columns(tx)}`;
  return row ?? null;
}

/** The window's size as the endpoint told it when it refused a prompt. */
export async function setContextWindow(tx: Tx, id: string, tokens: number): Promise<Run | null> {
  const [row] = await tx<Run[]>`update runs set context_window = ${tokens} where id = ${id} returning ${columns(tx)}`;
  return row ?? null;
}

export interface TurnFacts {
  id: string;
  run_id: string;
  number: number;
  endpoint_id: string | null;
  model: string;
  tokens_in: number | null;
  tokens_out: number | null;
  tokens_cached: number | null;
  /** Of the prompt, as BooCode estimated it; null where it does not know the prompt. */
  estimated_in: number | null;
  tool_calls: number;
  ttft_ms: number | null;
  duration_ms: number;
  stop: string;
  cost_usd: number | null;
}

/** Kept with the call, since it outlives its run. */
const ownerOf = (db: Db, runId: string) => ({
  project_id: db`(select project_id from runs where id = ${runId})`,
  provider: db`(select provider from runs where id = ${runId})`,
  agent: db`(select agent from runs where id = ${runId})`,
});

/** One row per model call, rolled up into its run in the same statement batch. `shown` counts what the page says. */
export async function insertTurn(
  tx: Tx,
  turn: TurnFacts,
  roll: {
    tokens_in: number;
    tokens_out: number;
    tokens_cached: number;
    generation_ms: number;
    context_used: number | null;
  },
): Promise<void> {
  const put = await tx`
    insert into turns ${tx({ ...turn, ...ownerOf(tx, turn.run_id) } as never)}
    on conflict (run_id, purpose, number) do nothing returning id`;
  if (put.length === 0) return;
  await tx`
    update runs set turns = turns + 1, tool_calls = tool_calls + ${turn.tool_calls},
      tokens_in = tokens_in + ${roll.tokens_in}, tokens_out = tokens_out + ${roll.tokens_out},
      tokens_cached = tokens_cached + ${roll.tokens_cached}, generation_ms = generation_ms + ${roll.generation_ms},
      cost_usd = case when ${turn.cost_usd}::float8 is null then cost_usd else coalesce(cost_usd, 0) + ${turn.cost_usd}::float8 end,
      ttft_ms = coalesce(ttft_ms, ${turn.ttft_ms}), context_used = coalesce(${roll.context_used}, context_used)
    where id = ${turn.run_id}`;
}

/** The call for a chat's title, once a run: paid for, and no part of what its run shows. */
export async function insertTitleCall(db: Db, call: Omit<TurnFacts, "number">): Promise<void> {
  const row = { ...call, number: 0, purpose: "title", ...ownerOf(db, call.run_id) };
  await db`insert into turns ${db(row as never)} on conflict (run_id, purpose, number) do nothing`;
}

/** A call of a run beside its turns: no turn of it, but paid for with it. */
export async function insertSideCall(
  tx: Tx,
  call: Omit<TurnFacts, "number" | "tool_calls"> & { purpose: "summary" },
): Promise<void> {
  const { id, purpose, run_id } = call;
  const number = tx`(select coalesce(max(number), 0) + 1 from turns where run_id = ${run_id} and purpose = ${purpose})`;
  const put = await tx`
    insert into turns ${tx({ ...call, number: number as never, ...ownerOf(tx, run_id) } as never)} on conflict do nothing returning id`;
  if (put.length === 0) return;
  await tx`
    update runs r set tokens_in = r.tokens_in + coalesce(t.tokens_in, 0),
      tokens_out = r.tokens_out + coalesce(t.tokens_out, 0), tokens_cached = r.tokens_cached + coalesce(t.tokens_cached, 0),
      cost_usd = case when t.cost_usd is null then r.cost_usd else coalesce(r.cost_usd, 0) + t.cost_usd end
    from turns t where t.id = ${id} and r.id = t.run_id`;
}

/** What a model's endpoint counted last, and what we had estimated: the measure of the next estimate. */
export async function lastCounted(
  db: Db,
  endpointId: string,
  model: string,
): Promise<{ tokens_in: number; estimated_in: number } | null> {
  const [row] = await db<{ tokens_in: number; estimated_in: number }[]>`
    select tokens_in, estimated_in from turns
    where model = ${model} and endpoint_id = ${endpointId} and tokens_in is not null and estimated_in is not null
    order by created_at desc limit 1`;
  return row ?? null;
}

/** How many runs of a chat ever began. */
export async function countStarted(db: Db, chatId: string): Promise<number> {
  const [row] = await db<{ n: number }[]>`
    select count(*)::int as n from runs where chat_id = ${chatId} and started_at is not null`;
  return row?.n ?? 0;
}

/**
 * Everything a dead process was executing is interrupted; returns those runs. An external agent that waited died with
 * it; our own loop's waiting runs stay.
 */
export async function interruptRunning(tx: Tx): Promise<Run[]> {
  return tx<Run[]>`
    update runs set state = 'interrupted', reason = 'restart', ended_at = now()
    where state = 'running' or (state = 'waiting' and provider <> ${NATIVE_PROVIDER}) returning ${columns(tx)}`;
}

/** Waiting runs of a dead process that ask nothing any more: the last answer came, and nobody was left to go on. */
export async function queueAnswered(tx: Tx): Promise<Run[]> {
  return tx<Run[]>`
    update runs r set state = 'queued'
    where state = 'waiting' and not exists (select 1 from requests q where q.run_id = r.id and q.state = 'open')
    returning ${columns(tx)}`;
}

/** Queued runs in the order their chats will take them, for boot. */
export async function queuedRuns(db: Db): Promise<Run[]> {
  return db<Run[]>`select ${columns(db)} from runs where state = 'queued' order by created_at, id`;
}

/** Puts a queued run before all others of its chat. */
export async function promoteRun(tx: Tx, id: string): Promise<Run | null> {
  const [row] = await tx<Run[]>`
    update runs r set created_at = least(created_at, coalesce(
      (select min(o.created_at) - interval '1 millisecond' from runs o where o.chat_id = r.chat_id and o.state = 'queued'
        and o.started_at is null and o.id <> r.id),
      created_at))
    where id = ${id} and state = 'queued' and started_at is null returning ${columns(tx)}`;
  return row ?? null;
}

/**
 * The next queued run of a chat: one that waited for an answer over a restart first. None while another one waits for a
 * human, also one that nobody executes right now.
 */
export async function nextQueued(db: Db, chatId: string): Promise<Run | null> {
  const [row] = await db<Run[]>`
    select ${columns(db)} from runs r where chat_id = ${chatId} and state = 'queued'
    and not exists (select 1 from runs o where o.chat_id = r.chat_id and o.state in ('running', 'waiting'))
    order by (started_at is null), created_at, id limit 1`;
  return row ?? null;
}

/** Runs of a session's coder chats that have begun and not ended: what may write in its worktree. */
export async function countWriting(db: Db, sessionId: string): Promise<number> {
  const [row] = await db<{ n: number }[]>`
    select count(*)::int as n from runs r join chats c on c.id = r.chat_id
    where r.session_id = ${sessionId} and c.kind = 'coder'
      and r.state in ('queued', 'running', 'waiting') and (r.state <> 'queued' or r.started_at is not null)`;
  return row!.n;
}

/** The newest run of an outside agent in a session. */
export async function newestAgentRun(db: Db, sessionId: string): Promise<Run | null> {
  const [row] = await db<Run[]>`
    select ${columns(db)} from runs
    where session_id = ${sessionId} and provider <> ${NATIVE_PROVIDER} and started_at is not null
    order by started_at desc, id desc limit 1`;
  return row ?? null;
}

/** A run of an outside agent in another chat of the session that began after this moment. */
export async function otherAgentsSince(db: Db, sessionId: string, chatId: string, since: Date): Promise<Run | null> {
  const [row] = await db<Run[]>`
    select ${columns(db)} from runs
    where session_id = ${sessionId} and chat_id <> ${chatId} and provider <> ${NATIVE_PROVIDER} and started_at > ${since}
    limit 1`;
  return row ?? null;
}
