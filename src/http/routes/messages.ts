/** One message: the way to where it stands, whatever became of its chat. */
import { Elysia } from "elysia";
import { z } from "zod";
import { ids } from "../../../views/ids.ts";
import { urls } from "../../../views/urls.ts";
import { placeOf } from "../../engine/pages.ts";
import { notFound } from "../../lib/errors.ts";
import { readEntries } from "../../store/transcript.ts";
import { parseQuery } from "../body.ts";
import { describing } from "../describe.ts";
import { jsonAnswer, seeOther, wants } from "../respond.ts";
import type { Web } from "../web.ts";

const At = z.object({
  part: z.string().max(40).optional().describe("Pages: the part of it that is opened."),
  line: z.coerce.number().int().min(1).optional().describe("Pages: the line of a tool's result that is marked."),
});

export function messageRoutes(web: Web) {
  return new Elysia().get(
    "/messages/:id",
    ({ request, params }) => show(web, request, params.id),
    describing("chats")({
      summary: "A message with its parts; its page leads to where it stands in its chat.",
      query: At,
      answers: { 200: { message: "Entry" } },
    }),
  );
}

async function show(web: Web, request: Request, id: string): Promise<Response> {
  const { part: partId, line } = parseQuery(request, At);
  const { message, part, newest } = await placeOf(web.core, id, partId ?? null);
  if (wants(request) === "json") {
    const [entry] = await readEntries(web.core.sql, [message], null);
    if (!entry) throw notFound("message");
    const { message: row, ...rest } = entry;
    return jsonAnswer(request, { message: { ...row, ...rest } });
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
