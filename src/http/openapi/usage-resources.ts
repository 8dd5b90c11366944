/** What model calls took, and budgets; part of RESOURCES. */
import { z } from "zod";
import type { BudgetState, Usage } from "../../domain/usage.ts";
import { count, id, type Of } from "./wire.ts";

const sums = {
  calls: count,
  tokens_in: z.number().describe("With what is estimated, where the endpoint did not count."),
  tokens_out: z.number(),
  tokens_cached: z.number(),
  cost_usd: z.number().nullable().describe("By the prices set for models; null where none is known."),
  estimated: count.describe("Calls whose prompt the endpoint did not count."),
};
const budget = z.object({
  scope: z.string().describe('"run", "day" or "project:<id>".') as unknown as z.ZodType<BudgetState["scope"]>,
  usd: z.number().nullable(),
  tokens: z.number().nullable(),
  name: z.string().nullable().describe("Of a project."),
  spent_usd: z.number().describe("Today, or of a project this month; 0 for `run`."),
  spent_tokens: z.number(),
  raised: count.describe("How often it was let go on since; each time it is worth once more as much."),
}) satisfies Of<BudgetState>;
const usage = z.object({
  span: z.union([z.literal(7), z.literal(14), z.literal(30), z.literal(90)]).describe("Days, today among them."),
  total: z.object(sums),
  days: z.array(z.object({ ...sums, day: z.string() })).describe("Oldest first, by the clock of the server."),
  models: z.array(
    z.object({
      ...sums,
      model: z.string(),
      endpoint: z.string().nullable(),
      ms: z.number().describe("Mean time of a call."),
      days: z.array(z.number()).describe("Tokens by day."),
    }),
  ),
  projects: z.array(z.object({ ...sums, project_id: id.nullable(), name: z.string() })),
  providers: z.array(z.object({ ...sums, provider: z.string() })),
  agents: z.array(z.object({ ...sums, agent: z.string().describe("Id of a persona.") })),
  purposes: z.array(z.object({ ...sums, purpose: z.enum(["turn", "title", "summary"]) })),
  tools: z
    .array(
      z.object({
        name: z.string(),
        calls: count,
        tokens_in: z.number(),
        tokens_out: z.number(),
        ms: z.number().nullable(),
        failed: count,
      }),
    )
    .describe("Of the newest 100 calls of each: means of a call, the tokens of a turn split over its calls."),
  budgets: z.array(budget),
}) satisfies Of<Usage>;

export const USAGE_RESOURCES = { Usage: usage, Budget: budget };
