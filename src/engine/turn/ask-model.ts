/** A call of a run's model beside its turns, such as for a summary: watched, shown and paid for like a turn. */
import type { Endpoint } from "../../domain/endpoint.ts";
import type { ChatMessage, Llm, LlmEvent } from "../../domain/llm.ts";
import type { Run } from "../../domain/run.ts";
import type { ToolSpec } from "../../domain/tool.ts";
import { newId } from "../../lib/ids.ts";
import { insertSideCall } from "../../store/runs.ts";
import { type Core, transact } from "../core.ts";
import { type LiveRun, setPhase } from "../live-runs.ts";
import { steady } from "../steady.ts";
import { costOf } from "./cost.ts";
import type { Gauge } from "./gauge.ts";
import { listen, Meter, tokensIn } from "./listen.ts";
import { reportProgress } from "./progress.ts";

export interface SideCall {
  core: Core;
  live: LiveRun;
  run: Run;
  endpoint: Endpoint;
  model: string;
  llm: Llm;
  gauge: Gauge;
}

export interface Asking {
  messages: ChatMessage[];
  tools: ToolSpec[];
  /** A reply that grows past it is cut there. */
  most_chars: number;
  /** Beside the phase. */
  detail?: string | null;
}

export interface AskedModel {
  text: string;
}

/** Throws Stopped, PromptTooLong, or AppError when the endpoint fails. */
export async function askModel(call: SideCall, asking: Asking): Promise<AskedModel> {
  const { core, live, llm, endpoint, model } = call;
  const { messages, tools, detail = null } = asking;
  const reply = { text: "", meter: new Meter(), usage: null as Usage | null };
  live.progress.tokens_out = 0;
  setPhase(live, "compacting", Date.now(), detail);
  reportProgress(core, live, Date.now());
  try {
    await listen(
      core,
      live,
      { llm, endpoint: endpoint.label, request: { model, messages, tools, sampling: {} } },
      (event) => {
        take(call, reply, event, detail);
        if (reply.text.length > asking.most_chars) throw new Enough();
      },
    );
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  } finally {
    await record(call, reply, messages, tools).catch((error) =>
      core.log.warn("call.not_recorded", { run_id: call.run.id, error }),
    );
  }
  return { text: reply.text };
}

/** Thrown through the stream to end it. */
class Enough extends Error {}

type Usage = Extract<LlmEvent, { kind: "usage" }>;
interface Reply {
  text: string;
  meter: Meter;
  usage: Usage | null;
}

function take({ core, live }: SideCall, reply: Reply, event: LlmEvent, detail: string | null): void {
  const now = Date.now();
  if (event.kind === "text") reply.text += event.text;
  if (event.kind === "usage") reply.usage = event;
  const tokens = tokensIn(event);
  if (tokens > 0) {
    reply.meter.token(tokens);
    live.progress.tokens_out += tokens;
    live.progress.tokens_per_s = reply.meter.rate();
  }
  const told = event.kind === "status" && event.phase !== "connecting" && event.phase !== "prompt" ? event : null;
  const percent = event.kind === "status" ? event.percent : null;
  setPhase(live, "compacting", now, told?.detail ?? detail, percent);
  reportProgress(core, live, now);
}

/** Paid for with the run; no turn of it. Nothing is told of a call that never began to answer. */
async function record(call: SideCall, reply: Reply, messages: ChatMessage[], tools: ToolSpec[]): Promise<void> {
  const { core, run, endpoint, model, gauge } = call;
  const { usage, meter } = reply;
  if (!usage && meter.tokens === 0) return;
  const tokens_in = usage?.tokens_in ?? null;
  const tokens_out = usage?.tokens_out ?? meter.tokens;
  const estimated_in = gauge.estimate(messages, tools.length > 0);
  const id = newId();
  await steady(core, () =>
    transact(core, (tx) =>
      insertSideCall(tx, {
        id,
        run_id: run.id,
        purpose: "summary",
        endpoint_id: endpoint.id,
        model,
        tokens_in,
        tokens_out,
        tokens_cached: usage?.tokens_cached ?? null,
        estimated_in,
        ttft_ms: meter.ttft(),
        duration_ms: meter.total(),
        stop: "summary",
        cost_usd: costOf(endpoint, model, tokens_in ?? estimated_in, tokens_out),
      }),
    ),
  );
}
