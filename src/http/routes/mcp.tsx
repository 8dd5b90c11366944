/** MCP servers: which there are, how each is, what its tools are, and adding one. */
import { Elysia } from "elysia";
import { z } from "zod";
import { Page } from "../../../views/layout/page.tsx";
import { McpList } from "../../../views/settings/mcp.tsx";
import { McpServerContent } from "../../../views/settings/mcp-server.tsx";
import { urls } from "../../../views/urls.ts";
import { addMcpServer, changeMcpServer, formValues, removeMcpServer } from "../../engine/mcp/registry.ts";
import { framePage } from "../../engine/pages.ts";
import { notFound } from "../../lib/errors.ts";
import { findPart } from "../../store/messages.ts";
import { readPartImage } from "../../store/part-images.ts";
import { parseBody } from "../body.ts";
import { describing } from "../describe.ts";
import { foreignBytes } from "../headers.ts";
import { accepted, answerPost, created, jsonAnswer, noContent, respond } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";
import { flag } from "./fields.ts";
import { refusedForm } from "./forms.ts";
import { drawSettings } from "./settings.tsx";

const about = describing("mcp");
const SECTION = `${urls.settings}#mcp`;

const pairs = z.union([z.string().max(40_000), z.record(z.string(), z.string())]).optional();
const globs = z.union([z.string().max(40_000), z.array(z.string())]).optional();
const Change = z.object({
  command: z.string().max(20_000).optional().describe("Program and arguments; no shell."),
  url: z.string().max(8_000).optional().describe("In place of a command: streamable HTTP."),
  env: pairs.describe(
    "An object, or lines of `NAME=value`; a value may hold `{env:NAME}`, a name alone keeps its value.",
  ),
  headers: pairs.describe("The same, for an address."),
  tools: globs.describe("Globs of tools that are offered; `!` before one takes away. None: all."),
  reads: globs.describe("Globs of tools that only read, whatever they say of themselves."),
  timeout_s: z
    .union([z.literal("").transform(() => null), z.coerce.number().int().min(1).max(3_600)])
    .nullish()
    .describe("Seconds of one call without a sign of progress."),
  enabled: flag.optional(),
});
const New = Change.extend({ name: z.string({ error: "Give it a name." }).max(200) });
const Check = z.object({ name: z.string().max(200).optional().describe("One; all that are on otherwise.") });

export function mcpRoutes(web: Web) {
  return new Elysia()
    .get(
      urls.mcpServers,
      ({ request }) => list(web, request),
      about({
        summary: "All MCP servers with what is known of them. Never waits for one.",
        answers: { 200: { servers: "McpServer[]", problem: "string?" } },
      }),
    )
    .post(
      urls.mcpServers,
      ({ request }) => add(web, request),
      about({
        summary: "Adds a server to mcp.json and asks it for its tools behind the answer.",
        body: New,
        answers: { 201: { server: "McpServer" } },
      }),
    )
    .post(
      urls.mcpChecks,
      ({ request }) => check(web, request),
      about({
        summary: "Starts a server anew and asks for its tools; goes on behind the answer.",
        body: Check,
        answers: { 202: { servers: "McpServer[]" } },
      }),
    )
    .use(oneServer(web))
    .use(imageRoute(web));
}

function oneServer(web: Web) {
  return new Elysia()
    .get(
      "/mcp-servers/:name",
      ({ request, params }) => show(web, request, params.name),
      about({
        summary: "A server with the end of what it complained about.",
        answers: { 200: { server: "McpServer", complaints: "string" } },
      }),
    )
    .patch(
      "/mcp-servers/:name",
      async ({ request, params }) => {
        const server = await changeMcpServer(web.core, params.name, await parseBody(request, Change));
        return jsonAnswer(request, { server });
      },
      about({
        summary: "Switches it on or off, or changes how it is started and what is offered.",
        body: Change,
        answers: { 200: { server: "McpServer" } },
      }),
    )
    .post(
      "/mcp-servers/:name/change",
      ({ request, params }) => change(web, request, params.name),
      about({
        summary: "Changes what is given.",
        body: Change,
        answers: { 200: { server: "McpServer" } },
        form_of: "PATCH /mcp-servers/:name",
      }),
    )
    .delete(
      "/mcp-servers/:name",
      async ({ params }) => {
        await removeMcpServer(web.core, params.name);
        return noContent();
      },
      about({ summary: "Takes it out of mcp.json and ends it.", answers: { 204: null } }),
    )
    .post(
      "/mcp-servers/:name/removal",
      async ({ request, params }) => {
        await removeMcpServer(web.core, params.name);
        return answerPost(request, { json: () => noContent(), url: SECTION, navigate: true });
      },
      about({ summary: "Removes it.", answers: { 204: null }, form_of: "DELETE /mcp-servers/:name" }),
    );
}

