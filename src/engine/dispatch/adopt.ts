/**
 * Conversations that an agent has on disk, from before or beside BooCode: listed, and opened as a chat whose history is
 * what the agent tells again when it loads one.
 */
import { realpath } from "node:fs/promises";
import type { Tx } from "../../db/sql.ts";
import type { Chat } from "../../domain/chat.ts";
import type { Kept, KeptList } from "../../domain/kept.ts";
import { type Session, TITLE_LIMIT_CHARS } from "../../domain/session.ts";
import { type Conversation, listSessions, restoreSession } from "../../drivers/acp/session.ts";
import { AppError, invalid, notFound, unavailable } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import { storable } from "../../lib/storable.ts";
import { ellipsis, oneLine } from "../../lib/text.ts";
import { chatsOfConversations, pickForAgent, setAgentSession } from "../../store/agent-sessions.ts";
import { setChatProvider, takePositions } from "../../store/chats.ts";
import { insertMessage } from "../../store/messages.ts";
import { insertOutput, insertPart } from "../../store/parts.ts";
import { type Core, transact } from "../core.ts";
import { projectOf } from "../projects.ts";
import { visitAgent } from "../providers/visit.ts";
import { emitChat, openSession } from "../sessions.ts";
import { Replay, type ReplayedMessage, type ReplayedPart } from "./replay.ts";

/** What the agent has for the project's directory. Starts it; takes as long as that. */
export async function keptConversations(core: Core, projectId: string, providerId: string): Promise<KeptList> {
  const project = await projectOf(core, projectId);
  const cwd = await realpath(project.path);
  const { label, features, conversations } = await visitAgent(core, providerId, cwd, async ({ agent, spec }) => ({
    label: spec.label,
    features: agent.features,
    conversations: await listSessions(agent, cwd),
  }));
  // Some list those of all directories.
  const here = conversations.filter((c) => c.cwd === "" || c.cwd === cwd || c.cwd === project.path);
  const chats = await chatsOfConversations(
    core.sql,
    providerId,
    here.map((c) => c.id),
  );
  return {
    provider: providerId,
    label,
    can: { list: features.list, load: features.load },
    conversations: here.map(
      (c): Kept => ({ ...c, title: c.title && storable(c.title), chat_id: chats.get(c.id) ?? null }),
    ),
  };
}

export interface Adopt {
  project_id: string;
  provider: string;
  /** The conversation's name on the agent's side. */
  conversation: string;
  title?: string | undefined;
}

/**
 * A session with a coder's chat that has what was said. Errors: conflict with the chat that has it already; not_found when
 * the agent has none of that name; unavailable when it cannot load.
 */
export async function adoptConversation(core: Core, input: Adopt): Promise<{ session: Session; chat: Chat }> {
  if (input.conversation === "") throw invalid("Say which conversation.", "conversation");
  const project = await projectOf(core, input.project_id);
  const cwd = await realpath(project.path);
  const there = await chatsOfConversations(core.sql, input.provider, [input.conversation]);
  const known = there.get(input.conversation);
  if (known) throw new AppError("conflict", "This conversation is a chat already.", { current: { chat_id: known } });
  const replay = new Replay(cwd);
  const kept = await visitAgent(
    core,
    input.provider,
    cwd,
    async ({ agent, signal }): Promise<Conversation | null> => {
      if (!agent.features.load)
        throw unavailable(
          `${agent.label} does not tell its conversations again (it offers no session/load), so none can be adopted.`,
        );
      const listed = (await listSessions(agent, cwd)).find((c) => c.id === input.conversation) ?? null;
      const loaded = await restoreSession(agent, input.conversation, cwd, { history: true, signal });
      if (loaded?.by !== "load") throw notFound(`conversation "${oneLine(input.conversation, 80)}" of ${agent.label}`);
      return listed;
    },
    (event) => replay.take(event),
  );
  const title = input.title?.trim() || kept?.title || replay.firstWords() || "Adopted conversation";
  return store(
    core,
    { ...input, title: ellipsis(oneLine(storable(title), 500), TITLE_LIMIT_CHARS) },
    cwd,
    replay.messages(),
  );
}

async function store(core: Core, input: Adopt & { title: string }, cwd: string, messages: ReplayedMessage[]) {
  const { project_id, provider, title, conversation } = input;
  const { session, chat } = await openSession(core, { project_id, title, kind: "coder" });
  await transact(core, async (tx, emit) => {
    const first = (await takePositions(tx, chat.id, messages.length)) ?? 1;
    for (const [i, message] of messages.entries()) {
      const message_id = newId();
      await insertMessage(tx, {
        id: message_id,
        chat_id: chat.id,
        role: message.role,
        position: first + i,
        client_id: null,
      });
      await storeParts(tx, message_id, chat.id, message.parts);
    }
    await setChatProvider(tx, chat.id, provider);
    await pickForAgent(tx, newId(), chat.id, provider, {});
    await setAgentSession(tx, chat.id, provider, {
      agent_id: conversation,
      cwd,
      told_position: first + messages.length - 1,
    });
    emitChat(emit, chat);
  });
  return { session, chat: { ...chat, provider } };
}

async function storeParts(tx: Tx, message_id: string, chat_id: string, parts: readonly ReplayedPart[]): Promise<void> {
  // Calls in a row are one group, named by the first.
  let group: string | null = null;
  for (const [position, { output, ...part }] of parts.entries()) {
    const id = newId();
    const output_id = output === null ? null : newId();
    if (output !== null && output_id) await insertOutput(tx, { id: output_id, chat_id, text: output });
    group = part.kind === "tool" ? (group ?? id) : null;
    const meta = part.kind === "tool" ? { ...part.meta, group_id: group, output_id } : part.meta;
    await insertPart(tx, { ...part, meta, id, message_id, chat_id, position });
  }
}
