/** Chats: the page with its transcript, older messages, messages coming in, the model that is picked. */
import { Elysia } from "elysia";
import { z } from "zod";
import { HistoryContent } from "../../../views/chats/content.tsx";
import { OlderRows } from "../../../views/chats/message.tsx";
import { Page } from "../../../views/layout/page.tsx";
import { urls } from "../../../views/urls.ts";
import { RUN_MODES } from "../../domain/change.ts";
import type { Chat } from "../../domain/chat.ts";
import type { Marked } from "../../domain/page.ts";
import { forkBefore } from "../../engine/forks.ts";
import { snapshot } from "../../engine/journal.ts";
import { type ChatWindow, chatPage, markedOf, readChatView } from "../../engine/pages.ts";
import { changePersona } from "../../engine/personas/picks.ts";
import { changeChat, removeChat } from "../../engine/sessions.ts";
import { compactChat } from "../../engine/turn/compact-chat.ts";
import { postMessage } from "../../engine/turn/start.ts";
import { AppError, invalid } from "../../lib/errors.ts";
import { loadHighlighter } from "../../lib/highlight.ts";
import { findAttachments } from "../../store/attachments.ts";
import { parseBody, parseQuery, parseUpload } from "../body.ts";
import { blankComposer } from "../composer-state.ts";
import { describing } from "../describe.ts";
import { transcriptMarkdown } from "../markdown-export.ts";
import { callerOf } from "../request.ts";
import { accepted, answerPost, created, htmlAnswer, jsonAnswer, noContent, respond, wants } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";
import { takeFiles, UPLOAD_LIMIT_BYTES } from "./attachments.tsx";
import { flag, several } from "./fields.ts";
import { drawChat, showChat } from "./workspace.tsx";

const about = describing("chats");
const text = z.string({ error: "Write a message first." });
const mode = z.enum(RUN_MODES, { error: "A mode is plan, ask or bypass." });
const position = z.coerce.number().int().min(1).optional();
const Before = z.object({
  before: position.describe("Messages below this position; `cursor.before` of the last answer."),
});
const Opened = {
  around: z.string().max(40).optional().describe("A message of the chat: the window that it stands in."),
  part: z.string().max(40).optional().describe("Pages: the part of it that is opened."),
  line: position.describe("Pages: the line of a tool's result that is marked."),
};
const Shown = Before.extend(Opened);
const OnPage = Shown.extend({
  draft: z.string().max(2_000).optional().describe("Pages: what stands in the field."),
});
const Window = Shown.extend({ after: position.describe("Messages above this position; `cursor.after`.") });
const PostMessage = z.object({
  text: text.default(""),
  attachments: several.optional().describe("Ids of what goes with it; see POST /attachments."),
  client_id: z.string().optional().describe("Yours: the same one again is the same message."),
  provider: z
    .string()
    .max(40)
    .optional()
    .describe("Who executes it, for this and the following messages of a chat of kind coder; see /providers."),
  endpoint_id: z.string().max(40).optional().describe("For this message, with `model`; the chat's pick by default."),
  model: z.string().max(300).optional(),
  mode: z
    .string()
    .max(300)
    .optional()
    .describe("plan, ask or bypass, in a chat of kind coder; or an outside agent's own mode."),
  thinking: z.string().max(300).optional().describe("Level of thinking of an outside agent."),
  agent: z
    .string()
    .max(200)
    .optional()
    .describe("Id or name of a persona, for this and the following messages; empty for none. See /agents."),
  now: flag.optional().describe("Stop what runs in the chat and begin at once."),
});
const Change = z.object({
  title: z.string().optional(),
  archived: flag.optional(),
  endpoint_id: z.string().max(40).nullish().describe("Pick for the coming messages, with `model`; null: the default."),
  model: z.string().max(300).nullish(),
  mode: mode.optional().describe("Of the coming messages: plan, ask or bypass."),
  agent: z.string().max(200).nullish().describe("Id or name of a persona for the coming messages; null for none."),
});
const Mode = z.object({ mode });
const Compaction = z.object({
  focus: z.string().max(2_000).optional().describe("What the summary should keep above all."),
  client_id: z.string().optional().describe("Yours: the same one again is the same message."),
});
const Pick = z.object({ endpoint_id: z.string().max(40).optional(), model: z.string().max(300).optional() });
const TRANSCRIPT = {
  chat: "Chat",
  session: "Session",
  messages: "Entry[]",
  queue: "Queued[]",
  live: "LiveRun|null",
  cursor: "Cursor",
  head: "integer",
} as const;

