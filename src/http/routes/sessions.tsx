/** Sessions: made with their first chat, renamed, archived, deleted; their chats. */
import { Elysia } from "elysia";
import { z } from "zod";
import { Page } from "../../../views/layout/page.tsx";
import { SessionEditContent, SessionRemovalContent } from "../../../views/sessions/edit-session.tsx";
import { NewSessionContent, type NewSessionValues } from "../../../views/sessions/new-session.tsx";
import type { FormError } from "../../../views/ui/fields.tsx";
import { urls } from "../../../views/urls.ts";
import { framePage } from "../../engine/pages.ts";
import { projectOf } from "../../engine/projects.ts";
import { changeSession, chatsOf, openChat, openSession, removeSession } from "../../engine/sessions.ts";
import { checkText, postMessage } from "../../engine/turn/start.ts";
import { notFound } from "../../lib/errors.ts";
import { readProjectSessions } from "../../store/nav.ts";
import { countMessages, findSession } from "../../store/sessions.ts";
import { parseBody, parseQuery } from "../body.ts";
import { callerOf } from "../request.ts";
import { answerPost, created, jsonAnswer, noContent, respond, wants } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";
import { flag } from "./fields.ts";
import { refusedForm } from "./forms.ts";
import { showTab } from "./workspace.tsx";

const Fields = {
  title: z.string().optional(),
  model: z.string().max(300).nullish(),
  kind: z.literal("chat", { error: 'Only the kind "chat" exists so far.' }).optional(),
};
const NewInProject = z.object(Fields);
const New = z.object({
  ...Fields,
  project_id: z.string().max(40),
  text: z.string().optional(),
  client_id: z.string().optional(),
});
const Change = z.object({
  title: z.string().optional(),
  model: z.string().max(300).nullish(),
  archived: flag.optional(),
});
const Title = z.object({ title: z.string() });
const Archive = z.object({ archived: flag.default(true) });
const Removal = z.object({ force: flag.default(false) });
const NewChat = z.object({ title: z.string().optional(), kind: z.enum(["chat", "coder"]).optional() });

export function sessionRoutes(web: Web) {
  return new Elysia()
    .get("/sessions/new", ({ request }) => form(web, request))
    .post("/sessions", ({ request }) => make(web, request))
    .get("/projects/:id/sessions", ({ request, params }) => list(web, request, params.id))
    .post("/projects/:id/sessions", ({ request, params }) => makeIn(web, request, params.id))
    .get("/sessions/:id", ({ request, params }) => show(web, request, params.id))
    .patch("/sessions/:id", async ({ request, params }) =>
      jsonAnswer(request, {
        session: await changeSession(web.core, params.id, patch(await parseBody(request, Change))),
      }),
    )
    .delete("/sessions/:id", async ({ request, params }) => {
      await removeSession(web.core, params.id, parseQuery(request, Removal).force);
      return noContent();
    })
    .get("/sessions/:id/edit", ({ request, params }) => edit(web, request, params.id))
    .post("/sessions/:id/title", ({ request, params }) => rename(web, request, params.id))
    .post("/sessions/:id/archive", ({ request, params }) => archive(web, request, params.id))
    .get("/sessions/:id/removal", ({ request, params }) => confirmRemoval(web, request, params.id))
    .post("/sessions/:id/removal", ({ request, params }) => remove(web, request, params.id))
    .get("/sessions/:id/chats", async ({ request, params }) =>
      jsonAnswer(request, { chats: await chatsOf(web.core, params.id) }),
    )
    .post("/sessions/:id/chats", ({ request, params }) => addChat(web, request, params.id));
}

const patch = ({ model, ...rest }: z.output<typeof Change>) => (model === undefined ? rest : { ...rest, model });

async function form(web: Web, request: Request): Promise<Response> {
  const { project } = parseQuery(request, z.object({ project: z.string().max(40).optional() }));
  const values = { project_id: project ?? null, title: "", text: "" };
  return respond(request, {
    page: () => drawForm(web, request, values, null),
    json: () => ({ fields: ["project_id", "title", "text"] }),
  });
}

async function drawForm(
  web: Web,
  request: Request,
  values: NewSessionValues,
  error: FormError | null,
): Promise<string> {
  const at = await framePage(web.core);
  const current = values.project_id ? { project_id: values.project_id } : undefined;
  return (
    <Page frame={frameFor(web, request, at)} title="New session" current={current}>
      {NewSessionContent({ projects: at.nav.projects, values, error, client_id: crypto.randomUUID() }) as "safe"}
    </Page>
  ) as string;
}

