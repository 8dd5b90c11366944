/** Terminals: opened, shown, restarted, ended; their scrollback; and the socket that a browser types through. */
import { Elysia } from "elysia";
import { z } from "zod";
import { urls } from "../../../views/urls.ts";
import { plainTitle, TERMINAL_NAME_CHARS, terminalTitle } from "../../domain/terminal.ts";
import {
  clearScrollback,
  goToEnd,
  goToText,
  openNamedFile,
  SEARCH_CHARS,
  scrollbackOf,
  searchScrollback,
} from "../../engine/terminals/scrollback.ts";
import {
  endTerminal,
  nameTerminal,
  openTerminal,
  restartTerminal,
  terminalNow,
  terminalsOf,
} from "../../engine/terminals/terminals.ts";
import { parseBody, parseQuery } from "../body.ts";
import { describing } from "../describe.ts";
import { foreignBytes } from "../headers.ts";
import { answerPost, created, jsonAnswer, noContent, respond } from "../respond.ts";
import { upgradeToTerminal } from "../terminal-socket.ts";
import type { Web } from "../web.ts";
import { flag } from "./fields.ts";
import { asked, drawList, drawName, drawPane, drawTerminal } from "./terminal-pages.tsx";

const about = describing("terminals");
const optional = (max: number) =>
  z
    .string()
    .max(max)
    .optional()
    .transform((s) => s || undefined);
const New = z.object({
  name: optional(400).describe(`At most ${TERMINAL_NAME_CHARS} characters; what runs in it by default.`),
  target: optional(40).describe("Name of an ssh target of the settings; a shell of this machine by default."),
  pane: optional(40).describe("Pane that its tab is opened in; the one that has the keyboard by default."),
});
const Name = z.object({ name: z.string().max(400).describe("Empty: named after what runs in it.") });
const Force = z.object({ force: flag.default(false).describe("Also while something runs in it.") });
const Shown = z.object({ session: optional(40).describe("Of this session only.") });
const Pane = z.object({ pane: flag.default(false).describe("Pages: without the frame.") });
const Find = z.object({
  text: z
    .string()
    .max(SEARCH_CHARS + 1)
    .optional()
    .describe("Only lines that hold this."),
});
const Search = z.object({
  text: z
    .string()
    .max(SEARCH_CHARS + 1)
    .describe("Empty: back to the end."),
  back: flag.default(true).describe("To older lines; else to newer ones."),
});
const Place = z.object({
  path: z.string().min(1).max(4096).describe("As the terminal names it."),
  line: z.coerce.number().int().min(1).max(10_000_000).nullish(),
});
const MADE = { terminal: "Terminal" } as const;

export function terminalRoutes(web: Web) {
  return new Elysia()
    .get(
      "/terminals",
      ({ request }) => list(web, request, parseQuery(request, Shown).session ?? null),
      about({ summary: "Open and exited terminals.", query: Shown, answers: { 200: { terminals: "Terminal[]" } } }),
    )
    .get(
      "/sessions/:id/terminals",
      ({ request, params }) => list(web, request, params.id),
      about({ summary: "Those of a session, by number.", answers: { 200: { terminals: "Terminal[]" } } }),
    )
    .post(
      "/sessions/:id/terminals",
      ({ request, params }) => open(web, request, params.id),
      about({ summary: "Opens one, with a tab.", body: New, answers: { 201: MADE } }),
    )
    .use(byId(web))
    .use(scrollback(web));
}

function byId(web: Web) {
  return new Elysia()
    .get(
      "/terminals/:id",
      ({ request, params }) => show(web, request, params.id),
      about({ summary: "A terminal, as it is now.", query: Pane, answers: { 200: MADE } }),
    )
    .patch(
      "/terminals/:id",
      async ({ request, params }) => {
        const { name } = await parseBody(request, Name);
        return jsonAnswer(request, { terminal: await nameTerminal(web.core, params.id, name) });
      },
      about({ summary: "Names it.", body: Name, answers: { 200: MADE } }),
    )
    .get(
      "/terminals/:id/name",
      async ({ request, params }) => {
        const terminal = await terminalNow(web.core, params.id);
        return respond(request, { page: () => drawName(web, request, terminal), json: () => ({ terminal }) });
      },
      about({ summary: "The form to name it.", answers: { 200: MADE } }),
    )
    .post(
      "/terminals/:id/name",
      async ({ request, params }) => {
        const { name } = await parseBody(request, Name);
        const terminal = await nameTerminal(web.core, params.id, name);
        const url = urls.session(terminal.session_id);
        return answerPost(request, { json: () => Response.json({ terminal }), url, navigate: true });
      },
      about({ summary: "Names it.", body: Name, answers: { 200: MADE }, form_of: "PATCH /terminals/:id" }),
    )
    .delete(
      "/terminals/:id",
      async ({ request, params }) => {
        await endTerminal(web.core, params.id, parseQuery(request, Force).force);
        return noContent();
      },
      about({
        summary: "Ends it and what runs in it; 409 while something does.",
        query: Force,
        answers: { 204: null },
      }),
    )
    .post(
      "/terminals/:id/removal",
      ({ request, params }) => remove(web, request, params.id),
      about({ summary: "Ends it.", body: Force, answers: { 204: null }, form_of: "DELETE /terminals/:id" }),
    )
    .post(
      "/terminals/:id/restarts",
      ({ request, params }) => restart(web, request, params.id),
      about({
        summary: "Starts its shell again; 409 while something runs in it.",
        body: Force,
        answers: { 200: MADE },
      }),
    )
    .get(
      "/terminals/:id/socket",
      async ({ request, params, server }) => {
        const terminal = await terminalNow(web.core, params.id);
        if (!upgradeToTerminal(web.core, terminal, request, server))
          return new Response("No upgrade\n", { status: 400 });
        // No answer: the connection is a socket now.
        return undefined as unknown as Response;
      },
      about({ summary: "The WebSocket that it is typed through.", answers: {}, also: { websocket: "Frames." } }),
    );
}