export function chatRoutes(web: Web) {
  return new Elysia()
    .get(
      "/chats/:id",
      ({ request, params }) => show(web, request, params.id),
      about({
        summary: "The chat with its newest messages, its queue and what runs.",
        query: OnPage,
        answers: { 200: TRANSCRIPT },
        also: { "text/markdown": "The whole transcript; also at /chats/:id.md." },
      }),
    )
    .patch(
      "/chats/:id",
      async ({ request, params }) => jsonAnswer(request, { chat: await change(web, request, params.id) }),
      about({
        summary: "Renames, archives, picks a model or a mode.",
        body: Change,
        answers: { 200: { chat: "Chat" } },
      }),
    )
    .delete(
      "/chats/:id",
      async ({ params }) => {
        await removeChat(web.core, params.id);
        return noContent();
      },
      about({ summary: "Deletes the chat and what was said in it; 409 while it runs.", answers: { 204: null } }),
    )
    .post(
      "/chats/:id/model",
      ({ request, params }) => pick(web, request, params.id),
      about({
        summary: "Picks endpoint and model for the coming messages; neither: the default.",
        body: Pick,
        answers: { 200: { chat: "Chat" } },
        form_of: "PATCH /chats/:id",
      }),
    )
    .post(
      "/chats/:id/mode",
      async ({ request, params }) => {
        const chat = await changeChat(web.core, params.id, await parseBody(request, Mode));
        return answerPost(request, { json: () => Response.json({ chat }), url: urls.chat(chat.id) });
      },
      about({
        summary: "Picks the mode of the coming messages.",
        body: Mode,
        answers: { 200: { chat: "Chat" } },
        form_of: "PATCH /chats/:id",
      }),
    )
    .post(
      "/chats/:id/compaction",
      ({ request, params }) => compact(web, request, params.id),
      about({
        summary: "Compacts what was said so far, as the message /compact does.",
        body: Compaction,
        answers: { 202: { message: "Message", run: "Run" } },
      }),
    )
    .post(
      "/parts/:id/branch",
      async ({ request, params }) => {
        const chat = await forkBefore(web.core, params.id);
        return answerPost(request, { json: () => created(urls.chat(chat.id), { chat }), url: urls.chat(chat.id) });
      },
      about({
        summary: "A new chat with everything before a boundary as it was said.",
        answers: { 201: { chat: "Chat" } },
      }),
    )
    .use(messageRoutes(web));
}

function messageRoutes(web: Web) {
  return new Elysia()
    .get(
      "/chats/:id/messages",
      ({ request, params }) => older(web, request, params.id),
      about({ summary: "A window of messages, as GET /chats/:id.", query: Window, answers: { 200: TRANSCRIPT } }),
    )
    .post(
      "/chats/:id/messages",
      ({ request, params }) => post(web, request, params.id),
      about({
        summary: "Sends a message; the run that answers it is started or queued.",
        body: PostMessage,
        files: "files",
        answers: { 202: { message: "Message", run: "Run" } },
      }),
    );
}

async function compact(web: Web, request: Request, id: string): Promise<Response> {
  const input = await parseBody(request, Compaction);
  const { message, run } = await compactChat(web.core, id, { ...input, via: callerOf(request).via });
  return answerPost(request, {
    json: () => accepted({ message, run }, { location: urls.run(run.id) }),
    url: urls.chat(id),
  });
}

async function change(web: Web, request: Request, id: string): Promise<Chat> {
  const { endpoint_id, model, agent, ...rest } = await parseBody(request, Change);
  // First: a name that nobody has leaves everything else as it is, too.
  if (agent !== undefined) await changePersona(web.core, id, agent);
  if (endpoint_id === undefined && model === undefined) return changeChat(web.core, id, rest);
  if (!endpoint_id !== !model)
    throw invalid("An endpoint and its model are picked together.", endpoint_id ? "model" : "endpoint_id");
  return changeChat(web.core, id, { ...rest, pick: endpoint_id && model ? { endpoint_id, model } : null });
}

