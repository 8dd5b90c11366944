/** A run from claim to settlement: intent was stored before, and whatever happens it is settled exactly once here. */
import type { Tx } from "../../db/sql.ts";
import { sessionTopic } from "../../domain/event.ts";
import { APPLIED_NOTICE } from "../../domain/message.ts";
import { NATIVE_PROVIDER, type Run, type RunReason, type RunState } from "../../domain/run.ts";
import { AppError } from "../../lib/errors.ts";
import { storable } from "../../lib/storable.ts";
import { findChat } from "../../store/chats.ts";
import { findMessage, moveWaitingBehind } from "../../store/messages.ts";
import { closeLeftOpen, nextPartPosition } from "../../store/parts.ts";
import { describeRun, findRun, moveRun, nextQueued, runsOfMessages } from "../../store/runs.ts";
import { touchSession } from "../../store/sessions.ts";
import { artifactOfRun } from "../artifacts.ts";
import { holdForBudget, NOT_KNOWN } from "../budgets.ts";
import { toldApply } from "../changes/apply.ts";
import { applyOfRun } from "../changes/bypass.ts";
import { beginCoderRun } from "../changes/tell.ts";
import { type Core, type Emit, transact } from "../core.ts";
import { dispatchRun } from "../dispatch/run.ts";
import { AgentSilent } from "../dispatch/silence.ts";
import { endpointForRun, type ForRun, knownEndpoint, rememberVision } from "../endpoints.ts";
import { type LiveRun, Stopped } from "../live-runs.ts";
import { personaOfRun, toolsOfPersona } from "../personas/picks.ts";
import { projectOf } from "../projects.ts";
import { endRequestsOf } from "../requests.ts";
import { emitClosed, emitRun } from "../run-events.ts";
import { steady } from "../steady.ts";
import { offeredTools } from "../tools/offered.ts";
import { Attached } from "./attached.ts";
import { commandOf, runCommand } from "./command.ts";
import { Stalled } from "./listen.ts";
import { runLoop } from "./loop.ts";
import { type Notes, readNotes, tellNotes } from "./notes.ts";
import { PartWriter } from "./parts.ts";
import { standingOf } from "./resume.ts";
import { seeing } from "./seeing.ts";
import { titleLater } from "./title.ts";

/** Executes the chat's queued runs, one after another, on the chat's lane, until there is none. */
export async function executeQueued(core: Core, chatId: string): Promise<void> {
  for (;;) {
    const run = await steady(core, () => nextQueued(core.sql, chatId));
    if (!run || core.stopping) return;
    await execute(core, run);
  }
}

async function execute(core: Core, run: Run): Promise<void> {
  const live = core.live.begin(run, Date.now());
  try {
    const using = run.provider === NATIVE_PROVIDER ? await steady(core, () => knownEndpoint(core, run)) : null;
    const claimed = await claimSurely(core, run, using);
    if (!claimed) return;
    const outcome = await outcomeOf(core, claimed, live, using, isTakenUp(run));
    if (!outcome) return;
    await settleSurely(core, claimed, outcome);
    if (outcome.state === "completed") titleLater(core, claimed);
  } finally {
    core.live.end(run.id);
  }
}

/** It had begun before it was queued: it waited for an answer over a restart. */
const isTakenUp = (queued: Run): boolean => queued.started_at !== null;

/** A claim whose acknowledgement was lost is ours all the same: nobody but this lane claims runs of this chat. */
async function claimSurely(core: Core, run: Run, using: ForRun | null): Promise<Run | null> {
  const claimed = await steady(core, () => claim(core, run, using));
  if (claimed) return claimed;
  const now = await steady(core, () => findRun(core.sql, run.id));
  return now?.state === "running" ? now : null;
}

/** queued → running, and the two messages appear in the transcript; with what the run uses where that is known already. */
async function claim(core: Core, run: Run, using: ForRun | null): Promise<Run | null> {
  const notes = isTakenUp(run) || run.provider !== NATIVE_PROVIDER ? null : await notesFor(core, run);
  return transact(core, async (tx, emit) => {
    const moved = await moveRun(tx, run.id, "running");
    if (!moved) return null;
    const claimed = (using && (await describeRun(tx, run.id, factsOf(using)))) ?? moved;
    // The messages of a run that is taken up again are in the transcript.
    if (!isTakenUp(run)) await showMessages(tx, emit, run, notes);
    emitRun(emit, claimed);
    return claimed;
  });
}

