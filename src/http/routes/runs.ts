/** Runs: look at one, stop it, go on after it ended; take a queued one back or let it go first. */
import { Elysia } from "elysia";
import { z } from "zod";
import { imagesOf, OutputContent, ToolOutput } from "../../../views/chats/tools.tsx";
import { Page } from "../../../views/layout/page.tsx";
import { urls } from "../../../views/urls.ts";
import type { Run } from "../../domain/run.ts";
import { framePage } from "../../engine/pages.ts";
import { continueRun } from "../../engine/turn/start.ts";
import { cancelRun, sendNow, withdrawRun } from "../../engine/turn/stop.ts";
import { notFound } from "../../lib/errors.ts";
import { findPart } from "../../store/messages.ts";
import { findRun } from "../../store/runs.ts";
import { parseBody } from "../body.ts";
import { blankComposer } from "../composer-state.ts";
import { describing } from "../describe.ts";
import { callerOf } from "../request.ts";
import { accepted, answerPost, jsonAnswer, noContent, respond, seeOther, wants } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";
import { showChat } from "./workspace.tsx";

const about = describing("runs");
const Withdrawal = z.object({ edit: z.string().optional().describe("A page's: the text goes back to the composer.") });

export function runRoutes(web: Web) {
  return new Elysia()
    .get(
      "/runs/:id",
      ({ request, params }) => show(web, request, params.id),
      about({ summary: "A run, and what it is doing right now.", answers: { 200: { run: "LiveRun" } } }),
    )
    .delete(
      "/runs/:id",
      async ({ params }) => {
        await withdrawRun(web.core, params.id);
        return noContent();
      },
      about({ summary: "Takes a queued message back; 409 once it runs.", answers: { 204: null } }),
    )
    .use(runVerbs(web))
    .get(
      "/parts/:id/output",
      ({ request, params }) => output(web, request, params.id),
      describing("chats")({
        summary: "One part with its whole text: a tool's result.",
        answers: { 200: { part: "Part" } },
      }),
    );
}

function runVerbs(web: Web) {
  return new Elysia()
    .post(
      "/runs/:id/cancellation",
      async ({ request, params }) => answerRun(request, await cancelRun(web.core, params.id)),
      about({ summary: "Stops a run and answers once it has ended.", answers: { 202: { run: "Run" } } }),
    )
    .post(
      "/runs/:id/continuation",
      async ({ request, params }) => answerRun(request, await continueRun(web.core, params.id, callerOf(request).via)),
      about({
        summary: "Goes on after a limit, a failure, a stop or a restart: a new run of the same question.",
        answers: { 202: { run: "Run" } },
      }),
    )
    .post(
      "/runs/:id/promotion",
      async ({ request, params }) => answerRun(request, await sendNow(web.core, params.id)),
      about({
        summary: "Sends a queued message now: what runs in the chat is stopped.",
        answers: { 202: { run: "Run" } },
      }),
    )
    .post(
      "/runs/:id/withdrawal",
      ({ request, params }) => withdraw(web, request, params.id),
      about({
        summary: "Takes a queued message back and gives its text.",
        body: Withdrawal,
        answers: { 200: { run: "Run", text: "string", attachments: "Attachment[]" } },
        form_of: "DELETE /runs/:id",
      }),
    );
}

function answerRun(request: Request, run: Run): Response | Promise<Response> {
  return answerPost(request, { json: () => accepted({ run }), url: urls.chat(run.chat_id) });
}

async function show(web: Web, request: Request, id: string): Promise<Response> {
  const run = await findRun(web.core.sql, id);
  if (!run) throw notFound("run");
  if (wants(request) !== "json") return seeOther(urls.chat(run.chat_id));
  return jsonAnswer(request, { run: { ...run, progress: web.core.live.progressOf(id) } });
}

async function withdraw(web: Web, request: Request, id: string): Promise<Response> {
  const { edit } = await parseBody(request, Withdrawal);
  const { run, text, attachments } = await withdrawRun(web.core, id);
  // Without script the text comes back in the page's own field; with it, composer.js puts it there.
  if (edit !== undefined && wants(request) === "page")
    return showChat(web, request, run.chat_id, { composer: { ...blankComposer(), draft: text, attachments } });
  return answerPost(request, { json: () => Response.json({ run, text, attachments }), url: urls.chat(run.chat_id) });
}

/** A tool's result, or the text of any part as it was written. */
async function output(web: Web, request: Request, id: string): Promise<Response> {
  const part = await findPart(web.core.sql, id);
  if (!part) throw notFound("part");
  const cut = part.kind === "tool" && part.meta.output_id !== null;
  return respond(request, {
    page: async () => {
      const frame = frameFor(web, request, await framePage(web.core));
      return Page({ frame, title: "Result", children: OutputContent({ part, cut }) });
    },
    fragment: () =>
      ToolOutput({
        text: part.text,
        cut,
        call: part.kind === "tool" ? part : undefined,
        images: imagesOf(part),
      }) as string,
    json: () => ({ part }),
  });
}
