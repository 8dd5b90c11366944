/**
 * What a call of each tool costs on average, for lists that are drawn often: counted behind them, and as old as a minute. The
 * first one after a start has no figures yet.
 */
import { messageOf } from "../../lib/errors.ts";
import { toolCosts } from "../../store/usage.ts";
import type { Core } from "../core.ts";

const FRESH_MS = 60_000;

export interface MeanCall {
  calls: number;
  /** Prompt and answer of one call together. */
  tokens: number;
}

export class ToolTokens {
  private known: ReadonlyMap<string, MeanCall> = new Map();
  private counted_at = Number.NEGATIVE_INFINITY;
  private counting = false;

  constructor(private readonly core: Pick<Core, "sql" | "log">) {}

  /** As counted last, by tool; never waits. */
  get means(): ReadonlyMap<string, MeanCall> {
    if (!this.counting && performance.now() - this.counted_at > FRESH_MS) void this.count();
    return this.known;
  }

  private async count(): Promise<void> {
    this.counting = true;
    try {
      const costs = await toolCosts(this.core.sql);
      this.known = new Map(costs.map((c) => [c.name, { calls: c.calls, tokens: c.tokens_in + c.tokens_out }]));
    } catch (error) {
      // A figure beside a name is worth no more than a line in the log.
      this.core.log.debug("tools.not_counted", { reason: messageOf(error) });
    } finally {
      this.counted_at = performance.now();
      this.counting = false;
    }
  }
}
