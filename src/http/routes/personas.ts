/** Personas: who there is, and who the model of a chat is told to be. */
import { Elysia } from "elysia";
import { z } from "zod";
import { urls } from "../../../views/urls.ts";
import { personasFor } from "../../engine/personas/load.ts";
import { changePersona } from "../../engine/personas/picks.ts";
import { projectOf } from "../../engine/projects.ts";
import { parseBody, parseQuery } from "../body.ts";
import { describing } from "../describe.ts";
import { answerPost, jsonAnswer, seeOther, wants } from "../respond.ts";
import type { Web } from "../web.ts";

const about = describing("agents");
const Of = z.object({
  project: z.string().max(40).optional().describe("With those of this project, which go first."),
});
const Pick = z.object({ agent: z.string().max(200).default("").describe("Id or name; empty for none.") });

export function personaRoutes(web: Web) {
  return new Elysia()
    .get(
      urls.personas,
      ({ request }) => list(web, request),
      about({
        summary: "Personas there are, and sections that could not be used.",
        query: Of,
        answers: { 200: { agents: "Persona[]", problems: "FileProblem[]" } },
      }),
    )
    .post(
      "/chats/:id/persona",
      async ({ request, params }) => {
        const { agent } = await parseBody(request, Pick);
        const chat = await changePersona(web.core, params.id, agent);
        return answerPost(request, { json: () => Response.json({ chat }), url: urls.chat(chat.id) });
      },
      about({
        summary: "Picks the persona of the coming messages.",
        body: Pick,
        answers: { 200: { chat: "Chat" } },
        form_of: "PATCH /chats/:id",
      }),
    );
}

async function list(web: Web, request: Request): Promise<Response> {
  const { project } = parseQuery(request, Of);
  if (wants(request) === "page") return seeOther(`${urls.settings}#personas`);
  const of = project === undefined ? null : await projectOf(web.core, project);
  const { personas, problems } = await personasFor(web.core, of);
  return jsonAnswer(request, { agents: personas, problems });
}
