/** One conversation with an agent: opened or taken up again, its mode, model and thinking, prompts and their end. */
import { z } from "zod";
import type { AgentStop } from "../../domain/agent-event.ts";
import { Refusal } from "../refusal.ts";
import type { AcpAgent } from "./connection.ts";
import { AgentError } from "./faults.ts";
import { type AgentState, type Knob, readState, type Way } from "./state.ts";

export const OPEN_TIMEOUT_MS = 90_000;
const SET_TIMEOUT_MS = 30_000;
const LIST_TIMEOUT_MS = 20_000;
/** Pages of a list of conversations that are read. */
const LIST_PAGES = 10;

export interface AcpSession {
  id: string;
  state: AgentState;
}

export type PromptBlock =
  | { type: "text"; text: string }
  | { type: "image"; data: string; mimeType: string }
  | { type: "resource"; resource: { uri: string; text: string; mimeType?: string } }
  | { type: "resource_link"; uri: string; name: string };

/** A fresh conversation. `cwd` is a real, absolute path. */
export async function newSession(agent: AcpAgent, cwd: string, signal?: AbortSignal): Promise<AcpSession> {
  const reply = await agent.request("session/new", { cwd, mcpServers: [] }, { timeout_ms: OPEN_TIMEOUT_MS, signal });
  const read = z.object({ sessionId: z.string().min(1).max(500) }).safeParse(reply);
  if (!read.success)
    throw new Refusal("unavailable", "wrong protocol", `${agent.label} opened a conversation without a name.`);
  return { id: read.data.sessionId, state: readState(reply) };
}

/**
 * Takes up a conversation again; null when the agent cannot, or does not have it any more. `load` sends all that was said
 * once more, `resume` does not: it is preferred unless the history is wanted.
 */
export async function restoreSession(
  agent: AcpAgent,
  id: string,
  cwd: string,
  options: { history?: boolean; signal?: AbortSignal } = {},
): Promise<(AcpSession & { by: "load" | "resume" }) | null> {
  const ways = (["resume", "load"] as const).filter((way) => agent.features[way]);
  if (options.history) ways.reverse();
  for (const by of ways) {
    try {
      const params = { sessionId: id, cwd, mcpServers: [] };
      const reply = await agent.request(`session/${by}`, params, {
        timeout_ms: OPEN_TIMEOUT_MS,
        signal: options.signal,
      });
      return { id, by, state: readState(reply) };
    } catch (error) {
      // Its answer is no; anything else (death, deadline, stop) is for the caller.
      if (!(error instanceof AgentError)) throw error;
    }
  }
  return null;
}

/** Sets one knob and returns the state that the agent then has. Throws when it refuses, or does something else. */
export async function choose(agent: AcpAgent, session: AcpSession, knob: Knob, value: string): Promise<AgentState> {
  const { way, current, choices } = session.state[knob];
  if (current === value) return session.state;
  if (way === null) throw cannot(agent, knob, value, []);
  if (choices.length > 0 && !choices.some((c) => c.id === value))
    throw cannot(
      agent,
      knob,
      value,
      choices.map((c) => c.id),
    );
  const reply = await agent.request(...setRequest(session.id, way, value), { timeout_ms: SET_TIMEOUT_MS });
  const state = readState(reply, { ...session.state, [knob]: { ...session.state[knob], current: value } });
  session.state = state;
  if (state[knob].current !== value)
    throw new Refusal(
      "conflict",
      "not taken",
      `${agent.label} was told to use the ${knob} ${value} and stayed with ${state[knob].current ?? "another"}.`,
    );
  return state;
}

function setRequest(sessionId: string, way: Way, value: string): [method: string, params: unknown] {
  if (way.by === "mode") return ["session/set_mode", { sessionId, modeId: value }];
  if (way.by === "model") return ["session/set_model", { sessionId, modelId: value }];
  return ["session/set_config_option", { sessionId, configId: way.option, value }];
}

