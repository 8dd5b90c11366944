/** Who executes a message, in which mode, with which model and how much thinking: what was said with it, else what was picked before. */
import type { Db, Tx } from "../../db/sql.ts";
import type { AgentSession } from "../../domain/agent-session.ts";
import { RUN_MODES, type RunMode } from "../../domain/change.ts";
import type { Chat } from "../../domain/chat.ts";
import type { AgentChoice, Provider } from "../../domain/provider.ts";
import { NATIVE_PROVIDER } from "../../domain/run.ts";
import { conflict, invalid, notFound } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import { type AgentPicks, findAgentSession, pickForAgent, planOfChat } from "../../store/agent-sessions.ts";
import { findChat, setChatProvider } from "../../store/chats.ts";
import { type Core, transact } from "../core.ts";
import { goingOn } from "../going-on.ts";
import { findProvider, findSpec, listProviders } from "../providers/registry.ts";
import { emitChat } from "../sessions.ts";

export interface AgentWish {
  provider?: string | undefined;
  /** One of ours (plan, ask, bypass), or the agent's own. */
  mode?: string | undefined;
  model?: string | undefined;
  thinking?: string | undefined;
}

export interface AgentPick {
  provider: string;
  mode: RunMode;
  agent_mode: string | null;
  model: string | null;
  thinking: string | null;
}

/**
 * For a run by an outside agent; null when our own loop takes the message. Throws invalid naming the field and what there is.
 * Looks at what is known only: no agent is started.
 */
export async function pickAgent(
  core: Pick<Core, "config" | "sql">,
  tx: Db,
  chat: Chat,
  wish: AgentWish,
): Promise<AgentPick | null> {
  const id = wish.provider ?? chat.provider;
  if (id === NATIVE_PROVIDER) return null;
  const provider = await findProvider(core, id, tx);
  if (!provider) throw await unknownProvider(core, id, tx);
  if (chat.kind !== "coder")
    throw invalid('Only a chat of kind "coder" can send its messages to an agent: agents write files.', "provider");
  if (!provider.enabled)
    throw invalid(`${provider.label} is switched off. Switch it on in Settings → Agents.`, "provider");
  if (provider.state === "unavailable")
    throw invalid(
      `${provider.error ?? "It is not installed."}${provider.hint ? ` Install it: ${provider.hint}` : ""}`,
      "provider",
    );
  const before = await findAgentSession(tx, chat.id, id);
  const { mode, agent_mode } = await modesFor(core, provider, chat, wish.mode, before);
  return {
    provider: id,
    mode,
    agent_mode,
    model: wish.model ? chosen(provider, "model", provider.models, wish.model) : (before?.model ?? null),
    thinking: wish.thinking
      ? chosen(provider, "thinking", provider.thinking, wish.thinking)
      : (before?.thinking ?? null),
  };
}

async function modesFor(
  core: Pick<Core, "config">,
  provider: Provider,
  chat: Chat,
  wished: string | undefined,
  before: AgentSession | null,
): Promise<Pick<AgentPick, "mode" | "agent_mode">> {
  const ours = await ourModes(core, provider);
  const modeOf = (agentMode: string | null) => RUN_MODES.find((m) => ours[m] === agentMode) ?? chat.mode;
  if (wished === undefined) {
    const kept = plain(provider) && before?.mode ? offered(provider, before.mode) : before?.mode;
    const agent_mode = kept ?? offered(provider, ours[chat.mode]);
    // Nobody refuses what such a program does: it may not be told to only plan where it cannot be.
    if (plain(provider) && agent_mode === null) chosen(provider, "mode", provider.modes, chat.mode);
    return { mode: kept ? modeOf(kept) : chat.mode, agent_mode };
  }
  const own = RUN_MODES.find((m) => m === wished);
  if (own && ours[own]) return { mode: own, agent_mode: ours[own] };
  const agent_mode = chosen(provider, "mode", provider.modes, wished, Object.keys(ours));
  return { mode: own ?? modeOf(agent_mode), agent_mode };
}

const plain = ({ way }: Provider): boolean => way === "json" || way === "terminal";

/** Without the protocol an agent has our own modes, as far as they can be told to it. */
async function ourModes(core: Pick<Core, "config">, provider: Provider): Promise<Partial<Record<RunMode, string>>> {
  if (!plain(provider)) return (await findSpec(core, provider.id))?.our_modes ?? {};
  return Object.fromEntries(provider.modes.map(({ id }) => [id, id]));
}

