/** Pages that rename, archive and delete a session, and what they post. */

import { Elysia } from "elysia";
import { z } from "zod";
import { Page } from "../../../views/layout/page.tsx";
import { SessionEditContent, SessionRemovalContent } from "../../../views/sessions/edit-session.tsx";
import type { FormError } from "../../../views/ui/fields.tsx";
import { urls } from "../../../views/urls.ts";
import { isAtRisk } from "../../domain/worktree.ts";
import { goingOn } from "../../engine/going-on.ts";
import { grantsOf } from "../../engine/grants.ts";
import { framePage } from "../../engine/pages.ts";
import { projectOf } from "../../engine/projects.ts";
import { changeSession, removeSession } from "../../engine/sessions.ts";
import { riskWords, worktreeView } from "../../engine/worktrees/keep.ts";
import { notFound } from "../../lib/errors.ts";
import { readTotals } from "../../store/change-reads.ts";
import { countMessages, findSession } from "../../store/sessions.ts";
import { parseBody } from "../body.ts";
import { describing } from "../describe.ts";
import { answerPost, noContent, respond } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";
import { flag } from "./fields.ts";
import { refusedForm } from "./forms.ts";

const about = describing("sessions");
const Title = z.object({ title: z.string() });
const WebTools = z.object({ on: flag });
const Archive = z.object({ archived: flag.default(true) });

export function sessionForms(web: Web) {
  return new Elysia()
    .get(
      "/sessions/:id/edit",
      ({ request, params }) => edit(web, request, params.id),
      about({ summary: "The form to rename, archive or delete it.", answers: { 200: { session: "Session" } } }),
    )
    .post(
      "/sessions/:id/title",
      ({ request, params }) => rename(web, request, params.id),
      about({
        summary: "Renames it.",
        body: Title,
        answers: { 200: { session: "Session" } },
        form_of: "PATCH /sessions/:id",
      }),
    )
    .post(
      "/sessions/:id/archive",
      ({ request, params }) => archive(web, request, params.id),
      about({
        summary: "Archives it, or brings it back.",
        body: Archive,
        answers: { 200: { session: "Session" } },
        form_of: "PATCH /sessions/:id",
      }),
    )
    .post(
      "/sessions/:id/web",
      ({ request, params }) => switchWeb(web, request, params.id),
      about({
        summary: "Gives its chats the web, or takes it away.",
        body: WebTools,
        answers: { 200: { session: "Session" } },
        form_of: "PATCH /sessions/:id",
      }),
    )
    .get(
      "/sessions/:id/removal",
      ({ request, params }) => confirmRemoval(web, request, params.id),
      about({
        summary: "What would be deleted; the page asks whether you are sure.",
        answers: {
          200: { session: "Session", chats: "integer", messages: "integer", running: "integer", changes: "integer" },
        },
      }),
    )
    .post(
      "/sessions/:id/removal",
      ({ request, params }) => remove(web, request, params.id),
      about({
        summary: "Stops what runs in it and deletes it.",
        answers: { 204: null },
        form_of: "DELETE /sessions/:id",
      }),
    );
}

async function edit(
  web: Web,
  request: Request,
  id: string,
  rename: { title: string; error: FormError } | null = null,
): Promise<Response> {
  const session = await findSession(web.core.sql, id);
  if (!session) throw notFound("session");
  return respond(request, { page: () => drawEdit(web, request, id, rename), json: () => ({ session }) });
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
      {SessionEditContent({ session, project, grants: await grantsOf(web.core, id), rename }) as "safe"}
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

async function switchWeb(web: Web, request: Request, id: string): Promise<Response> {
  const { on } = await parseBody(request, WebTools);
  const session = await changeSession(web.core, id, { web_tools: on });
  // The stream sends the header with the switch; without script the page comes back.
  return answerPost(request, { json: () => Response.json({ session }), url: urls.session(id) });
}

async function confirmRemoval(web: Web, request: Request, id: string): Promise<Response> {
  const session = await findSession(web.core.sql, id);
  if (!session) throw notFound("session");
  const facts = {
    ...(await countMessages(web.core.sql, id)),
    running: await goingOn(web.core, { session_id: id }),
    changes: (await readTotals(web.core.sql, { session_id: id, chat_id: null, closed: false })).files,
  };
  return respond(request, {
    page: async () => {
      const frame = frameFor(web, request, await framePage(web.core));
      return (
        <Page
          frame={frame}
          title={`Delete ${session.title}`}
          current={{ session_id: id, project_id: session.project_id }}
        >
          {SessionRemovalContent({ session, ...facts, at_risk: await riskOf(web, id) }) as "safe"}
        </Page>
      ) as string;
    },
    json: () => ({ session, ...facts }),
  });
}

/** What would be lost with its worktree, in words. */
async function riskOf(web: Web, id: string): Promise<string | null> {
  const view = await worktreeView(web.core, id);
  return view?.status && isAtRisk(view.status) ? riskWords(view.status) : null;
}

async function remove(web: Web, request: Request, id: string): Promise<Response> {
  const session = await findSession(web.core.sql, id);
  if (!session) throw notFound("session");
  await removeSession(web.core, id, true);
  return answerPost(request, { json: () => noContent(), url: urls.project(session.project_id), navigate: true });
}