/** An outside agent reads the notes of its worktree by itself. */
async function notesFor(core: Core, run: Run): Promise<Notes | null> {
  const project = await projectOf(core, run.project_id).catch(() => null);
  return project ? readNotes(project) : null;
}

const factsOf = ({ endpoint, model, context_window }: ForRun) => ({ endpoint_id: endpoint.id, model, context_window });

/** An endpoint had to be asked first: that is done by a run that goes on, so that one sees it and can stop it. */
async function findEndpoint(core: Core, run: Run): Promise<ForRun> {
  const using = await steady(core, () => endpointForRun(core, run));
  await steady(core, () =>
    transact(core, async (tx, emit) => {
      const known = await describeRun(tx, run.id, factsOf(using));
      if (known) emitRun(emit, known);
    }),
  );
  return using;
}

async function showMessages(tx: Tx, emit: Emit, run: Run, notes: Notes | null): Promise<void> {
  const topic = sessionTopic(run.session_id);
  const { chat_id } = run;
  const [, asked, chat] = await Promise.all([
    moveWaitingBehind(tx, chat_id, run.answer_id),
    runsOfMessages(tx, [run.question_id]),
    findChat(tx, chat_id),
  ]);
  // A continued run answers a question that has long been shown.
  const goesOn = asked.length > 1;
  if (run.provider === NATIVE_PROVIDER) await tellNotes(tx, run, goesOn, notes);
  if (chat?.kind === "coder") await beginCoderRun(tx, emit, run, goesOn);
  if (!goesOn)
    emit({ topic, kind: "message.created", payload: { message_id: run.question_id, chat_id, role: "user" } });
  emit({ topic, kind: "message.created", payload: { message_id: run.answer_id, chat_id, role: "assistant" } });
}

const INTERNAL = "BooCode itself failed here; the log has the details.";

interface Outcome {
  state: Extract<RunState, "completed" | "limited" | "failed" | "cancelled" | "interrupted">;
  reason: RunReason;
  error: string | null;
}

/** Null when the server stops while the run waits for a human: it goes on waiting, with nobody to execute it. */
async function outcomeOf(
  core: Core,
  run: Run,
  live: LiveRun,
  known: ForRun | null,
  takenUp: boolean,
): Promise<Outcome | null> {
  const writer = new PartWriter(core, run);
  try {
    const [answer, project, chat] = await steady(core, () =>
      Promise.all([
        findMessage(core.sql, run.answer_id),
        projectOf(core, run.project_id),
        findChat(core.sql, run.chat_id),
      ]),
    );
    if (!answer || !chat) throw new AppError("not_found", "The chat was deleted.");
    if (run.provider !== NATIVE_PROVIDER) {
      writer.continueAt(await steady(core, () => nextPartPosition(core.sql, run.answer_id)), null);
      if (!(await holdForBudget(core, run, NOT_KNOWN, live.abort.signal)))
        return { state: "limited", reason: "budget", error: null };
      const ending = await dispatchRun(core, run, live, writer, project);
      await showArtifact(core, writer, run);
      if (run.mode === "bypass") await applyAtEnd(core, writer, run);
      return ending;
    }
    const using = known ?? (await findEndpoint(core, run));
    const standing = takenUp ? await standingOf(core, run) : null;
    if (standing) writer.continueAt(standing.position, standing.group);
    // The answer may begin with a part that is not of the run: a report of the review.
    else writer.continueAt(await steady(core, () => nextPartPosition(core.sql, run.answer_id)), null);
    const attached = new Attached(core, using.vision !== false);
    const onBlind = () => rememberBlind(core, using, attached);
    const { persona, gone } = await personaOfRun(core, project, run);
    if (gone && !standing)
      await writer.notice(1, storable(`There is no persona "${gone}" any more; answered without one.`), {
        notice: "persona",
      });
    const input = {
      run,
      project,
      endpoint: using.endpoint,
      model: using.model,
      llm: using.vision === null ? seeing(using.llm, onBlind) : using.llm,
      attached,
      tools: toolsOfPersona(await offeredTools(core, run, chat.kind), persona),
      persona,
      kind: chat.kind,
      position: answer.position,
      context_window: using.context_window,
    };
    const command = await steady(core, () => commandOf(core.sql, run.question_id));
    if (command) return { ...(await runCommand(core, live, writer, input, command)), error: null };
    const ending = await runLoop(core, live, writer, { ...input, standing });
    await showArtifact(core, writer, run);
    if (chat.kind === "coder" && run.mode === "bypass") await applyAtEnd(core, writer, run);
    return { ...ending, error: null };
  } catch (error) {
    if (await waitsOn(core, run, error)) return null;
    const outcome = failure(core, run, error);
    await writer
      .closeText(outcome.state === "failed" ? "failed" : "cancelled")
      .catch((e) => core.log.warn("part.not_closed", { error: e }));
    return outcome;
  }
}

