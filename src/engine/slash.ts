/** What a message of a chat may begin with: what BooCode does, skills, and what the agent of the chat announced. */
import type { Db } from "../db/sql.ts";
import type { Chat } from "../domain/chat.ts";
import type { AgentCommand, Provider } from "../domain/provider.ts";
import { NATIVE_PROVIDER } from "../domain/run.ts";
import type { Skill } from "../domain/skill.ts";
import type { SlashCommand } from "../domain/slash.ts";
import { notFound } from "../lib/errors.ts";
import { fuzzyRank } from "../lib/fuzzy.ts";
import { findAgentSession } from "../store/agent-sessions.ts";
import { findChat } from "../store/chats.ts";
import { findSession } from "../store/sessions.ts";
import type { Core } from "./core.ts";
import { projectOf } from "./projects.ts";
import { findProvider } from "./providers/registry.ts";
import { ORIGIN_WORDS, skillsFor } from "./skills.ts";

/** Lines of the menu. */
export const SLASH_MAX = 40;

/** What BooCode does by itself when a message begins with it. */
const VERBS: readonly (Omit<SlashCommand, "kind" | "from"> & { native: boolean })[] = [
  {
    name: "compact",
    description: "Summarises what was said so far, to make room in the model's context",
    hint: "what to keep above all",
    native: true,
  },
];

type SlashCore = Pick<Core, "config" | "sql">;

/** Best first for what was typed after the `/`; all of them for nothing. Errors: not_found. */
export async function slashCommands(core: SlashCore, chatId: string, typed: string): Promise<SlashCommand[]> {
  const chat = await findChat(core.sql, chatId);
  const session = chat && (await findSession(core.sql, chat.session_id));
  if (!chat || !session) throw notFound("chat");
  const project = await projectOf(core, session.project_id);
  const [{ skills }, announced] = await Promise.all([skillsFor(core, project), announcedIn(core, core.sql, chat)]);
  return rank([...verbsFor(chat), ...announced, ...skills.map(ofSkill)], typed);
}

/** Without a chat: skills that are there in every project. */
export async function slashEverywhere(core: SlashCore, typed: string): Promise<SlashCommand[]> {
  return rank((await skillsFor(core, null)).skills.map(ofSkill), typed);
}

/** Whether the agent took this name for itself: then it is not ours. */
export async function agentHasCommand(
  core: SlashCore,
  db: Db,
  chat: Pick<Chat, "id">,
  provider: string,
  name: string,
): Promise<boolean> {
  return (await commandsOf(core, db, chat.id, provider)).commands.some((c) => c.name.toLowerCase() === name);
}

/** The first of a name is what it does: ours, the agent's, a skill. */
function rank(all: readonly SlashCommand[], typed: string): SlashCommand[] {
  const seen = new Set<string>();
  const commands = all.filter(({ name }) => !seen.has(name.toLowerCase()) && seen.add(name.toLowerCase()));
  const needle = typed.trim().toLowerCase();
  if (needle === "") return commands.slice(0, SLASH_MAX);
  const begins = commands.filter((c) => c.name.toLowerCase().startsWith(needle));
  const names = commands.map((c) => c.name);
  const near = fuzzyRank(names, needle, SLASH_MAX).map((at) => commands[at]!);
  return [...new Set([...begins, ...near])].slice(0, SLASH_MAX);
}

const verbsFor = (chat: Chat): SlashCommand[] =>
  VERBS.filter((verb) => !verb.native || chat.provider === NATIVE_PROVIDER).map(({ native: _, ...verb }) => ({
    ...verb,
    kind: "verb",
    from: "BooCode",
  }));

const ofSkill = ({ name, description, hint, origin, group }: Skill): SlashCommand => ({
  kind: "skill",
  name,
  description,
  hint,
  from: group ? `${ORIGIN_WORDS[origin]}, ${group}` : ORIGIN_WORDS[origin],
});

async function announcedIn(core: SlashCore, db: Db, chat: Chat): Promise<SlashCommand[]> {
  if (chat.provider === NATIVE_PROVIDER) return [];
  const { commands, provider } = await commandsOf(core, db, chat.id, chat.provider);
  const from = provider?.label ?? chat.provider;
  return commands.map((command) => ({ kind: "agent", ...command, from }));
}

/** What it announced in this chat, else what it announced when it was probed: both are rows, and outlive the process. */
async function commandsOf(
  core: SlashCore,
  db: Db,
  chatId: string,
  id: string,
): Promise<{ commands: readonly AgentCommand[]; provider: Provider | null }> {
  const provider = await findProvider(core, id, db);
  const here = (await findAgentSession(db, chatId, id))?.commands ?? [];
  return { commands: here.length > 0 ? here : (provider?.commands ?? []), provider };
}
