/**
 * Executes the tool calls of one turn and stores each as a part. Those that only look run side by side; those that ask a
 * human go last, all at once; commands after them, one after another, since one may need what the other made.
 */
import type { ChatKind } from "../../domain/chat.ts";
import type { ToolCall } from "../../domain/llm.ts";
import type { Project } from "../../domain/project.ts";
import type { Run } from "../../domain/run.ts";
import type { CommandResult, ResultImage, Tool, ToolOutcome } from "../../domain/tool.ts";
import { storable } from "../../lib/storable.ts";
import { insertPartImages } from "../../store/part-images.ts";
import { type Core, transact } from "../core.ts";
import { type LiveRun, Stopped, setPhase } from "../live-runs.ts";
import { backToWork } from "../requests.ts";
import { steady } from "../steady.ts";
import { cutResult, RESULT_LIMIT } from "../tools/cut.ts";
import { callTool, shownOf } from "../tools/define.ts";
import { givenTo, outputsOf, PHASE_DETAIL_CHARS } from "./call-context.ts";
import type { RunLimits } from "./limits.ts";
import type { PartWriter } from "./parts.ts";
import { reportProgress } from "./progress.ts";

export interface OpenCall {
  part: string;
  call: ToolCall;
  /** The turn that made it. */
  turn: number;
}

export interface CallsInput {
  run: Run;
  project: Project;
  model: string;
  kind: ChatKind;
  /** Those of its chat and mode. */
  tools: readonly Tool[];
}

/** Opens a part for each call, one after another, so that rows stand in the order of the calls. */
export async function openCalls(
  writer: PartWriter,
  input: CallsInput,
  turn: number,
  calls: readonly ToolCall[],
): Promise<OpenCall[]> {
  const open: OpenCall[] = [];
  for (const call of calls) {
    const meta = {
      call_id: call.id,
      name: storable(call.name),
      arguments_text: storable(call.arguments),
      shown: storable(shownOf(input.tools, call)),
    };
    open.push({ part: await writer.openTool(turn, meta), call, turn });
  }
  return open;
}

/** Runs calls whose parts are open; also those that a run still owes when it goes on after a restart. */
export async function executeCalls(
  core: Core,
  live: LiveRun,
  writer: PartWriter,
  input: CallsInput,
  open: readonly OpenCall[],
  limits: RunLimits,
): Promise<void> {
  const begin = (calls: readonly OpenCall[]) => tell(core, live, calls);
  const one = (call: OpenCall) => executeOne(core, live, writer, input, call);
  const beyond = open.slice(limits.calls_per_turn);
  const [looking, asking, commands] = inPhases(input, open.slice(0, limits.calls_per_turn));
  for (const { part } of beyond) await closeCall(writer, part, tooMany(limits));
  if (looking.length > 0) {
    begin(looking);
    await allOf(live, besides(input, looking, one));
  }
  if (asking.length > 0) {
    begin(asking);
    await allOf(live, await inOrder(asking, (call, asked) => executeOne(core, live, writer, input, call, asked)));
    await backToWork(core, input.run.id);
  }
  for (const command of commands) {
    begin([command]);
    await allOf(live, [one(command)]);
    // One that was not allowed leaves the run waiting for nothing.
    await backToWork(core, input.run.id);
  }
}

type Phases = [looking: OpenCall[], asking: OpenCall[], commands: OpenCall[]];

function inPhases(input: CallsInput, calls: readonly OpenCall[]): Phases {
  const phases: Phases = [[], [], []];
  for (const call of calls) phases[phaseOf(input, call)].push(call);
  return phases;
}

function phaseOf({ tools }: CallsInput, { call }: OpenCall): 0 | 1 | 2 {
  const kind = tools.find((tool) => tool.name === call.name)?.kind;
  return kind === "ask" ? 1 : kind === "execute" ? 2 : 0;
}

