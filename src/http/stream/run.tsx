/** What a page shows of a run: below and beside its answer, the composer's buttons and queue, the figures. */
import { Actions, Queue } from "../../../views/chats/composer.tsx";
import { Ending } from "../../../views/chats/ending.tsx";
import { Evidence } from "../../../views/chats/evidence.tsx";
import { Facts } from "../../../views/chats/head.tsx";
import { Margin, outputsOf } from "../../../views/chats/message.tsx";
import { ids } from "../../../views/ids.ts";
import type { Endpoint } from "../../domain/endpoint.ts";
import type { JournalEvent } from "../../domain/event.ts";
import type { Message } from "../../domain/message.ts";
import { isSettled, type Run } from "../../domain/run.ts";
import type { Core } from "../../engine/core.ts";
import { pickOfChat } from "../../engine/pages.ts";
import { listEndpointRows } from "../../store/endpoints.ts";
import { findMessage, newestAnswers, writtenParts } from "../../store/messages.ts";
import { findRun, newestSettled, runsOfMessages } from "../../store/runs.ts";
import { readQueue } from "../../store/transcript.ts";
import type { Rendered } from "./session-lane.ts";
import { remove, upsert } from "./swap.ts";
import { barsAround } from "./workspace.tsx";

type Db = Parameters<typeof findRun>[0];
const NOTHING: Rendered = { html: "", chat_id: null };

/** Remembers the live runs of a session, so that progress costs no read. */
export class RunRegions {
  private readonly runs = new Map<string, Run>();

  constructor(
    private readonly core: Core,
    private readonly sessionId: string,
  ) {}

  async changed({ run_id, chat_id }: JournalEvent<"run.changed">["payload"]): Promise<Rendered> {
    const db = this.core.reads;
    const endpoints = listEndpointRows(db);
    const [run, controls, around] = await Promise.all([
      findRun(db, run_id),
      chatControls(this.core, db, { chat_id, session_id: this.sessionId }, endpoints),
      barsAround(db, this.sessionId),
    ]);
    if (run && run.ended_at === null) this.runs.set(run_id, run);
    else this.runs.delete(run_id);
    const regions = run ? await this.regions(run, await endpoints) : "";
    return { html: controls + regions, chat_id, around };
  }

  async progress({ run_id, chat_id }: JournalEvent<"run.progress">["payload"]): Promise<Rendered> {
    const run = this.runs.get(run_id) ?? (await findRun(this.core.reads, run_id));
    const now = this.core.live.progressOf(run_id);
    // Told late: the run's end was shown already, with more than is known here.
    if (!run || run.ended_at !== null || !now) return NOTHING;
    this.runs.set(run_id, run);
    return { html: upsert(ids.evidence(run_id), Evidence({ run, progress: now, now: Date.now() }) as string), chat_id };
  }

  private async regions(run: Run, endpoints: readonly Endpoint[]): Promise<string> {
    // Before it begins none of its messages is shown.
    if (run.started_at === null) return "";
    const db = this.core.reads;
    const [message, written, [last]] = await Promise.all([
      findMessage(db, run.answer_id),
      isSettled(run.state) ? writtenParts(db, run.answer_id) : [],
      newestAnswers(db, run.chat_id, 1),
    ]);
    if (!message) return "";
    const now = Date.now();
    const progress = this.core.live.progressOf(run.id);
    const sources = outputsOf(written);
    return (
      upsert(ids.margin(run.answer_id), Margin({ message, run, endpoints, now }) as string) +
      upsert(ids.evidence(run.id), Evidence({ run, progress, now, sources }) as string) +
      upsert(ids.ending(run.id), Ending({ run, newest: last?.id === run.answer_id }) as string)
    );
  }
}

/** What surrounds the transcript and depends on which runs the chat has: buttons, queue, facts. */
export async function chatControls(
  core: Core,
  db: Db,
  of: { chat_id: string; session_id: string },
  /** Where they are being read already. */
  endpoints = listEndpointRows(db),
): Promise<string> {
  const { chat_id } = of;
  const [{ live, queue }, last, pick] = await Promise.all([
    readQueue(db, chat_id),
    newestSettled(db, chat_id),
    pickOfChat(core, db, of, endpoints),
  ]);
  const window = pick.endpoint?.models.find((m) => m.id === pick.model)?.context_window ?? null;
  // What was refused because of a run is not true any more when there is none; what is typed stays.
  const passed = live === null && queue.length === 0 ? remove(ids.composerPassing(chat_id)) : "";
  return (
    passed +
    upsert(ids.actions(chat_id), Actions({ chat_id, live }) as string) +
    upsert(ids.queue(chat_id), Queue({ chat_id, items: queue }) as string) +
    upsert(ids.facts(chat_id), Facts({ chat_id, live, last, window }) as string)
  );
}

/** An answer that newer ones follow cannot be continued any more, whatever the page offered. */
export async function endingBefore(db: Db, answer: Message): Promise<string> {
  const run = await runThatWrote(db, answer.id);
  return run ? upsert(ids.ending(run.id), Ending({ run, newest: false }) as string) : "";
}

export const runThatWrote = async (db: Db, answerId: string): Promise<Run | null> =>
  (await runsOfMessages(db, [answerId])).find((run) => run.answer_id === answerId) ?? null;
