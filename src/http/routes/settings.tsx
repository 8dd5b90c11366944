/** Settings: endpoints, access tokens, appearance, and what this server is. */
import { Elysia } from "elysia";
import { z } from "zod";
import { Page } from "../../../views/layout/page.tsx";
import type { EndpointValues } from "../../../views/settings/endpoint-form.tsx";
import { SettingsContent, type SettingsProps } from "../../../views/settings/settings.tsx";
import { urls } from "../../../views/urls.ts";
import { DENSITIES, FONT_SIZES, THEMES } from "../../domain/page.ts";
import { FONT_PX, SCROLLBACK } from "../../domain/terminal-settings.ts";
import { listTokens } from "../../engine/access.ts";
import { checkEndpoints } from "../../engine/endpoint-checks.ts";
import { addEndpoint, describeModel, listEndpoints, removeEndpoint } from "../../engine/endpoints.ts";
import { framePage } from "../../engine/pages.ts";
import { allPersonas } from "../../engine/personas/load.ts";
import { listProviders, providerSpecs } from "../../engine/providers/registry.ts";
import { rulesOf } from "../../engine/rules.ts";
import { ASK_MINUTES_MAX, changeSettings, type Settings } from "../../engine/settings.ts";
import { allSkills } from "../../engine/skills.ts";
import { CHAT_LIMITS, TOOL_CALLS_MAX } from "../../engine/turn/limits.ts";
import { notFound } from "../../lib/errors.ts";
import { parseBody } from "../body.ts";
import { describing } from "../describe.ts";
import { answerPost, created, jsonAnswer, noContent, respond, seeOther, wants } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";
import { drawOnboarding } from "./desk.tsx";
import { flag } from "./fields.ts";
import { refusedForm } from "./forms.ts";

const about = describing("settings");
const aboutEndpoint = describing("endpoints");
const From = z.object({
  from: z.enum(["onboarding", "settings"]).default("settings").describe("Pages: where to go on."),
});
const NewEndpoint = From.extend({
  url: z.string({ error: "Say the endpoint's URL." }).describe("As you have it: `host:8401`, `…/v1`."),
  label: z.string().optional().describe("Named after what answers by default."),
  api_key: z.string().optional().describe("The key, or `{env:NAME}`."),
  force: flag.optional().describe("Save it although it does not answer."),
});
const noneIfEmpty = z
  .string()
  .trim()
  .max(300)
  .transform((s) => s || null);
const Change = z.object({
  section: z.enum(["look", "runs", "web", "terminals"]).default("look").describe("Pages: where to go on."),
  theme: z.enum(THEMES).optional(),
  density: z.enum(DENSITIES).optional(),
  font_size: z.enum(FONT_SIZES).optional(),
  default_model: noneIfEmpty.nullish().describe("For new chats; empty takes the environment's."),
  fast_model: noneIfEmpty.nullish().describe("Names chats; null: their first message does."),
  steps: z.coerce.number().int().min(1).max(CHAT_LIMITS.steps).optional().describe("Model calls in one run."),
  tool_calls: z.coerce.number().int().min(1).max(TOOL_CALLS_MAX).optional().describe("Tool calls in one run."),
  ask_minutes: z.coerce
    .number()
    .int()
    .min(0)
    .max(ASK_MINUTES_MAX)
    .optional()
    .describe("Minutes until a request without an answer counts as refused; 0: never."),
  searxng_url: noneIfEmpty.nullish().describe("Address of a SearXNG for `web_search`; empty: there is no search."),
  terminal_shell: noneIfEmpty.nullish().describe("Absolute path; empty takes yours."),
  terminal_env: z.string().optional().describe("`NAME=value`, one a line."),
  terminal_targets: z.string().optional().describe("`name user@host`, one a line."),
  terminal_font_px: z.coerce.number().min(FONT_PX.min).max(FONT_PX.max).optional().describe("Size of the text."),
  terminal_scrollback: z.coerce
    .number()
    .int()
    .min(SCROLLBACK.min)
    .max(SCROLLBACK.max)
    .optional()
    .describe("Lines kept of terminals opened from now on."),
  onboarded: flag.optional().describe("The first-run page is not shown again."),
});

