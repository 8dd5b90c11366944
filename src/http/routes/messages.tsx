/** One message: the way to where it stands, another answer or text in its place, and a chat that branches off at it. */
import { Elysia } from "elysia";
import { z } from "zod";
import { EarlierContent, EarlierRows } from "../../../views/chats/earlier-rows.tsx";
import { ReviseContent, ReviseForm } from "../../../views/chats/revise.tsx";
import { ids } from "../../../views/ids.ts";
import { Page } from "../../../views/layout/page.tsx";
import { urls } from "../../../views/urls.ts";
import type { Entry } from "../../domain/message.ts";
import { attachedTo } from "../../engine/attachments.ts";
import { forkChat } from "../../engine/forks.ts";
import { earlierPage, framePage, placeOf } from "../../engine/pages.ts";
import { regenerate, revise } from "../../engine/turn/again.ts";
import { AppError } from "../../lib/errors.ts";
import { loadHighlighter } from "../../lib/highlight.ts";
import { findAttachments } from "../../store/attachments.ts";
import { readEntries } from "../../store/transcript.ts";
import { parseBody, parseQuery, parseUpload } from "../body.ts";
import { describing } from "../describe.ts";
import { callerOf } from "../request.ts";
import { accepted, answerPost, created, htmlAnswer, jsonAnswer, respond, seeOther, wants } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";
import { takeFiles, UPLOAD_LIMIT_BYTES } from "./attachments.tsx";
import { several } from "./fields.ts";
import { drawChat } from "./workspace.tsx";

const about = describing("messages");
const At = z.object({
  part: z.string().max(40).optional().describe("Pages: the part of it that is opened."),
  line: z.coerce.number().int().min(1).optional().describe("Pages: the line of a tool's result that is marked."),
});
const Regeneration = z.object({
  endpoint_id: z.string().max(40).optional().describe("For this answer, with `model`; the chat's pick by default."),
  model: z.string().max(300).optional(),
});
const Revision = Regeneration.extend({
  text: z.string().default(""),
  attachments: several.optional().describe("Ids of what goes with it; without it, what went with the former one."),
  client_id: z.string().optional().describe("Yours: the same one again is the same message."),
});

export function messageRoutes(web: Web) {
  return new Elysia()
    .get(
      "/messages/:id",
      ({ request, params }) => show(web, request, params.id),
      about({
        summary: "A message with its parts; its page leads to where it stands in its chat.",
        query: At,
        answers: { 200: { message: "Entry" } },
      }),
    )
    .get(
      "/messages/:id/earlier",
      ({ request, params }) => earlier(web, request, params.id),
      about({
        summary: "What was put aside for this message, oldest first.",
        answers: { 200: { messages: "Entry[]" } },
      }),
    )
    .post(
      "/messages/:id/regeneration",
      async ({ request, params }) => {
        const input = await parseBody(request, Regeneration);
        const run = await regenerate(web.core, { ...input, message_id: params.id, via: callerOf(request).via });
        return answerPost(request, { json: () => accepted({ run }), url: urls.chat(run.chat_id) });
      },
      about({
        summary: "Answers the message's question again; the answers so far and what followed are put aside.",
        body: Regeneration,
        answers: { 202: { run: "Run" } },
      }),
    )
    .get(
      "/messages/:id/revision",
      ({ request, params }) => reviseForm(web, request, params.id),
      about({ summary: "The form for it.", answers: {}, also: { "text/html": "A page, or a fragment for htmx." } }),
    )
    .post(
      "/messages/:id/revision",
      ({ request, params }) => revision(web, request, params.id),
      about({
        summary: "Sends a message of yours with another text; the former one and what followed are put aside.",
        body: Revision,
        files: "files",
        answers: { 202: { message: "Message", run: "Run" } },
      }),
    )
    .post(
      "/messages/:id/fork",
      async ({ request, params }) => {
        const chat = await forkChat(web.core, params.id);
        return answerPost(request, { json: () => created(urls.chat(chat.id), { chat }), url: urls.chat(chat.id) });
      },
      about({
        summary: "A new chat in the same session that begins with everything up to this message.",
        answers: { 201: { chat: "Chat" } },
      }),
    );
}

