/** Ways to end a run, or to change whose turn it is: Send now, Stop, and taking a queued message back. */
import type { Attachment } from "../../domain/attachment.ts";
import type { Run } from "../../domain/run.ts";
import { conflict, notFound } from "../../lib/errors.ts";
import { findAttachments } from "../../store/attachments.ts";
import { deleteMessages, readParts } from "../../store/messages.ts";
import { closeLeftOpen } from "../../store/parts.ts";
import { findRun, lockRun, moveRun, openRuns, promoteRun, runsOfMessages } from "../../store/runs.ts";
import { touchSession } from "../../store/sessions.ts";
import { attachedTo } from "../attachments.ts";
import { type Core, transact } from "../core.ts";
import { endRequestsOf } from "../requests.ts";
import { emitClosed, emitRun } from "../run-events.ts";
import { enqueue } from "./lane.ts";
import { bringBack } from "./superseded.ts";

/** Stops what runs in the chat and lets this queued run go next. */
export async function sendNow(core: Core, runId: string): Promise<Run> {
  const run = await transact(core, async (tx, emit) => {
    const promoted = await promoteRun(tx, runId);
    if (promoted) emitRun(emit, promoted);
    return promoted;
  });
  if (!run) {
    const there = await findRun(core.sql, runId);
    throw there ? conflict("This message is no longer in the queue.", there) : notFound("run");
  }
  await core.live.stopWhere((live) => live.chat_id === run.chat_id && live.run_id !== run.id, "superseded");
  for (const other of await openRuns(core.sql, run.chat_id))
    if (other.started_at !== null && other.id !== run.id && (await endParked(core, other.id, "superseded")))
      enqueue(core, run.chat_id);
  return run;
}

/** Stops a run, wherever it is on its way; settled runs answer with a conflict that shows them as they are. */
export async function cancelRun(core: Core, runId: string): Promise<Run> {
  const run = await findRun(core.sql, runId);
  if (!run) throw notFound("run");
  if (run.state === "queued" && run.started_at === null) {
    const moved = await transact(core, async (tx, emit) => {
      const cancelled = await moveRun(tx, runId, "cancelled", { reason: "cancelled" }, ["queued"]);
      if (!cancelled) return null;
      await bringBack(tx, emit, cancelled);
      emitRun(emit, cancelled);
      return cancelled;
    });
    if (moved) return moved;
  }
  if (await core.live.stopAndWait(runId, "cancelled")) return (await findRun(core.sql, runId)) ?? run;
  const ended = await endParked(core, runId, "cancelled");
  if (ended) {
    // What was queued behind it can go now.
    enqueue(core, ended.chat_id);
    return ended;
  }
  throw conflict("This run has already ended.", await findRun(core.sql, runId));
}

/** Ends a run that waits for a human over a restart, and that nobody executes; null when it is not one. */
async function endParked(core: Core, runId: string, reason: "cancelled" | "superseded"): Promise<Run | null> {
  return transact(core, async (tx, emit) => {
    const run = await lockRun(tx, runId);
    if (!run || run.started_at === null || core.live.get(runId)) return null;
    const ended = await moveRun(tx, runId, "cancelled", { reason }, ["waiting", "queued"]);
    if (!ended) return null;
    await endRequestsOf(tx, emit, ended);
    emitClosed(emit, await closeLeftOpen(tx, ended.answer_id));
    await touchSession(tx, ended.session_id);
    emitRun(emit, ended);
    return ended;
  });
}

/** Takes a queued message back; returns its text, so that it can be edited. */
export async function withdrawRun(
  core: Core,
  runId: string,
): Promise<{ run: Run; text: string; attachments: Attachment[] }> {
  return transact(core, async (tx, emit) => {
    const run = await findRun(tx, runId);
    if (!run) throw notFound("run");
    const gone =
      run.started_at === null && (await moveRun(tx, runId, "cancelled", { reason: "cancelled" }, ["queued"]));
    if (!gone) throw conflict("This message is no longer in the queue.", await findRun(tx, runId));
    const said = (await readParts(tx, [run.question_id])).find((part) => part.kind === "text");
    const attachments = await findAttachments(tx, await attachedTo(tx, run.question_id));
    const continued = (await runsOfMessages(tx, [run.question_id])).some((r) => r.id !== run.id);
    await bringBack(tx, emit, gone);
    await deleteMessages(tx, continued ? [run.answer_id] : [run.question_id, run.answer_id]);
    emitRun(emit, gone);
    return continued ? { run: gone, text: "", attachments: [] } : { run: gone, text: said?.text ?? "", attachments };
  });
}