async function make(web: Web, request: Request): Promise<Response> {
  const input = await parseBody(request, New);
  try {
    const text = input.text?.trim() ? checkText(input.text) : null;
    const { session, chat } = await openSession(web.core, input);
    const posted = text
      ? await postMessage(web.core, { chat_id: chat.id, text, client_id: input.client_id, via: callerOf(request).via })
      : null;
    const json = () =>
      created(urls.session(session.id), { session, chat, ...(posted && { message: posted.message, run: posted.run }) });
    return answerPost(request, { json, url: urls.chat(chat.id), navigate: true });
  } catch (error) {
    const values = { project_id: input.project_id, title: input.title ?? "", text: input.text ?? "" };
    return refusedForm(request, error, (e) => drawForm(web, request, values, e));
  }
}

async function makeIn(web: Web, request: Request, projectId: string): Promise<Response> {
  const input = await parseBody(request, NewInProject);
  const { session, chat } = await openSession(web.core, { ...input, project_id: projectId });
  return answerPost(request, {
    json: () => created(urls.session(session.id), { session, chat }),
    url: urls.chat(chat.id),
    navigate: true,
  });
}

async function list(web: Web, request: Request, projectId: string): Promise<Response> {
  await projectOf(web.core, projectId);
  const { archived } = parseQuery(request, z.object({ archived: flag.default(false) }));
  const sessions = await readProjectSessions(web.core.sql, projectId, archived);
  return respond(request, { page: () => "", json: () => ({ sessions }) });
}

async function show(web: Web, request: Request, id: string): Promise<Response> {
  const session = await findSession(web.core.sql, id);
  if (!session) throw notFound("session");
  if (wants(request) === "json") return jsonAnswer(request, { session, chats: await chatsOf(web.core, id) });
  const { tab } = parseQuery(request, z.object({ tab: z.coerce.number().int().min(1).optional() }));
  return respond(request, { page: () => showTab(web, request, id, tab ?? null), json: () => null });
}

async function edit(
  web: Web,
  request: Request,
  id: string,
  rename: { title: string; error: FormError } | null = null,
): Promise<Response> {
  return respond(request, {
    page: () => drawEdit(web, request, id, rename),
    json: async () => ({ session: await findSession(web.core.sql, id) }),
  });
}

async function drawEdit(
  web: Web,
  request: Request,
  id: string,
  rename: { title: string; error: FormError } | null,
): Promise<string> {
  const session = await findSession(web.core.sql, id);
  if (!session) throw notFound("session");
  const project = await projectOf(web.core, session.project_id);
  const frame = frameFor(web, request, await framePage(web.core));
  return (
    <Page frame={frame} title={session.title} current={{ session_id: id, project_id: project.id }}>
      {SessionEditContent({ session, project, rename }) as "safe"}
    </Page>
  ) as string;
}

async function rename(web: Web, request: Request, id: string): Promise<Response> {
  const { title } = await parseBody(request, Title);
  try {
    const session = await changeSession(web.core, id, { title });
    return answerPost(request, { json: () => Response.json({ session }), url: urls.session(id), navigate: true });
  } catch (error) {
    return refusedForm(request, error, (e) => drawEdit(web, request, id, { title, error: e }));
  }
}

async function archive(web: Web, request: Request, id: string): Promise<Response> {
  const { archived } = await parseBody(request, Archive);
  const session = await changeSession(web.core, id, { archived });
  const url = archived ? urls.project(session.project_id) : urls.session(id);
  return answerPost(request, { json: () => Response.json({ session }), url, navigate: true });
}

async function confirmRemoval(web: Web, request: Request, id: string): Promise<Response> {
  const session = await findSession(web.core.sql, id);
  if (!session) throw notFound("session");
  const facts = { ...(await countMessages(web.core.sql, id)), running: web.core.live.ofSession(id) };
  return respond(request, {
    page: async () => {
      const frame = frameFor(web, request, await framePage(web.core));
      return (
        <Page
          frame={frame}
          title={`Delete ${session.title}`}
          current={{ session_id: id, project_id: session.project_id }}
        >
          {SessionRemovalContent({ session, ...facts }) as "safe"}
        </Page>
      ) as string;
    },
    json: () => ({ session, ...facts }),
  });
}

async function remove(web: Web, request: Request, id: string): Promise<Response> {
  const session = await findSession(web.core.sql, id);
  if (!session) throw notFound("session");
  await removeSession(web.core, id, true);
  return answerPost(request, { json: () => noContent(), url: urls.project(session.project_id), navigate: true });
}

async function addChat(web: Web, request: Request, sessionId: string): Promise<Response> {
  const chat = await openChat(web.core, { ...(await parseBody(request, NewChat)), session_id: sessionId });
  return answerPost(request, {
    json: () => created(urls.chat(chat.id), { chat }),
    url: urls.chat(chat.id),
    navigate: true,
  });
}
