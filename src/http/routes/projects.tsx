/** Projects: registered by path (with completion) or made new, renamed, forgotten. */

import { Elysia } from "elysia";
import { z } from "zod";
import { Page } from "../../../views/layout/page.tsx";
import { DirectoryOptions, NewProjectContent, type NewProjectValues } from "../../../views/projects/new-project.tsx";
import { ProjectContent, ProjectRemovalContent } from "../../../views/projects/project.tsx";
import type { FormError } from "../../../views/ui/fields.tsx";
import { urls } from "../../../views/urls.ts";
import { goingOn } from "../../engine/going-on.ts";
import { framePage } from "../../engine/pages.ts";
import { removeProject, worktreesAtRisk } from "../../engine/project-removal.ts";
import { allProjects, changeProject, directoriesUnder, projectOf, registerProject } from "../../engine/projects.ts";
import { riskWords } from "../../engine/worktrees/keep.ts";
import { readProjectSessions } from "../../store/nav.ts";
import { parseBody, parseQuery } from "../body.ts";
import { describing } from "../describe.ts";
import { answerPost, created, jsonAnswer, noContent, respond } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";
import { flag } from "./fields.ts";
import { refusedForm } from "./forms.ts";

const about = describing("projects");
const New = z.object({
  path: z.string({ error: "Say which directory." }).describe("Absolute, or from `~`; inside a project root."),
  name: z.string().optional().describe("The directory's by default."),
  create: flag.default(false).describe("Make the directory, with a git repository in it."),
});
const Name = z.object({ name: z.string() });
const Removal = z.object({ force: flag.default(false).describe("Also when something is only in its worktrees.") });
const Shown = z.object({ archived: flag.default(false).describe("Pages: with archived sessions.") });
const Typed = z.object({ path: z.string().max(4096).default("").describe("What was typed so far.") });

export function projectRoutes(web: Web) {
  return new Elysia()
    .get(
      "/projects",
      ({ request }) =>
        respond(request, {
          page: () => drawNew(web, request, null, null),
          json: async () => ({ projects: await allProjects(web.core) }),
        }),
      about({ summary: "All projects by name.", answers: { 200: { projects: "Project[]" } } }),
    )
    .post(
      "/projects",
      ({ request }) => make(web, request),
      about({
        summary: "Registers a directory; 409 when it is there already.",
        body: New,
        answers: { 201: { project: "Project" } },
      }),
    )
    .get(
      "/projects/new",
      ({ request }) =>
        respond(request, {
          page: () => drawNew(web, request, null, null),
          json: () => ({ roots: web.core.config.project_roots }),
        }),
      about({ summary: "The form; where projects may lie.", answers: { 200: { roots: "string[]" } } }),
    )
    .get(
      "/directories",
      ({ request }) => directories(web, request),
      about({
        summary: "Directories that begin with what was typed.",
        query: Typed,
        answers: { 200: { paths: "string[]" } },
      }),
    )
    .use(projectRoutesById(web));
}

function projectRoutesById(web: Web) {
  return new Elysia()
    .get(
      "/projects/:id",
      ({ request, params }) => show(web, request, params.id),
      about({
        summary: "A project; its page lists the sessions.",
        query: Shown,
        answers: { 200: { project: "Project" } },
      }),
    )
    .patch(
      "/projects/:id",
      async ({ request, params }) =>
        jsonAnswer(request, {
          project: await changeProject(web.core, params.id, (await parseBody(request, Name)).name),
        }),
      about({ summary: "Renames it.", body: Name, answers: { 200: { project: "Project" } } }),
    )
    .delete(
      "/projects/:id",
      async ({ request, params }) => {
        await removeProject(web.core, params.id, parseQuery(request, Removal).force);
        return noContent();
      },
      about({
        summary:
          "Forgets it with its sessions; the directory stays. 409 while a run is going on in it, or something is only in one of its worktrees.",
        query: Removal,
        answers: { 204: null },
      }),
    )
    .post(
      "/projects/:id/name",
      ({ request, params }) => rename(web, request, params.id),
      about({
        summary: "Renames it.",
        body: Name,
        answers: { 200: { project: "Project" } },
        form_of: "PATCH /projects/:id",
      }),
    )
    .get(
      "/projects/:id/removal",
      ({ request, params }) => confirmRemoval(web, request, params.id),
      about({
        summary: "What would be forgotten; the page asks whether you are sure.",
        answers: { 200: { project: "Project", sessions: "integer", running: "integer" } },
      }),
    )
    .post(
      "/projects/:id/removal",
      ({ request, params }) => remove(web, request, params.id),
      about({ summary: "Forgets it.", answers: { 204: null }, form_of: "DELETE /projects/:id" }),
    );
}

