/** What model calls took: tokens, time and money, by day, model, project and who made them. */

export interface Sums {
  calls: number;
  tokens_in: number;
  tokens_out: number;
  tokens_cached: number;
  /** US dollars; null where no call had a price. */
  cost_usd: number | null;
  /** Calls whose endpoint did not count: their tokens are estimated. */
  estimated: number;
}
/** `day` as `2026-11-29`, by the clock of the server. */
export type DaySums = Sums & { day: string };
export type ModelSums = Sums & { model: string; endpoint: string | null; ms: number; days: number[] };
export type ProjectSums = Sums & { project_id: string | null; name: string };
export type ProviderSums = Sums & { provider: string };
/** `agent` is the id of a persona. */
export type AgentSums = Sums & { agent: string };
export type PurposeSums = Sums & { purpose: "turn" | "title" | "summary" };

/** Of a tool's newest calls: what the turns took that made them, split over the calls of each. */
export interface ToolCost {
  name: string;
  /** Calls that were looked at, at most 100. */
  calls: number;
  tokens_in: number;
  tokens_out: number;
  /** Mean time that the tool itself took, milliseconds. */
  ms: number | null;
  failed: number;
}

export const USAGE_SPANS = [7, 14, 30, 90] as const;
export type UsageSpan = (typeof USAGE_SPANS)[number];

export interface Usage {
  span: UsageSpan;
  total: Sums;
  /** One a day, also those on which nothing was asked; oldest first. */
  days: DaySums[];
  models: ModelSums[];
  projects: ProjectSums[];
  providers: ProviderSums[];
  agents: AgentSums[];
  purposes: PurposeSums[];
  tools: ToolCost[];
  budgets: BudgetState[];
}

export type BudgetScope = "run" | "day" | `project:${string}`;
/** At least one of both is set. */
export interface Budget {
  scope: BudgetScope;
  /** US dollars. */
  usd: number | null;
  /** Tokens in and out together. */
  tokens: number | null;
}
/** With what was spent of it: today, or by a project this month; nothing for a run's. */
export interface BudgetState extends Budget {
  /** Of a project. */
  name: string | null;
  spent_usd: number;
  spent_tokens: number;
  /** How often a human let it go on in this day or month; each time it is worth once more as much. */
  raised: number;
}

/** Of a permission that a budget asks for. */
export const BUDGET_TOOL = "budget";
export const BUDGET_OPTIONS = { go_on: "go_on", stop: "stop" } as const;
