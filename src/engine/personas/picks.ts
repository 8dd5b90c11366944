/** Which persona a chat has: picked for the coming messages, or said with one; what the composer shows of them. */
import type { Chat } from "../../domain/chat.ts";
import { allowsTool, type Persona, type PersonaPicks, personaId } from "../../domain/persona.ts";
import type { Project } from "../../domain/project.ts";
import { NATIVE_PROVIDER, type Run } from "../../domain/run.ts";
import type { Session } from "../../domain/session.ts";
import type { Tool } from "../../domain/tool.ts";
import { invalid, notFound } from "../../lib/errors.ts";
import { findChat, setChatAgent } from "../../store/chats.ts";
import { findSession } from "../../store/sessions.ts";
import { type Core, transact } from "../core.ts";
import { projectOf } from "../projects.ts";
import { emitChat } from "../sessions.ts";
import { toolsWith } from "../tools/offered.ts";
import { switchesOf } from "../web.ts";
import { type PersonaCore, personasFor } from "./load.ts";
import type { MeanCall } from "./tool-tokens.ts";

/** The persona of a message: the one said with it, else the chat's. Errors: invalid (agent) naming what there is. */
export async function personaOfMessage(
  core: Core,
  chatId: string,
  wished: string | undefined,
): Promise<{ id: string | null; persona: Persona | null }> {
  const chat = await findChat(core.sql, chatId);
  const id = wished ?? chat?.agent ?? "";
  if (!chat || id === "") return { id: null, persona: null };
  const persona = await personaIn(core, await projectOfChat(core, chat), id);
  if (!persona && wished !== undefined) throw await unknown(core, await projectOfChat(core, chat), wished);
  // The chat's may have gone meanwhile: its run says so.
  return { id: persona?.id ?? id, persona };
}

/** Picks one for the coming messages; "" or null takes none. Errors: not_found, invalid (agent). */
export async function changePersona(core: Core, chatId: string, wished: string | null): Promise<Chat> {
  const chat = await findChat(core.sql, chatId);
  if (!chat) throw notFound("chat");
  const project = await projectOfChat(core, chat);
  const persona = wished ? await personaIn(core, project, wished) : null;
  if (wished && !persona) throw await unknown(core, project, wished);
  return transact(core, async (tx, emit) => {
    const changed = await setChatAgent(tx, chatId, persona?.id ?? null);
    if (!changed) throw notFound("chat");
    emitChat(emit, changed);
    return changed;
  });
}

/** For a run that begins: its persona as the files say now; `gone` names one that is not there any more. */
export async function personaOfRun(
  core: PersonaCore,
  project: Project,
  run: Pick<Run, "agent">,
): Promise<{ persona: Persona | null; gone: string | null }> {
  if (run.agent === null) return { persona: null, gone: null };
  const persona = await personaIn(core, project, run.agent);
  return { persona, gone: persona ? null : run.agent };
}

/** The tools of a run with this persona, out of those that its chat and mode have. */
export const toolsOfPersona = <T extends Pick<Tool, "name">>(tools: readonly T[], persona: Persona | null): T[] =>
  tools.filter((tool) => allowsTool(persona?.tools ?? null, tool.name));

/** What the composer shows, and the model of the chat's persona: it answers where the chat picked none. */
export async function personaPicks(
  core: Pick<Core, "config" | "settings" | "tools" | "mcp" | "toolTokens">,
  at: { project: Pick<Project, "path">; session: Pick<Session, "web_tools">; chat: Chat },
): Promise<{ personas: PersonaPicks; model: string | null }> {
  const { project, session, chat } = at;
  const { personas, problems } = await personasFor(core, project);
  const offered = await toolsWith(core, chat.mode, chat.kind, switchesOf(core, session));
  const choices = personas.map((persona) => {
    const { id, name, description, origin } = persona;
    const tools = toolsOfPersona(offered, persona);
    return { id, name, description, origin, tools: tools.length, tool_tokens: tokensOf(tools, core.toolTokens.means) };
  });
  return { personas: { chosen: chat.agent, choices, problems: problems.length }, model: modelIn(personas, chat) };
}

/** The model that the chat's persona wants, if it has one. */
export async function modelOfPersona(
  core: PersonaCore,
  project: Pick<Project, "path">,
  chat: Pick<Chat, "provider" | "agent">,
): Promise<string | null> {
  return modelIn((await personasFor(core, project)).personas, chat);
}

/** Outside agents answer with what was picked for them. */
const modelIn = (personas: readonly Persona[], chat: Pick<Chat, "provider" | "agent">): string | null =>
  (chat.provider === NATIVE_PROVIDER ? personas.find(({ id }) => id === chat.agent)?.model : null) ?? null;

/** Of one call, whichever of these tools it is of: those that are called more weigh more. */
function tokensOf(tools: readonly Pick<Tool, "name">[], means: ReadonlyMap<string, MeanCall>): number | null {
  const known = tools.flatMap((tool) => means.get(tool.name) ?? []);
  const calls = known.reduce((sum, mean) => sum + mean.calls, 0);
  return calls === 0 ? null : Math.round(known.reduce((sum, mean) => sum + mean.calls * mean.tokens, 0) / calls);
}

/** By id, or by the name that it is written under. */
async function personaIn(core: PersonaCore, project: Pick<Project, "path">, name: string): Promise<Persona | null> {
  const { personas } = await personasFor(core, project);
  return personas.find(({ id }) => id === personaId(name)) ?? null;
}

async function projectOfChat(core: Core, chat: Chat): Promise<Project> {
  const session = await findSession(core.sql, chat.session_id);
  if (!session) throw notFound("session");
  return projectOf(core, session.project_id);
}

async function unknown(core: Core, project: Project, wished: string) {
  const { personas } = await personasFor(core, project);
  const there = personas.map(({ id }) => id).join(", ");
  return invalid(`There is no persona "${wished.slice(0, 80)}". There are: ${there}.`, "agent");
}