function tell(core: Core, live: LiveRun, calls: readonly OpenCall[]): void {
  const names = calls.map(({ call }) => call.name).join(", ");
  setPhase(live, "tools", Date.now(), names.slice(0, PHASE_DETAIL_CHARS));
  reportProgress(core, live, Date.now());
}

/** Waits for all of them, also when one fails or the run is stopped: nothing goes on behind its back. */
async function allOf(live: LiveRun, calls: Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(calls);
  live.abort.signal.throwIfAborted();
  const failed = results.find((r) => r.status === "rejected");
  if (failed) throw failed.reason;
}

/** Reads side by side; what proposes one after another, so that edits of one file compose as they were written. */
function besides(
  { tools }: CallsInput,
  calls: readonly OpenCall[],
  run: (call: OpenCall) => Promise<void>,
): Promise<void>[] {
  let before: Promise<void> = Promise.resolve();
  return calls.map((open) => {
    if (tools.find((tool) => tool.name === open.call.name)?.kind !== "write") return run(open);
    before = before.then(() => run(open));
    return before;
  });
}

/** All at once, but each asks after the one before: cards stand in the order of the calls. */
async function inOrder(
  calls: readonly OpenCall[],
  begin: (call: OpenCall, asked: () => void) => Promise<void>,
): Promise<Promise<void>[]> {
  const begun: Promise<void>[] = [];
  for (const call of calls) {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const running = begin(call, resolve);
    begun.push(running);
    await Promise.race([asked, running.catch(() => {})]);
  }
  return begun;
}

async function executeOne(
  core: Core,
  live: LiveRun,
  writer: PartWriter,
  input: CallsInput,
  open: OpenCall,
  asked?: () => void,
): Promise<void> {
  const { run, tools } = input;
  const { part, call } = open;
  const { signal } = live.abort;
  const given = await givenTo(core, live, writer, input, open, asked);
  const outcome = await callTool(tools, given.context, call);
  const running = given.command();
  if (running === null) await given.shown();
  if (outcome.images?.length) await keepImages(core, part, outcome.images);
  if (outcome.state !== "cancelled") await closeCall(writer, part, outcome);
  else if (running) await closeCall(writer, part, await cutShort(core, run, outcome, running));
  // The server stops: what waits for a human stays open, as the request does, and goes on after the next start.
  else if (!isStopping(signal) || phaseOf(input, open) === 0) await closeCall(writer, part, outcome);
  live.progress.last_byte_at = Date.now();
}

/** The run was stopped: it ends when nothing of its command is left, and what that wrote is kept. */
async function cutShort(
  core: Core,
  run: Run,
  outcome: ToolOutcome,
  running: Promise<CommandResult>,
): Promise<ToolOutcome> {
  const output = await running.then(
    (result) => result.output,
    () => "",
  );
  if (output === "") return outcome;
  const text = `Stopped by the user. What it wrote until then:\n${output}`;
  const cut = await cutResult({ kind: "execute" }, { outputs: outputsOf(core, run.chat_id) }, text, RESULT_LIMIT);
  return { ...outcome, ...cut, note: "stopped" };
}

const isStopping = ({ reason }: AbortSignal) => reason instanceof Stopped && reason.reason === "shutdown";

async function keepImages(core: Core, part: string, images: readonly ResultImage[]): Promise<void> {
  await steady(core, () => transact(core, (tx) => insertPartImages(tx, part, images)));
}

async function closeCall(writer: PartWriter, part: string, outcome: ToolOutcome): Promise<void> {
  const { duration_ms, output_id, note, shown, images = [] } = outcome;
  await writer.close(part, outcome.state, storable(outcome.text), {
    duration_ms,
    output_id,
    note: storable(note),
    shown: storable(shown),
    ...(images.length > 0 && { images: images.map(({ mime, bytes }) => ({ mime, size: bytes.length })) }),
  });
}

function tooMany(limits: RunLimits): ToolOutcome {
  const text = `Not run: one turn may make ${limits.calls_per_turn} calls. Make this one again in the next turn.`;
  return { state: "failed", text, note: "too many calls at once", shown: "", duration_ms: 0, output_id: null };
}
