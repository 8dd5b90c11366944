/** Ends requests: by an answer from wherever it comes, by their time, or with their run. The first one wins. */
import type { Tx } from "../db/sql.ts";
import { decide, type Given } from "../domain/answer.ts";
import { answerWords, type RequestAnswer, type RunRequest } from "../domain/request.ts";
import type { Run, Via } from "../domain/run.ts";
import { conflict, invalid, notFound } from "../lib/errors.ts";
import {
  countOpenOfRun,
  dueRequests,
  findRequest,
  moveRequest,
  snoozeRequest,
  wakeSnoozed,
} from "../store/requests.ts";
import { lockRun, moveRun } from "../store/runs.ts";
import { type Core, type Emit, transact } from "./core.ts";
import { checkGrantable, grantRequested } from "./grants.ts";
import { emitRequest } from "./requests.ts";
import { rememberAnswer } from "./rules.ts";
import { emitRun } from "./run-events.ts";
import { enqueue } from "./turn/lane.ts";

/** Longest snooze, minutes: a week. */
export const SNOOZE_MAX_MINUTES = 7 * 24 * 60;

/**
 * Answers an open request. `invalid` names what is missing; `conflict` carries the request as it is when somebody was
 * quicker, its time was up or its run has ended.
 */
export async function answerRequest(core: Core, id: string, given: Given, via: Via): Promise<RunRequest> {
  const request = await findRequest(core.sql, id);
  if (!request) throw notFound("request");
  if (request.state !== "open") throw gone(request);
  const { state, answer } = decide(request, given);
  if (request.kind === "read_access" && state === "answered") await checkGrantable(request);
  const ended = await endRequest(core, request, state, { answer, via });
  if (ended) return ended;
  const now = await findRequest(core.sql, id);
  throw now ? gone(now) : notFound("request");
}

const ENDED: Record<Exclude<RunRequest["state"], "open">, string> = {
  answered: "This was answered already",
  denied: "This was refused already",
  cancelled: "This is not asked any more: the run has ended",
  expired: "This is not asked any more: its time was up",
};

function gone(request: RunRequest) {
  const words = answerWords(request);
  const what = request.state === "open" ? "This cannot be answered now" : ENDED[request.state];
  return conflict(words ? `${what}: ${words}.` : `${what}.`, request);
}

/** Null when somebody else ended it. */
async function endRequest(
  core: Core,
  request: RunRequest,
  to: "answered" | "denied" | "expired",
  facts: { answer?: RequestAnswer; via?: Via } = {},
): Promise<RunRequest | null> {
  const ended = await transact(core, async (tx, emit) => {
    const run = await lockRun(tx, request.run_id);
    const moved = await moveRequest(tx, request.id, to, facts);
    if (!moved) return null;
    if (moved.kind === "permission" && moved.answer) await rememberAnswer(tx, emit, moved, moved.answer.kind);
    if (moved.kind === "read_access" && to === "answered") await grantRequested(tx, emit, moved);
    emitRequest(emit, moved);
    const parked = run ? await unpark(core, tx, emit, run) : null;
    return { moved, parked };
  });
  if (ended?.parked) enqueue(core, ended.parked.chat_id);
  return ended?.moved ?? null;
}

/** A run that nobody executes, because it waited over a restart, goes back into its chat's lane with the last answer. */
async function unpark(core: Core, tx: Tx, emit: Emit, run: Run): Promise<Run | null> {
  if (run.state !== "waiting" || core.live.get(run.id) || (await countOpenOfRun(tx, run.id)) > 0) return null;
  const queued = await moveRun(tx, run.id, "queued");
  if (queued) emitRun(emit, queued);
  return queued;
}

/** Takes a request from "Needs you" for a while; it can be answered all the same. */
export async function snooze(core: Core, id: string, minutes: number): Promise<RunRequest> {
  if (!(minutes > 0 && minutes <= SNOOZE_MAX_MINUTES))
    throw invalid(`Snooze for 1 to ${SNOOZE_MAX_MINUTES.toLocaleString("en")} minutes.`, "minutes");
  const snoozed = await transact(core, async (tx, emit) => {
    const moved = await snoozeRequest(tx, id, minutes * 60);
    if (moved) emitRequest(emit, moved);
    return moved;
  });
  if (!snoozed) {
    const now = await findRequest(core.sql, id);
    throw now ? gone(now) : notFound("request");
  }
  core.clock.look();
  return snoozed;
}

/** What is due now: requests whose time is up end, snoozed ones come back. */
export async function settleDue(core: Core): Promise<void> {
  for (const request of await dueRequests(core.sql)) await endRequest(core, request, "expired");
  await transact(core, async (tx, emit) => {
    for (const request of await wakeSnoozed(tx)) emitRequest(emit, request);
  });
}
