/** The loop of a native run: model → tools → model, until nothing is left to call or a limit is hit. */
import type { ChatKind } from "../../domain/chat.ts";
import type { Endpoint } from "../../domain/endpoint.ts";
import { type ChatMessage, type Llm, PromptTooLong, type ToolCall } from "../../domain/llm.ts";
import type { Persona } from "../../domain/persona.ts";
import type { Project } from "../../domain/project.ts";
import type { Run, RunReason, RunState } from "../../domain/run.ts";
import type { Tool } from "../../domain/tool.ts";
import { newId } from "../../lib/ids.ts";
import { insertTurn, lastCounted } from "../../store/runs.ts";
import { holdForBudget } from "../budgets.ts";
import { type Core, transact } from "../core.ts";
import type { LiveRun } from "../live-runs.ts";
import { steady } from "../steady.ts";
import { toolSpecs } from "../tools/registry.ts";
import type { Attached } from "./attached.ts";
import { executeCalls, openCalls } from "./calls.ts";
import { type Compacting, promptAfterRefusal, promptTokens, promptWithRoom } from "./compact.ts";
import { costOf } from "./cost.ts";
import { Gauge } from "./gauge.ts";
import { CHAT_LIMITS, limitOf, limitsFor } from "./limits.ts";
import type { PartWriter } from "./parts.ts";
import { systemPrompt } from "./prompt.ts";
import type { Standing } from "./resume.ts";
import { blankStep, runStep, type StepInput, type StepResult } from "./step.ts";
import { specsText } from "./told.ts";
import { learnWindow } from "./window.ts";

export interface LoopInput {
  run: Run;
  project: Project;
  endpoint: Endpoint;
  model: string;
  llm: Llm;
  /** Those of its chat, mode and persona. */
  tools: readonly Tool[];
  persona: Persona | null;
  kind: ChatKind;
  attached: Attached;
  /** Position of the answer message: history is what lies before it, and the answer itself. */
  position: number;
  /** Tokens; null where the endpoint does not tell. */
  context_window: number | null;
  /** Where the run stands, when it goes on after it waited over a restart. */
  standing: Standing | null;
}

export interface Ending {
  state: Extract<RunState, "completed" | "limited">;
  reason: RunReason;
}

export async function runLoop(core: Core, live: LiveRun, writer: PartWriter, input: LoopInput): Promise<Ending> {
  const limits = limitsFor(input.kind, core.settings.now, input.persona);
  const room = await compactingFor(core, live, writer, input);
  const calls = new Map<string, number>();
  let tool_calls = 0;
  const used = (made: readonly ToolCall[]) => {
    for (const call of made) calls.set(keyOf(call), (calls.get(keyOf(call)) ?? 0) + 1);
    tool_calls += made.length;
  };
  const { standing } = input;
  if (standing) {
    used(standing.calls);
    await executeCalls(core, live, writer, input, standing.open, limits);
  }
  for (let turn = (standing?.turn ?? 0) + 1; ; turn++) {
    const cap = limitOf(limits, turn, { tool_calls, calls });
    room.turn = turn;
    if (!(await mayCall(room))) return { state: "limited", reason: "budget" };
    const result = await oneTurn(core, live, writer, input, room, cap !== null);
    if (cap) return { state: "limited", reason: cap };
    if (result.calls.length === 0) return ended(result);
    used(result.calls);
    const open = await openCalls(writer, input, turn, result.calls);
    await executeCalls(core, live, writer, input, open, limits);
  }
}

const keyOf = (call: ToolCall) => `${call.name} ${call.arguments}`;

function ended(result: StepResult): Ending {
  return result.stop === "length"
    ? { state: "limited", reason: "token_limit" }
    : { state: "completed", reason: "done" };
}

/** Added to the wrap-up call only; not stored. */
const WRAP_UP =
  "The limit of this run is reached: no more tools can be called. Sum up what was found and what is still open.";