function imageRoute(web: Web) {
  return new Elysia().get(
    "/parts/:id/images/:number",
    async ({ params }) => {
      const number = Number(params.number);
      const part = await findPart(web.core.sql, params.id);
      const image = part && Number.isSafeInteger(number) ? await readPartImage(web.core.sql, part.id, number) : null;
      if (!image) throw notFound("image");
      const name = `image-${number}.${image.mime.split("/")[1]}`;
      const response = foreignBytes(image.bytes, { type: image.mime, name, inline: true });
      response.headers.set("cache-control", "private, max-age=86400, immutable");
      return response;
    },
    about({
      summary: "An image in the result of a tool call, counted from 1.",
      answers: {},
      also: { "image/png": "or another raster image" },
    }),
  );
}

async function list(web: Web, request: Request): Promise<Response> {
  const { servers, problem } = await web.core.mcp.list();
  return respond(request, {
    page: () => drawSettings(web, request),
    fragment: () => McpList({ servers, now: Date.now() }) as string,
    json: () => ({ servers, ...(problem && { problem }) }),
  });
}

async function add(web: Web, request: Request): Promise<Response> {
  const copy = request.clone();
  try {
    const { name, ...input } = await parseBody(request, New);
    const server = await addMcpServer(web.core, name.trim(), input);
    return answerPost(request, {
      json: () => created(urls.mcpServer(server.name), { server }),
      url: SECTION,
      navigate: true,
    });
  } catch (error) {
    const values = await typed(copy);
    return refusedForm(request, error, (e) => drawSettings(web, request, { refused: { mcp: { values, error: e } } }));
  }
}

const typed = (request: Request): Promise<Record<string, string>> =>
  parseBody(request, z.record(z.string(), z.string())).catch(() => ({}));

async function check(web: Web, request: Request): Promise<Response> {
  const { name } = await parseBody(request, Check);
  await web.core.mcp.check(name === undefined ? undefined : [name]);
  const { servers } = await web.core.mcp.list();
  return answerPost(request, { json: () => accepted({ servers }), url: SECTION, navigate: true });
}

async function show(web: Web, request: Request, name: string): Promise<Response> {
  const { server, complaints } = await web.core.mcp.find(name);
  return respond(request, { page: () => drawServer(web, request, name), json: () => ({ server, complaints }) });
}

async function change(web: Web, request: Request, name: string): Promise<Response> {
  const copy = request.clone();
  try {
    const input = await parseBody(request, Change);
    const server = await changeMcpServer(web.core, name, input);
    // The switch stands in the list, the form on the server's own page.
    const url = input.command === undefined && input.url === undefined ? SECTION : urls.mcpServer(name);
    return answerPost(request, { json: () => Response.json({ server }), url, navigate: true });
  } catch (error) {
    const values = await typed(copy);
    return refusedForm(request, error, (e) => drawServer(web, request, name, { values, error: e }));
  }
}

async function drawServer(
  web: Web,
  request: Request,
  name: string,
  refused?: { values: Record<string, string>; error: { field: string | null; message: string } },
): Promise<string> {
  const { server, spec, complaints } = await web.core.mcp.find(name);
  const frame = frameFor(web, request, await framePage(web.core));
  const children = McpServerContent({ server, complaints, values: formValues(spec), now: frame.now, refused });
  return Page({ frame, title: server.name, children }) as string;
}
