import type { Db, Tx } from "../db/sql.ts";
import { BUDGET_OPTIONS, type Budget } from "../domain/usage.ts";

export function listBudgets(db: Db): Promise<Budget[]> {
  return db<Budget[]>`select scope, usd, tokens from budgets order by scope`;
}

/** Neither figure removes it. */
export async function saveBudget(tx: Tx, { scope, usd, tokens }: Budget): Promise<void> {
  if (usd === null && tokens === null) await tx`delete from budgets where scope = ${scope}`;
  else
    await tx`
      insert into budgets (scope, usd, tokens) values (${scope}, ${usd}, ${tokens})
      on conflict (scope) do update set usd = excluded.usd, tokens = excluded.tokens, changed_at = now()`;
}

/** The kind is spelled out: an index holds these alone. How often humans let a budget's day, month or run (`subject`) go on. */
export async function countRaised(db: Db, subject: string): Promise<number> {
  const [row] = await db<{ n: number }[]>`
    select count(*)::int as n from requests
    where kind = 'permission' and detail ->> 'tool_kind' = 'budget' and detail ->> 'subject' = ${subject}
      and state = 'answered' and answer ->> 'option_id' = ${BUDGET_OPTIONS.go_on}`;
  return row!.n;
}

/** Whether a human would not let this run go on. */
export async function wasStopped(db: Db, runId: string): Promise<boolean> {
  const [row] = await db<{ one: number }[]>`
    select 1 as one from requests
    where run_id = ${runId} and kind = 'permission' and detail ->> 'tool_kind' = 'budget'
      and state in ('denied', 'expired') limit 1`;
  return row !== undefined;
}
