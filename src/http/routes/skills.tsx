/** Skills: what there is, one of them in full, and the menu of what a message may begin with. */
import { Elysia } from "elysia";
import { z } from "zod";
import { SlashOptions } from "../../../views/chats/slash.tsx";
import { Page } from "../../../views/layout/page.tsx";
import { SkillContent } from "../../../views/skills/skill.tsx";
import { urls } from "../../../views/urls.ts";
import type { WholeSkill } from "../../domain/skill.ts";
import { framePage } from "../../engine/pages.ts";
import { projectOf } from "../../engine/projects.ts";
import { findSkill, skillsFor } from "../../engine/skills.ts";
import { slashCommands } from "../../engine/slash.ts";
import { loadHighlighter } from "../../lib/highlight.ts";
import { parseQuery } from "../body.ts";
import { describing } from "../describe.ts";
import { jsonAnswer, respond, seeOther, wants } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";

const about = describing("skills");
const Of = z.object({
  project: z.string().max(40).optional().describe("With those of this project, which go first."),
});
const Typed = z.object({ q: z.string().max(200).default("").describe("What was typed after the `/`.") });

export function skillRoutes(web: Web) {
  return new Elysia()
    .get(
      urls.skills,
      ({ request }) => list(web, request),
      about({
        summary: "Skills there are, and files that could not be used.",
        query: Of,
        answers: { 200: { skills: "Skill[]", problems: "FileProblem[]" } },
      }),
    )
    .get(
      "/skills/:name",
      ({ request, params }) => show(web, request, params.name),
      about({
        summary: "One skill with its instructions and the files beside it.",
        query: Of,
        answers: { 200: { skill: "WholeSkill" } },
      }),
    )
    .get(
      "/chats/:id/commands",
      ({ request, params }) => commands(web, request, params.id),
      about({
        summary: "What a message of this chat may begin with, best first.",
        query: Typed,
        answers: { 200: { commands: "SlashCommand[]" } },
        also: { "text/html": "Options of the composer's menu, for htmx; any other page is the chat's." },
      }),
    );
}

const projectIn = async (web: Web, request: Request) => {
  const { project } = parseQuery(request, Of);
  return project === undefined ? null : projectOf(web.core, project);
};

async function list(web: Web, request: Request): Promise<Response> {
  const project = await projectIn(web, request);
  if (wants(request) === "page") return seeOther(`${urls.settings}#skills`);
  const { skills, problems } = await skillsFor(web.core, project);
  return jsonAnswer(request, { skills: skills.map(listed), problems });
}

async function show(web: Web, request: Request, name: string): Promise<Response> {
  const { skill, resources } = await findSkill(web.core, await projectIn(web, request), name);
  const shown = { ...listed(skill), body: skill.body, resources };
  return respond(request, {
    page: async () => {
      await loadHighlighter();
      const frame = frameFor(web, request, await framePage(web.core));
      return Page({ frame, title: `/${skill.name}`, children: SkillContent({ skill: shown }) });
    },
    json: () => ({ skill: shown }),
  });
}

/** Where it lies on this machine is nobody's business, and its text is asked for by name. */
const listed = ({ root: _, body: __, ...skill }: WholeSkill) => skill;

async function commands(web: Web, request: Request, id: string): Promise<Response> {
  const { q } = parseQuery(request, Typed);
  // Its options mean something in the composer alone.
  if (wants(request) === "page") return seeOther(urls.chat(id));
  const found = await slashCommands(web.core, id, q);
  return respond(request, {
    fragment: () => SlashOptions({ commands: found, chat_id: id }) as string,
    json: () => ({ commands: found }),
  });
}
