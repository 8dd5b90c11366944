/** A call that the end of the process cut was paid for like any other; nobody counted it, so what it wrote is estimated. */
import type { Tx } from "../../db/sql.ts";
import type { Part } from "../../domain/message.ts";
import { NATIVE_PROVIDER, type Run } from "../../domain/run.ts";
import { newId } from "../../lib/ids.ts";
import { estimateTokens } from "../../lib/tokens.ts";
import { findEndpoint } from "../../store/endpoints.ts";
import { readParts } from "../../store/messages.ts";
import { insertTurn, runsById } from "../../store/runs.ts";
import { costOf } from "./cost.ts";

/** For runs that were just interrupted, with their parts closed. Returns them as they then are. */
export async function recordCutByRestart(tx: Tx, runs: readonly Run[]): Promise<Run[]> {
  const native = runs.filter((run) => run.provider === NATIVE_PROVIDER);
  const answers = native.map((run) => run.answer_id);
  const parts = await readParts(tx, answers);
  for (const run of native) {
    const own = parts.filter((part) => part.message_id === run.answer_id && part.turn > run.turns);
    const tokens_out = own.reduce((sum, part) => sum + estimateTokens(writtenIn(part)), 0);
    if (tokens_out > 0) await record(tx, run, tokens_out);
  }
  const ids = runs.map((run) => run.id);
  return native.length === 0 ? [...runs] : runsById(tx, ids);
}

/** What the model wrote of it. */
const writtenIn = (part: Part): string =>
  part.kind === "text" || part.kind === "reasoning" ? part.text : part.kind === "tool" ? part.meta.arguments_text : "";

async function record(tx: Tx, run: Run, tokens_out: number): Promise<void> {
  // When its last token came is not written down; the run's rate stays the one that was measured.
  const generation_ms = run.tokens_out > 0 ? Math.round((tokens_out * run.generation_ms) / run.tokens_out) : 0;
  const unknown = { tokens_in: null, tokens_cached: null, ttft_ms: null };
  const endpoint = run.endpoint_id === null ? null : await findEndpoint(tx, run.endpoint_id);
  const model = run.model ?? "";
  await insertTurn(
    tx,
    {
      ...unknown,
      id: newId(),
      run_id: run.id,
      number: run.turns + 1,
      endpoint_id: run.endpoint_id,
      model,
      tokens_out,
      estimated_in: run.context_used,
      tool_calls: 0,
      duration_ms: generation_ms,
      stop: "cut",
      cost_usd: endpoint && costOf(endpoint, model, run.context_used, tokens_out),
    },
    { tokens_in: 0, tokens_out, tokens_cached: 0, generation_ms, context_used: null },
  );
}
