/** One journal event of a session → the partials that show it. Upserts of what the rows say now; text comes by deltas. */

import { AgentList, AgentPick, AgentPlan } from "../../../views/chats/agent.tsx";
import { ArtifactRow } from "../../../views/chats/artifact-row.tsx";
import { CompactionView } from "../../../views/chats/compaction.tsx";
import { SessionHead } from "../../../views/chats/head.tsx";
import { AssistantMessage, UserMessage } from "../../../views/chats/message.tsx";
import { ModeList, ModePick } from "../../../views/chats/mode.tsx";
import { Calls, NoticeView, ReasoningPartView, TextPartView } from "../../../views/chats/parts.tsx";
import { PersonaList, PersonaPick } from "../../../views/chats/persona.tsx";
import { ModelList, ModelPick } from "../../../views/chats/picker.tsx";
import { ToolRow, ToolsSummary } from "../../../views/chats/tools.tsx";
import { ids } from "../../../views/ids.ts";
import { RequestCard } from "../../../views/requests/card.tsx";
import { Uncommitted } from "../../../views/worktrees/carry.tsx";
import type { Chat } from "../../domain/chat.ts";
import type { JournalEvent } from "../../domain/event.ts";
import type { Part, ToolPart } from "../../domain/message.ts";
import { askingParts } from "../../domain/request.ts";
import { NATIVE_PROVIDER } from "../../domain/run.ts";
import type { Core } from "../../engine/core.ts";
import { agentOfChat, type ChatAgent } from "../../engine/dispatch/picks.ts";
import { readLayout } from "../../engine/layout.ts";
import { branchAt, readPicker } from "../../engine/pages.ts";
import { projectOf } from "../../engine/projects.ts";
import { loadHighlighter } from "../../lib/highlight.ts";
import { planOfChat } from "../../store/agent-sessions.ts";
import { listEndpointRows } from "../../store/endpoints.ts";
import { findMessage, findPart, newestAnswers, readToolGroup } from "../../store/messages.ts";
import { findRequest, findRequestOfPart, requestsOfMessages } from "../../store/requests.ts";
import { findSession } from "../../store/sessions.ts";
import { countEarlier } from "../../store/superseded.ts";
import { readEntries } from "../../store/transcript.ts";
import { worktreeOfSession } from "../../store/worktrees.ts";
import type { Around } from "./connection.ts";
import { changeNews, manyNews, ReviewTold } from "./review.tsx";
import { endingBefore, RunRegions, runThatWrote } from "./run.tsx";
import type { RenderEvent, Rendered } from "./session-lane.ts";
import { append, remove, swap, upsert } from "./swap.ts";
import { arrange, barsAround, focusedChat, readArrangement } from "./workspace.tsx";

type Db = Parameters<typeof findPart>[0];
const NOTHING: Rendered = { html: "", chat_id: null };

export function createEventRenderer(core: Core, sessionId: string): RenderEvent {
  const runs = new RunRegions(core, sessionId);
  const told = new ReviewTold();
  let known = "";
  /** Of the session, which never moves to another project. */
  const projectId = async () => {
    known ||= (await findSession(core.reads, sessionId))?.project_id ?? "";
    return known;
  };
  return async (event, connections) => {
    switch (event.kind) {
      case "message.created":
        return messageCreated(core, event.payload.message_id, event.payload.chat_id);
      case "message.deleted":
        return { html: remove(ids.message(event.payload.message_id)), chat_id: event.payload.chat_id };
      case "part.opened":
        return partOpened(core, await projectId(), event.payload);
      case "part.changed":
        return partChanged(core, await projectId(), event.payload);
      case "part.closed":
        return partClosed(core, await projectId(), event.payload);
      case "run.changed":
        return runs.changed(event.payload);
      case "run.progress":
        return runs.progress(event.payload);
      case "request.changed":
        return requestChanged(core, await projectId(), event.payload);
      case "plan.changed":
        return planChanged(core, event.payload.chat_id);
      case "chat.changed":
        return {
          html: await picker(core, core.reads, event.payload.chat_id),
          chat_id: null,
          around: await barsAround(core.reads, sessionId),
        };
      case "terminal.changed":
        return { ...NOTHING, around: await barsAround(core.reads, sessionId) };
      case "chat.deleted":
      case "terminal.deleted":
        return { ...NOTHING, around: arrange(await readArrangement(core, sessionId, connections)) };
      case "layout.changed":
        return { ...NOTHING, around: arrange(await readArrangement(core, sessionId, connections)) };
      case "change.changed":
        return {
          html: await changeNews(core.sql, told, sessionId, event.payload.change_id),
          chat_id: null,
          around: await barsAround(core.reads, sessionId),
        };
      case "changes.changed":
      case "apply.changed":
        return {
          html: await manyNews(core.sql, sessionId),
          chat_id: null,
          around: await barsAround(core.reads, sessionId),
        };
      case "session.changed":
      case "worktree.changed":
        return { ...NOTHING, around: await head(core, sessionId) };
      default:
        return NOTHING;
    }
  };
}