function scrollback(web: Web) {
  return new Elysia()
    .get(
      "/terminals/:id/scrollback",
      async ({ request, params }) => {
        const { text } = parseQuery(request, Find);
        if (text) return jsonAnswer(request, await searchScrollback(web.core, params.id, text));
        return jsonAnswer(request, { scrollback: await scrollbackOf(web.core, params.id) });
      },
      about({
        summary: "All that it still has of what was printed, oldest first; with `text` the lines that hold it.",
        query: Find,
        answers: { 200: { scrollback: "Scrollback?", total: "integer?", hits: "ScrollbackHit[]?" } },
      }),
    )
    .get(
      "/terminals/:id/file",
      async ({ params }) => {
        const { text } = await scrollbackOf(web.core, params.id);
        const terminal = await terminalNow(web.core, params.id);
        const name = `${plainTitle(terminalTitle(terminal)).replace(/[^\p{L}\p{N} ._-]/gu, "_")}.txt`;
        return foreignBytes(text, { type: "text/plain; charset=utf-8", name });
      },
      about({ summary: "The same as a download.", answers: {}, also: { "text/plain": "The text." } }),
    )
    .post(
      "/terminals/:id/clearings",
      async ({ request, params }) => {
        await clearScrollback(web.core, params.id);
        const { session_id } = await terminalNow(web.core, params.id);
        return answerPost(request, { json: () => noContent(), url: urls.session(session_id) });
      },
      about({ summary: "Forgets the scrollback and redraws the screen.", answers: { 204: null } }),
    )
    .post(
      "/terminals/:id/searches",
      async ({ request, params }) => {
        const { text, back } = await parseBody(request, Search);
        if (text === "") {
          await goToEnd(web.core, params.id);
          return Response.json({ total: 0 });
        }
        return Response.json(await goToText(web.core, params.id, text, back));
      },
      about({
        summary: "Scrolls to the next line that holds a text, for everybody who looks on.",
        body: Search,
        answers: { 200: { total: "integer" } },
      }),
    )
    .post(
      "/terminals/:id/openings",
      async ({ request, params }) => {
        const { path, line } = await parseBody(request, Place);
        const opened = await openNamedFile(web.core, params.id, { path, line: line ?? null });
        const { session_id } = await terminalNow(web.core, params.id);
        return answerPost(request, { json: () => Response.json(opened), url: urls.session(session_id) });
      },
      about({
        summary: "Opens a file that it names in the file viewer.",
        body: Place,
        answers: { 200: { path: "string", line: "Line" } },
      }),
    );
}

function list(web: Web, request: Request, sessionId: string | null): Promise<Response> {
  return respond(request, {
    page: () => drawList(web, request, sessionId),
    json: async () => {
      await web.core.terminals.refresh();
      return { terminals: await terminalsOf(web.core, sessionId) };
    },
  });
}

async function open(web: Web, request: Request, sessionId: string): Promise<Response> {
  const input = await parseBody(request, New);
  const terminal = await openTerminal(web.core, { session_id: sessionId, ...input });
  return answerPost(request, {
    json: () => created(urls.terminal(terminal.id), { terminal }),
    url: urls.session(sessionId, terminal.number),
  });
}

async function show(web: Web, request: Request, id: string): Promise<Response> {
  const { pane } = parseQuery(request, Pane);
  await web.core.terminals.refresh();
  const terminal = await terminalNow(web.core, id);
  return respond(request, {
    page: () => (pane ? drawPane(web, request, terminal) : drawTerminal(web, request, terminal)),
    json: () => ({ terminal }),
  });
}

async function remove(web: Web, request: Request, id: string): Promise<Response> {
  const { force } = await parseBody(request, Force);
  const terminal = await terminalNow(web.core, id);
  const url = urls.session(terminal.session_id);
  return asked(web, request, terminal, "end", async () => {
    await endTerminal(web.core, id, force);
    return answerPost(request, { json: () => noContent(), url });
  });
}

async function restart(web: Web, request: Request, id: string): Promise<Response> {
  const { force } = await parseBody(request, Force);
  const before = await terminalNow(web.core, id);
  return asked(web, request, before, "restart", async () => {
    const terminal = await restartTerminal(web.core, id, force);
    return answerPost(request, {
      json: () => Response.json({ terminal }),
      url: urls.session(terminal.session_id, terminal.number),
    });
  });
}