/** What a compaction needs to know of the run; `turn` moves on with it. */
export async function compactingFor(
  core: Core,
  live: LiveRun,
  writer: PartWriter,
  input: Omit<LoopInput, "standing">,
): Promise<Compacting> {
  const { run, project, endpoint, model, llm, kind, position, persona, attached } = input;
  const tools = toolSpecs(input.tools);
  const known = await steady(core, () => lastCounted(core.sql, endpoint.id, model));
  return {
    ...{ core, live, writer, run, endpoint, model, llm, tools, position, attached },
    gauge: new Gauge(specsText(tools), known),
    chat_id: run.chat_id,
    system: systemPrompt(project, kind, run.mode, persona),
    window: input.context_window,
    turn: 1,
    last_prompt: 0,
  };
}

/** Waits for a human where a budget is spent; false when the run has to end. */
export function mayCall(room: Compacting): Promise<boolean> {
  const { core, live, run, endpoint, model } = room;
  const coming = async () => {
    const tokens = room.last_prompt || (await promptTokens(room));
    return { tokens, usd: costOf(endpoint, model, tokens, 0) ?? 0 };
  };
  return holdForBudget(core, run, coming, live.abort.signal);
}

/** After so many refusals of one prompt, each followed by a shorter one, the run fails. */
const REFUSALS = 3;

async function oneTurn(
  core: Core,
  live: LiveRun,
  writer: PartWriter,
  input: LoopInput,
  room: Compacting,
  wrapUp: boolean,
): Promise<StepResult> {
  const { turn, gauge } = room;
  let messages = await promptWithRoom(room);
  for (let refusals = 0; ; refusals++) {
    const said: ChatMessage[] = wrapUp ? [...messages, { role: "user", content: WRAP_UP }] : messages;
    const result = { ...blankStep(), estimated_in: gauge.estimate(said, !wrapUp) };
    try {
      await runStep(core, live, writer, stepOf(input, said, turn, wrapUp), result);
    } catch (error) {
      await recordCut(core, input, turn, result);
      if (!(error instanceof PromptTooLong) || refusals >= REFUSALS) throw error;
      await learnWindow(room, error);
      messages = await promptAfterRefusal(room, error, refusals);
      continue;
    }
    gauge.learn(result.estimated_in, result.tokens_in);
    room.last_prompt = result.tokens_in ?? result.estimated_in;
    await writer.closeText("closed");
    if (wrapUp) result.calls = [];
    await recordTurn(core, input, turn, result, result.stop);
    return result;
  }
}

function stepOf(input: LoopInput, messages: ChatMessage[], turn: number, wrapUp: boolean): StepInput {
  return {
    llm: input.llm,
    endpoint: input.endpoint.label,
    model: input.model,
    messages,
    tools: wrapUp ? [] : toolSpecs(input.tools),
    sampling: input.persona?.sampling ?? {},
    turn,
    answer_chars: CHAT_LIMITS.answer_chars,
  };
}

/** A call with our own estimate of its prompt, tokens. */
type Taken = StepResult & { estimated_in: number };

/** A call that was stopped or broke off was paid for, too; calls of tools it asked for are not made. */
async function recordCut(core: Core, input: LoopInput, turn: number, result: Taken): Promise<void> {
  if (result.tokens_out === null) return;
  await recordTurn(core, input, turn, { ...result, calls: [] }, "cut").catch((error) =>
    core.log.warn("turn.not_recorded", { run_id: input.run.id, error }),
  );
}

async function recordTurn(core: Core, input: LoopInput, number: number, result: Taken, stop: string): Promise<void> {
  const { run, endpoint, model } = input;
  const { tokens_in, tokens_out, tokens_cached, estimated_in, ttft_ms, duration_ms, generation_ms } = result;
  const id = newId();
  await steady(core, () =>
    transact(core, (tx) =>
      insertTurn(
        tx,
        {
          id,
          run_id: run.id,
          number,
          endpoint_id: endpoint.id,
          model,
          tokens_in,
          tokens_out,
          tokens_cached,
          estimated_in,
          tool_calls: result.calls.length,
          ttft_ms,
          duration_ms,
          stop,
          cost_usd: costOf(endpoint, model, tokens_in ?? estimated_in, tokens_out),
        },
        {
          tokens_in: tokens_in ?? 0,
          tokens_out: tokens_out ?? 0,
          tokens_cached: tokens_cached ?? 0,
          generation_ms,
          context_used: tokens_in === null ? null : tokens_in + (tokens_out ?? 0),
        },
      ),
    ),
  );
}
