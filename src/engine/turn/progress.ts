/** Tells watchers what a run does: at once when the phase changes, else at most once a second. */
import { sessionTopic } from "../../domain/event.ts";
import { storable } from "../../lib/storable.ts";
import type { Core } from "../core.ts";
import type { LiveRun } from "../live-runs.ts";

const INTERVAL_MS = 1_000;
/** Percentages and details within a phase may change quickly; they are told four times a second at most. */
const DETAIL_INTERVAL_MS = 250;

/** Never waits: progress is no truth, a lost one is replaced by the next. */
export function reportProgress(core: Core, live: LiveRun, now: number): void {
  const { phase, detail, percent, tokens_out, tokens_per_s, last_byte_at } = live.progress;
  const { told } = live;
  const age = told ? now - told.at : Number.POSITIVE_INFINITY;
  const samePhase = told?.phase === phase;
  const sameDetail = samePhase && told.detail === detail && told.percent === percent;
  if (age < (sameDetail ? INTERVAL_MS : samePhase ? DETAIL_INTERVAL_MS : 0)) return;
  live.told = { at: now, phase, detail, percent };
  // A tool's name comes from the model; what the database cannot store would cost the whole statement.
  const words = detail === null ? null : storable(detail);
  core.deltas.notice(live.run_id, {
    topic: sessionTopic(live.session_id),
    kind: "run.progress",
    payload: {
      run_id: live.run_id,
      chat_id: live.chat_id,
      phase,
      detail: words,
      percent,
      tokens_out,
      tokens_per_s,
      last_byte_at,
    },
  });
}
