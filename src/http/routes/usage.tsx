/** GET /usage: what model calls took; PUT /budgets: what may be spent before a human is asked. */
import { Elysia } from "elysia";
import { z } from "zod";
import { Page } from "../../../views/layout/page.tsx";
import { urls } from "../../../views/urls.ts";
import { UsageContent } from "../../../views/usage/usage.tsx";
import type { BudgetScope, BudgetState, UsageSpan } from "../../domain/usage.ts";
import { budgetStates, setBudget } from "../../engine/budgets.ts";
import { framePage } from "../../engine/pages.ts";
import { readUsage } from "../../engine/usage.ts";
import { AppError } from "../../lib/errors.ts";
import { listProjects } from "../../store/projects.ts";
import { parseBody, parseQuery } from "../body.ts";
import { describing } from "../describe.ts";
import { answerPost, htmlAnswer, jsonAnswer, respond, wants } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";

const about = describing("usage");
const Query = z.object({
  days: z
    .enum(["7", "14", "30", "90"])
    .default("14")
    .transform((days) => Number(days) as UsageSpan)
    .describe("7, 14, 30 or 90, today among them."),
});

/** Empty fields of a form are none. */
const figure = <T extends z.ZodType>(of: T) =>
  z.preprocess((v) => (v === "" || v === undefined ? null : v), of.nullable());
const NOTHING = "A budget is more than nothing. Leave both figures empty to remove it.";
const BudgetInput = z.object({
  scope: z.string().max(60).describe('"run": each run; "day": all of a day; "project:<id>": a project by the month.'),
  usd: figure(
    z.coerce
      .number()
      .max(1_000_000)
      .refine((n) => n > 0, NOTHING),
  ).describe("US dollars; null for no limit of money."),
  tokens: figure(
    z.coerce
      .number()
      .int()
      .max(1e15)
      .refine((n) => n > 0, NOTHING),
  ).describe("Tokens in and out together; null for no limit of tokens."),
});

export function usageRoutes(web: Web) {
  return new Elysia()
    .get(
      "/usage",
      ({ request }) => show(web, request),
      about({
        summary: "Tokens, time and money of model calls by day, model, project and provider; what tools cost; budgets.",
        query: Query,
        answers: { 200: { usage: "Usage" } },
      }),
    )
    .get(
      "/budgets",
      async ({ request }) => jsonAnswer(request, { budgets: await budgetStates(web.core) }),
      about({ summary: "Budgets, with what was spent of them.", answers: { 200: { budgets: "Budget[]" } } }),
    )
    .put(
      "/budgets",
      async ({ request }) => jsonAnswer(request, { budgets: await change(web, request) }),
      about({
        summary: "Sets or changes a budget; without a figure it is removed.",
        body: BudgetInput,
        answers: { 200: { budgets: "Budget[]" } },
      }),
    )
    .post(
      "/budgets",
      ({ request }) => changeByForm(web, request),
      about({
        summary: "Sets or changes a budget.",
        body: BudgetInput,
        answers: { 200: { budgets: "Budget[]" } },
        form_of: "PUT /budgets",
      }),
    );
}

async function change(web: Web, request: Request): Promise<BudgetState[]> {
  const { scope, usd, tokens } = await parseBody(request, BudgetInput);
  return setBudget(web.core, { scope: scope as BudgetScope, usd, tokens });
}

async function changeByForm(web: Web, request: Request): Promise<Response> {
  const typed = request.clone();
  try {
    const budgets = await change(web, request);
    return answerPost(request, { json: () => Response.json({ budgets }), url: `${urls.usage()}#budgets` });
  } catch (error) {
    if (wants(request) === "json" || !(error instanceof AppError) || error.code !== "invalid") throw error;
    const form = await typed.formData().catch(() => null);
    const scope = String(form?.get("scope") ?? "");
    const values = { usd: String(form?.get("usd") ?? ""), tokens: String(form?.get("tokens") ?? "") };
    const page = await draw(web, request, 14, { scope, values, message: error.message, field: error.field ?? null });
    return htmlAnswer(request, page, { status: 422 });
  }
}

async function show(web: Web, request: Request): Promise<Response> {
  const { days } = parseQuery(request, Query);
  return respond(request, {
    page: () => draw(web, request, days),
    json: async () => ({ usage: await readUsage(web.core, days) }),
  });
}

async function draw(
  web: Web,
  request: Request,
  days: UsageSpan,
  refused?: Parameters<typeof UsageContent>[0]["refused"],
): Promise<string> {
  const [usage, projects] = await Promise.all([readUsage(web.core, days), listProjects(web.core.sql)]);
  const frame = frameFor(web, request, await framePage(web.core));
  const known = projects.map(({ id, name }) => ({ id, name }));
  return (
    <Page frame={frame} title="Usage">
      {UsageContent({ usage, projects: known, refused }) as "safe"}
    </Page>
  ) as string;
}
