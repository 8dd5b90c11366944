/** Executes the tool calls of one turn side by side and stores each as a part. */
import type { ChatKind } from "../../domain/chat.ts";
import type { ToolCall } from "../../domain/llm.ts";
import type { Project } from "../../domain/project.ts";
import type { Run } from "../../domain/run.ts";
import type { OutputStore, Tool, ToolContext, ToolOutcome } from "../../domain/tool.ts";
import { newId } from "../../lib/ids.ts";
import { storable } from "../../lib/storable.ts";
import { insertOutput, readOutput } from "../../store/parts.ts";
import { proposalsOf } from "../changes/proposals.ts";
import type { Proposer } from "../changes/propose.ts";
import type { Core } from "../core.ts";
import { type LiveRun, setPhase } from "../live-runs.ts";
import { steady } from "../steady.ts";
import { callTool, shownOf } from "../tools/define.ts";
import type { RunLimits } from "./limits.ts";
import type { PartWriter } from "./parts.ts";
import { reportProgress } from "./progress.ts";

export interface CallsInput {
  run: Run;
  project: Project;
  model: string;
  kind: ChatKind;
  tools: readonly Tool[];
}

export async function executeCalls(
  core: Core,
  live: LiveRun,
  writer: PartWriter,
  input: CallsInput,
  turn: number,
  calls: readonly ToolCall[],
  limits: RunLimits,
): Promise<void> {
  // Opened one after another, so that rows stand in the order of the calls; run side by side.
  const open: { part: string; call: ToolCall }[] = [];
  for (const call of calls) {
    const meta = {
      call_id: call.id,
      name: storable(call.name),
      arguments_text: storable(call.arguments),
      shown: storable(shownOf(input.tools, call)),
    };
    open.push({ part: await writer.openTool(turn, meta), call });
  }
  setPhase(
    live,
    "tools",
    Date.now(),
    calls
      .map((c) => c.name)
      .join(", ")
      .slice(0, 120),
  );
  reportProgress(core, live, Date.now());
  const outputs = outputsOf(core, input.run.chat_id);
  const contextOf = (part: string, call: ToolCall): ToolContext => ({
    root: input.project.path,
    grants: [],
    signal: live.abort.signal,
    outputs,
    ...(input.kind === "coder" && { proposals: proposalsOf(core, proposerOf(input, writer, turn, part, call)) }),
  });
  const results = await Promise.allSettled(
    open.map(async ({ part, call }, i) => {
      const outcome =
        i < limits.calls_per_turn ? await callTool(input.tools, contextOf(part, call), call) : tooMany(limits);
      await closeCall(writer, part, outcome);
      live.progress.last_byte_at = Date.now();
    }),
  );
  live.abort.signal.throwIfAborted();
  const failed = results.find((r) => r.status === "rejected");
  if (failed) throw failed.reason;
}

/** Whose proposal it is that this call makes. */
function proposerOf(input: CallsInput, writer: PartWriter, turn: number, part: string, call: ToolCall): Proposer {
  const { run, project, model } = input;
  const { session_id, chat_id, provider } = run;
  const from = { run_id: run.id, part_id: part, turn, tool: storable(call.name), provider, model, said: writer.said };
  return { session_id, chat_id, project, ...from };
}

async function closeCall(writer: PartWriter, part: string, outcome: ToolOutcome): Promise<void> {
  const { duration_ms, output_id, note, shown } = outcome;
  await writer.close(part, outcome.state, storable(outcome.text), {
    duration_ms,
    output_id,
    note: storable(note),
    shown: storable(shown),
  });
}

function tooMany(limits: RunLimits): ToolOutcome {
  const text = `Not run: one turn may make ${limits.calls_per_turn} calls. Make this one again in the next turn.`;
  return { state: "failed", text, note: "too many calls at once", shown: "", duration_ms: 0, output_id: null };
}

function outputsOf(core: Core, chatId: string): OutputStore {
  return {
    async save(text) {
      const id = newId();
      await steady(core, () => insertOutput(core.sql, { id, chat_id: chatId, text: storable(text) }));
      return id;
    },
    async read(id, from, count) {
      const text = await steady(core, () => readOutput(core.sql, chatId, id));
      if (text === null) return null;
      const lines = text.split("\n");
      return { text: lines.slice(from - 1, from - 1 + count).join("\n"), total_lines: lines.length };
    },
  };
}
