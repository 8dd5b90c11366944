/** Providers: who can execute a run, how each is, and agents of one's own. */
import { Elysia } from "elysia";
import { z } from "zod";
import { Page } from "../../../views/layout/page.tsx";
import type { ProviderValues } from "../../../views/settings/add-provider.tsx";
import { DiagnosticContent } from "../../../views/settings/diagnostic.tsx";
import { ProviderList } from "../../../views/settings/providers.tsx";
import { urls } from "../../../views/urls.ts";
import { OWN_WAYS } from "../../domain/provider.ts";
import { framePage } from "../../engine/pages.ts";
import { signIn } from "../../engine/providers/logins.ts";
import { addProvider, changeProvider, removeProvider } from "../../engine/providers/own.ts";
import { diagnose, findProvider, listProviders, providerSpecs } from "../../engine/providers/registry.ts";
import { invalid, notFound } from "../../lib/errors.ts";
import { parseBody } from "../body.ts";
import { describing } from "../describe.ts";
import { accepted, answerPost, created, jsonAnswer, noContent, respond, seeOther, wants } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";
import { flag } from "./fields.ts";
import { refusedForm } from "./forms.ts";
import { drawSettings } from "./settings.tsx";

const about = describing("providers");
const SECTION = `${urls.settings}#providers`;

const env = z
  .union([z.string().max(20_000), z.record(z.string(), z.string())])
  .optional()
  .describe("An object, or lines of `NAME=value`; a value may be `{env:NAME}`.");
const way = z
  .enum(OWN_WAYS)
  .optional()
  .describe("How it is spoken to: the agent client protocol (by default), a terminal, or one of the JSON streams.");
const New = z.object({
  id: z.string({ error: "Give it a name." }).max(100),
  label: z.string().max(100).optional(),
  command: z
    .string({ error: "Say what is to be started." })
    .max(4_000)
    .describe("Program and arguments; no shell. Without the protocol `{prompt}` stands for the message."),
  env,
  way,
});
const Change = z.object({
  enabled: flag.optional(),
  label: z.string().max(100).optional(),
  command: z.string().max(4_000).optional().describe("Empty: what is built in."),
  env,
  way,
});
const Login = z.object({
  method: z.string().max(200).optional().describe("One of `logins`; its usual command in a terminal by default."),
  chat_id: z.string().max(40).optional().describe("In whose session a terminal is opened, where one is needed."),
});
const Probe = z.object({ id: z.string().max(100).optional().describe("One; all that are installed otherwise.") });

export function providerRoutes(web: Web) {
  return new Elysia()
    .get(
      urls.providers,
      ({ request }) => list(web, request),
      about({
        summary: "All providers with what is known of them. Never waits for an agent.",
        answers: { 200: { providers: "Provider[]", problem: "string?" } },
      }),
    )
    .post(
      urls.providers,
      ({ request }) => add(web, request),
      about({
        summary: "Adds an agent that speaks the agent client protocol, in providers.json.",
        body: New,
        answers: { 201: { provider: "Provider" } },
      }),
    )
    .post(
      urls.providerProbes,
      ({ request }) => probe(web, request),
      about({
        summary: "Opens a conversation with an agent to learn what it offers; goes on behind the answer.",
        body: Probe,
        answers: { 202: { providers: "Provider[]" } },
      }),
    )
    .use(oneProvider(web));
}

