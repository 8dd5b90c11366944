/** The desk: what needs you, what runs, what was last; and the first-run page before there is a model. */
import { Elysia } from "elysia";
import { DeskContent } from "../../../views/desk/desk.tsx";
import { BarePage, Page } from "../../../views/layout/page.tsx";
import { OnboardingContent, type OnboardingFact } from "../../../views/onboarding/onboarding.tsx";
import type { EndpointValues } from "../../../views/settings/endpoint-form.tsx";
import type { FormError } from "../../../views/ui/fields.tsx";
import { urls } from "../../../views/urls.ts";
import { DEMO_ENDPOINT_ID } from "../../domain/endpoint.ts";
import { checkEndpoints } from "../../engine/endpoint-checks.ts";
import { listEndpoints } from "../../engine/endpoints.ts";
import { deskPage, framePage } from "../../engine/pages.ts";
import { changeSettings } from "../../engine/settings.ts";
import { describing } from "../describe.ts";
import { earlyPage } from "../early.ts";
import { answerPost, respond, seeOther, wants } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";

const about = describing("pages");

export function deskRoutes(web: Web) {
  return new Elysia()
    .get(
      "/",
      ({ request }) => desk(web, request),
      about({ summary: "What needs you, what runs, what was last.", answers: { 200: { desk: "Desk" } } }),
    )
    .get(
      "/inbox",
      ({ request }) => inbox(web, request),
      about({ summary: "What needs you.", answers: { 200: { count: "integer", needs: "Need[]" } } }),
    )
    .get(
      urls.onboarding,
      ({ request }) =>
        respond(request, {
          page: () => drawOnboarding(web, request),
          json: async () => ({ checks: await checkEndpoints(web.core) }),
        }),
      about({
        summary: "The first-run page: asks the usual local ports for model servers.",
        answers: { 200: { checks: "EndpointCheck[]" } },
      }),
    )
    .post(
      urls.onboarding,
      ({ request }) => leaveOnboarding(web, request),
      about({
        summary: "Goes on with the demo model: the first-run page is not shown again.",
        answers: { 200: { settings: "Settings" } },
        form_of: "PATCH /settings",
      }),
    );
}

async function inbox(web: Web, request: Request): Promise<Response> {
  const { desk } = await deskPage(web.core);
  return respond(request, {
    page: () => drawDesk(web, request),
    json: () => ({ count: desk.needs.length, needs: desk.needs }),
  });
}

async function leaveOnboarding(web: Web, request: Request): Promise<Response> {
  const settings = await changeSettings(web.core, { onboarded: true });
  return answerPost(request, { json: () => Response.json({ settings }), url: urls.desk, navigate: true });
}

async function desk(web: Web, request: Request): Promise<Response> {
  if (wants(request) === "page" && (await isFirstRun(web))) return seeOther(urls.onboarding);
  return respond(request, {
    page: async () => earlyPage(web, request, () => drawDesk(web, request)),
    json: async () => ({ desk: (await deskPage(web.core)).desk }),
  });
}

async function drawDesk(web: Web, request: Request): Promise<string> {
  const at = await deskPage(web.core);
  const frame = frameFor(web, request, at, { page: "desk" });
  return (
    <Page frame={frame} title="Desk">
      {DeskContent({ desk: at.desk, now: frame.now, projects: at.nav.projects }) as "safe"}
    </Page>
  ) as string;
}

/** Nobody said to go on without a model, none but the demo is there, and nothing was begun with it either. */
async function isFirstRun(web: Web): Promise<boolean> {
  const endpoints = await listEndpoints(web.core);
  if (endpoints.some((e) => e.id !== DEMO_ENDPOINT_ID)) return false;
  if (web.core.settings.now.onboarded) return false;
  return (await framePage(web.core)).nav.projects.every(({ total }) => total === 0);
}

export async function drawOnboarding(
  web: Web,
  request: Request,
  endpoint: { values: EndpointValues; error: FormError } | null = null,
): Promise<string> {
  const started = performance.now();
  const checks = await checkEndpoints(web.core);
  const at = await framePage(web.core);
  const frame = { ...frameFor(web, request, at), stream: null };
  const projects = at.nav.projects.length;
  return (
    <BarePage frame={frame} title="First run">
      {
        OnboardingContent({
          checks,
          facts: factsOf(web, projects),
          checked_at: new Date(frame.now),
          took_ms: Math.round(performance.now() - started),
          projects,
          endpoint,
        }) as "safe"
      }
    </BarePage>
  ) as string;
}

function factsOf(web: Web, projects: number): OnboardingFact[] {
  const { postgres, embedded, tools } = web.facts;
  const missing = tools.filter((t) => t.version === null).map((t) => t.name);
  return [
    {
      label: `Postgres ${postgres}`,
      detail: embedded ? "in the data directory" : "DATABASE_URL",
      ok: true,
      note: "schema current",
    },
    {
      label: tools.map((t) => t.name).join(", "),
      detail: tools.map((t) => t.version ?? "–").join(", "),
      ok: missing.length === 0,
      note: missing.length === 0 ? "found on PATH" : `${missing.join(", ")} not found`,
    },
    {
      label: "Projects",
      detail: web.core.config.project_roots.join(", "),
      ok: projects > 0 ? true : null,
      note: projects > 0 ? `${projects} added` : "none added yet",
    },
  ];
}
