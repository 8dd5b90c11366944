/** Requests: what runs ask a human, the answers, and what was allowed once and for all. */
import { Elysia } from "elysia";
import { z } from "zod";
import { Page } from "../../../views/layout/page.tsx";
import type { RefusedAnswer } from "../../../views/requests/card.tsx";
import { RequestContent } from "../../../views/requests/page.tsx";
import { urls } from "../../../views/urls.ts";
import type { Given } from "../../domain/answer.ts";
import { REQUEST_STATES, type RunRequest } from "../../domain/request.ts";
import { answerRequest, snooze } from "../../engine/answers.ts";
import { framePage } from "../../engine/pages.ts";
import { AppError, notFound } from "../../lib/errors.ts";
import { findRequest, listRequests } from "../../store/requests.ts";
import { parseBody, parseQuery } from "../body.ts";
import { describing } from "../describe.ts";
import { callerOf } from "../request.ts";
import { answerPost, htmlAnswer, respond, seeOther, wants } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";
import { flag } from "./fields.ts";

const about = describing("requests");
const LIST_MAX = 200;
const SNOOZE_MINUTES = 60;

const List = z.object({
  state: z.enum(REQUEST_STATES).optional(),
  session: z.string().max(40).optional().describe("Only of this session."),
  run: z.string().max(40).optional().describe("Only of this run."),
});
const oneOrMore = z.union([z.string(), z.array(z.string())]).optional();
const Reply = z.union([
  z.string(),
  z.array(z.string()),
  z.object({ selected: z.array(z.string()).optional(), text: z.string().optional() }),
]);
const Answer = z.object({
  option_id: z.string().optional().describe("Of a permission: the chosen option."),
  comment: z.string().optional().describe("Of a permission: why; the model is told."),
  allow: flag.optional().describe("Of read access."),
  answers: z
    .array(Reply)
    .optional()
    .describe("Of a question, one for each: an option, several, or free text; or `{ selected, text }`."),
  dismiss: flag.optional().describe("Of a question: it will not be answered."),
  q0: oneOrMore.describe("A form's: options of the first question, as `q1`, `q2`."),
  q1: oneOrMore,
  q2: oneOrMore,
  t0: z.string().optional().describe("A form's: own words to the first question, as `t1`, `t2`."),
  t1: z.string().optional(),
  t2: z.string().optional(),
});
const Snooze = z.object({ minutes: z.coerce.number().default(SNOOZE_MINUTES).describe("At most a week.") });

export function requestRoutes(web: Web) {
  return new Elysia()
    .get(
      urls.requests,
      ({ request }) => list(web, request),
      about({ summary: "What runs ask, newest first.", query: List, answers: { 200: { requests: "Request[]" } } }),
    )
    .get(
      "/requests/:id",
      ({ request, params }) => show(web, request, params.id),
      about({ summary: "A request.", answers: { 200: { request: "Request" } } }),
    )
    .post(
      "/requests/:id/answer",
      ({ request, params }) => answer(web, request, params.id),
      about({
        summary: "Answers it; 409 with its state when somebody was quicker.",
        body: Answer,
        answers: { 200: { request: "Request" } },
      }),
    )
    .post(
      "/requests/:id/snooze",
      ({ request, params }) => postpone(web, request, params.id),
      about({
        summary: "Takes it from “Needs you” for a while; it can be answered all the same.",
        body: Snooze,
        answers: { 200: { request: "Request" } },
      }),
    );
}

async function list(web: Web, request: Request): Promise<Response> {
  const { state, session, run } = parseQuery(request, List);
  if (wants(request) === "page") return seeOther(urls.desk);
  return respond(request, {
    json: async () => ({
      requests: await listRequests(web.core.sql, { state, session_id: session, run_id: run }, LIST_MAX),
    }),
  });
}

async function show(web: Web, request: Request, id: string): Promise<Response> {
  const found = await findRequest(web.core.sql, id);
  if (!found) throw notFound("request");
  return respond(request, { page: () => draw(web, request, found), json: () => ({ request: found }) });
}

async function draw(web: Web, request: Request, found: RunRequest, refused?: RefusedAnswer): Promise<string> {
  const frame = frameFor(web, request, await framePage(web.core));
  const current = { session_id: found.session_id, project_id: found.project_id };
  return (
    <Page frame={frame} title={found.title} current={current}>
      {RequestContent({ request: found, now: frame.now, refused }) as "safe"}
    </Page>
  ) as string;
}

async function answer(web: Web, request: Request, id: string): Promise<Response> {
  const copy = request.clone();
  try {
    const body = await parseBody(request, Answer);
    const answered = await answerRequest(web.core, id, givenBy(body), callerOf(request).via);
    return answerPost(request, {
      json: () => Response.json({ request: answered }),
      url: urls.requestInChat(answered.chat_id, answered.id),
    });
  } catch (error) {
    // A plain form gets its card back with the reason and what was chosen and typed.
    const found = await findRequest(web.core.sql, id);
    if (wants(request) !== "page" || !(error instanceof AppError) || error.code !== "invalid" || !found) throw error;
    const values = await parseBody(copy, z.record(z.string(), z.union([z.string(), z.array(z.string())])));
    return htmlAnswer(request, await draw(web, request, found, { message: error.message, values }), { status: 422 });
  }
}

/** The fields of a form are the same answers, one field a question. */
function givenBy({ q0, q1, q2, t0, t1, t2, ...given }: z.output<typeof Answer>): Given {
  if (given.answers) return given;
  const fields = [
    { selected: q0, text: t0 },
    { selected: q1, text: t1 },
    { selected: q2, text: t2 },
  ];
  const last = fields.findLastIndex(({ selected, text }) => selected !== undefined || text !== undefined);
  if (last < 0) return given;
  const answers = fields.slice(0, last + 1).map(({ selected, text }) => ({ selected: [selected ?? []].flat(), text }));
  return { ...given, answers };
}

async function postpone(web: Web, request: Request, id: string): Promise<Response> {
  const { minutes } = await parseBody(request, Snooze);
  const snoozed = await snooze(web.core, id, minutes);
  return answerPost(request, { json: () => Response.json({ request: snoozed }), url: urls.desk });
}