/** What stands for our mode by default, unless the agent is known not to have it. */
const offered = (provider: Provider, id: string | undefined): string | null =>
  id !== undefined && (provider.modes.length === 0 || provider.modes.some((m) => m.id === id)) ? id : null;

const NAMED_MAX = 20;
function chosen(
  provider: Provider,
  field: string,
  choices: readonly AgentChoice[],
  id: string,
  also: string[] = [],
): string {
  // Never probed: the agent itself will say whether it has it.
  if (choices.length === 0 || choices.some((c) => c.id === id)) return id;
  const there = [...choices.map((c) => c.id), ...also].slice(0, NAMED_MAX).join(", ");
  throw invalid(`${provider.label} has no ${field} "${id}". There are: ${there}.`, field);
}

async function unknownProvider(core: Pick<Core, "config" | "sql">, id: string, db: Db) {
  const known = (await listProviders(core, db)).map((p) => p.id).join(", ");
  return invalid(`There is no provider "${id}". There are: ${known}.`, "provider");
}

/** What was said with a message is remembered for the coming ones. */
export async function rememberPicks(tx: Tx, chat: Chat, wish: AgentWish, pick: AgentPick | null): Promise<boolean> {
  const provider = pick?.provider ?? NATIVE_PROVIDER;
  const moved = wish.provider !== undefined && wish.provider !== chat.provider;
  if (moved) await setChatProvider(tx, chat.id, provider);
  if (pick) {
    const picks: AgentPicks = {
      ...(wish.mode !== undefined && { mode: pick.agent_mode }),
      ...(wish.model !== undefined && { model: pick.model }),
      ...(wish.thinking !== undefined && { thinking: pick.thinking }),
    };
    await pickForAgent(tx, newId(), chat.id, provider, picks);
    return moved || Object.keys(picks).length > 0;
  }
  return moved;
}

/** Picks for the coming messages of a chat. A provider that nobody asked for a day is asked what it offers. */
export async function changeAgent(
  core: Core,
  chatId: string,
  wish: AgentWish,
): Promise<{ chat: Chat; agent: ChatAgent }> {
  const chat = await transact(core, async (tx, emit) => {
    const before = await findChat(tx, chatId);
    if (!before) throw notFound("chat");
    // Also one that waits for a human over a restart, which nobody executes: it goes on as who it began.
    if (wish.provider && wish.provider !== before.provider && (await goingOn(core, { chat_id: chatId })) > 0)
      throw conflict("A run is going on in this chat. The provider can be changed when it has ended.");
    // An empty choice takes what the agent begins with.
    const given = Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== "")) as AgentWish;
    const pick = await pickAgent(core, tx, before, given);
    await rememberPicks(tx, before, given, pick);
    if (pick) {
      const cleared = Object.fromEntries(
        (["mode", "model", "thinking"] as const).filter((k) => wish[k] === "").map((k) => [k, null]),
      );
      await pickForAgent(tx, newId(), chatId, pick.provider, cleared);
    }
    const chat = await findChat(tx, chatId);
    if (!chat) throw notFound("chat");
    emitChat(emit, chat);
    return chat;
  });
  if (chat.provider !== NATIVE_PROVIDER) await core.probes.askIfStale(chat.provider);
  return { chat, agent: await agentOfChat(core, core.sql, chat) };
}

/** What the composer of a coder's chat shows of agents. */
export interface ChatAgent {
  providers: Provider[];
  /** Null while our own loop answers. */
  provider: Provider | null;
  picks: AgentSession | null;
  plan: Awaited<ReturnType<typeof planOfChat>>;
}

export async function agentOfChat(core: Pick<Core, "config" | "sql">, db: Db, chat: Chat): Promise<ChatAgent> {
  if (chat.kind !== "coder") return { providers: [], provider: null, picks: null, plan: null };
  const providers = await listProviders(core, db);
  const outside = chat.provider === NATIVE_PROVIDER ? null : (providers.find((p) => p.id === chat.provider) ?? null);
  return {
    providers,
    provider: outside,
    picks: outside ? await findAgentSession(db, chat.id, outside.id) : null,
    plan: await planOfChat(db, chat.id),
  };
}
