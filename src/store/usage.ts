/** Sums over model calls. Counts that an endpoint did not give are the estimates beside them. */
import type { Db } from "../db/sql.ts";
import type {
  AgentSums,
  DaySums,
  ModelSums,
  ProjectSums,
  ProviderSums,
  PurposeSums,
  Sums,
  ToolCost,
} from "../domain/usage.ts";

/** Calls since a moment; days are those of the time zone `zone`. */
export interface Since {
  since: Date;
  zone: string;
}

const sums = (db: Db) => db`
  count(*)::int as calls, coalesce(sum(coalesce(t.tokens_in, t.estimated_in, 0)), 0)::float8 as tokens_in,
  coalesce(sum(t.tokens_out), 0)::float8 as tokens_out, coalesce(sum(t.tokens_cached), 0)::float8 as tokens_cached,
  sum(t.cost_usd)::float8 as cost_usd, count(*) filter (where t.tokens_in is null)::int as estimated`;
const dayOf = (db: Db, zone: string) => db`to_char(t.created_at at time zone ${zone}, 'YYYY-MM-DD')`;

export async function sumAll(db: Db, { since }: Since): Promise<Sums> {
  const [row] = await db<Sums[]>`select ${sums(db)} from turns t where t.created_at >= ${since}`;
  return row!;
}

/** Days on which something was asked, oldest first. */
export function sumDays(db: Db, { since, zone }: Since): Promise<DaySums[]> {
  return db<DaySums[]>`
    select ${dayOf(db, zone)} as day, ${sums(db)} from turns t where t.created_at >= ${since} group by 1 order by 1`;
}

/** The most expensive first; `days` are tokens by day, sparse. */
export async function sumModels(
  db: Db,
  { since, zone }: Since,
): Promise<(Omit<ModelSums, "days"> & { by_day: Record<string, number> })[]> {
  return db<(Omit<ModelSums, "days"> & { by_day: Record<string, number> })[]>`
    with by_day as (
      select t.model, t.endpoint_id, ${dayOf(db, zone)} as day,
        sum(coalesce(t.tokens_in, t.estimated_in, 0) + coalesce(t.tokens_out, 0))::float8 as tokens
      from turns t where t.created_at >= ${since} group by 1, 2, 3
    )
    select m.model, m.ms, m.calls, m.tokens_in, m.tokens_out, m.tokens_cached, m.cost_usd, m.estimated, e.label as endpoint,
      (select jsonb_object_agg(d.day, d.tokens) from by_day d
        where d.model = m.model and d.endpoint_id is not distinct from m.endpoint_id) as by_day
    from (select t.model, t.endpoint_id, avg(t.duration_ms)::float8 as ms, ${sums(db)}
      from turns t where t.created_at >= ${since} group by 1, 2) m
    left join endpoints e on e.id = m.endpoint_id
    order by m.cost_usd desc nulls last, m.tokens_in + m.tokens_out desc limit 40`;
}

export function sumProjects(db: Db, { since }: Since): Promise<ProjectSums[]> {
  return db<ProjectSums[]>`
    select t.project_id, coalesce(p.name, 'removed projects') as name, ${sums(db)}
    from turns t left join projects p on p.id = t.project_id
    where t.created_at >= ${since} group by 1, 2 order by sum(t.cost_usd) desc nulls last, calls desc limit 40`;
}

export function sumProviders(db: Db, { since }: Since): Promise<ProviderSums[]> {
  return db<ProviderSums[]>`
    select t.provider, ${sums(db)} from turns t where t.created_at >= ${since} group by 1 order by calls desc`;
}

/** Calls of personas; those without one are left out. */
export function sumAgents(db: Db, { since }: Since): Promise<AgentSums[]> {
  return db<AgentSums[]>`
    select t.agent, ${sums(db)} from turns t
    where t.created_at >= ${since} and t.agent is not null group by 1 order by calls desc limit 40`;
}

export function sumPurposes(db: Db, { since }: Since): Promise<PurposeSums[]> {
  return db<PurposeSums[]>`
    select t.purpose, ${sums(db)} from turns t where t.created_at >= ${since} group by 1 order by calls desc`;
}

/** Newest calls of each tool that are looked at, and tools. */
const TOOL_CALLS = 100;
const TOOLS_MAX = 400;

/** Of every tool that was ever called: its newest 100 calls, each with its share of the turn that made it. */
export function toolCosts(db: Db): Promise<ToolCost[]> {
  // Names are found one after the other in the index: reading all calls to know which tools there are would take ever longer.
  return db<ToolCost[]>`
    with recursive names as (
      (select meta ->> 'name' as name from parts where kind = 'tool' order by 1 limit 1)
      union all
      select (select p.meta ->> 'name' from parts p where p.kind = 'tool' and p.meta ->> 'name' > n.name order by 1 limit 1)
      from names n where n.name is not null
    )
    select n.name, count(*)::int as calls,
      coalesce(avg(coalesce(t.tokens_in, t.estimated_in)::float8 / greatest(1, t.tool_calls)), 0) as tokens_in,
      coalesce(avg(t.tokens_out::float8 / greatest(1, t.tool_calls)), 0) as tokens_out,
      avg(c.ms) as ms, count(*) filter (where c.state = 'failed')::int as failed
    from (select name from names where name is not null limit ${TOOLS_MAX}) n
    cross join lateral (
      select p.message_id, p.turn, p.state, (p.meta ->> 'duration_ms')::float8 as ms from parts p
      where p.kind = 'tool' and p.meta ->> 'name' = n.name order by p.opened_at desc limit ${TOOL_CALLS}) c
    left join runs r on r.answer_id = c.message_id
    left join turns t on t.run_id = r.id and t.purpose = 'turn' and t.number = case when r.provider = 'boocode' then c.turn else 1 end
    group by n.name order by 3 desc nulls last, n.name`;
}

/** Spent by a run, since a moment, or by a project since a moment. */
export async function spentBy(
  db: Db,
  of: { run_id: string } | { since: Date; project_id?: string },
): Promise<{ usd: number; tokens: number }> {
  const which =
    "run_id" in of
      ? db`t.run_id = ${of.run_id}`
      : db`t.created_at >= ${of.since} ${of.project_id === undefined ? db`` : db`and t.project_id = ${of.project_id}`}`;
  const [row] = await db<{ usd: number; tokens: number }[]>`
    select coalesce(sum(t.cost_usd), 0)::float8 as usd,
      coalesce(sum(coalesce(t.tokens_in, t.estimated_in, 0) + coalesce(t.tokens_out, 0)), 0)::float8 as tokens
    from turns t where ${which}`;
  return row!;
}
