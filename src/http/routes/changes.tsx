/** Changes: what coders propose, decided hunk by hunk; as a list, one by one, and as patches. */
import { Elysia } from "elysia";
import { z } from "zod";
import { urls } from "../../../views/urls.ts";
import { CHANGES_PAGE, HUNK_STATES, VERDICTS } from "../../domain/change.ts";
import {
  changePatch,
  changesOf,
  readChange,
  readChangeDetail,
  readSide,
  sessionPatch,
} from "../../engine/changes/read.ts";
import { comment, decide, decideAll, markViewed, removeComment, undoVerdict } from "../../engine/changes/review.ts";
import { parseBody, parseQuery } from "../body.ts";
import { describing } from "../describe.ts";
import { patchAnswer } from "../patch-answer.ts";
import { callerOf } from "../request.ts";
import { answerPost, created, jsonAnswer, noContent, seeOther, wants } from "../respond.ts";
import type { Web } from "../web.ts";
import { flag } from "./fields.ts";

const about = describing("changes");
const id = z.string().max(40);
const verdict = z.enum(VERDICTS, { error: "A verdict is accepted, rejected, or pending to take it back." });
/** A form with one button says one; JSON says a list. */
const hunks = z.union([z.array(id).max(10_000), id.transform((one) => [one])]);
const List = z.object({
  chat: id.optional().describe("Only what this chat proposes."),
  closed: flag.default(false).describe("Also what was applied, rewound, or rejected and told."),
  after: id.optional().describe("`next` of the page before."),
  limit: z.coerce.number().int().min(1).max(CHANGES_PAGE).default(CHANGES_PAGE),
});
const Lines = z.object({
  all: flag.default(false).describe("Also when the change comes folded."),
  from: z.coerce.number().int().min(0).optional().describe("`next_line` of the lines before."),
  ignore_space: flag.default(false).describe("Changes of white space are no changes."),
});
const Verdict = z.object({
  verdict,
  hunks: hunks.optional().describe("All hunks of the change by default."),
  from: z
    .enum(HUNK_STATES)
    .optional()
    .describe("What you saw: only hunks in this state move. By default, those that nobody decided."),
});
const AllVerdict = z.object({ verdict, chat: id.optional().describe("Only what this chat proposes.") });
const Viewed = z.object({ viewed: flag.default(true), hunks: hunks.optional().describe("All by default.") });
const NewComment = z.object({
  text: z.string({ error: "Write a comment first." }),
  hunk_id: id.optional(),
  line: z.coerce.number().int().min(1).optional().describe("Of the file as `side` has it."),
  side: z.enum(["old", "new"]).optional(),
});
const Side = z.object({
  side: z.enum(["old", "new"]).default("new"),
  from: z.coerce.number().int().min(1).default(1),
  count: z.coerce.number().int().min(1).max(2_000).default(100),
});
const DECIDED = { decided: "integer" } as const;

export function changeRoutes(web: Web) {
  return new Elysia()
    .get(
      "/sessions/:id/changes",
      ({ request, params }) => list(web, request, params.id),
      about({
        summary: "What is proposed in a session, in reading order.",
        query: List,
        answers: { 200: { changes: "Change[]", totals: "ChangeTotals", next: "string|null" } },
        also: { "text/x-patch": "All of it as one patch; also at /sessions/:id/changes.patch." },
      }),
    )
    .get(
      "/changes/:id",
      ({ request, params }) => show(web, request, params.id),
      about({
        summary: "One change with its lines and comments.",
        query: Lines,
        answers: { 200: { change: "ChangeDetail" } },
        also: { "text/x-patch": "What was not rejected, for `git apply`; also at /changes/:id.patch." },
      }),
    )
    .get(
      "/changes/:id/lines",
      async ({ request, params }) =>
        jsonAnswer(request, await readSide(web.core, params.id, parseQuery(request, Side))),
      about({
        summary: "Lines of the file before or after, to look around a hunk.",
        query: Side,
        answers: { 200: { side: "string", from: "integer", lines: "string[]", total: "integer" } },
      }),
    )
    .use(verdictRoutes(web))
    .use(commentRoutes(web));
}

