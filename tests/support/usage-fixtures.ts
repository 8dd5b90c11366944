/** A fortnight of use, for stories and view tests. */
import type { Sums, Usage } from "../../src/domain/usage.ts";

export const sums = (over: Partial<Sums> = {}): Sums => ({
  calls: 31,
  tokens_in: 4_200_000,
  tokens_out: 212_000,
  tokens_cached: 2_100_000,
  cost_usd: 11.9,
  estimated: 0,
  ...over,
});

const COSTS = [1.1, 0.4, 0, 2.2, 1.6, 1.9, 0.7, 0.1, 2.8, 1.4, 3.1, 0.9, 1.8, 0.42];

export function aUsage(over: Partial<Usage> = {}): Usage {
  const days = COSTS.map((cost_usd, at) => ({
    ...sums({ calls: Math.round(cost_usd * 12), cost_usd, tokens_in: cost_usd * 1e6, tokens_out: cost_usd * 60_000 }),
    day: `2026-11-${10 + at}`,
  }));
  const wave = (by: number) => COSTS.map((cost) => cost * by);
  return {
    span: 14,
    total: sums({
      calls: 214,
      tokens_in: 18_600_000,
      tokens_out: 1_100_000,
      tokens_cached: 9_300_000,
      cost_usd: 18.42,
      estimated: 12,
    }),
    days,
    models: [
      { ...sums(), model: "claude-sonnet", endpoint: "OpenRouter", ms: 8200, days: wave(1e6) },
      {
        ...sums({ calls: 44, cost_usd: 3.81 }),
        model: "claude-haiku",
        endpoint: "OpenRouter",
        ms: 2400,
        days: wave(3e5),
      },
      {
        ...sums({ calls: 112, cost_usd: null, estimated: 12 }),
        model: "qwen3-coder-30b",
        endpoint: "llama-swap",
        ms: 14_000,
        days: wave(9e5),
      },
    ],
    projects: [
      { ...sums(), project_id: "p1", name: "relay" },
      { ...sums({ calls: 9, cost_usd: 2.71 }), project_id: "p2", name: "fieldnotes" },
      { ...sums({ calls: 2, cost_usd: null }), project_id: null, name: "removed projects" },
    ],
    agents: [{ ...sums(), agent: "code-reviewer" }],
    providers: [
      { ...sums({ calls: 180 }), provider: "boocode" },
      { ...sums({ calls: 34, cost_usd: 2.71 }), provider: "claude" },
    ],
    purposes: [
      { ...sums({ calls: 190 }), purpose: "turn" },
      { ...sums({ calls: 14, cost_usd: 0.01, tokens_in: 21_000, tokens_out: 140 }), purpose: "title" },
      { ...sums({ calls: 10, cost_usd: 0.4, tokens_in: 640_000, tokens_out: 9_000 }), purpose: "summary" },
    ],
    tools: [
      { name: "grep", calls: 100, tokens_in: 4_120, tokens_out: 38, ms: 110, failed: 2 },
      { name: "view_file", calls: 100, tokens_in: 3_870, tokens_out: 41, ms: 12, failed: 0 },
      { name: "run_command", calls: 18, tokens_in: 9_400, tokens_out: 96, ms: 41_000, failed: 6 },
    ],
    budgets: [
      { scope: "day", usd: 3, tokens: null, name: null, spent_usd: 0.42, spent_tokens: 480_000, raised: 0 },
      {
        scope: "project:p1",
        usd: 40,
        tokens: 50_000_000,
        name: "relay",
        spent_usd: 44.9,
        spent_tokens: 18_000_000,
        raised: 1,
      },
    ],
    ...over,
  };
}