const MOST_NAMED = 20;
function cannot(agent: AcpAgent, knob: Knob, value: string, there: string[]): Refusal {
  const known =
    there.length === 0 ? `It offers no ${knob} to choose.` : `There are: ${there.slice(0, MOST_NAMED).join(", ")}.`;
  return new Refusal("invalid", `no such ${knob}`, `${agent.label} has no ${knob} "${value}". ${known}`, {
    field: knob,
  });
}

const STOPS = ["end_turn", "max_tokens", "max_turn_requests", "refusal", "cancelled"] as const;
const count = z.number().nonnegative().nullish().catch(null);
const Prompted = z.object({
  stopReason: z.enum(STOPS).catch("end_turn"),
  usage: z
    .object({ inputTokens: count, outputTokens: count, cachedReadTokens: count, thoughtTokens: count })
    .nullish()
    .catch(null),
});

export interface Prompted {
  stop: AgentStop;
  tokens_in: number | null;
  tokens_out: number | null;
  tokens_cached: number | null;
}

/** Resolves at the end of the turn, however long it takes; the caller watches for silence. */
export async function prompt(
  agent: AcpAgent,
  sessionId: string,
  blocks: PromptBlock[],
  signal?: AbortSignal,
): Promise<Prompted> {
  const reply = await agent.request("session/prompt", { sessionId, prompt: blocks }, { signal });
  const { stopReason, usage } = Prompted.parse(reply ?? {});
  return {
    stop: stopReason,
    tokens_in: usage?.inputTokens ?? null,
    tokens_out: usage?.outputTokens ?? null,
    tokens_cached: usage?.cachedReadTokens ?? null,
  };
}

/** Asks it to stop; the prompt then ends by itself, or the caller loses patience. */
export function cancelPrompt(agent: AcpAgent, sessionId: string): Promise<void> {
  return agent.notify("session/cancel", { sessionId });
}

/** Lets go of a conversation that nobody will want again. Never throws. */
export async function closeSession(agent: AcpAgent, sessionId: string): Promise<void> {
  if (!agent.features.close) return;
  await agent.request("session/close", { sessionId }, { timeout_ms: SET_TIMEOUT_MS }).catch(() => {});
}

/** What the agent does then may take a person at a browser. */
const LOGIN_TIMEOUT_MS = 180_000;

/** Signs in by the protocol. Throws Refusal with what it said. */
export async function authenticate(agent: AcpAgent, methodId: string, signal?: AbortSignal): Promise<void> {
  await agent.request("authenticate", { methodId }, { timeout_ms: LOGIN_TIMEOUT_MS, signal });
}

export interface Conversation {
  id: string;
  title: string | null;
  cwd: string;
  updated_at: Date | null;
}
const Listed = z.object({
  sessions: z.array(z.unknown()),
  nextCursor: z.string().nullish(),
});
const One = z.object({
  sessionId: z.string().min(1).max(500),
  cwd: z.string().max(4_096).catch(""),
  title: z.string().nullish().catch(null),
  updatedAt: z.string().nullish().catch(null),
});

/** Conversations that the agent has on disk for this directory, as it lists them. Empty where it keeps no list. */
export async function listSessions(agent: AcpAgent, cwd: string): Promise<Conversation[]> {
  if (!agent.features.list) return [];
  const all: Conversation[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < LIST_PAGES; page++) {
    const params = { cwd, ...(cursor !== undefined && { cursor }) };
    const read = Listed.safeParse(await agent.request("session/list", params, { timeout_ms: LIST_TIMEOUT_MS }));
    if (!read.success) break;
    for (const given of read.data.sessions) {
      const one = One.safeParse(given).data;
      if (one)
        all.push({
          id: one.sessionId,
          cwd: one.cwd,
          title: one.title?.slice(0, 200) ?? null,
          updated_at: dateOf(one.updatedAt),
        });
    }
    cursor = read.data.nextCursor ?? undefined;
    if (cursor === undefined) break;
  }
  return all;
}

function dateOf(text: string | null | undefined): Date | null {
  const at = text ? new Date(text) : null;
  return at && !Number.isNaN(at.getTime()) ? at : null;
}
