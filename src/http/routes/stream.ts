/** GET /stream: one event stream per browser tab, or the journal's events for clients (`as=json`). */
import { Elysia } from "elysia";
import { z } from "zod";
import { AppError, notFound } from "../../lib/errors.ts";
import { readHead } from "../../store/journal.ts";
import { findSession } from "../../store/sessions.ts";
import { parseQuery } from "../body.ts";
import { describing } from "../describe.ts";
import { keepOpen, watchCaller } from "../request.ts";
import type { Web } from "../web.ts";

const seq = z.coerce.number().int().min(0);
const Query = z.object({
  session: z.string().max(40).optional().describe("Events of this session, beside those of the desk."),
  chat: z.string().max(40).optional().describe("Pages: the chat whose transcript is shown."),
  since: seq.optional().describe("Position after which to begin; now by default. `Last-Event-ID` wins."),
  page: z.string().max(20).optional().describe("Pages: `desk`, `settings`."),
  build: z.string().max(40).optional().describe("Pages: the build that drew them."),
  as: z.enum(["html", "json"]).default("html").describe("`json`: the journal's events."),
});

export function streamRoutes(web: Web) {
  return new Elysia().get(
    "/stream",
    ({ request }) => open(web, request),
    describing("stream")({
      summary: "The event stream.",
      query: Query,
      answers: {},
      also: { "text/event-stream": "Events; docs/api/stream.md lists every kind." },
    }),
  );
}

async function open(web: Web, request: Request): Promise<Response> {
  const query = parseQuery(request, Query);
  if (query.session && !(await findSession(web.core.sql, query.session))) throw notFound("session");
  // A stream that stands but cannot say anything would look alive: without a database it is refused.
  if (!query.session) await readHead(web.core.sql);
  // What the browser saw last wins over where the page was rendered.
  const last = seq.safeParse(request.headers.get("last-event-id") || undefined);
  const since = last.success ? last.data : (query.since ?? web.core.journal.published);
  keepOpen(request);
  const response = web.hub.open(
    {
      session_id: query.session ?? null,
      chat_id: query.chat ?? null,
      page: query.page ?? null,
      json: query.as === "json",
      since,
      again: last.success,
      build: query.build ?? null,
      caller: watchCaller(request),
    },
    request.signal,
  );
  if (!response) throw new AppError("limit", "Too many open streams; close some tabs.", { status: 429 });
  return response;
}