const amount = z.union([z.literal("").transform(() => null), z.coerce.number().min(0).max(1_000_000)]).nullish();
const ModelFacts = z.object({
  model: z.string().min(1).max(300),
  context_window: z
    .union([z.literal("").transform(() => null), z.coerce.number().int().min(1).max(100_000_000)])
    .nullish()
    .describe("Tokens; empty leaves what the endpoint says."),
  price_in: amount.describe("US dollars for a million tokens of prompt."),
  price_out: amount.describe("US dollars for a million tokens of answer."),
  vision: z
    .union([z.literal("").transform(() => null), flag])
    .nullish()
    .describe("Whether it takes pictures; empty leaves what the endpoint says."),
});

export function settingsRoutes(web: Web) {
  return new Elysia()
    .get(
      urls.settings,
      ({ request }) =>
        respond(request, {
          page: () => drawSettings(web, request),
          json: async () => ({ settings: web.core.settings.now }),
        }),
      about({ summary: "Settings made in the page.", answers: { 200: { settings: "Settings" } } }),
    )
    .patch(
      urls.settings,
      ({ request }) => change(web, request),
      about({ summary: "Changes what is given.", body: Change, answers: { 200: { settings: "Settings" } } }),
    )
    .post(
      urls.settings,
      ({ request }) => change(web, request),
      about({
        summary: "Changes what is given.",
        body: Change,
        answers: { 200: { settings: "Settings" } },
        form_of: "PATCH /settings",
      }),
    )
    .use(endpointRoutes(web));
}

function endpointRoutes(web: Web) {
  return new Elysia()
    .get(
      urls.endpoints,
      ({ request }) =>
        respond(request, {
          page: () => drawSettings(web, request),
          json: async () => ({ endpoints: await listEndpoints(web.core) }),
        }),
      aboutEndpoint({
        summary: "All endpoints in order of preference.",
        answers: { 200: { endpoints: "Endpoint[]" } },
      }),
    )
    .post(
      urls.endpoints,
      ({ request }) => add(web, request),
      aboutEndpoint({
        summary: "Asks an endpoint for its models and saves it.",
        body: NewEndpoint,
        answers: { 201: { endpoint: "Endpoint" } },
      }),
    )
    .post(
      "/endpoints/:id/models",
      ({ request, params }) => describe(web, request, params.id),
      aboutEndpoint({
        summary: "Says what you know of a model: its window and prices.",
        body: ModelFacts,
        answers: { 200: { endpoint: "Endpoint" } },
      }),
    )
    .post(
      urls.endpointChecks,
      ({ request }) => checkAll(web, request),
      aboutEndpoint({
        summary: "Asks every endpoint and the usual local ports now.",
        body: From,
        answers: { 200: { checks: "EndpointCheck[]" } },
      }),
    )
    .get(
      "/endpoints/:id",
      ({ request, params }) => showEndpoint(web, request, params.id),
      aboutEndpoint({ summary: "An endpoint.", answers: { 200: { endpoint: "Endpoint" } } }),
    )
    .delete(
      "/endpoints/:id",
      async ({ params }) => {
        await removeEndpoint(web.core, params.id);
        return noContent();
      },
      aboutEndpoint({
        summary: "Removes it; 409 for those of the environment and the demo model.",
        answers: { 204: null },
      }),
    )
    .post(
      "/endpoints/:id/removal",
      async ({ request, params }) => {
        await removeEndpoint(web.core, params.id);
        return answerPost(request, { json: () => noContent(), url: `${urls.settings}#models`, navigate: true });
      },
      aboutEndpoint({ summary: "Removes it.", answers: { 204: null }, form_of: "DELETE /endpoints/:id" }),
    );
}

async function showEndpoint(web: Web, request: Request, id: string): Promise<Response> {
  const endpoint = (await listEndpoints(web.core)).find((e) => e.id === id);
  if (!endpoint) throw notFound("endpoint");
  return wants(request) === "json" ? jsonAnswer(request, { endpoint }) : seeOther(`${urls.settings}#models`);
}

