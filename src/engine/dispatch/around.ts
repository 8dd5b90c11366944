/**
 * What stands around every run of an outside agent, whatever it speaks: the checkpoint before it, what it was told, and
 * its difference as changes after it.
 */
import type { AgentStop } from "../../domain/agent-event.ts";
import { sessionTopic } from "../../domain/event.ts";
import type { Project } from "../../domain/project.ts";
import type { Run, RunReason, RunState } from "../../domain/run.ts";
import { AppError, messageOf } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import { storable } from "../../lib/storable.ts";
import { findAgentSession, setAgentSession, writePlan } from "../../store/agent-sessions.ts";
import { keepCheckpointRow } from "../../store/checkpoints.ts";
import { findMessage } from "../../store/messages.ts";
import { describeAgentRun, insertTurn } from "../../store/runs.ts";
import { type Core, transact } from "../core.ts";
import { type LiveRun, setPhase } from "../live-runs.ts";
import { steady } from "../steady.ts";
import type { PartWriter } from "../turn/parts.ts";
import { reportProgress } from "../turn/progress.ts";
import { collectChanges } from "../worktrees/collect.ts";
import { keepCheckpoint } from "../worktrees/keep.ts";
import { laneOfWorktree, type Ready } from "../worktrees/make.ts";
import type { AgentTranscript } from "./transcript.ts";

export interface Ending {
  state: Extract<RunState, "completed" | "limited" | "failed">;
  reason: RunReason;
  error: string | null;
}

/** Where a run works. */
export interface Place {
  ready: Ready;
  project: Project;
}

/** How the worktree was before the message; what cannot be kept stops nothing, and the restore then says so. */
export async function checkpoint(core: Core, run: Run, ready: Ready): Promise<void> {
  if (!ready.repository) return;
  const { repository } = ready;
  try {
    const ref = await core.lanes.run(laneOfWorktree(run.session_id), () =>
      keepCheckpoint(repository, run.session_id, run.question_id),
    );
    await transact(core, (tx) =>
      keepCheckpointRow(tx, {
        id: newId(),
        session_id: run.session_id,
        chat_id: run.chat_id,
        message_id: run.question_id,
        run_id: run.id,
        ref,
      }),
    );
  } catch (error) {
    core.log.warn("checkpoint.not_kept", { run_id: run.id, reason: messageOf(error) });
  }
}

/** What could not be taken is said in the transcript. */
export async function collect(
  core: Core,
  run: Run,
  writer: PartWriter,
  at: Place,
  transcript: AgentTranscript,
): Promise<void> {
  const { repository, cwd } = at.ready;
  const outside = transcript.named().filter((path) => path.startsWith("/") && !path.startsWith(`${cwd}/`));
  try {
    const said: string[] = [];
    if (repository) {
      const { left_out } = await core.lanes.run(laneOfWorktree(run.session_id), () =>
        collectChanges(core, { run, project: at.project, repository }),
      );
      said.push(...left_out);
    }
    if (outside.length > 0)
      said.push(
        `It named files outside its worktree, which are not part of the review: ${outside.slice(0, 8).join(", ")}.`,
      );
    if (said.length > 0) await writer.notice(1, storable(said.join(" ")), { notice: "collect" });
  } catch (error) {
    core.log.error("agent.collect_failed", { run_id: run.id, error });
    await writer
      .notice(1, storable(`What it wrote could not be collected: ${messageOf(error)}`), { notice: "collect" })
      .catch(() => {});
  }
}

/** However its turn ends, the agent has heard the message. */
export async function knowsFromNow(core: Core, run: Run): Promise<void> {
  const answer = await findMessage(core.sql, run.answer_id);
  if (!answer) return;
  const told_position = answer.position;
  await transact(core, (tx) => setAgentSession(tx, run.chat_id, run.provider, { told_position }));
}

export async function knownUpto(core: Core, run: Run): Promise<number> {
  return Number((await findAgentSession(core.sql, run.chat_id, run.provider))?.told_position ?? 0);
}

export function beginsAnew(label: string, how: "new" | "anew" | "aside", told: number): string {
  const sent = told > 0 ? " It was told, shortened, what was said before." : "";
  if (how === "aside")
    return `${label} begins a new conversation: the old one had messages that were put aside.${sent}`;
  return how === "anew"
    ? `${label} could not take up its conversation again, so this is a new one.${sent}`
    : `${label} joins this chat.${sent}`;
}

/** Pictures that an agent takes none of: the person is to know that it does not see them. */
export async function sayUnseen(writer: PartWriter, label: string, unseen: number): Promise<void> {
  if (unseen === 0) return;
  const [what, them] = unseen === 1 ? ["The picture was", "it lies"] : [`${unseen} pictures were`, "they lie"];
  const words = `${what} not sent: ${label} takes none this way. It was told where ${them}, and may be able to open them there.`;
  await writer.notice(1, unseen === 1 ? words.replace("open them", "open it") : words, { notice: "unseen" });
}

/** What a person reads while nothing comes yet. */
export function say(core: Core, live: LiveRun, detail: string): void {
  setPhase(live, "connecting", Date.now(), detail);
  reportProgress(core, live, Date.now());
}

/** Its plan, as it tells it. */
export async function plan(core: Core, run: Run, entries: Parameters<typeof writePlan>[3]): Promise<void> {
  const said = entries.map((entry) => ({ ...entry, content: storable(entry.content) }));
  await steady(core, () =>
    transact(core, async (tx, emit) => {
      await writePlan(tx, run.id, run.chat_id, said);
      const payload = { run_id: run.id, chat_id: run.chat_id, session_id: run.session_id };
      emit({ topic: sessionTopic(run.session_id), kind: "plan.changed", payload });
    }),
  );
}

export interface Spent {
  model: string | null;
  stop: AgentStop;
  tokens_in: number | null;
  tokens_out: number | null;
  tokens_cached: number | null;
  cost_usd: number | null;
  /** Of the window, and its size. */
  used: number | null;
  size: number | null;
  /** When the run was taken up, as performance.now() counts. */
  began: number;
}

/** What the turn took, as far as the agent told. */
export async function account(core: Core, run: Run, transcript: AgentTranscript, spent: Spent): Promise<void> {
  const { model, tokens_in, tokens_out, tokens_cached, stop, cost_usd } = spent;
  await steady(core, () =>
    transact(core, async (tx) => {
      await insertTurn(
        tx,
        {
          id: newId(),
          run_id: run.id,
          number: 1,
          endpoint_id: null,
          model: model ?? run.provider,
          tokens_in,
          tokens_out,
          tokens_cached,
          estimated_in: null,
          tool_calls: transcript.tool_calls,
          ttft_ms: transcript.first_ms,
          duration_ms: Math.round(performance.now() - spent.began),
          stop,
          cost_usd,
        },
        {
          tokens_in: tokens_in ?? 0,
          tokens_out: tokens_out ?? 0,
          tokens_cached: tokens_cached ?? 0,
          generation_ms: 0,
          context_used: spent.used,
        },
      );
      await describeAgentRun(tx, run.id, { model: model ?? run.model, context_window: spent.size });
    }),
  );
}

export const tooMuch = () => new AppError("limit", "It wrote more than anybody reads, and was stopped.");
