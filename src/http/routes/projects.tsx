/** Projects: registered by path (with completion) or made new, renamed, forgotten. */
import { Elysia } from "elysia";
import { z } from "zod";
import { Page } from "../../../views/layout/page.tsx";
import { DirectoryOptions, NewProjectContent, type NewProjectValues } from "../../../views/projects/new-project.tsx";
import { ProjectContent, ProjectRemovalContent } from "../../../views/projects/project.tsx";
import type { FormError } from "../../../views/ui/fields.tsx";
import { urls } from "../../../views/urls.ts";
import { framePage } from "../../engine/pages.ts";
import {
  allProjects,
  changeProject,
  directoriesUnder,
  projectOf,
  registerProject,
  removeProject,
} from "../../engine/projects.ts";
import { readProjectSessions } from "../../store/nav.ts";
import { parseBody, parseQuery } from "../body.ts";
import { answerPost, created, jsonAnswer, noContent, respond } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";
import { flag } from "./fields.ts";
import { refusedForm } from "./forms.ts";

const New = z.object({
  path: z.string({ error: "Say which directory." }),
  name: z.string().optional(),
  create: flag.default(false),
});
const Name = z.object({ name: z.string() });
const Shown = z.object({ archived: flag.default(false) });

export function projectRoutes(web: Web) {
  return new Elysia()
    .get("/projects", async ({ request }) =>
      respond(request, {
        page: () => drawNew(web, request, null, null),
        json: async () => ({ projects: await allProjects(web.core) }),
      }),
    )
    .post("/projects", ({ request }) => make(web, request))
    .get("/projects/new", ({ request }) =>
      respond(request, {
        page: () => drawNew(web, request, null, null),
        json: () => ({ roots: web.core.config.project_roots }),
      }),
    )
    .get("/directories", ({ request }) => directories(web, request))
    .get("/projects/:id", ({ request, params }) => show(web, request, params.id))
    .patch("/projects/:id", async ({ request, params }) =>
      jsonAnswer(request, { project: await changeProject(web.core, params.id, (await parseBody(request, Name)).name) }),
    )
    .delete("/projects/:id", async ({ params }) => {
      await removeProject(web.core, params.id);
      return noContent();
    })
    .post("/projects/:id/name", ({ request, params }) => rename(web, request, params.id))
    .get("/projects/:id/removal", ({ request, params }) => confirmRemoval(web, request, params.id))
    .post("/projects/:id/removal", ({ request, params }) => remove(web, request, params.id));
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
  const { path } = parseQuery(request, z.object({ path: z.string().max(4096).default("") }));
  const paths = await directoriesUnder(web.core, path);
  return respond(request, { fragment: () => DirectoryOptions({ paths }) as string, json: () => ({ paths }) });
}

async function show(web: Web, request: Request, id: string): Promise<Response> {
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
    running: web.core.live.ofProject(id),
  };
  return respond(request, {
    page: () =>
      (
        <Page frame={frameFor(web, request, at)} title={`Remove ${project.name}`} current={{ project_id: id }}>
          {ProjectRemovalContent({ project, ...facts }) as "safe"}
        </Page>
      ) as string,
    json: () => ({ project, ...facts }),
  });
}

async function remove(web: Web, request: Request, id: string): Promise<Response> {
  await removeProject(web.core, id);
  return answerPost(request, { json: () => noContent(), url: urls.desk, navigate: true });
}
