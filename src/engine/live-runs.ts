/** Runs in flight in this process: how to stop them and what they do right now. Nothing here is truth; rows are. */
import type { Phase, Progress } from "../domain/run.ts";

export interface LiveRun {
  run_id: string;
  chat_id: string;
  session_id: string;
  abort: AbortController;
  progress: Progress;
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

  begin(run: { id: string; chat_id: string; session_id: string }, now: number): LiveRun {
    const live: LiveRun = {
      run_id: run.id,
      chat_id: run.chat_id,
      session_id: run.session_id,
      abort: new AbortController(),
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
  }

  get(runId: string): LiveRun | undefined {
    return this.runs.get(runId);
  }

  progressOf(runId: string): Progress | null {
    return this.runs.get(runId)?.progress ?? null;
  }

  /** True when the run was in flight here and was told to stop. */
  stop(runId: string, reason: StopReason): boolean {
    const live = this.runs.get(runId);
    live?.abort.abort(new Stopped(reason));
    return live !== undefined;
  }

  stopAll(reason: StopReason): void {
    for (const id of this.runs.keys()) this.stop(id, reason);
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