/** Never with the text of open parts: their deltas come after this event and bring it. */
async function messageCreated(core: Core, messageId: string, chatId: string): Promise<Rendered> {
  const message = await findMessage(core.reads, messageId);
  if (!message) return NOTHING;
  const into = remove(ids.message(messageId));
  if (message.role === "user") {
    const [entry] = await readEntries(core.reads, [message], 0);
    if (!entry) return NOTHING;
    return { html: into + append(ids.log(chatId), UserMessage({ entry, now: Date.now() }) as string), chat_id: chatId };
  }
  const [[last, ...older], run, counted, endpoints] = await Promise.all([
    newestAnswers(core.reads, chatId, 2),
    runThatWrote(core.reads, messageId),
    countEarlier(core.reads, [message]),
    listEndpointRows(core.reads),
  ]);
  const newest = last?.id === messageId;
  const [before] = newest ? older : await newestAnswers(core.reads, chatId, 1, message.position);
  const earlier = counted.get(messageId);
  const answer = AssistantMessage({
    entry: { message, parts: [], requests: [], run, ...(earlier !== undefined && { earlier }) },
    progress: run ? core.live.progressOf(run.id) : null,
    now: Date.now(),
    project_id: run?.project_id ?? "",
    endpoints,
    newest,
  });
  // In one frame with what takes its place: a reader may be cut off after any.
  const ending = before ? await endingBefore(core.reads, before) : "";
  return { html: ending + into + append(ids.log(chatId), answer as string), chat_id: chatId };
}

async function partOpened(
  core: Core,
  projectId: string,
  p: { part_id: string; message_id: string; chat_id: string },
): Promise<Rendered> {
  const part = await findPart(core.reads, p.part_id);
  if (!part) return NOTHING;
  const into = ids.parts(p.message_id);
  if (part.kind === "tool") return { html: await toolOpened(core, part, projectId, into), chat_id: p.chat_id };
  const fresh = { ...part, state: "open", text: "" } as Part;
  if (fresh.kind === "text")
    return { html: append(into, TextPartView({ part: fresh, project_id: projectId }) as string), chat_id: p.chat_id };
  if (part.kind === "notice") return { html: append(into, NoticeView({ part }) as string), chat_id: p.chat_id };
  if (part.kind === "artifact") return { html: append(into, ArtifactRow({ part }) as string), chat_id: p.chat_id };
  if (part.kind === "compaction")
    return {
      html: remove(ids.part(part.id)) + append(into, CompactionView({ part, project_id: projectId }) as string),
      chat_id: p.chat_id,
    };
  if (fresh.kind === "reasoning")
    return { html: append(into, ReasoningPartView({ part: fresh }) as string), chat_id: p.chat_id };
  return NOTHING;
}

/** A call of an agent that goes on: its row alone. */
async function partChanged(
  core: Core,
  projectId: string,
  p: { part_id: string; message_id: string; chat_id: string },
): Promise<Rendered> {
  const part = await findPart(core.reads, p.part_id);
  if (part?.kind !== "tool" || part.state !== "open") return NOTHING;
  const asking = (await findRequestOfPart(core.reads, part.id))?.state === "open";
  const row = ToolRow({ part, asking, project_id: projectId, now: Date.now() }) as string;
  return { html: upsert(ids.part(part.id), row), chat_id: p.chat_id };
}

async function toolOpened(core: Core, part: ToolPart, projectId: string, into: string): Promise<string> {
  const now = Date.now();
  const group = part.meta.group_id;
  if (group === part.id) {
    const calls = { group_id: group, parts: [part], requests: [], open: true, project_id: projectId, now };
    return append(into, Calls(calls) as string);
  }
  const row = append(ids.toolRows(group), ToolRow({ part, project_id: projectId, now }) as string);
  return row + (await toolsSummary(core, part));
}

async function toolsSummary(core: Core, { message_id, meta }: ToolPart): Promise<string> {
  const [parts, requests] = await Promise.all([
    readToolGroup(core.reads, message_id, meta.group_id),
    requestsOfMessages(core.reads, [message_id]),
  ]);
  const asking = askingParts(requests);
  const summary = ToolsSummary({ group_id: meta.group_id, parts, asking });
  return upsert(ids.toolsSummary(meta.group_id), summary as string);
}

