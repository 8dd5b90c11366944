/** Sessions: made with their first chat, changed, deleted; their chats. */
import { Elysia } from "elysia";
import { z } from "zod";
import { Page } from "../../../views/layout/page.tsx";
import { NewSessionContent, type NewSessionValues } from "../../../views/sessions/new-session.tsx";
import type { FormError } from "../../../views/ui/fields.tsx";
import { urls } from "../../../views/urls.ts";
import { keepGrants } from "../../engine/grants.ts";
import { framePage } from "../../engine/pages.ts";
import { allProjects, projectOf } from "../../engine/projects.ts";
import { changeSession, chatsOf, openChat, openSession, removeSession } from "../../engine/sessions.ts";
import { checkText } from "../../engine/turn/check-message.ts";
import { postMessage } from "../../engine/turn/start.ts";
import { notFound } from "../../lib/errors.ts";
import { readProjectSessions } from "../../store/nav.ts";
import { findSession } from "../../store/sessions.ts";
import { parseBody, parseQuery } from "../body.ts";
import { describing } from "../describe.ts";
import { callerOf } from "../request.ts";
import { answerPost, created, jsonAnswer, noContent, respond, seeOther, wants } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";
import { flag } from "./fields.ts";
import { refusedForm } from "./forms.ts";
import { sessionForms } from "./session-forms.tsx";
import { showTab } from "./workspace.tsx";

const about = describing("sessions");
const Fields = {
  title: z.string().optional().describe("Named after the first message by default."),
  model: z.string().max(300).nullish().describe("Model for its chats."),
  kind: z.enum(["chat", "coder"]).optional().describe("Of the first chat: `coder` may propose changes of files."),
  web_tools: flag.optional().describe("Whether its chats may search and read the web."),
};
const NewInProject = z.object(Fields);
const New = z.object({
  ...Fields,
  project_id: z.string().max(40),
  text: z.string().optional().describe("A first message, sent at once."),
  client_id: z.string().optional(),
});
const Change = z.object({
  title: z.string().optional(),
  model: z.string().max(300).nullish(),
  archived: flag.optional(),
  web_tools: flag.optional().describe("Whether its chats may search and read the web."),
  grants: z
    .array(z.string().max(40))
    .max(500)
    .optional()
    .describe("Ids of the grants that stay; the others are taken away."),
});
const Removal = z.object({ force: flag.default(false).describe("Stop what runs in it first.") });
const NewChat = z.object({
  title: z.string().optional(),
  kind: z.enum(["chat", "coder"]).optional().describe("`coder` may propose changes of files."),
});
const Shown = z.object({ archived: flag.default(false).describe("With archived ones.") });
const For = z.object({ project: z.string().max(40).optional().describe("Project that the form begins with.") });
const At = z.object({ tab: z.coerce.number().int().min(1).optional().describe("Pages: the tab in front.") });
const MADE = { session: "Session", chat: "Chat" } as const;

export function sessionRoutes(web: Web) {
  return new Elysia()
    .get(
      "/sessions/new",
      ({ request }) => form(web, request),
      about({ summary: "The form; projects to choose from.", query: For, answers: { 200: { projects: "Project[]" } } }),
    )
    .post(
      "/sessions",
      ({ request }) => make(web, request),
      about({
        summary: "A new session with its first chat and, with `text`, its first message.",
        body: New,
        answers: { 201: { ...MADE, message: "Message?", run: "Run?" } },
      }),
    )
    .get(
      "/projects/:id/sessions",
      ({ request, params }) => list(web, request, params.id),
      about({
        summary: "Sessions of a project, newest first.",
        query: Shown,
        answers: { 200: { sessions: "SessionLine[]" } },
      }),
    )
    .post(
      "/projects/:id/sessions",
      ({ request, params }) => makeIn(web, request, params.id),
      about({ summary: "A new session with its first chat.", body: NewInProject, answers: { 201: MADE } }),
    )
    .use(sessionRoutesById(web))
    .use(sessionForms(web));
}

function sessionRoutesById(web: Web) {
  return new Elysia()
    .get(
      "/sessions/:id",
      ({ request, params }) => show(web, request, params.id),
      about({
        summary: "A session with its chats; its page shows the panes.",
        query: At,
        answers: { 200: { session: "Session", chats: "Chat[]" } },
      }),
    )
    .patch(
      "/sessions/:id",
      async ({ request, params }) => {
        const { grants, ...change } = await parseBody(request, Change);
        if (grants) await keepGrants(web.core, params.id, grants);
        return jsonAnswer(request, { session: await changeSession(web.core, params.id, patch(change)) });
      },
      about({
        summary: "Renames, archives, sets the model and the web, takes grants away.",
        body: Change,
        answers: { 200: { session: "Session" } },
      }),
    )
    .delete(
      "/sessions/:id",
      async ({ request, params }) => {
        await removeSession(web.core, params.id, parseQuery(request, Removal).force);
        return noContent();
      },
      about({ summary: "Deletes it with its chats; 409 while it runs.", query: Removal, answers: { 204: null } }),
    )
    .get(
      "/sessions/:id/chats",
      async ({ request, params }) =>
        wants(request) === "page"
          ? seeOther(urls.session(params.id))
          : jsonAnswer(request, { chats: await chatsOf(web.core, params.id) }),
      about({ summary: "Its chats by number, without archived ones.", answers: { 200: { chats: "Chat[]" } } }),
    )
    .post(
      "/sessions/:id/chats",
      ({ request, params }) => addChat(web, request, params.id),
      about({ summary: "Opens another chat.", body: NewChat, answers: { 201: { chat: "Chat" } } }),
    );
}

const patch = ({ model, ...rest }: Omit<z.output<typeof Change>, "grants">) =>
  model === undefined ? rest : { ...rest, model };

async function form(web: Web, request: Request): Promise<Response> {
  const { project } = parseQuery(request, For);
  const values = { project_id: project ?? null, kind: "chat" as const, title: "", text: "" };
  return respond(request, {
    page: () => drawForm(web, request, values, null),
    json: async () => ({ projects: await allProjects(web.core) }),
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
    const { project_id, kind = "chat", title = "", text = "" } = input;
    const values = { project_id, kind, title, text };
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
  const { archived } = parseQuery(request, Shown);
  if (wants(request) === "page") return seeOther(archived ? urls.projectArchived(projectId) : urls.project(projectId));
  return jsonAnswer(request, { sessions: await readProjectSessions(web.core.sql, projectId, archived) });
}

async function show(web: Web, request: Request, id: string): Promise<Response> {
  const { tab } = parseQuery(request, At);
  const session = await findSession(web.core.sql, id);
  if (!session) throw notFound("session");
  if (wants(request) === "json") return jsonAnswer(request, { session, chats: await chatsOf(web.core, id) });
  return respond(request, { page: () => showTab(web, request, id, tab ?? null), json: () => null });
}

async function addChat(web: Web, request: Request, sessionId: string): Promise<Response> {
  const chat = await openChat(web.core, { ...(await parseBody(request, NewChat)), session_id: sessionId });
  return answerPost(request, {
    json: () => created(urls.chat(chat.id), { chat }),
    url: urls.chat(chat.id),
    navigate: true,
  });
}
