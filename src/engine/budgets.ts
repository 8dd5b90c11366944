/**
 * Budgets hold before a model is called: what would go beyond one waits for a human, as a request that outlives the server.
 * "Go on" is worth once more as much for that run, day or month; what was answered is counted from the requests themselves.
 */
import type { Db } from "../db/sql.ts";
import { DESK } from "../domain/event.ts";
import type { Asking } from "../domain/request.ts";
import type { Run } from "../domain/run.ts";
import { BUDGET_OPTIONS, BUDGET_TOOL, type Budget, type BudgetScope, type BudgetState } from "../domain/usage.ts";
import { invalid, notFound } from "../lib/errors.ts";
import { count, money } from "../lib/format.ts";
import { countRaised, listBudgets, saveBudget, wasStopped } from "../store/budgets.ts";
import { findProject } from "../store/projects.ts";
import { spentBy } from "../store/usage.ts";
import { type Core, transact } from "./core.ts";
import { ask } from "./requests.ts";
import { steady } from "./steady.ts";

type OfRun = Pick<Run, "id" | "chat_id" | "session_id" | "project_id" | "answer_id" | "provider">;

/** What a call is going to take at least. */
export interface Cost {
  tokens: number;
  usd: number;
}
/** Of the coming call; asked for only where there is a budget. */
export type Coming = () => Cost | Promise<Cost>;

/** An agent makes its own calls, as many as it likes: none of them is known before. */
export const NOT_KNOWN: Coming = () => ({ tokens: 0, usd: 0 });

/** Returns when the call may be made, false when a human would not have it. Throws as `ask` does. */
export async function holdForBudget(core: Core, run: OfRun, coming: Coming, signal: AbortSignal): Promise<boolean> {
  for (;;) {
    const state = await steady(core, () => firstOver(core, run, coming));
    if (!state) return true;
    if (await steady(core, () => wasStopped(core.sql, run.id))) return false;
    await ask(core, { run, part_id: null, asking: askingFor(state) }, signal);
    signal.throwIfAborted();
  }
}

/** Whether a call that nobody waits for should better not be made. */
export async function isSpent(core: Core, run: OfRun): Promise<boolean> {
  return (await firstOver(core, run, NOT_KNOWN)) !== null;
}

/** The first budget that this call would go beyond; null where there is none, which costs one small query. */
async function firstOver(core: Core, run: OfRun, coming: Coming): Promise<Over | null> {
  const budgets = await listBudgets(core.sql);
  if (budgets.length === 0) return null;
  const cost = await coming();
  for (const budget of budgets) {
    const subject = subjectOf(budget.scope, run);
    if (subject === null) continue;
    const spent = await spentOf(core, budget.scope, run.id);
    const raised = await countRaised(core.sql, subject);
    if (reaches({ usd: spent.usd + cost.usd, tokens: spent.tokens + cost.tokens }, budget, raised))
      return { ...budget, subject, spent, raised, cost };
  }
  return null;
}

/** Each "go on" was worth once more as much. */
function reaches(cost: Cost, { usd, tokens }: Pick<Budget, "usd" | "tokens">, raised: number): boolean {
  const most = (limit: number | null) => (limit === null ? Number.POSITIVE_INFINITY : limit * (1 + raised));
  return cost.usd >= most(usd) || cost.tokens >= most(tokens);
}

interface Over extends Budget {
  subject: string;
  spent: Cost;
  raised: number;
  /** What the call would come to. */
  cost: Cost;
}

/** What an answer is for: this run, this day, this month of the project. Null for another project's. */
function subjectOf(scope: BudgetScope, run: { id: string; project_id: string }, now = new Date()): string | null {
  if (scope === "run") return `run:${run.id}`;
  if (scope === "day") return `day:${isoDay(now)}`;
  return scope === `project:${run.project_id}` ? `${scope}:${isoDay(now).slice(0, 7)}` : null;
}

function spentOf(core: { sql: Db }, scope: BudgetScope, runId: string): Promise<{ usd: number; tokens: number }> {
  if (scope === "run") return spentBy(core.sql, { run_id: runId });
  if (scope === "day") return spentBy(core.sql, { since: startOfDay() });
  return spentBy(core.sql, { since: startOfMonth(), project_id: scope.slice("project:".length) });
}

function askingFor({ scope, subject, usd, tokens, spent, raised, cost }: Over): Asking {
  const what = scope === "run" ? "this run" : scope === "day" ? "today" : "this project this month";
  const limit = limitWords({ usd, tokens });
  const facts = [
    { label: "Budget", value: `${limit}${raised > 0 ? `, ${raised + 1} times by now` : ""}` },
    { label: "Spent", value: costWords(spent) },
    ...(cost.tokens > 0 ? [{ label: "Next call", value: `about ${costWords(cost)}` }] : []),
  ];
  const is_spent = reaches(spent, { usd, tokens }, raised);
  return {
    kind: "permission",
    title: is_spent
      ? `The budget of ${what} is spent: ${limit}`
      : `The next call would go beyond the budget of ${what}: ${limit}`,
    detail: { tool_kind: BUDGET_TOOL, text: null, facts, subject },
    options: [
      { id: BUDGET_OPTIONS.go_on, kind: "allow_once", name: `Go on: ${limit} more` },
      { id: BUDGET_OPTIONS.stop, kind: "reject_once", name: "Stop this run" },
    ],
  };
}

const costWords = ({ usd, tokens }: Cost): string => `${money(usd)}, ${count(tokens)} tokens`;
const limitWords = ({ usd, tokens }: Pick<Budget, "usd" | "tokens">): string =>
  [usd === null ? "" : money(usd), tokens === null ? "" : `${count(tokens)} tokens`].filter(Boolean).join(" or ");

/** Every budget with what was spent of it. */
export async function budgetStates(core: { sql: Db }): Promise<BudgetState[]> {
  const budgets = await listBudgets(core.sql);
  return Promise.all(
    budgets.map(async (budget): Promise<BudgetState> => {
      const id = budget.scope.startsWith("project:") ? budget.scope.slice("project:".length) : null;
      const project = id === null ? null : await findProject(core.sql, id);
      if (budget.scope === "run") return { ...budget, name: null, spent_usd: 0, spent_tokens: 0, raised: 0 };
      const spent = await spentOf(core, budget.scope, "");
      const raised = await countRaised(core.sql, subjectOf(budget.scope, { id: "", project_id: id ?? "" })!);
      return { ...budget, name: project?.name ?? null, spent_usd: spent.usd, spent_tokens: spent.tokens, raised };
    }),
  );
}

/** Sets, changes or (with neither figure) removes one. Errors: invalid naming `scope`, not_found for an unknown project. */
export async function setBudget(core: Core, budget: Budget): Promise<BudgetState[]> {
  const { scope } = budget;
  if (scope !== "run" && scope !== "day") {
    if (!scope.startsWith("project:")) throw invalid("A budget is of each run, of the day, or of a project.", "scope");
    if (!(await findProject(core.sql, scope.slice("project:".length)))) throw notFound("project");
  }
  await transact(core, async (tx, emit) => {
    await saveBudget(tx, budget);
    emit({ topic: DESK, kind: "setting.changed", payload: { key: `budget:${scope}` } });
  });
  return budgetStates(core);
}

export const isoDay = (d: Date): string =>
  `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, "0")}-${String(d.getDate()).padStart(2, "0")}`;

/** By the clock of the server. */
export function startOfDay(daysAgo = 0, now = new Date()): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - daysAgo);
}
const startOfMonth = (now = new Date()): Date => new Date(now.getFullYear(), now.getMonth(), 1);
