/** Settings: endpoints, access tokens, appearance, and what this server is. */
import { Elysia } from "elysia";
import { z } from "zod";
import { Page } from "../../../views/layout/page.tsx";
import type { EndpointValues } from "../../../views/settings/endpoint-form.tsx";
import { SettingsContent, type SettingsProps } from "../../../views/settings/settings.tsx";
import { urls } from "../../../views/urls.ts";
import { listTokens } from "../../engine/access.ts";
import { checkEndpoints } from "../../engine/endpoint-checks.ts";
import { addEndpoint, listEndpoints, removeEndpoint } from "../../engine/endpoints.ts";
import { framePage } from "../../engine/pages.ts";
import { changeSettings, readSettings } from "../../engine/settings.ts";
import { parseBody } from "../body.ts";
import { answerPost, created, noContent, respond } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";
import { drawOnboarding } from "./desk.tsx";
import { flag } from "./fields.ts";
import { refusedForm } from "./forms.ts";

const From = z.object({ from: z.enum(["onboarding", "settings"]).default("settings") });
const NewEndpoint = From.extend({
  url: z.string({ error: "Say the endpoint's URL." }),
  label: z.string().optional(),
  api_key: z.string().optional(),
  force: flag.optional(),
});
const Change = z.object({ theme: z.enum(["system", "light", "dark"]).optional() });

export function settingsRoutes(web: Web) {
  return new Elysia()
    .get(urls.settings, ({ request }) =>
      respond(request, {
        page: () => drawSettings(web, request),
        json: async () => ({ settings: await readSettings(web.core.sql) }),
      }),
    )
    .post(urls.settings, ({ request }) => change(web, request))
    .patch(urls.settings, ({ request }) => change(web, request))
    .get(urls.endpoints, async ({ request }) =>
      respond(request, {
        page: () => drawSettings(web, request),
        json: async () => ({ endpoints: await listEndpoints(web.core) }),
      }),
    )
    .post(urls.endpoints, ({ request }) => add(web, request))
    .post(urls.endpointChecks, ({ request }) => checkAll(web, request))
    .delete("/endpoints/:id", async ({ params }) => {
      await removeEndpoint(web.core, params.id);
      return noContent();
    })
    .post("/endpoints/:id/removal", async ({ request, params }) => {
      await removeEndpoint(web.core, params.id);
      return answerPost(request, { json: () => noContent(), url: `${urls.settings}#models`, navigate: true });
    });
}

export async function drawSettings(
  web: Web,
  request: Request,
  over: Pick<SettingsProps, "made" | "refused"> = {},
): Promise<string> {
  const at = await framePage(web.core);
  const frame = frameFor(web, request, at);
  const { version, postgres, embedded, tools } = web.facts;
  const facts = [
    { label: "Bun", value: Bun.version },
    { label: "Postgres", value: `${postgres}${embedded ? ", embedded" : ""}` },
    ...tools.map((t) => ({ label: t.name, value: t.version ?? "not found" })),
    { label: "Data directory", value: web.core.config.home },
  ];
  const props = {
    endpoints: await listEndpoints(web.core),
    tokens: await listTokens(web.core),
    theme: at.theme,
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
  const settings = await changeSettings(web.core, await parseBody(request, Change));
  return answerPost(request, { json: () => Response.json({ settings }), url: `${urls.settings}#look`, navigate: true });
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
  if (from === "onboarding")
    return answerPost(request, { json: () => Response.json({}), url: urls.onboarding, navigate: true });
  const checks = await checkEndpoints(web.core);
  return answerPost(request, { json: () => Response.json({ checks }), url: `${urls.settings}#models`, navigate: true });
}
