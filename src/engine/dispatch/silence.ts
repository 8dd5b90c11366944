/** Ends a run whose agent gave no sign for very long. Waiting for a human is not the agent's silence. */
import { AppError } from "../../lib/errors.ts";
import type { LiveRun } from "../live-runs.ts";

export interface Silence {
  signal: AbortSignal;
  whileWaiting<T>(work: () => Promise<T>): Promise<T>;
  stop(): void;
}

/** An agent may run a command for as long as it takes; only what is silent for `limit_s` is given up. */
export function watchSilence(limit_s: number, live: LiveRun, label: string): Silence {
  const controller = new AbortController();
  let waiting = 0;
  let timer: ReturnType<typeof setTimeout>;
  const arm = (ms: number) => {
    timer = setTimeout(look, Math.max(1, ms));
    timer.unref();
  };
  const look = () => {
    const silent = Date.now() - live.progress.last_byte_at;
    if (waiting === 0 && silent >= limit_s * 1000) controller.abort(new AgentSilent(label, limit_s));
    else arm(waiting > 0 ? limit_s * 1000 : limit_s * 1000 - silent);
  };
  arm(limit_s * 1000);
  return {
    signal: controller.signal,
    async whileWaiting(work) {
      waiting++;
      try {
        return await work();
      } finally {
        waiting--;
        live.progress.last_byte_at = Date.now();
      }
    },
    stop: () => clearTimeout(timer),
  };
}

export class AgentSilent extends AppError {
  constructor(label: string, limit_s: number) {
    super("unavailable", `${label} gave no sign for ${limit_s} s and was ended; what came before is kept.`);
  }
}