async function show(web: Web, request: Request, id: string): Promise<Response> {
  const { part: partId, line } = parseQuery(request, At);
  const { message, part, newest } = await placeOf(web.core, id, partId ?? null);
  if (wants(request) === "json") {
    const [entry] = await readEntries(web.core.sql, [message], null);
    return jsonAnswer(request, { message: entry && flat(entry) });
  }
  const query = { around: message.id, part: part?.id, line: part?.kind === "tool" ? line : undefined };
  // What a person wrote is one text: its message is the row to land on.
  const anchor =
    part === null || message.role === "user"
      ? ids.message(message.id)
      : query.line === undefined
        ? ids.part(part.id)
        : ids.partLine(part.id);
  return seeOther((newest ? urls.chatAt : urls.chatAround)(message.chat_id, query, anchor));
}

/** A message with what belongs to it, as one object. */
const flat = ({ message, ...entry }: Entry) => ({ ...message, ...entry });

async function earlier(web: Web, request: Request, id: string): Promise<Response> {
  await loadHighlighter();
  const at = await earlierPage(web.core, id);
  const shown = { entries: at.entries, project_id: at.project.id, now: Date.now() };
  return respond(request, {
    fragment: () => EarlierRows(shown) as string,
    page: () => {
      const frame = { ...frameFor(web, request, at), stream: null };
      const current = { session_id: at.chat.session_id, project_id: at.project.id };
      const safeContent = EarlierContent({ ...shown, back: urls.message(id) }) as string;
      return Page({ frame, title: `${at.chat.title}: put aside`, current, children: safeContent });
    },
    json: () => ({ messages: at.entries.map(flat) }),
  });
}

async function reviseForm(web: Web, request: Request, id: string): Promise<Response> {
  const { message } = await placeOf(web.core, id, null);
  const [entry] = await readEntries(web.core.sql, [message], 0);
  const shown = {
    message,
    text: entry?.parts.flatMap((part) => (part.kind === "text" ? part.text : [])).join("\n") ?? "",
    attachments: await findAttachments(web.core.sql, await attachedTo(web.core.sql, id)),
  };
  return respond(request, {
    fragment: () => ReviseForm(shown) as string,
    page: async () => {
      const frame = frameFor(web, request, await framePage(web.core));
      return Page({ frame, title: "Edit and send again", children: ReviseContent(shown) });
    },
    json: () => ({ text: shown.text, attachments: shown.attachments }),
  });
}

async function revision(web: Web, request: Request, id: string): Promise<Response> {
  const { input, files } = await parseUpload(request, Revision, UPLOAD_LIMIT_BYTES);
  const { taken, refused } = await takeFiles(web.core, files);
  const kept = input.attachments ?? (await attachedTo(web.core.sql, id));
  const attachments = [...kept, ...taken.map((a) => a.id)];
  try {
    if (refused) throw refused;
    const { message, run } = await revise(web.core, id, { ...input, attachments, via: callerOf(request).via });
    return answerPost(request, {
      json: () => accepted({ message, run }, { location: urls.run(run.id) }),
      url: urls.chat(run.chat_id),
    });
  } catch (error) {
    // A plain form gets its page back with the reason, and the text in the composer.
    if (wants(request) !== "page" || !(error instanceof AppError) || !KEPT.includes(error.code)) throw error;
    const { message } = await placeOf(web.core, id, null);
    const composer = {
      draft: input.text,
      attachments: await findAttachments(web.core.sql, attachments),
      client_id: crypto.randomUUID(),
      error: error.message,
    };
    return htmlAnswer(request, await drawChat(web, request, message.chat_id, { composer }), {
      status: error.code === "conflict" ? 409 : 422,
    });
  }
}
const KEPT = ["invalid", "limit", "forbidden", "conflict"];