async function drawNew(
  web: Web,
  request: Request,
  values: NewProjectValues | null,
  error: FormError | null,
): Promise<string> {
  const frame = frameFor(web, request, await framePage(web.core));
  return (
    <Page frame={frame} title="Add a project">
      {NewProjectContent({ values: values ?? undefined, error, roots: web.core.config.project_roots }) as "safe"}
    </Page>
  ) as string;
}

async function make(web: Web, request: Request): Promise<Response> {
  const input = await parseBody(request, New);
  try {
    const project = await registerProject(web.core, input);
    return answerPost(request, {
      json: () => created(urls.project(project.id), { project }),
      url: urls.newSession(project.id),
      navigate: true,
    });
  } catch (error) {
    return refusedForm(request, error, (e) => drawNew(web, request, { ...input, name: input.name ?? "" }, e));
  }
}

async function directories(web: Web, request: Request): Promise<Response> {
  const { path } = parseQuery(request, Typed);
  const paths = await directoriesUnder(web.core, path);
  return respond(request, { fragment: () => DirectoryOptions({ paths }) as string, json: () => ({ paths }) });
}

async function show(web: Web, request: Request, id: string): Promise<Response> {
  parseQuery(request, Shown);
  const project = await projectOf(web.core, id);
  return respond(request, { page: () => drawProject(web, request, id, null), json: () => ({ project }) });
}

async function drawProject(
  web: Web,
  request: Request,
  id: string,
  rename: { name: string; error: FormError } | null,
): Promise<string> {
  const { archived } = parseQuery(request, Shown);
  const project = await projectOf(web.core, id);
  const sessions = await readProjectSessions(web.core.sql, id, archived);
  const frame = frameFor(web, request, await framePage(web.core));
  return (
    <Page frame={frame} title={project.name} current={{ project_id: id }}>
      {ProjectContent({ project, sessions, archived, now: frame.now, rename }) as "safe"}
    </Page>
  ) as string;
}

async function rename(web: Web, request: Request, id: string): Promise<Response> {
  const { name } = await parseBody(request, Name);
  try {
    const project = await changeProject(web.core, id, name);
    return answerPost(request, { json: () => Response.json({ project }), url: urls.project(id), navigate: true });
  } catch (error) {
    return refusedForm(request, error, (e) => drawProject(web, request, id, { name, error: e }));
  }
}

async function confirmRemoval(web: Web, request: Request, id: string): Promise<Response> {
  const project = await projectOf(web.core, id);
  const at = await framePage(web.core);
  const facts = {
    sessions: at.nav.projects.find((p) => p.id === id)?.total ?? 0,
    running: await goingOn(web.core, { project_id: id }),
  };
  const risks = (await worktreesAtRisk(web.core, id)).map((view) => riskWords(view.status!));
  return respond(request, {
    page: () =>
      (
        <Page frame={frameFor(web, request, at)} title={`Remove ${project.name}`} current={{ project_id: id }}>
          {ProjectRemovalContent({ project, ...facts, at_risk: risks }) as "safe"}
        </Page>
      ) as string,
    json: () => ({ project, ...facts }),
  });
}

async function remove(web: Web, request: Request, id: string): Promise<Response> {
  await removeProject(web.core, id, true);
  return answerPost(request, { json: () => noContent(), url: urls.desk, navigate: true });
}
