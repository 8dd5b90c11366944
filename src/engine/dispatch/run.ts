/**
 * A run by an outside agent, from claim to its outcome: worktree, checkpoint, conversation, prompt, what it does as parts,
 * permissions as requests, and at the end its difference as changes. However it ends, what it wrote is collected.
 */
import type { AgentEvent } from "../../domain/agent-event.ts";
import { FALLBACK_NOTICE } from "../../domain/message.ts";
import type { Project } from "../../domain/project.ts";
import type { Run } from "../../domain/run.ts";
import { SignedOut } from "../../drivers/acp/faults.ts";
import { cancelPrompt, type Prompted, prompt } from "../../drivers/acp/session.ts";
import { AppError, messageOf, notFound, unavailable } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import { storable } from "../../lib/storable.ts";
import { findAgentSession, pickForAgent, setAgentSession } from "../../store/agent-sessions.ts";
import { findChat, renameChat } from "../../store/chats.ts";
import { findSession } from "../../store/sessions.ts";
import { type Core, transact } from "../core.ts";
import { type LiveRun, Stopped, setPhase } from "../live-runs.ts";
import { findProgram, findSpec, type KnownSpec, otherWay } from "../providers/registry.ts";
import { emitChat } from "../sessions.ts";
import { steady } from "../steady.ts";
import type { PartWriter } from "../turn/parts.ts";
import { reportProgress } from "../turn/progress.ts";
import { ensureWorktree } from "../worktrees/make.ts";
import {
  account,
  beginsAnew,
  checkpoint,
  collect,
  type Ending,
  knownUpto,
  knowsFromNow,
  type Place,
  plan,
  say,
  sayUnseen,
  tooMuch,
} from "./around.ts";
import { inWords } from "./call.ts";
import type { Warm } from "./live-agents.ts";
import { applyPicks, type Opened, openConversation, rememberOffers } from "./open.ts";
import { askPermission } from "./permission.ts";
import { dispatchPlain } from "./plain.ts";
import { promptFor } from "./prompt.ts";
import { tellSignedOut } from "./signed-out.ts";
import { watchSilence } from "./silence.ts";
import { AgentTranscript, TooMuch } from "./transcript.ts";

/** After it was asked to stop an agent gets this long; then its process is ended. */
const CANCEL_GRACE_MS = 5_000;

/** Throws what ended it otherwise: Stopped, or an AppError with a sentence. */
export async function dispatchRun(
  core: Core,
  run: Run,
  live: LiveRun,
  writer: PartWriter,
  project: Project,
): Promise<Ending> {
  try {
    return await dispatch(core, run, live, writer, project);
  } catch (error) {
    if (error instanceof SignedOut) await tellSignedOut(core, run, writer, error);
    throw error;
  }
}

async function dispatch(core: Core, run: Run, live: LiveRun, writer: PartWriter, project: Project): Promise<Ending> {
  const { signal } = live.abort;
  const began = performance.now();
  const spec = await findSpec(core, run.provider);
  if (!spec) throw notFound(`provider "${run.provider}"`);
  if (!spec.enabled) throw unavailable(`${spec.label} is switched off. Switch it on in Settings → Agents.`);
  const session = await steady(core, () => findSession(core.sql, run.session_id));
  if (!session) throw notFound("session");
  say(core, live, "making the worktree ready");
  const ready = await ensureWorktree(core, session, project);
  if (ready.said) await writer.notice(1, ready.said, { notice: "worktree" });
  // Behind the start of the agent: it is taken before the agent hears anything.
  const kept = checkpoint(core, run, ready);
  await transact(core, (tx) => pickForAgent(tx, newId(), run.chat_id, run.provider, {}));
  const known = (await findAgentSession(core.sql, run.chat_id, run.provider))!;
  const found = findProgram(spec);
  if (!found) throw unavailable(`${spec.label} is not installed${spec.install ? `: ${spec.install}` : "."}`);
  if (found.way !== "acp") {
    await kept;
    return dispatchPlain(core, run, live, writer, { ready, began, project, spec });
  }
  say(core, live, `starting ${spec.label}`);
  const opened = await openConversation(core, run, spec, known, ready.cwd, signal, (position) =>
    say(core, live, `waiting for one of ${core.config.agents_max} agents, number ${position} in line`),
  ).catch(async (error) => {
    if (error instanceof AppError && !(error instanceof SignedOut)) await offerOtherWay(writer, spec);
    throw error;
  });
  const { warm } = opened;
  try {
    const picks = { mode: run.agent_mode, model: run.model, thinking: run.thinking };
    for (const text of await applyPicks(warm, run, picks)) await writer.notice(1, storable(text), { notice: "agent" });
    await rememberOffers(core, run, spec, warm);
    const ending = await converse(core, run, live, writer, { ready, kept, opened, began, project, label: spec.label });
    // Some announce their commands late: what the menu shows outlives the process.
    await rememberOffers(core, run, spec, warm);
    return ending;
  } finally {
    core.agents.release(warm);
  }
}

