/**
 * Executes the tool calls of one turn and stores each as a part. Those that only look run side by side; those that ask a
 * human go last, all at once; commands after them, one after another, since one may need what the other made.
 */
import type { ChatKind } from "../../domain/chat.ts";
import { sessionTopic } from "../../domain/event.ts";
import type { ToolCall } from "../../domain/llm.ts";
import type { Project } from "../../domain/project.ts";
import type { Run } from "../../domain/run.ts";
import type { CommandResult, OutputStore, ResultImage, Tool, ToolContext, ToolOutcome } from "../../domain/tool.ts";
import { newId } from "../../lib/ids.ts";
import { storable } from "../../lib/storable.ts";
import { oneLine } from "../../lib/text.ts";
import { attachmentInChat } from "../../store/attachments.ts";
import { insertPartImages } from "../../store/part-images.ts";
import { deltasBegin, insertOutput, readOutput } from "../../store/parts.ts";
import { contentOf, toldText } from "../attachments.ts";
import { proposalsOf } from "../changes/proposals.ts";
import type { Proposer } from "../changes/propose.ts";
import { codeAccess } from "../code/access.ts";
import { runAllowed } from "../commands.ts";
import { type Core, transact } from "../core.ts";
import { grantPaths, reachOf } from "../grants.ts";
import { type LiveRun, Stopped, setPhase } from "../live-runs.ts";
import { askAndHold, backToWork } from "../requests.ts";
import { skillsFor } from "../skills.ts";
import { steady } from "../steady.ts";
import { cutResult, RESULT_LIMIT } from "../tools/cut.ts";
import { callTool, shownOf } from "../tools/define.ts";
import { webAccess } from "../web.ts";
import { worktreeIsQuiet, worktreePlace } from "../worktrees/place.ts";
import type { RunLimits } from "./limits.ts";
import { LiveOutput } from "./live-output.ts";
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
const PHASE_DETAIL_CHARS = 120;

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
  const { run, project, tools } = input;
  const { part, call } = open;
  const { signal } = live.abort;
  let running: Promise<CommandResult> | null = null;
  let output: LiveOutput | null = null;
  /** The part's text while the call goes on; its result takes its place. */
  const live_output = () => {
    output ??= new LiveOutput(core.deltas, sessionTopic(run.session_id), part);
    return output;
  };
  // Read for each call: one may have been given, or taken away, since the last.
  const scope = { root: project.path, grants: await steady(core, () => grantPaths(core, run.session_id)) };
  const proposals = input.kind === "coder" ? proposalsOf(core, proposerOf(input, writer, open), run) : undefined;
  const context: ToolContext = {
    ...scope,
    signal,
    outputs: outputsOf(core, run.chat_id),
    ...(proposals && { proposals }),
    skills: async () => (await skillsFor(core, project)).skills,
    code: codeAccess({ core, project: project.id, scope, ...(proposals && { proposals }) }),
    reach: (path) => reachOf(core, project, run.session_id, path),
    worktree: await steady(core, () => worktreePlace(core, run.session_id)),
    execute: (command, timeout_ms, cwd) => {
      const onOutput = (piece: string) => {
        live_output().push(piece);
        hearOutput(core, live, call.name, piece);
      };
      const allowed = { run, part_id: part, command, cwd, timeout_ms, signal, onOutput };
      const quiet = cwd === project.path ? Promise.resolve() : worktreeIsQuiet(core, run.session_id);
      const ran = quiet.then(() => {
        signal.throwIfAborted();
        return runAllowed(core, allowed);
      });
      running = ran.finally(() => {
        core.code.touch();
        return output?.end();
      });
      return running;
    },
    begin: async () => {
      await backToWork(core, run.id);
      await steady(core, () => deltasBegin(core.sql, part));
    },
    tell: (piece) => {
      live_output().push(piece);
      hearOutput(core, live, call.name, piece);
    },
    web: () => steady(core, () => webAccess(core, run.session_id)),
    ask: (asking) => askAndHold(core, { run, part_id: part, asking, ...(asked && { asked }) }, signal),
  };
  const outcome = await callTool(tools, context, call);
  if (running === null) await (output as LiveOutput | null)?.end();
  if (outcome.images?.length) await keepImages(core, part, outcome.images);
  if (outcome.state !== "cancelled") await closeCall(writer, part, outcome);
  else if (running) await closeCall(writer, part, await cutShort(core, run, outcome, running));
  // The server stops: what waits for a human stays open, as the request does, and goes on after the next start.
  else if (!isStopping(signal) || phaseOf(input, open) === 0) await closeCall(writer, part, outcome);
  live.progress.last_byte_at = Date.now();
}

/** A command's last line is what it does right now, and its bytes are the evidence that it lives. */
function hearOutput(core: Core, live: LiveRun, tool: string, piece: string): void {
  const line = piece.trimEnd().split("\n").at(-1) ?? "";
  setPhase(live, "tools", Date.now(), oneLine(`${tool}: ${line}`, PHASE_DETAIL_CHARS));
  reportProgress(core, live, Date.now());
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

/** Whose proposal it is that this call makes. */
function proposerOf(input: CallsInput, writer: PartWriter, { part, call, turn }: OpenCall): Proposer {
  const { run, project, model } = input;
  const { session_id, chat_id, provider } = run;
  const from = { run_id: run.id, part_id: part, turn, tool: storable(call.name), provider, model, said: writer.said };
  return { session_id, chat_id, project, ...from };
}

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

/** What was too long to be told whole with its message is paged as results are. */
async function attachedText(core: Core, chatId: string, id: string): Promise<string | null> {
  const found = await steady(core, () => attachmentInChat(core.sql, chatId, id));
  return found?.kind === "text" ? toldText(await steady(core, () => contentOf(core.sql, found))) : null;
}

function outputsOf(core: Core, chatId: string): OutputStore {
  return {
    async save(text) {
      const id = newId();
      await steady(core, () => insertOutput(core.sql, { id, chat_id: chatId, text: storable(text) }));
      return id;
    },
    async read(id, from, count) {
      const text =
        (await steady(core, () => readOutput(core.sql, chatId, id))) ?? (await attachedText(core, chatId, id));
      if (text === null) return null;
      const lines = text.split("\n");
      return { text: lines.slice(from - 1, from - 1 + count).join("\n"), total_lines: lines.length };
    },
  };
}
