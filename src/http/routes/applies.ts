/** Applies: accepted hunks written to disk, taken back again; and a coder's chat brought back to where it was. */
import { Elysia } from "elysia";
import { z } from "zod";
import { urls } from "../../../views/urls.ts";
import { appliesOf, applyAccepted, readApply } from "../../engine/changes/apply.ts";
import { restoreTo } from "../../engine/changes/restore.ts";
import { rewindApply } from "../../engine/changes/rewind.ts";
import { parseBody } from "../body.ts";
import { blankComposer } from "../composer-state.ts";
import { describing } from "../describe.ts";
import { callerOf, keepOpen } from "../request.ts";
import { answerPost, created, jsonAnswer, seeOther, wants } from "../respond.ts";
import type { Web } from "../web.ts";
import { showChat } from "./workspace.tsx";

const about = describing("applies");
const id = z.string().max(40);
const New = z.object({
  chat: id.optional().describe("Only what this chat proposes."),
  changes: z
    .union([z.array(id).max(10_000), id.transform((one) => [one])])
    .optional()
    .describe("Only these changes; everything that is accepted by default."),
});
const Restoration = z.object({
  edit: z.string().optional().describe("A page's: what the message said goes back to the composer."),
});

export function applyRoutes(web: Web) {
  return new Elysia()
    .get(
      "/sessions/:id/applies",
      async ({ request, params }) =>
        wants(request) === "page"
          ? seeOther(urls.review(params.id))
          : jsonAnswer(request, { applies: await appliesOf(web.core, params.id) }),
      about({ summary: "The newest applies of a session.", answers: { 200: { applies: "Apply[]" } } }),
    )
    .post(
      "/sessions/:id/applies",
      ({ request, params }) => make(web, request, params.id),
      about({
        summary: "Writes accepted hunks to disk; answers when that is done.",
        body: New,
        answers: { 201: { apply: "Apply" } },
      }),
    )
    .get(
      "/applies/:id",
      async ({ request, params }) => {
        const apply = await readApply(web.core, params.id);
        return wants(request) === "page" ? seeOther(urls.review(apply.session_id)) : jsonAnswer(request, { apply });
      },
      about({ summary: "One apply with its files.", answers: { 200: { apply: "Apply" } } }),
    )
    .post(
      "/applies/:id/rewind",
      async ({ request, params }) => {
        const apply = await rewindApply(web.core, params.id, { via: callerOf(request).via });
        return answerPost(request, { json: () => Response.json({ apply }), url: urls.review(apply.session_id) });
      },
      about({
        summary: "Takes an apply back while its files still hold what it wrote; 409 says what is in the way.",
        answers: { 200: { apply: "Apply" } },
      }),
    )
    .post(
      "/messages/:id/restoration",
      ({ request, params }) => restore(web, request, params.id),
      about({
        summary: "Brings files, proposals and transcript back to before this message; 409 says what is in the way.",
        body: Restoration,
        answers: { 200: { chat_id: "string", applies: "integer", text: "string", attachments: "Attachment[]" } },
      }),
    );
}

async function make(web: Web, request: Request, sessionId: string): Promise<Response> {
  const { chat, changes } = await parseBody(request, New);
  const { via } = callerOf(request);
  // Thousands of files take longer than a connection may be silent.
  keepOpen(request);
  const apply = await applyAccepted(web.core, { session_id: sessionId, chat_id: chat, changes, via });
  return answerPost(request, { json: () => created(urls.apply(apply.id), { apply }), url: urls.review(sessionId) });
}

async function restore(web: Web, request: Request, messageId: string): Promise<Response> {
  const { edit } = await parseBody(request, Restoration);
  const { applies, checkpoint, text, attachments } = await restoreTo(web.core, messageId, callerOf(request).via);
  const { chat_id } = checkpoint;
  // Without script the text comes back in the page's own field; with it, composer.js puts it there.
  if (edit !== undefined && wants(request) === "page")
    return showChat(web, request, chat_id, { composer: { ...blankComposer(), draft: text, attachments } });
  return answerPost(request, {
    json: () => Response.json({ chat_id, applies, text, attachments }),
    url: urls.chat(chat_id),
  });
}
