/** A message comes in: stored with its run and its empty answer in one transaction, then the chat's lane takes over. */

import type { Tx } from "../../db/sql.ts";
import { RUN_MODES, type RunMode } from "../../domain/change.ts";
import type { Chat } from "../../domain/chat.ts";
import { compactCommand } from "../../domain/compaction.ts";
import { sessionTopic } from "../../domain/event.ts";
import type { Message } from "../../domain/message.ts";
import type { Run, Via } from "../../domain/run.ts";
import { canContinue, NATIVE_PROVIDER } from "../../domain/run.ts";
import type { WholeSkill } from "../../domain/skill.ts";
import { AppError, conflict, invalid, notFound } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import { findChat, renameChat, setChatAgent, takePositions } from "../../store/chats.ts";
import { findByClientId, insertMessage } from "../../store/messages.ts";
import { findRun, insertRun, newestSettled, openRuns, runsOfMessages } from "../../store/runs.ts";
import { findSession, renameSession, touchSession } from "../../store/sessions.ts";
import { attachTo, takeAttachments } from "../attachments.ts";
import { type Core, type Emit, transact } from "../core.ts";
import { type AgentPick, pickAgent, rememberPicks } from "../dispatch/picks.ts";
import { checkPick } from "../endpoints.ts";
import { personaOfMessage } from "../personas/picks.ts";
import { projectOf } from "../projects.ts";
import { emitRun } from "../run-events.ts";
import { emitChat, emitSession, UNTITLED_CHAT, UNTITLED_SESSION } from "../sessions.ts";
import { skillOfMessage } from "../skills.ts";
import { agentHasCommand } from "../slash.ts";
import { checkClientId, checkText } from "./check-message.ts";
import { enqueue, wake } from "./lane.ts";
import { insertSkill, insertText } from "./said.ts";
import { sendNow } from "./stop.ts";
import { checkStanding, putAside } from "./superseded.ts";

/** Messages waiting in one chat's queue. */
const QUEUE_LIMIT = 50;
export const TITLE_CHARS = 60;

export interface PostMessage {
  chat_id: string;
  /** May be empty where something is attached. */
  text: string;
  /** Ids of what goes with it. */
  attachments?: readonly string[] | undefined;
  client_id?: string | undefined;
  /** Endpoint and model for this and the following messages of the chat. */
  endpoint_id?: string | undefined;
  model?: string | undefined;
  /** Who executes it, for this and the following messages; the chat's by default. */
  provider?: string | undefined;
  /** For this message; the chat's by default. An outside agent's own mode stays with the chat. */
  mode?: string | undefined;
  thinking?: string | undefined;
  /** Id or name of a persona, for this and the following messages; "" for none, the chat's by default. */
  agent?: string | undefined;
  /** Stop what runs in the chat and start with this message. */
  now?: boolean;
  /** The user's message that this one stands in the place of: that and what followed it are put aside. */
  revises?: Message;
  via: Via;
}

/** 202 material. The same `client_id` again gives the same message and run. */
export async function postMessage(
  core: Core,
  input: PostMessage,
): Promise<{ message: Message; run: Run; created: boolean }> {
  if (core.stopping) throw new AppError("unavailable", "BooCode is shutting down; the message was not sent.");
  const text = checkText(input.text, input.attachments?.length ?? 0);
  const clientId = checkClientId(input.client_id);
  const skill = await skillNamed(core, input.chat_id, text);
  const { id, persona } = await personaOfMessage(core, input.chat_id, input.agent);
  const said: Said = { text, skill, client_id: clientId, agent: id, model: persona?.model ?? null };
  const posted = await transact(core, async (tx, emit) => {
    // Takes the chat's row lock: two sends of the same client_id stand in line here.
    const first = await takePositions(tx, input.chat_id, 2);
    const chat = first === null ? null : await findChat(tx, input.chat_id);
    if (first === null || !chat) throw notFound("chat");
    const [before, waiting] = await Promise.all([
      clientId ? existing(tx, chat.id, clientId) : null,
      openRuns(tx, chat.id),
    ]);
    if (before) throw new AlreadyPosted(before);
    if (waiting.length > QUEUE_LIMIT)
      throw new AppError("limit", `At most ${QUEUE_LIMIT} messages can wait in one chat.`, { status: 429 });
    if (input.revises) await checkStanding(tx, input.revises.id);
    const stored = await store(core, tx, emit, chat, first, said, input);
    if (input.revises) await putAside(tx, emit, stored.run, { from: input.revises.position, below: first });
    return stored;
  }).catch((error: unknown) => {
    if (error instanceof AlreadyPosted) return { ...error.posted, created: false };
    throw wake(core, input.chat_id, error);
  });
  if (posted.created && input.now) await sendNow(core, posted.run.id).catch(unlessTaken);
  enqueue(core, posted.run.chat_id);
  return posted;
}