function verdictRoutes(web: Web) {
  const one = ({ request, params }: { request: Request; params: { id: string } }) => decideOne(web, request, params.id);
  const many = ({ request, params }: { request: Request; params: { id: string } }) =>
    decideMany(web, request, params.id);
  return new Elysia()
    .put(
      "/changes/:id/verdict",
      one,
      about({
        summary: "Accepts or rejects hunks, or takes that back; 409 when somebody else was first.",
        body: Verdict,
        answers: { 200: { change: "Change" } },
      }),
    )
    .post(
      "/changes/:id/verdict",
      one,
      about({
        summary: "Accepts or rejects hunks.",
        body: Verdict,
        answers: { 200: { change: "Change" } },
        form_of: "PUT /changes/:id/verdict",
      }),
    )
    .put(
      "/sessions/:id/verdict",
      many,
      about({ summary: "Decides everything that is undecided.", body: AllVerdict, answers: { 200: DECIDED } }),
    )
    .post(
      "/sessions/:id/verdict",
      many,
      about({
        summary: "Decides everything that is undecided.",
        body: AllVerdict,
        answers: { 200: DECIDED },
        form_of: "PUT /sessions/:id/verdict",
      }),
    )
    .post(
      "/sessions/:id/verdict/undo",
      async ({ request, params }) => {
        const decided = await undoVerdict(web.core, params.id);
        return answerPost(request, { json: () => Response.json({ decided }), url: urls.review(params.id) });
      },
      about({ summary: "Takes the newest decisions back, those made together.", answers: { 200: DECIDED } }),
    );
}

function commentRoutes(web: Web) {
  return new Elysia()
    .post(
      "/changes/:id/viewed",
      ({ request, params }) => view(web, request, params.id),
      about({
        summary: "Marks hunks as seen; one that changes is unseen again.",
        body: Viewed,
        answers: { 200: { change: "Change" } },
      }),
    )
    .post(
      "/changes/:id/comments",
      ({ request, params }) => addComment(web, request, params.id),
      about({
        summary: "Writes beside a change; the chat's next message brings it to the agent.",
        body: NewComment,
        answers: { 201: { comment: "Comment" } },
      }),
    )
    .delete(
      "/comments/:id",
      async ({ params }) => {
        await removeComment(web.core, params.id);
        return noContent();
      },
      about({ summary: "Takes a comment back that was not sent; 409 when it was.", answers: { 204: null } }),
    )
    .post(
      "/comments/:id/removal",
      async ({ request, params }) => {
        const { session_id } = await removeComment(web.core, params.id);
        return answerPost(request, { json: noContent, url: urls.review(session_id) });
      },
      about({ summary: "Takes a comment back.", answers: { 204: null }, form_of: "DELETE /comments/:id" }),
    );
}

async function list(web: Web, request: Request, sessionId: string): Promise<Response> {
  const { chat, ...query } = parseQuery(request, List);
  const form = wants(request);
  if (form === "patch") return patchAnswer(sessionPatch(web.core, sessionId), sessionId);
  if (form === "page") return seeOther(urls.review(sessionId));
  return jsonAnswer(request, await changesOf(web.core, sessionId, { ...query, chat_id: chat }));
}

async function show(web: Web, request: Request, changeId: string): Promise<Response> {
  const query = parseQuery(request, Lines);
  const form = wants(request);
  if (form === "patch") return patchAnswer([await changePatch(web.core, changeId)], changeId);
  if (form === "page") return seeOther(urls.reviewFile(changeId, { all: 1 }));
  return jsonAnswer(request, { change: await readChangeDetail(web.core, changeId, query) });
}

async function decideOne(web: Web, request: Request, changeId: string): Promise<Response> {
  const input = await parseBody(request, Verdict);
  const { session_id } = await decide(web.core, changeId, { ...input, via: callerOf(request).via });
  return answerPost(request, { json: () => changeAnswer(web, changeId), url: urls.review(session_id) });
}

async function decideMany(web: Web, request: Request, sessionId: string): Promise<Response> {
  const input = await parseBody(request, AllVerdict);
  const { chat: chat_id, verdict } = input;
  const decided = await decideAll(web.core, sessionId, { verdict, chat_id, via: callerOf(request).via });
  return answerPost(request, { json: () => Response.json({ decided }), url: urls.review(sessionId) });
}

async function view(web: Web, request: Request, changeId: string): Promise<Response> {
  const { session_id } = await markViewed(web.core, changeId, await parseBody(request, Viewed));
  return answerPost(request, { json: () => changeAnswer(web, changeId), url: urls.review(session_id) });
}

/** With all its hunks, which nobody reads but a program. */
async function changeAnswer(web: Web, changeId: string): Promise<Response> {
  return Response.json({ change: await readChange(web.core, changeId) });
}

async function addComment(web: Web, request: Request, changeId: string): Promise<Response> {
  const made = await comment(web.core, changeId, await parseBody(request, NewComment));
  const { session_id } = await readChange(web.core, changeId);
  return answerPost(request, {
    json: () => created(urls.change(changeId), { comment: made }),
    url: urls.review(session_id),
  });
}
