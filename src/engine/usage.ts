/** What was used, for the page and for programs. */
import type { DaySums, Usage, UsageSpan } from "../domain/usage.ts";
import {
  sumAgents,
  sumAll,
  sumDays,
  sumModels,
  sumProjects,
  sumProviders,
  sumPurposes,
  toolCosts,
} from "../store/usage.ts";
import { budgetStates, isoDay, startOfDay } from "./budgets.ts";
import type { Core } from "./core.ts";
import { snapshot } from "./journal.ts";

/** The last `span` days, today among them, by the clock of the server. */
export async function readUsage(core: Pick<Core, "sql">, span: UsageSpan): Promise<Usage> {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const at = { since: startOfDay(span - 1), zone };
  const days = Array.from({ length: span }, (_, i) => isoDay(startOfDay(span - 1 - i)));
  // One snapshot: figures that stand beside each other belong together.
  const { total, asked, models, ...rest } = await snapshot(core.sql, async (tx) => ({
    total: await sumAll(tx, at),
    asked: await sumDays(tx, at),
    models: await sumModels(tx, at),
    projects: await sumProjects(tx, at),
    providers: await sumProviders(tx, at),
    agents: await sumAgents(tx, at),
    purposes: await sumPurposes(tx, at),
    tools: await toolCosts(tx),
    budgets: await budgetStates({ sql: tx }),
  }));
  const byDay = new Map(asked.map((row) => [row.day, row]));
  return {
    span,
    total,
    days: days.map((day) => byDay.get(day) ?? nothingOn(day)),
    models: models.map(({ by_day, ...row }) => ({ ...row, days: days.map((day) => by_day[day] ?? 0) })),
    ...rest,
  };
}

const nothingOn = (day: string): DaySums => ({
  day,
  calls: 0,
  tokens_in: 0,
  tokens_out: 0,
  tokens_cached: 0,
  cost_usd: null,
  estimated: 0,
});