/** Read before the transaction: it looks at files. */
async function skillNamed(core: Core, chatId: string, text: string): Promise<WholeSkill | null> {
  if (!text.startsWith("/")) return null;
  const chat = await findChat(core.sql, chatId);
  const session = chat && (await findSession(core.sql, chat.session_id));
  return session ? skillOfMessage(core, await projectOf(core, session.project_id), text) : null;
}

interface Said {
  text: string;
  /** Named at the front of the text. */
  skill: WholeSkill | null;
  client_id: string | null;
  /** Its persona, and the model of that. */
  agent: string | null;
  model: string | null;
}

/** The lane was quicker: the run is already what was asked for. */
function unlessTaken(error: unknown): void {
  if (!(error instanceof AppError) || error.code !== "conflict") throw error;
}

/** Rolls the transaction back, so that a repeated send takes no positions. */
class AlreadyPosted extends Error {
  constructor(readonly posted: { message: Message; run: Run }) {
    super("already posted");
  }
}

async function existing(tx: Tx, chatId: string, clientId: string): Promise<{ message: Message; run: Run } | null> {
  const message = await findByClientId(tx, chatId, clientId);
  if (!message) return null;
  const [run] = await runsOfMessages(tx, [message.id]);
  return run ? { message, run } : null;
}

async function store(core: Core, tx: Tx, emit: Emit, chat: Chat, first: number, said: Said, input: PostMessage) {
  const session = await findSession(tx, chat.session_id);
  if (!session) throw notFound("session");
  const agent = await pickAgent(core, tx, chat, input);
  if (!agent) await checkPick(tx, input, chat);
  const picked = input.agent !== undefined && said.agent !== chat.agent;
  if (picked) await setChatAgent(tx, chat.id, said.agent);
  if ((await rememberPicks(tx, chat, input, agent)) || picked) emitChat(emit, chat);
  // Outside agents have commands of their own, which they get as they are.
  const command = agent === null && compactCommand(said.text) !== null ? ({ command: "compact" } as const) : {};
  const [message, answer] = await Promise.all([
    insertMessage(tx, {
      id: newId(),
      chat_id: chat.id,
      role: "user",
      position: first,
      client_id: said.client_id,
    }),
    insertMessage(tx, { id: newId(), chat_id: chat.id, role: "assistant", position: first + 1, client_id: null }),
  ]);
  const attachments = await takeAttachments(tx, input.attachments ?? []);
  if (said.text !== "") await insertText(tx, message, said.text, command);
  if (
    said.skill &&
    !("command" in command) &&
    !(agent && (await agentHasCommand(core, tx, chat, agent.provider, said.skill.name)))
  )
    await insertSkill(tx, message, said.skill, agent ? "agent" : "native");
  await attachTo(tx, message, attachments);
  const run = await insertRun(tx, {
    id: newId(),
    chat_id: chat.id,
    session_id: session.id,
    project_id: session.project_id,
    question_id: message.id,
    answer_id: answer.id,
    via: input.via,
    ...whoRuns(chat, session, input, agent, said),
  });
  if (!("command" in command))
    await nameAfter(tx, emit, chat, session, said.text || attachments.map((a) => a.name).join(", "));
  await touchSession(tx, session.id);
  emitRun(emit, run);
  return { message, run, created: true };
}

/** Our own loop by an endpoint and a model; an outside agent by what was picked for it. */
function whoRuns(
  chat: Chat,
  session: { model: string | null },
  input: PostMessage,
  agent: AgentPick | null,
  said: Said,
) {
  if (agent) return { ...agent, endpoint_id: null, agent: null };
  return {
    provider: NATIVE_PROVIDER,
    endpoint_id: input.endpoint_id ?? chat.endpoint_id,
    model: input.model ?? chat.model ?? said.model ?? session.model,
    agent: said.agent,
    mode: ownMode(input.mode) ?? chat.mode,
    agent_mode: null,
    thinking: null,
  };
}