export async function drawSettings(
  web: Web,
  request: Request,
  over: Pick<SettingsProps, "made" | "refused"> = {},
): Promise<string> {
  web.core.probes.look();
  const at = await framePage(web.core);
  const frame = frameFor(web, request, at, { page: "settings" });
  const { version, postgres, embedded, tools } = web.facts;
  const facts = [
    { label: "Bun", value: Bun.version },
    { label: "Postgres", value: `${postgres}${embedded ? ", embedded" : ""}` },
    ...tools.map((t) => ({ label: t.name, value: t.version ?? "not found" })),
    { label: "Data directory", value: web.core.config.home },
  ];
  const settings = web.core.settings.now;
  const props = {
    endpoints: await listEndpoints(web.core),
    providers: await listProviders(web.core),
    providers_problem: (await providerSpecs(web.core)).error,
    personas: await allPersonas(web.core),
    skills: await allSkills(web.core),
    mcp: await web.core.mcp.list(),
    tokens: await listTokens(web.core),
    look: at.look,
    runs: settings,
    searxng_url: settings.searxng_url,
    terminals: settings,
    rules: await rulesOf(web.core),
    most: { steps: CHAT_LIMITS.steps, tool_calls: TOOL_CALLS_MAX, ask_minutes: ASK_MINUTES_MAX },
    now: frame.now,
    about: { version, facts },
  };
  return (
    <Page frame={frame} title="Settings">
      {SettingsContent({ ...props, ...over }) as "safe"}
    </Page>
  ) as string;
}

async function change(web: Web, request: Request): Promise<Response> {
  const copy = request.clone();
  try {
    const { section, ...given } = await parseBody(request, Change);
    const settings = await changeSettings(web.core, given as Partial<Settings>);
    return answerPost(request, {
      json: () => Response.json({ settings }),
      url: `${urls.settings}#${section}`,
      navigate: true,
    });
  } catch (error) {
    const values: Record<string, string> = await parseBody(copy, z.record(z.string(), z.string())).catch(() => ({}));
    const section = values.section === "terminals" || values.section === "web" ? values.section : "runs";
    return refusedForm(request, error, (e) =>
      drawSettings(web, request, { refused: { [section]: { values, error: e } } }),
    );
  }
}

async function describe(web: Web, request: Request, id: string): Promise<Response> {
  const {
    model,
    context_window = null,
    price_in = null,
    price_out = null,
    vision = null,
  } = await parseBody(request, ModelFacts);
  const endpoint = await describeModel(web.core, id, model, { context_window, price_in, price_out, vision });
  return answerPost(request, {
    json: () => Response.json({ endpoint }),
    url: `${urls.settings}#models`,
    navigate: true,
  });
}

async function add(web: Web, request: Request): Promise<Response> {
  const input = await parseBody(request, NewEndpoint);
  try {
    const endpoint = await addEndpoint(web.core, input);
    const url = input.from === "onboarding" ? urls.desk : `${urls.settings}#models`;
    return answerPost(request, {
      json: () => created(`${urls.endpoints}/${endpoint.id}`, { endpoint }),
      url,
      navigate: true,
    });
  } catch (error) {
    const values: EndpointValues = { url: input.url, label: input.label ?? "" };
    return refusedForm(request, error, (e) =>
      input.from === "onboarding"
        ? drawOnboarding(web, request, { values, error: e })
        : drawSettings(web, request, { refused: { endpoint: { values, error: e } } }),
    );
  }
}

async function checkAll(web: Web, request: Request): Promise<Response> {
  const { from } = await parseBody(request, From);
  // The first-run page checks by itself.
  if (from === "onboarding" && wants(request) !== "json")
    return answerPost(request, { json: () => noContent(), url: urls.onboarding, navigate: true });
  const checks = await checkEndpoints(web.core);
  return answerPost(request, { json: () => Response.json({ checks }), url: `${urls.settings}#models`, navigate: true });
}
