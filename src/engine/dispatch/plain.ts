/**
 * A run by an agent without the protocol: one command line for one message, by its JSON stream or in a terminal. It asks
 * nobody; what it writes stands in the worktree and is collected as always.
 */
import type { Run } from "../../domain/run.ts";
import { messageOf } from "../../lib/errors.ts";
import type { Core } from "../core.ts";
import { type LiveRun, Stopped } from "../live-runs.ts";
import type { KnownSpec } from "../providers/registry.ts";
import type { PartWriter } from "../turn/parts.ts";
import { account, collect, type Ending, type Place, plan, tooMuch } from "./around.ts";
import { inTerminal } from "./in-terminal.ts";
import { watchSilence } from "./silence.ts";
import { byStream } from "./stream.ts";
import { AgentTranscript, TooMuch } from "./transcript.ts";

export interface PlainContext extends Place {
  began: number;
  spec: KnownSpec;
}

/** Throws what ended it otherwise: Stopped, or an AppError with a sentence. */
export async function dispatchPlain(
  core: Core,
  run: Run,
  live: LiveRun,
  writer: PartWriter,
  at: PlainContext,
): Promise<Ending> {
  const { spec, began } = at;
  const stop = new AbortController();
  const transcript = new AgentTranscript(core, live, writer, run, at.ready.cwd, {
    plan: (entries) => plan(core, run, entries),
    other: async () => {},
    overflow: () => stop.abort(tooMuch()),
  });
  const silence = watchSilence(core.config.agent_silence_s, live, spec.label);
  const signal = AbortSignal.any([live.abort.signal, stop.signal, silence.signal]);
  let ended: "closed" | "failed" | "cancelled" = "failed";
  try {
    const way = spec.fallback?.way === "json" ? byStream : inTerminal;
    const { spent, failure } = await way({ core, run, live, writer, transcript, signal, ...at });
    ended = failure ? "failed" : "closed";
    await transcript.end(ended);
    await account(core, run, transcript, { ...spent, began, used: null, size: null });
    if (failure) throw failure;
    return { state: "completed", reason: "done", error: null };
  } catch (error) {
    if (error instanceof Stopped) ended = "cancelled";
    throw error instanceof TooMuch ? tooMuch() : error;
  } finally {
    silence.stop();
    await transcript
      .end(ended)
      .catch((error) => core.log.warn("agent.transcript_failed", { reason: messageOf(error) }));
    await collect(core, run, writer, at, transcript);
  }
}
