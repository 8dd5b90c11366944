/** The page of a session, and the changes of its layout. */
import { Elysia } from "elysia";
import { z } from "zod";
import { Page } from "../../../views/layout/page.tsx";
import type { DrawnRail } from "../../../views/rail/rail.tsx";
import { urls } from "../../../views/urls.ts";
import { WorkspaceContent } from "../../../views/workspace/workspace.tsx";
import type { ComposerState, Marked, WorkspaceView } from "../../domain/page.ts";
import { Layout, paneOf, tabsOf } from "../../domain/pane.ts";
import { refreshStale } from "../../engine/endpoint-checks.ts";
import { changeLayout, LayoutChange, putLayout, readLayout } from "../../engine/layout.ts";
import type { At } from "../../engine/pages.ts";
import { workspacePage } from "../../engine/workspace.ts";
import { notFound } from "../../lib/errors.ts";
import { loadHighlighter } from "../../lib/highlight.ts";
import { findChat } from "../../store/chats.ts";
import { parseBody } from "../body.ts";
import { blankComposer } from "../composer-state.ts";
import { describing } from "../describe.ts";
import { earlyPage } from "../early.ts";
import { answerPost, jsonAnswer } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";
import { railFor } from "./rail.tsx";

const about = describing("layout");
const Put = z.object({ layout: Layout, version: z.number().int().min(0).describe("Of the layout it was made from.") });
const LAYOUT = { layout: "Layout", version: "integer", repaired: "boolean" } as const;

export function workspaceRoutes(web: Web) {
  return new Elysia()
    .get(
      "/sessions/:id/layout",
      async ({ request, params }) => jsonAnswer(request, await readLayout(web.core.sql, params.id)),
      about({ summary: "How the session's page is arranged.", answers: { 200: LAYOUT } }),
    )
    .put(
      "/sessions/:id/layout",
      async ({ request, params }) => {
        const { layout, version } = await parseBody(request, Put);
        return jsonAnswer(request, await putLayout(web.core, params.id, layout, version, clientOf(request)));
      },
      about({ summary: "Replaces it; 409 when it was changed meanwhile.", body: Put, answers: { 200: LAYOUT } }),
    )
    .post(
      "/sessions/:id/layout/changes",
      async ({ request, params }) => {
        const change = await parseBody(request, LayoutChange);
        const changed = await changeLayout(web.core, params.id, change, clientOf(request));
        return answerPost(request, { json: () => Response.json(changed), url: urls.session(params.id) });
      },
      about({ summary: "Makes one change to what it is now.", body: LayoutChange, answers: { 200: LAYOUT } }),
    );
}

/** The browser tab that asks, if it says so: it need not be told of its own change. */
const clientOf = (request: Request): string | null => request.headers.get("x-boocode-tab")?.slice(0, 40) ?? null;

interface Shown {
  composer?: ComposerState | undefined;
  marked?: Marked | null | undefined;
}

/** The session's page with one chat in front, its start at once. Errors: not_found, before anything is sent. */
export async function showChat(web: Web, request: Request, chatId: string, shown: Shown): Promise<Response> {
  const sessionId = await bringToFront(web, chatId);
  return earlyPage(web, request, () => drawWorkspace(web, request, sessionId, { chat_id: chatId, ...shown }));
}

/** The same as one piece, for an answer with a status of its own. */
export async function drawChat(web: Web, request: Request, chatId: string, shown: Shown): Promise<string> {
  const sessionId = await bringToFront(web, chatId);
  return drawWorkspace(web, request, sessionId, { chat_id: chatId, ...shown });
}

/** Going to a chat is arranging the page: it is kept, and others follow. Gives the chat's session. */
async function bringToFront(web: Web, chatId: string): Promise<string> {
  const chat = await findChat(web.core.sql, chatId);
  if (!chat) throw notFound("chat");
  const { layout } = await readLayout(web.core.sql, chat.session_id);
  const tab = tabsOf(layout).find((t) => t.content.kind === "chat" && t.content.chat_id === chatId);
  const inFront = tab !== undefined && paneOf(layout, layout.focus)?.active === tab.number;
  if (!inFront) await changeLayout(web.core, chat.session_id, { change: "open", kind: "chat", chat_id: chatId }, null);
  return chat.session_id;
}

/** The page of a session that is there, its start at once. */
export async function showTab(web: Web, request: Request, sessionId: string, tab: number | null): Promise<Response> {
  if (tab !== null) {
    const { layout } = await readLayout(web.core.sql, sessionId);
    const open = tabsOf(layout).some((t) => t.number === tab);
    if (open && paneOf(layout, layout.focus)?.active !== tab)
      await changeLayout(web.core, sessionId, { change: "activate", tab }, null);
  }
  return earlyPage(web, request, () => drawWorkspace(web, request, sessionId));
}

async function drawWorkspace(
  web: Web,
  request: Request,
  sessionId: string,
  { chat_id, composer, marked }: Shown & { chat_id?: string } = {},
): Promise<string> {
  refreshStale(web.core);
  await loadHighlighter();
  const read = await workspacePage(web.core, sessionId, null);
  const { project, session, focused } = read.view;
  if (focused) focused.marked = marked ?? null;
  const rail = await railFor(web, request, { project_id: project.id, session_id: session.id });
  const composerOf = (id: string) => (id === chat_id && composer ? composer : blankComposer());
  return draw(web, request, read, composerOf, rail);
}

function draw(
  web: Web,
  request: Request,
  read: At & { view: WorkspaceView },
  composer: (chatId: string) => ComposerState,
  rail: DrawnRail,
): string {
  const { view } = read;
  const frame = frameFor(web, request, read, { session: view.session.id });
  return (
    <Page
      frame={frame}
      title={view.focused?.chat.title ?? view.session.title}
      current={{ session_id: view.session.id, project_id: view.project.id }}
      early
    >
      {WorkspaceContent({ view, composer, now: frame.now, rail }) as "safe"}
    </Page>
  ) as string;
}