interface Context extends Place {
  /** The checkpoint of before this message. */
  kept: Promise<void>;
  opened: Opened;
  began: number;
  label: string;
}

async function converse(core: Core, run: Run, live: LiveRun, writer: PartWriter, at: Context): Promise<Ending> {
  const { warm, how } = at.opened;
  const knows = how === "warm" || how === "restored" || how === "moved";
  const after = knows ? await knownUpto(core, run) : 0;
  const { blocks, told, unseen } = await promptFor(core, run, after, {
    features: warm.agent.features,
    cwd: at.ready.cwd,
  });
  if (at.opened.from !== undefined) {
    const words = `${at.label} goes on with its conversation, in the session's worktree from now on.`;
    await writer.notice(1, words, { notice: "history" });
    blocks.push({ type: "text", text: movedWords(at.opened.from, at.ready.cwd) });
  }
  if (how === "anew" || how === "aside" || (how === "new" && told > 0))
    await writer.notice(1, beginsAnew(at.label, how, told), { notice: "history" });
  await sayUnseen(writer, at.label, unseen);
  await at.kept;
  await knowsFromNow(core, run);
  const facts: Facts = { used: null, size: null, cost: null };
  const stop = new AbortController();
  const transcript: AgentTranscript = new AgentTranscript(core, live, writer, run, at.ready.cwd, {
    plan: (entries) => plan(core, run, entries),
    other: (event) => other(core, run, writer, warm, facts, event),
    overflow: () => stop.abort(tooMuch()),
  });
  const silence = watchSilence(core.config.agent_silence_s, live, at.label);
  const signals = AbortSignal.any([live.abort.signal, stop.signal, silence.signal]);
  warm.listener = {
    event: (event) => transcript.push(event),
    ready: () => transcript.ready(),
    permission: (params, asked) =>
      silence.whileWaiting(() =>
        askPermission(core, run, transcript, at.ready.cwd, params, AbortSignal.any([signals, asked])),
      ),
    output: (id, text) => transcript.output(id, text),
  };
  setPhase(live, "prompt", Date.now(), at.label);
  reportProgress(core, live, Date.now());
  let ended: "closed" | "failed" | "cancelled" = "failed";
  try {
    const reply = await promptOrStop(core, warm, blocks, signals);
    ended = reply.stop === "cancelled" ? "cancelled" : "closed";
    await transcript.end(ended);
    const { used, size } = facts;
    const spent = { ...reply, cost_usd: costOf(warm, facts.cost), used, size };
    const model = warm.session?.state.model.current ?? null;
    await account(core, run, transcript, { ...spent, model, began: at.began });
    return endingOf(reply, at.label);
  } catch (error) {
    ended = error instanceof Stopped ? "cancelled" : "failed";
    throw error instanceof TooMuch ? tooMuch() : error;
  } finally {
    silence.stop();
    warm.listener = null;
    await transcript
      .end(ended)
      .catch((error) => core.log.warn("agent.transcript_failed", { reason: messageOf(error) }));
    await collect(core, run, writer, at, transcript);
  }
}