function ownMode(mode: string | undefined): RunMode | undefined {
  if (mode === undefined) return undefined;
  const own = RUN_MODES.find((m) => m === mode);
  if (!own) throw invalid(`There is no mode "${mode}". There are: ${RUN_MODES.join(", ")}.`, "mode");
  return own;
}

/** Untitled chats and sessions are named after the first message until somebody names them. */
async function nameAfter(
  tx: Tx,
  emit: Emit,
  chat: Chat,
  session: { id: string; title: string; titled_by: string },
  text: string,
): Promise<void> {
  const title = titleFrom(text);
  if (chat.titled_by === "auto" && chat.title === UNTITLED_CHAT) {
    const named = await renameChat(tx, chat.id, title, "auto");
    if (named) emitChat(emit, named);
  }
  if (session.titled_by === "auto" && session.title === UNTITLED_SESSION) {
    const named = await renameSession(tx, session.id, title, "auto");
    if (named) emitSession(emit, named);
  }
}

/** The first line that says something, cut at a word. */
export function titleFrom(text: string): string {
  const line =
    text
      .split("\n")
      .map((l) => l.replace(/\s+/g, " ").trim())
      .find((l) => /[\p{L}\p{N}]/u.test(l)) ?? "Untitled";
  if (line.length <= TITLE_CHARS) return line;
  const cut = line.slice(0, TITLE_CHARS);
  const space = cut.lastIndexOf(" ");
  return `${(space > TITLE_CHARS / 2 ? cut.slice(0, space) : cut).toWellFormed()}…`;
}

/** Goes on after a limit, a failure, a stop or a restart: a new run and a new answer to the same question. */
export async function continueRun(core: Core, runId: string, via: Via): Promise<Run> {
  if (core.stopping) throw new AppError("unavailable", "BooCode is shutting down.");
  const known = await findRun(core.sql, runId);
  if (!known) throw notFound("run");
  const run = await transact(core, (tx, emit) => continued(tx, emit, runId, via)).catch((error: unknown) => {
    throw wake(core, known.chat_id, error);
  });
  enqueue(core, run.chat_id);
  return run;
}

async function continued(tx: Tx, emit: Emit, runId: string, via: Via): Promise<Run> {
  const before = await findRun(tx, runId);
  if (!before) throw notFound("run");
  const first = await takePositions(tx, before.chat_id, 1);
  if (first === null) throw notFound("chat");
  if (!canContinue(before.state))
    throw conflict("Only a run that was stopped, cut or failed can be continued.", before);
  const later = (await openRuns(tx, before.chat_id))[0];
  if (later) throw conflict("Another run of this chat is going on or waiting.", later);
  const newest = await newestSettled(tx, before.chat_id);
  if (newest?.id !== before.id) throw conflict("Only the newest run of a chat can be continued.", newest);
  const next = await answerOnceMore(tx, before, first, { via, agent: before.agent });
  emit({
    topic: sessionTopic(before.session_id),
    kind: "run.changed",
    payload: { run_id: before.id, chat_id: before.chat_id, session_id: before.session_id, state: before.state },
  });
  emitRun(emit, next);
  return next;
}

/** A new run and its empty answer at `position`, to the question of a run that has ended; with the chat's persona by default. */
export async function answerOnceMore(
  tx: Tx,
  before: Run,
  position: number,
  by: { via: Via; endpoint_id?: string | undefined; model?: string | undefined; agent?: string | null },
): Promise<Run> {
  const answer = await insertMessage(tx, {
    id: newId(),
    chat_id: before.chat_id,
    role: "assistant",
    position,
    client_id: null,
  });
  const chat = await findChat(tx, before.chat_id);
  return insertRun(tx, {
    id: newId(),
    chat_id: before.chat_id,
    session_id: before.session_id,
    project_id: before.project_id,
    question_id: before.question_id,
    answer_id: answer.id,
    endpoint_id:
      by.endpoint_id ?? (before.provider === NATIVE_PROVIDER ? chat?.endpoint_id : null) ?? before.endpoint_id,
    model: by.model ?? (before.provider === NATIVE_PROVIDER && chat?.endpoint_id ? chat.model : before.model),
    via: by.via,
    mode: before.mode,
    provider: before.provider,
    agent_mode: before.agent_mode,
    thinking: before.thinking,
    agent: before.provider !== NATIVE_PROVIDER ? null : by.agent === undefined ? (chat?.agent ?? null) : by.agent,
  });
}
