/** Runs in flight in this process: how to stop them and what they do right now. Nothing here is truth; rows are. */
import type { Phase, Progress } from "../domain/run.ts";

export interface LiveRun {
  run_id: string;
  project_id: string;
  chat_id: string;
  session_id: string;
  abort: AbortController;
  progress: Progress;
  /** What watchers were told last, and when. */
  /** Resolves when the run is settled and out of this registry. */
  ended: Promise<void>;
  told: { at: number; phase: Phase; detail: string | null; percent: number | null } | null;
}

export type StopReason = "cancelled" | "superseded" | "shutdown";

/** Thrown through a run when somebody stops it. */
export class Stopped extends Error {
  readonly reason: StopReason;
  constructor(reason: StopReason) {
    super(`stopped: ${reason}`);
    this.reason = reason;
  }
}

export class LiveRuns {
  private readonly runs = new Map<string, LiveRun>();
  private readonly enders = new Map<string, () => void>();

  begin(run: { id: string; chat_id: string; session_id: string; project_id: string }, now: number): LiveRun {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    this.enders.set(run.id, resolve);
    const live: LiveRun = {
      run_id: run.id,
      project_id: run.project_id,
      ended,
      chat_id: run.chat_id,
      session_id: run.session_id,
      abort: new AbortController(),
      told: null,
      progress: {
        phase: "connecting",
        detail: null,
        percent: null,
        tokens_out: 0,
        tokens_per_s: null,
        last_byte_at: now,
        since: now,
        queue_position: null,
      },
    };
    this.runs.set(run.id, live);
    return live;
  }

  end(runId: string): void {
    this.runs.delete(runId);
    this.enders.get(runId)?.();
    this.enders.delete(runId);
  }

  get(runId: string): LiveRun | undefined {
    return this.runs.get(runId);
  }

  progressOf(runId: string): Progress | null {
    return this.runs.get(runId)?.progress ?? null;
  }

  /** Tells a run to stop and waits until it is settled; false when it is not in flight here. */
  async stopAndWait(runId: string, reason: StopReason): Promise<boolean> {
    const live = this.runs.get(runId);
    if (!live) return false;
    live.abort.abort(new Stopped(reason));
    await live.ended;
    return true;
  }

  async stopWhere(which: (run: LiveRun) => boolean, reason: StopReason): Promise<void> {
    const these = [...this.runs.values()].filter(which);
    await Promise.all(these.map((live) => this.stopAndWait(live.run_id, reason)));
  }

  /** When the run of a chat heard something last, epoch ms; null while none goes on. */
  heardOfChat(chatId: string): number | null {
    return [...this.runs.values()].find((run) => run.chat_id === chatId)?.progress.last_byte_at ?? null;
  }

  ofChat(chatId: string): number {
    return this.countWhere((r) => r.chat_id === chatId);
  }
  ofSession(sessionId: string): number {
    return this.countWhere((r) => r.session_id === sessionId);
  }
  ofProject(projectId: string): number {
    return this.countWhere((r) => r.project_id === projectId);
  }
  private countWhere(which: (run: LiveRun) => boolean): number {
    return [...this.runs.values()].filter(which).length;
  }

  get count(): number {
    return this.runs.size;
  }
}

export function setPhase(
  live: LiveRun,
  phase: Phase,
  now: number,
  detail: string | null = null,
  percent: number | null = null,
): void {
  const p = live.progress;
  if (p.phase !== phase) p.since = now;
  p.phase = phase;
  p.detail = detail;
  p.percent = percent;
  p.last_byte_at = now;
}
