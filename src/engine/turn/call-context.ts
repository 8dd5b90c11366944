/** What one call of a tool is given: its scope, whom it can ask, and how what it does is seen while it goes on. */
import { sessionTopic } from "../../domain/event.ts";
import type { CommandResult, OutputStore, ToolContext } from "../../domain/tool.ts";
import { newId } from "../../lib/ids.ts";
import { storable } from "../../lib/storable.ts";
import { oneLine } from "../../lib/text.ts";
import { attachmentInChat } from "../../store/attachments.ts";
import { deltasBegin, insertOutput, readOutput } from "../../store/parts.ts";
import { contentOf, toldText } from "../attachments.ts";
import { proposalsOf } from "../changes/proposals.ts";
import type { Proposer } from "../changes/propose.ts";
import { codeAccess } from "../code/access.ts";
import { runAllowed } from "../commands.ts";
import type { Core } from "../core.ts";
import { grantPaths, reachOf } from "../grants.ts";
import { type LiveRun, setPhase } from "../live-runs.ts";
import { askAndHold, backToWork } from "../requests.ts";
import { skillsFor } from "../skills.ts";
import { steady } from "../steady.ts";
import { webAccess } from "../web.ts";
import { worktreeIsQuiet, worktreePlace } from "../worktrees/place.ts";
import type { CallsInput, OpenCall } from "./calls.ts";
import { LiveOutput } from "./live-output.ts";
import type { PartWriter } from "./parts.ts";
import { reportProgress } from "./progress.ts";

export const PHASE_DETAIL_CHARS = 120;

export interface Given {
  context: ToolContext;
  /** The command that it runs, or ran; null when it has run none. */
  command(): Promise<CommandResult> | null;
  /** Resolves once nothing more of what it wrote is on its way into its part. */
  shown(): Promise<void>;
}

export async function givenTo(
  core: Core,
  live: LiveRun,
  writer: PartWriter,
  input: CallsInput,
  open: OpenCall,
  asked?: () => void,
): Promise<Given> {
  const { run, project } = input;
  const { part, call } = open;
  const { signal } = live.abort;
  let running: Promise<CommandResult> | null = null;
  let output: LiveOutput | null = null;
  /** The part's text while the call goes on; its result takes its place. */
  const tell = (piece: string) => {
    output ??= new LiveOutput(core.deltas, sessionTopic(run.session_id), part);
    output.push(piece);
    hearOutput(core, live, call.name, piece);
  };
  const shown = async () => output?.end();
  // Read for each call: one may have been given, or taken away, since the last.
  const grants = await steady(core, () => grantPaths(core, run.session_id));
  const place = await steady(core, () => worktreePlace(core, run.session_id));
  // With a worktree that is what is read; the checkout can be, by its whole path.
  const scope = place ? { root: place, grants: [...grants, project.path] } : { root: project.path, grants };
  const proposer = { ...proposerOf(input, writer, open), reads: scope.root };
  const proposals = input.kind === "coder" ? proposalsOf(core, proposer, run) : undefined;
  const context: ToolContext = {
    ...scope,
    signal,
    outputs: outputsOf(core, run.chat_id),
    ...(proposals && { proposals }),
    skills: async () => (await skillsFor(core, project)).skills,
    code: codeAccess({ core, project: project.id, scope, ...(proposals && { proposals }) }),
    reach: (path) => reachOf(core, project, run.session_id, path),
    checkout: place && project.path,
    execute: (command, timeout_ms, cwd) => {
      const allowed = { run, part_id: part, command, cwd, timeout_ms, signal, onOutput: tell };
      const quiet = cwd === project.path ? Promise.resolve() : worktreeIsQuiet(core, run.session_id);
      const ran = quiet.then(() => {
        signal.throwIfAborted();
        return runAllowed(core, allowed);
      });
      running = ran.finally(() => {
        core.code.touch();
        return shown();
      });
      return running;
    },
    begin: async () => {
      await backToWork(core, run.id);
      await steady(core, () => deltasBegin(core.sql, part));
    },
    tell,
    web: () => steady(core, () => webAccess(core, run.session_id)),
    ask: (asking) => askAndHold(core, { run, part_id: part, asking, ...(asked && { asked }) }, signal),
  };
  return { context, command: () => running, shown };
}

/** A command's last line is what it does right now, and its bytes are the evidence that it lives. */
function hearOutput(core: Core, live: LiveRun, tool: string, piece: string): void {
  const line = piece.trimEnd().split("\n").at(-1) ?? "";
  setPhase(live, "tools", Date.now(), oneLine(`${tool}: ${line}`, PHASE_DETAIL_CHARS));
  reportProgress(core, live, Date.now());
}

/** Whose proposal it is that this call makes. */
function proposerOf(input: CallsInput, writer: PartWriter, { part, call, turn }: OpenCall): Proposer {
  const { run, project, model } = input;
  const { session_id, chat_id, provider } = run;
  const from = { run_id: run.id, part_id: part, turn, tool: storable(call.name), provider, model, said: writer.said };
  return { session_id, chat_id, project, ...from };
}

/** What was too long to be told whole with its message is paged as results are. */
async function attachedText(core: Core, chatId: string, id: string): Promise<string | null> {
  const found = await steady(core, () => attachmentInChat(core.sql, chatId, id));
  return found?.kind === "text" ? toldText(await steady(core, () => contentOf(core.sql, found))) : null;
}

export function outputsOf(core: Core, chatId: string): OutputStore {
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