async function show(web: Web, request: Request, id: string): Promise<Response> {
  const at = parseQuery(request, OnPage);
  return respond(request, {
    page: async () => {
      const composer = at.draft === undefined ? undefined : { ...blankComposer(), draft: at.draft };
      return showChat(web, request, id, { marked: await markedIn(web, at), composer });
    },
    json: () => readForClients(web, id, windowOf(at)),
    markdown: () => transcriptMarkdown(web.core, id),
  });
}

/** The message a page was asked to lead to. */
async function markedIn(web: Web, { around, part, line }: z.output<typeof Shown>): Promise<Marked | null> {
  return around ? markedOf(web.core.sql, { message_id: around, part_id: part, line }) : null;
}

function windowOf({ around, after, before }: Partial<z.output<typeof Window>>): ChatWindow {
  if (around !== undefined) return { around };
  if (after !== undefined) return { after };
  return before === undefined ? null : { before };
}

/** One window of the transcript with everything in it; `cursor.before` leads to the older ones. */
function readForClients(web: Web, id: string, window: ChatWindow): Promise<unknown> {
  return snapshot(web.core.sql, async (tx, head) => {
    const view = await readChatView(web.core, tx, { chat_id: id }, window, null);
    return {
      chat: view.chat,
      session: view.session,
      messages: view.entries.map(({ message, ...entry }) => ({ ...message, ...entry })),
      queue: view.queue,
      live: view.live && { ...view.live, progress: view.progress },
      cursor: { before: view.older, after: view.newer ?? null },
      head: head.seq,
    };
  });
}

async function older(web: Web, request: Request, id: string): Promise<Response> {
  const asked = parseQuery(request, Window);
  const read = () => chatPage(web.core, id, windowOf(asked));
  return respond(request, {
    fragment: async () => {
      await loadHighlighter();
      const { view } = await read();
      const { entries, older, project, endpoints } = view;
      return OlderRows({ chat_id: id, older, entries, now: Date.now(), project_id: project.id, endpoints }) as string;
    },
    page: async () => {
      await loadHighlighter();
      const at = await read();
      at.view.marked = await markedIn(web, asked);
      const frame = { ...frameFor(web, request, at), stream: null };
      const current = { session_id: at.view.session.id, project_id: at.view.project.id };
      return (
        <Page frame={frame} title={`${at.view.chat.title}: older messages`} current={current}>
          {HistoryContent({ view: at.view, now: frame.now }) as "safe"}
        </Page>
      ) as string;
    },
    json: () => readForClients(web, id, windowOf(asked)),
  });
}

async function post(web: Web, request: Request, id: string): Promise<Response> {
  const { input, files } = await parseUpload(request, PostMessage, UPLOAD_LIMIT_BYTES);
  const { taken, refused } = await takeFiles(web.core, files);
  const attachments = [...(input.attachments ?? []), ...taken.map((a) => a.id)];
  try {
    if (refused) throw refused;
    const { message, run } = await postMessage(web.core, {
      ...input,
      attachments,
      now: input.now ?? false,
      chat_id: id,
      via: callerOf(request).via,
    });
    return answerPost(request, {
      json: () => accepted({ message, run }, { location: urls.run(run.id) }),
      url: urls.chat(id),
    });
  } catch (error) {
    // A plain form gets its page back with the reason, the text that was typed, and what could be attached.
    if (wants(request) !== "page" || !(error instanceof AppError) || !KEPT.includes(error.code)) throw error;
    const composer = {
      draft: input.text,
      attachments: await findAttachments(web.core.sql, attachments),
      client_id: input.client_id ?? crypto.randomUUID(),
      error: error.message,
    };
    return htmlAnswer(request, await drawChat(web, request, id, { composer }), { status: 422 });
  }
}
const KEPT = ["invalid", "limit", "forbidden"];

async function pick(web: Web, request: Request, id: string): Promise<Response> {
  const { endpoint_id, model } = await parseBody(request, Pick);
  const chat = await changeChat(web.core, id, { pick: endpoint_id && model ? { endpoint_id, model } : null });
  return answerPost(request, { json: () => Response.json({ chat }), url: urls.chat(id) });
}
