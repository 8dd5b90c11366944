/**
 * Requests: a run asks, waits without polling, and is woken by the answer, whoever gives it. The row comes first, so a
 * restart loses nothing: our own runs go on waiting, and their answer then puts them back into their chat's lane.
 */
import type { Tx } from "../db/sql.ts";
import { DESK, type NewEvent, sessionTopic } from "../domain/event.ts";
import {
  type Asking,
  DETAIL_LIMIT_CHARS,
  PERMISSION_OPTIONS_MAX,
  REQUEST_TITLE_CHARS,
  type RequestOption,
  type RunRequest,
} from "../domain/request.ts";
import { NATIVE_PROVIDER, type Run } from "../domain/run.ts";
import { conflict, notFound } from "../lib/errors.ts";
import { newId } from "../lib/ids.ts";
import { storable, storableJson } from "../lib/storable.ts";
import { ellipsis, oneLine } from "../lib/text.ts";
import {
  countOpenOfRun,
  findRequest,
  findRequestOfPart,
  insertRequest,
  moveRequest,
  moveRequestsOfRun,
} from "../store/requests.ts";
import { lockRun, moveRun } from "../store/runs.ts";
import { type Core, type Emit, transact } from "./core.ts";
import { Stopped, setPhase } from "./live-runs.ts";
import { answerByRule } from "./rules.ts";
import { emitRun } from "./run-events.ts";
import { steady } from "./steady.ts";

export interface Ask {
  run: Pick<Run, "id" | "chat_id" | "session_id" | "project_id" | "answer_id" | "provider">;
  /** The open tool part that asks; the card stands below it. */
  part_id: string | null;
  asking: Asking;
  /** Called once the request is stored, before the wait. */
  asked?(): void;
}

/**
 * Asks, waits for the end of the request and gives it as it ended: answered, denied, expired, or cancelled when `signal`
 * fired meanwhile. The run is `waiting` as long as one of its requests is open, and `running` again when this returns.
 * An earlier "always" answers at once (`via` is "rule"). Throws the signal's reason when the server stops (an external
 * agent's request is expired then, ours stays open), `conflict` when the run has ended.
 */
export async function ask(core: Core, input: Ask, signal: AbortSignal): Promise<RunRequest> {
  const request = await askAndHold(core, input, signal);
  await backToWork(core, input.run.id);
  return request;
}

/**
 * The same for tools of our own loop, whose result is made of the answer alone: the run stays `waiting` until
 * `backToWork`, after the result was stored. Whenever the server dies in between, the next start finds a waiting run
 * without open requests and lets it go on at this very call, which finds its request answered.
 */
export async function askAndHold(core: Core, input: Ask, signal: AbortSignal): Promise<RunRequest> {
  signal.throwIfAborted();
  const before = await askedBefore(core, input);
  if (before && before.state !== "open") return before;
  const id = before?.id ?? newId();
  const waiter = core.waiters.on(id);
  try {
    const request = before ?? (await steady(core, () => store(core, id, input)));
    input.asked?.();
    if (request.state !== "open") return request;
    const live = core.live.get(input.run.id);
    if (live) setPhase(live, "waiting", Date.now(), input.asking.title);
    core.clock.look();
    await ended(waiter.ended, signal);
    return signal.aborted ? await abandon(core, id, signal) : await read(core, id);
  } finally {
    waiter.stop();
  }
}

/** A call of our own loop asks once, also when it is taken up again after a restart; an agent may ask twice. */
async function askedBefore(core: Core, { run, part_id }: Ask): Promise<RunRequest | null> {
  if (part_id === null || run.provider !== NATIVE_PROVIDER) return null;
  return steady(core, () => findRequestOfPart(core.sql, part_id));
}