/** The card, and the call that asks. A card that is there is never drawn again while it is open: somebody may be typing. */
async function requestChanged(
  core: Core,
  projectId: string,
  p: JournalEvent<"request.changed">["payload"],
): Promise<Rendered> {
  const request = await findRequest(core.reads, p.request_id);
  if (!request || (!p.made && p.state === "open")) return NOTHING;
  const now = Date.now();
  const card = RequestCard({ request, now }) as string;
  const part = request.part_id === null ? null : await findPart(core.reads, request.part_id);
  const call = part?.kind === "tool" ? part : null;
  const place = call ? ids.asks(call.meta.group_id) : ids.messageAsks(request.message_id);
  const id = ids.request(request.id);
  let html = p.made ? remove(id) + append(place, card) : upsert(id, card);
  if (call) {
    const row = ToolRow({ part: call, asking: request.state === "open", project_id: projectId, now });
    html += upsert(ids.part(call.id), row as string) + (await toolsSummary(core, call));
  }
  return { html, chat_id: p.chat_id };
}

async function partClosed(
  core: Core,
  projectId: string,
  p: { part_id: string; message_id: string; chat_id: string },
): Promise<Rendered> {
  const part = await findPart(core.reads, p.part_id);
  if (!part) return NOTHING;
  const now = Date.now();
  if (part.kind === "tool") {
    const row = upsert(ids.part(part.id), ToolRow({ part, project_id: projectId, now }) as string);
    return { html: row + (await toolsSummary(core, part)), chat_id: p.chat_id };
  }
  if (part.kind === "reasoning")
    return { html: upsert(ids.part(part.id), ReasoningPartView({ part }) as string), chat_id: p.chat_id };
  if (part.kind === "compaction")
    return {
      html: swap(ids.part(part.id), "outerHTML", CompactionView({ part, project_id: projectId }) as string),
      chat_id: p.chat_id,
    };
  if (part.kind === "text") {
    await loadHighlighter();
    return {
      html: swap(ids.part(part.id), "outerHTML", TextPartView({ part, project_id: projectId }) as string),
      chat_id: p.chat_id,
    };
  }
  return NOTHING;
}

async function head(core: Core, sessionId: string): Promise<Around> {
  const session = await findSession(core.reads, sessionId);
  if (!session) return () => "";
  const project = await projectOf(core, session.project_id);
  const branch = await branchAt(project.path);
  const chat_id = focusedChat(await readLayout(core.reads, sessionId));
  const worktree_branch = (await worktreeOfSession(core.reads, sessionId))?.branch ?? null;
  const props = { session, project, branch, worktree_branch, chat_id };
  const html = upsert(ids.sessionHead(sessionId), SessionHead(props) as string);
  return () => html;
}

/** Of a coder's chat: who answers, and what the agent plans. */
async function agentRegions(core: Core, db: Db, chat: Chat): Promise<string> {
  if (chat.kind !== "coder") return "";
  const agent = await agentOfChat(core, db, chat);
  return (
    upsert(ids.agentPick(chat.id), AgentPick({ chat, agent }) as string) +
    upsert(ids.agentList(chat.id), AgentList({ chat, agent }) as string) +
    upsert(ids.plan(chat.id), AgentPlan({ chat_id: chat.id, plan: agent.plan }) as string) +
    upsert(ids.uncommitted(chat.id), Uncommitted({ chat, asks: await lacksWorktree(db, chat, agent) }) as string)
  );
}

const lacksWorktree = async (db: Db, chat: Chat, { provider }: ChatAgent) =>
  provider !== null && !(await worktreeOfSession(db, chat.session_id));

async function planChanged(core: Core, chatId: string): Promise<Rendered> {
  const plan = AgentPlan({ chat_id: chatId, plan: await planOfChat(core.reads, chatId) }) as string;
  return { html: upsert(ids.plan(chatId), plan), chat_id: chatId };
}

export async function picker(core: Core, db: Db, chatId: string): Promise<string> {
  const { chat, pick, personas, endpoints } = await readPicker(core, db, chatId);
  const mode =
    chat?.kind === "coder"
      ? upsert(ids.modePick(chatId), ModePick({ chat }) as string) +
        upsert(ids.modeList(chatId), ModeList({ chat }) as string)
      : "";
  const persona =
    chat && personas
      ? upsert(ids.personaPick(chatId), PersonaPick({ chat, personas }) as string) +
        upsert(ids.personaList(chatId), PersonaList({ chat, personas }) as string)
      : "";
  const native = !chat || chat.provider === NATIVE_PROVIDER;
  return (
    mode +
    persona +
    (chat ? await agentRegions(core, db, chat) : "") +
    upsert(ids.modelPick(chatId), ModelPick({ chat_id: chatId, pick, hidden: !native }) as string) +
    upsert(ids.modelList(chatId), ModelList({ chat_id: chatId, endpoints, pick }) as string)
  );
}
