/** Runs: look at one, stop it, go on after it ended; take a queued one back or let it go first. */
import { Elysia } from "elysia";
import { z } from "zod";
import { ToolOutput } from "../../../views/chats/tools.tsx";
import { urls } from "../../../views/urls.ts";
import type { Run } from "../../domain/run.ts";
import { cancelRun, continueRun, sendNow, withdrawRun } from "../../engine/turn/start.ts";
import { notFound } from "../../lib/errors.ts";
import { findPart } from "../../store/messages.ts";
import { findRun } from "../../store/runs.ts";
import { parseBody } from "../body.ts";
import { describing } from "../describe.ts";
import { foreignBytes } from "../headers.ts";
import { callerOf } from "../request.ts";
import { accepted, answerPost, jsonAnswer, noContent, respond, seeOther, wants } from "../respond.ts";
import type { Web } from "../web.ts";

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
        also: { "text/plain": "The text, as a download for browsers." },
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
        answers: { 200: { run: "Run", text: "string" } },
        form_of: "DELETE /runs/:id",
      }),
    );
}

function answerRun(request: Request, run: Run): Response {
  return answerPost(request, { json: () => accepted({ run }), url: urls.chat(run.chat_id) });
}

async function show(web: Web, request: Request, id: string): Promise<Response> {
  const run = await findRun(web.core.sql, id);
  if (!run) throw notFound("run");
  if (wants(request) !== "json") return seeOther(urls.chat(run.chat_id));
  return jsonAnswer(request, { run: { ...run, progress: web.core.live.progressOf(id) } });
}

async function withdraw(web: Web, request: Request, id: string): Promise<Response> {
  await parseBody(request, Withdrawal);
  const { run, text } = await withdrawRun(web.core, id);
  return answerPost(request, { json: () => Response.json({ run, text }), url: urls.chat(run.chat_id) });
}

/** A tool's result, or the text of any part as it was written. */
async function output(web: Web, request: Request, id: string): Promise<Response> {
  const part = await findPart(web.core.sql, id);
  if (!part) throw notFound("part");
  const cut = part.kind === "tool" && part.meta.output_id !== null;
  if (wants(request) === "page")
    return foreignBytes(part.text, { type: "text/plain; charset=utf-8", name: `${part.id}.txt`, inline: true });
  return respond(request, {
    fragment: () => ToolOutput({ text: part.text, cut }) as string,
    json: () => ({ part }),
  });
}