/** It does not come up by the protocol; its own program may be there, and can be run without. */
async function offerOtherWay(writer: PartWriter, spec: KnownSpec): Promise<void> {
  const way = otherWay(spec);
  if (way === null) return;
  const how = way === "terminal" ? "in a terminal" : "by its JSON stream";
  const words = `${spec.label} itself is installed and can be run ${how} instead: without permissions, what it writes waits for review all the same.`;
  await writer.notice(1, words, { notice: FALLBACK_NOTICE, provider: spec.id });
}

/** Protocol first; an agent that does not stop then is ended with its whole group. */
async function promptOrStop(
  core: Core,
  warm: Warm,
  blocks: Parameters<typeof prompt>[2],
  signal: AbortSignal,
): Promise<Prompted> {
  const session = warm.session!;
  const going = prompt(warm.agent, session.id, blocks);
  going.catch(() => {});
  const { promise: aborted, resolve } = Promise.withResolvers<"aborted">();
  const onAbort = () => resolve("aborted");
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    const first = await Promise.race([going, aborted]);
    if (first !== "aborted") return first;
    await cancelPrompt(warm.agent, session.id);
    const settled = await Promise.race([
      going.then(
        () => true,
        () => true,
      ),
      Bun.sleep(CANCEL_GRACE_MS).then(() => false),
    ]);
    if (!settled) {
      warm.session = null;
      await core.agents.drop(warm, "now");
    }
    throw signal.reason;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

interface Facts {
  used: number | null;
  size: number | null;
  cost: number | null;
}

async function other(
  core: Core,
  run: Run,
  writer: PartWriter,
  warm: Warm,
  facts: Facts,
  event: AgentEvent,
): Promise<void> {
  switch (event.kind) {
    case "usage":
      Object.assign(facts, { used: event.used, size: event.size, cost: event.cost_usd });
      return;
    case "mode": {
      const name = warm.session?.state.mode.choices.find((c) => c.id === event.mode)?.name ?? event.mode;
      await writer.notice(1, storable(`The agent is in mode ${name} now.`), { notice: "mode" });
      return remember(core, run, { current: currentOf(warm) });
    }
    case "config":
      return remember(core, run, { current: currentOf(warm) });
    case "commands":
      return remember(core, run, { commands: event.commands });
    case "title":
      return rename(core, run, inWords(event.title, warm.cwd));
    default:
      return;
  }
}

const currentOf = ({ session }: Warm) => ({
  mode: session?.state.mode.current ?? null,
  model: session?.state.model.current ?? null,
  thinking: session?.state.thinking.current ?? null,
});

async function remember(core: Core, run: Run, facts: Parameters<typeof setAgentSession>[3]): Promise<void> {
  await steady(core, () =>
    transact(core, async (tx, emit) => {
      await setAgentSession(tx, run.chat_id, run.provider, facts);
      const chat = await findChat(tx, run.chat_id);
      if (chat) emitChat(emit, chat);
    }),
  );
}

/** A human's title is never overwritten. */
async function rename(core: Core, run: Run, title: string): Promise<void> {
  await steady(core, () =>
    transact(core, async (tx, emit) => {
      const named = await renameChat(tx, run.chat_id, storable(title).slice(0, TITLE_CHARS), "auto");
      if (named) emitChat(emit, named);
    }),
  );
}
const TITLE_CHARS = 100;

/** Of this turn: agents count the whole conversation. */
function costOf(warm: Warm, sum: number | null): number | null {
  if (sum === null) return null;
  const cost = Math.max(0, sum - (warm.cost_usd ?? 0));
  warm.cost_usd = sum;
  return cost;
}

/** What it remembers names files where they were. */
const movedWords = (from: string, to: string) =>
  `You work in a copy of the project from now on, at ${to}. Files that were said to be in ${from} are there; change them only there.`;

function endingOf({ stop }: Prompted, label: string): Ending {
  if (stop === "max_tokens")
    return { state: "limited", reason: "token_limit", error: `${label} reached its limit of tokens.` };
  if (stop === "max_turn_requests")
    return { state: "limited", reason: "step_cap", error: `${label} reached its limit of steps.` };
  if (stop === "refusal") return { state: "failed", reason: "agent", error: `${label} refused to go on.` };
  // codex ends a turn so when something was refused: nobody stopped it here.
  return { state: "completed", reason: "done", error: null };
}