async function store(core: Core, id: string, { run, part_id, asking }: Ask): Promise<RunRequest> {
  const { ask_minutes } = core.settings.now;
  return transact(core, async (tx, emit) => {
    // The lock keeps this apart from `backToWork`, which looks for open requests.
    const locked = await lockRun(tx, run.id);
    if (!locked) throw notFound("run");
    if (locked.state !== "running" && locked.state !== "waiting") throw conflict("This run has ended.", locked);
    const made = await insertRequest(tx, {
      id,
      run_id: run.id,
      chat_id: run.chat_id,
      session_id: run.session_id,
      project_id: run.project_id,
      message_id: run.answer_id,
      part_id,
      provider: run.provider,
      kind: asking.kind,
      title: oneLine(storable(asking.title), REQUEST_TITLE_CHARS),
      ...bounded(asking),
      expires_in_s: ask_minutes > 0 ? ask_minutes * 60 : null,
    });
    const request = made ?? (await findRequest(tx, id));
    if (!request) throw notFound("request");
    const now = (made && (await answerByRule(tx, made))) ?? request;
    const waiting = now.state === "open" && (await moveRun(tx, run.id, "waiting", {}, ["running"]));
    if (waiting) emitRun(emit, waiting);
    if (made) emitRequest(emit, now, true);
    return now;
  });
}

/** What a model or an agent says about its request is shown, so it is bounded; and stored, so it must be storable. */
function bounded(asking: Asking): { detail: RunRequest["detail"]; options: RequestOption[] } {
  if (asking.kind !== "permission") return { detail: storableJson(asking.detail), options: [] };
  const { detail, options } = asking;
  const text = detail.text === null ? null : ellipsis(detail.text, DETAIL_LIMIT_CHARS);
  const facts = detail.facts.slice(0, FACTS_MAX).map(({ label, value }) => ({
    label: oneLine(label, LABEL_CHARS),
    value: oneLine(value, REQUEST_TITLE_CHARS),
  }));
  const few = options
    .slice(0, PERMISSION_OPTIONS_MAX)
    .map((option) => ({ ...option, name: oneLine(option.name, OPTION_NAME_CHARS) }));
  return storableJson({ detail: { ...detail, text, facts }, options: few });
}
const FACTS_MAX = 12;
const LABEL_CHARS = 40;
const OPTION_NAME_CHARS = 200;

/** Resolves when the request has ended or the signal fires. */
async function ended(end: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  const onAbort = () => resolve();
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) resolve();
  await Promise.race([end, aborted]);
  signal.removeEventListener("abort", onAbort);
}

/** Nobody waits any more: the request is cancelled, unless an answer was quicker. A stop of the server leaves ours open. */
async function abandon(core: Core, id: string, signal: AbortSignal): Promise<RunRequest> {
  if (signal.reason instanceof Stopped && signal.reason.reason === "shutdown") throw signal.reason;
  await steady(core, () =>
    transact(core, async (tx, emit) => {
      const cancelled = await moveRequest(tx, id, "cancelled");
      if (cancelled) emitRequest(emit, cancelled);
    }),
  );
  return read(core, id);
}

async function read(core: Core, id: string): Promise<RunRequest> {
  const request = await steady(core, () => findRequest(core.sql, id));
  if (!request) throw notFound("request");
  return request;
}

/** waiting → running once nothing is asked any more; nothing happens while something still is. */
export async function backToWork(core: Core, runId: string): Promise<void> {
  await steady(core, () =>
    transact(core, async (tx, emit) => {
      const run = await lockRun(tx, runId);
      if (run?.state !== "waiting" || (await countOpenOfRun(tx, runId)) > 0) return;
      const moved = await moveRun(tx, runId, "running");
      if (!moved) return;
      const live = core.live.get(runId);
      if (live) setPhase(live, "tools", Date.now());
      emitRun(emit, moved);
    }),
  );
}

/** A run has ended: what it still asked has, too; expired when the server's end took an external agent with it. */
export async function endRequestsOf(tx: Tx, emit: Emit, run: Pick<Run, "id" | "reason">): Promise<void> {
  const to = run.reason === "restart" ? "expired" : "cancelled";
  for (const request of await moveRequestsOfRun(tx, run.id, to)) emitRequest(emit, request);
}

/** A request changed: its session's watchers and every desk hear of it. `made` when it was not there before. */
export function emitRequest(emit: Emit, request: RunRequest, made = false): void {
  const { id: request_id, run_id, message_id, chat_id, session_id, state } = request;
  const payload = { request_id, run_id, message_id, chat_id, session_id, state, made };
  for (const topic of [sessionTopic(session_id), DESK]) emit({ topic, kind: "request.changed", payload } as NewEvent);
}