async function waitsOn(core: Core, run: Run, error: unknown): Promise<boolean> {
  if (!(error instanceof Stopped) || error.reason !== "shutdown" || run.provider !== NATIVE_PROVIDER) return false;
  return (await steady(core, () => findRun(core.sql, run.id)))?.state === "waiting";
}

/** An answer that holds one whole HTML document gets a row that opens it. It is no fault of the run when that fails. */
async function showArtifact(core: Core, writer: PartWriter, run: Run): Promise<void> {
  try {
    const meta = await steady(core, () => artifactOfRun(core, run));
    if (meta) await writer.artifact(0, meta);
  } catch (error) {
    core.log.warn("artifact.failed", { run_id: run.id, error });
  }
}

/** Bypass: what was proposed is written once the run is over, and the transcript says so. */
async function applyAtEnd(core: Core, writer: PartWriter, run: Run): Promise<void> {
  try {
    const apply = await applyOfRun(core, run);
    if (apply) await writer.notice(0, `Applied ${toldApply(apply)}.`, { notice: APPLIED_NOTICE, apply_id: apply.id });
  } catch (error) {
    const why = error instanceof AppError && error.code !== "internal" ? error.message : INTERNAL;
    if (!(error instanceof AppError)) core.log.error("apply.failed", { run_id: run.id, error });
    await writer.notice(0, `Nothing was applied. ${why}`, { notice: APPLIED_NOTICE, apply_id: null });
  }
}

/** Also what the rest of this run is told. */
async function rememberBlind(core: Core, using: ForRun, attached: Attached): Promise<void> {
  attached.sees = false;
  await steady(core, () => rememberVision(core, using.endpoint.id, using.model, false));
}

function failure(core: Core, run: Run, error: unknown): Outcome {
  if (error instanceof Stopped) {
    if (error.reason === "shutdown") return { state: "interrupted", reason: "restart", error: null };
    return { state: "cancelled", reason: error.reason, error: null };
  }
  if (error instanceof Stalled) return { state: "failed", reason: "stalled", error: error.message };
  if (error instanceof AppError && error.code === "limit")
    return { state: "limited", reason: "token_limit", error: error.message };
  if (error instanceof AgentSilent) return { state: "failed", reason: "stalled", error: error.message };
  if (error instanceof AppError && error.code !== "internal")
    return { state: "failed", reason: run.provider === NATIVE_PROVIDER ? "endpoint" : "agent", error: error.message };
  core.log.error("run.failed", { run_id: run.id, error });
  return { state: "failed", reason: "internal", error: INTERNAL };
}

/**
 * A run that cannot be settled as it ended is settled as failed: nothing may stay "running" for ever. It waits as long
 * as the database is away, for the chat can do nothing else either; a stop of the server does not wait for ever.
 */
async function settleSurely(core: Core, run: Run, outcome: Outcome): Promise<void> {
  try {
    await settle(core, run, outcome);
  } catch (error) {
    core.log.error("run.settle_failed", { run_id: run.id, error });
    await settle(core, run, { state: "failed", reason: "internal", error: INTERNAL });
  }
}

async function settle(core: Core, run: Run, outcome: Outcome): Promise<void> {
  const error = outcome.error === null ? null : storable(outcome.error);
  const work = () =>
    transact(core, async (tx, emit) => {
      const settled = await moveRun(tx, run.id, outcome.state, { reason: outcome.reason, error });
      if (!settled) return;
      // Whoever wrote them closed its parts; after a fault of ours one may still be open.
      const [, closed] = await Promise.all([
        endRequestsOf(tx, emit, settled),
        closeLeftOpen(tx, run.answer_id),
        touchSession(tx, run.session_id),
      ]);
      emitClosed(emit, closed);
      emitRun(emit, settled);
    });
  await steady(core, work, Number.POSITIVE_INFINITY);
}
