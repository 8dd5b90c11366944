/** A run by a program with a JSON stream: what it says becomes the same parts; its conversation is gone on with where it can. */
import type { AgentSession } from "../../domain/agent-session.ts";
import { type FallbackCall, fallbackWords, takesPrompt, withPrompt } from "../../domain/fallback.ts";
import type { FallbackSpec } from "../../domain/provider.ts";
import { streamReader } from "../../drivers/json-stream/reader.ts";
import { runStream, type StreamOutcome } from "../../drivers/json-stream/run.ts";
import { joinCommand } from "../../lib/command-line.ts";
import { findAgentSession, knowsPutAside, setAgentSession } from "../../store/agent-sessions.ts";
import { transact } from "../core.ts";
import { startEnv } from "../providers/registry.ts";
import { beginsAnew, knownUpto, knowsFromNow, sayUnseen } from "./around.ts";
import { readingFiles } from "./attached.ts";
import type { Guest } from "./live-agents.ts";
import { asGuest, type PlainOutcome, type PlainRun, promptArgument, wordsOfPrompt } from "./plain-run.ts";
import { promptFor } from "./prompt.ts";

type How = "restored" | "new" | "anew" | "aside";

export async function byStream(at: PlainRun): Promise<PlainOutcome> {
  const { core, run, spec } = at;
  const known = await findAgentSession(core.sql, run.chat_id, spec.id);
  const aside = await knowsPutAside(core.sql, run.chat_id, spec.id, run.id);
  const old = aside ? null : resumable(spec.fallback!, known, at.ready.cwd);
  const first = await once(at, old, old ? "restored" : aside ? "aside" : "new");
  // It does not have the conversation any more, and did nothing: once more, told what was said.
  const nothing = at.transcript.first_ms === null && at.transcript.tool_calls === 0;
  if (old !== null && first.failure && nothing && !at.signal.aborted) return once(at, null, "anew");
  return first;
}

/** A conversation is found by the directory that it was begun in. */
function resumable(fallback: FallbackSpec, known: AgentSession | null, cwd: string): string | null {
  return fallback.resume && known?.agent_id && known.cwd === cwd ? known.agent_id : null;
}

async function once(at: PlainRun, session: string | null, how: How): Promise<PlainOutcome> {
  const { core, run, spec, signal } = at;
  const after = session === null ? 0 : await knownUpto(core, run);
  const { blocks, told, unseen } = await promptFor(core, run, after, readingFiles(at.ready.cwd));
  await sayUnseen(at.writer, spec.label, unseen);
  const words = beginning(spec.label, how, told, spec.fallback!.resume !== undefined);
  if (words) await at.writer.notice(1, words, { notice: "history" });
  const call = { mode: run.mode, model: run.model, session };
  const { outcome, model } = await asGuest(at, shownCommand(spec.fallback!, call), async (guest) => {
    await knowsFromNow(core, run);
    const heard = await start(at, wordsOfPrompt(blocks), call, guest);
    const { code, signal: by } = heard.outcome.exit;
    return { result: heard, ended: by ?? `code ${code}` };
  });
  await at.transcript.drain();
  signal.throwIfAborted();
  const { end, failure } = outcome;
  const spent = {
    model,
    stop: "end_turn" as const,
    tokens_in: end?.tokens_in ?? null,
    tokens_out: end?.tokens_out ?? null,
    tokens_cached: end?.tokens_cached ?? null,
    cost_usd: end?.cost_usd ?? null,
  };
  return { spent, failure };
}

async function start(
  at: PlainRun,
  prompt: string,
  call: FallbackCall,
  guest: Guest,
): Promise<{ outcome: StreamOutcome; model: string | null }> {
  const { core, run, spec, signal, transcript } = at;
  const words = fallbackWords(spec.fallback!, call);
  const onArgument = takesPrompt(words);
  let model = run.model;
  let stop = () => {};
  const abort = () => stop();
  signal.addEventListener("abort", abort, { once: true });
  try {
    const outcome = await runStream({
      label: spec.label,
      line: {
        argv: onArgument ? withPrompt(words, promptArgument(spec.label, prompt)) : words,
        cwd: at.ready.cwd,
        ...startEnv(spec),
        marker: guest.marker,
      },
      stdin: onArgument ? null : `${prompt}\n`,
      reader: streamReader(spec.fallback?.format ?? "claude"),
      hear: (event) => {
        if (event.kind !== "session") return transcript.push(event);
        model = event.model ?? model;
        void remember(at, event.id);
      },
      ready: () => transcript.ready(),
      started: async (process) => {
        stop = () => void process.end("now");
        if (signal.aborted) stop();
        await core.agents.began(guest, { pid: process.pid, started: process.started });
      },
      log: (event, fields) => core.log.info(event, { ...fields, chat_id: run.chat_id }),
    });
    return { outcome, model };
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** Only what can be gone on with is worth a name. */
async function remember({ core, run, spec, ready }: PlainRun, agent_id: string): Promise<void> {
  if (!spec.fallback?.resume) return;
  await transact(core, (tx) => setAgentSession(tx, run.chat_id, spec.id, { agent_id, cwd: ready.cwd })).catch((error) =>
    core.log.warn("agent.session_not_kept", { run_id: run.id, error }),
  );
}

const shownCommand = (fallback: FallbackSpec, call: FallbackCall) => joinCommand(fallbackWords(fallback, call));

function beginning(label: string, how: How, told: number, keeps: boolean): string | null {
  if (how === "restored" || (how === "new" && told === 0)) return null;
  if (!keeps)
    return told > 0
      ? `${label} keeps no conversation when it is run so: it was told, shortened, what was said before.`
      : null;
  return beginsAnew(label, how, told);
}
