/** The conversation of a chat with its agent: the live one, the old one taken up again, or a new one that is told what was said. */
import type { AgentSession } from "../../domain/agent-session.ts";
import type { Run } from "../../domain/run.ts";
import { choose, newSession, restoreSession } from "../../drivers/acp/session.ts";
import type { Knob } from "../../drivers/acp/state.ts";
import { Refusal } from "../../drivers/refusal.ts";
import { unavailable } from "../../lib/errors.ts";
import { knowsPutAside, setAgentSession } from "../../store/agent-sessions.ts";
import { setFacts } from "../../store/providers.ts";
import { type Core, transact } from "../core.ts";
import { factsOf } from "../providers/probes.ts";
import { findProgram, type KnownSpec } from "../providers/registry.ts";
import type { Warm } from "./live-agents.ts";

export interface Opened {
  warm: Warm;
  /**
   * How it came to be; `moved` when it was begun in another directory, `anew` when there was one and it could not be taken
   * up again, `aside` when it knew too much.
   */
  how: "warm" | "new" | "restored" | "moved" | "anew" | "aside";
  /** Where it was begun, when it moved. */
  from?: string;
}

export async function openConversation(
  core: Core,
  run: Run,
  spec: KnownSpec,
  known: AgentSession,
  cwd: string,
  signal: AbortSignal,
  waits: (position: number) => void,
): Promise<Opened> {
  // A restore, or a message that was edited: what the agent remembers was not said any more.
  const other = await knowsPutAside(core.sql, run.chat_id, spec.id, run.id);
  if (other) await core.agents.dropWhere((warm) => warm.chat_id === run.chat_id && warm.provider === spec.id);
  const live = core.agents.take(run.chat_id, spec.id, cwd);
  if (live) return { warm: live, how: "warm" };
  const found = findProgram(spec);
  if (!found) throw unavailable(`${spec.label} is not installed${spec.install ? `: ${spec.install}` : "."}`);
  const warm = await core.agents.start({ chat_id: run.chat_id, spec, found, cwd }, signal, waits);
  try {
    // Some find their conversations only in the directory that they were begun in; that is a no like any other.
    const old = other || (spec.stays && known.cwd !== cwd) ? null : known.agent_id;
    const restored = old === null ? null : await restoreSession(warm.agent, old, cwd, { signal });
    warm.session = restored ?? (await newSession(warm.agent, cwd, signal));
    await transact(core, (tx) =>
      setAgentSession(tx, run.chat_id, spec.id, {
        agent_id: warm.session!.id,
        cwd,
        ...(!restored && { told_position: 0 }),
      }),
    );
    if (restored && known.cwd !== null && known.cwd !== cwd) return { warm, how: "moved", from: known.cwd };
    return { warm, how: restored ? "restored" : other ? "aside" : known.agent_id !== null ? "anew" : "new" };
  } catch (error) {
    await core.agents.drop(warm, "now");
    throw error;
  }
}

/**
 * Mode, model and thinking as they were picked, set where the agent has another and read back. A choice that the agent does
 * not have any more is said and not fatal; one that it refuses is.
 */
export async function applyPicks(warm: Warm, run: Run, picks: Record<Knob, string | null>): Promise<string[]> {
  const said: string[] = [];
  // The model first: levels of thinking may depend on it.
  for (const knob of ["model", "mode", "thinking"] as const) {
    const value = picks[knob];
    if (value === null) continue;
    try {
      await choose(warm.agent, warm.session!, knob, value);
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== "invalid") throw error;
      said.push(`${error.message} It goes on with ${warm.session!.state[knob].current ?? "its own"}.`);
    }
  }
  void run;
  return said;
}

/** What this conversation offers is what the picker shows from now on. */
export async function rememberOffers(core: Core, run: Run, spec: KnownSpec, warm: Warm): Promise<void> {
  const { state } = warm.session!;
  const current = { mode: state.mode.current, model: state.model.current, thinking: state.thinking.current };
  await transact(core, async (tx, emit) => {
    await setAgentSession(tx, run.chat_id, spec.id, { current, commands: warm.commands });
    emit({
      topic: `session:${run.session_id}`,
      kind: "chat.changed",
      payload: { chat_id: run.chat_id, session_id: run.session_id },
    });
    if (await setFacts(tx, spec.id, factsOf(warm.agent, state, warm.commands)))
      emit({ topic: "desk", kind: "provider.changed", payload: { provider_id: spec.id } });
  });
}