function oneProvider(web: Web) {
  return new Elysia()
    .get(
      "/providers/:id",
      ({ request, params }) => show(web, request, params.id),
      about({ summary: "A provider.", answers: { 200: { provider: "Provider" } } }),
    )
    .get(
      "/providers/:id/diagnostic",
      ({ request, params }) => diagnostic(web, request, params.id),
      about({
        summary: "What was tried and what came of it.",
        answers: {
          200: {
            provider: "Provider",
            steps: "ProbeStep[]",
            stderr: "string",
            command: "string",
            looked_for: "string[]",
            other_way: "string|null",
            file_error: "string|null",
          },
        },
      }),
    )
    .post(
      "/providers/:id/logins",
      ({ request, params }) => logIn(web, request, params.id),
      about({
        summary: "Signs in: the agent does it itself where it can, else its program is run in a terminal.",
        body: Login,
        answers: { 200: { provider: "Provider" }, 201: { terminal: "Terminal" } },
      }),
    )
    .patch(
      "/providers/:id",
      async ({ request, params }) =>
        jsonAnswer(request, { provider: await changeProvider(web.core, params.id, await parseBody(request, Change)) }),
      about({
        summary: "Switches it on or off, or changes how it is started.",
        body: Change,
        answers: { 200: { provider: "Provider" } },
      }),
    )
    .post(
      "/providers/:id/change",
      ({ request, params }) => change(web, request, params.id),
      about({
        summary: "Changes what is given.",
        body: Change,
        answers: { 200: { provider: "Provider" } },
        form_of: "PATCH /providers/:id",
      }),
    )
    .delete(
      "/providers/:id",
      async ({ params }) => {
        await removeProvider(web.core, params.id);
        return noContent();
      },
      about({ summary: "Takes it out of providers.json; a built-in one is as it came.", answers: { 204: null } }),
    )
    .post(
      "/providers/:id/removal",
      async ({ request, params }) => {
        await removeProvider(web.core, params.id);
        return answerPost(request, { json: () => noContent(), url: SECTION, navigate: true });
      },
      about({ summary: "Removes it.", answers: { 204: null }, form_of: "DELETE /providers/:id" }),
    );
}

async function list(web: Web, request: Request): Promise<Response> {
  web.core.probes.look();
  const providers = await listProviders(web.core);
  const { error } = await providerSpecs(web.core);
  return respond(request, {
    page: () => drawSettings(web, request),
    fragment: () => ProviderList({ providers, now: Date.now() }) as string,
    json: () => ({ providers, ...(error && { problem: error }) }),
  });
}

async function show(web: Web, request: Request, id: string): Promise<Response> {
  const provider = await findProvider(web.core, id);
  if (!provider) throw notFound("provider");
  return wants(request) === "json" ? jsonAnswer(request, { provider }) : seeOther(urls.providerDiagnostic(id));
}

async function add(web: Web, request: Request): Promise<Response> {
  const copy = request.clone();
  try {
    const provider = await addProvider(web.core, await parseBody(request, New));
    await web.core.probes.ask([provider.id]);
    return answerPost(request, {
      json: () => created(urls.provider(provider.id), { provider }),
      url: SECTION,
      navigate: true,
    });
  } catch (error) {
    const given = await parseBody(copy, z.record(z.string(), z.string())).catch(() => ({}) as Record<string, string>);
    const values: ProviderValues = { id: "", label: "", command: "", env: "", way: "acp", ...given };
    return refusedForm(request, error, (e) =>
      drawSettings(web, request, { refused: { provider: { values, error: e } } }),
    );
  }
}

async function probe(web: Web, request: Request): Promise<Response> {
  const { id } = await parseBody(request, Probe);
  const providers = await listProviders(web.core);
  const there = providers.filter((p) => p.source !== "native");
  if (id !== undefined && !there.some((p) => p.id === id))
    throw invalid(`There is no provider "${id}". There are: ${there.map((p) => p.id).join(", ")}.`, "id");
  const wanted = there.filter((p) => (id === undefined ? p.enabled : p.id === id));
  await web.core.probes.ask(wanted.map((p) => p.id));
  const now = await listProviders(web.core);
  return answerPost(request, { json: () => accepted({ providers: now }), url: SECTION, navigate: true });
}

async function logIn(web: Web, request: Request, id: string): Promise<Response> {
  const terminal = await signIn(web.core, { provider: id, ...(await parseBody(request, Login)) });
  if (terminal) {
    const url = urls.terminal(terminal.id);
    return answerPost(request, { json: () => created(url, { terminal }), url });
  }
  const provider = await findProvider(web.core, id);
  return answerPost(request, { json: () => Response.json({ provider }), url: SECTION, navigate: true });
}

async function change(web: Web, request: Request, id: string): Promise<Response> {
  const provider = await changeProvider(web.core, id, await parseBody(request, Change));
  return answerPost(request, { json: () => Response.json({ provider }), url: SECTION, navigate: true });
}

async function diagnostic(web: Web, request: Request, id: string): Promise<Response> {
  const found = await diagnose(web.core, id);
  return respond(request, {
    page: async () => {
      const frame = frameFor(web, request, await framePage(web.core));
      return Page({
        frame,
        title: found.provider.label,
        children: DiagnosticContent({ found, now: frame.now }),
      }) as string;
    },
    json: () => found,
  });
}
