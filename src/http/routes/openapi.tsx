/** The description of the API for programs, and the same as a page. Made when first asked for: few ask. */
import { type AnyElysia, Elysia } from "elysia";
import { Page } from "../../../views/layout/page.tsx";
import { ReferenceContent } from "../../../views/reference/reference.tsx";
import { urls } from "../../../views/urls.ts";
import { framePage } from "../../engine/pages.ts";
import { describing, routeTable } from "../describe.ts";
import type { OpenApi } from "../openapi/document.ts";
import { jsonAnswer, respond } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";

const about = describing("openapi");

/** `whole` is the application that all routes were added to. */
export function openapiRoutes(web: Web, whole: AnyElysia) {
  let made: Promise<OpenApi> | null = null;
  const document = () => {
    made ??= import("../openapi/document.ts").then(({ openApiDocument }) =>
      openApiDocument(routeTable(whole.routes), web.facts.version),
    );
    return made;
  };
  return new Elysia()
    .get(
      urls.openapi,
      async ({ request }) => jsonAnswer(request, await document()),
      about({ summary: "The API's description.", answers: {}, also: { "application/json": "OpenAPI 3.1." } }),
    )
    .get(
      urls.reference,
      ({ request }) =>
        respond(request, { page: async () => draw(web, request, await document()), json: () => document() }),
      about({
        summary: "The API's description as a page.",
        answers: {},
        also: { "text/html": "The page.", "application/json": "As /openapi.json." },
      }),
    );
}

async function draw(web: Web, request: Request, document: OpenApi): Promise<string> {
  const { referenceOf } = await import("../openapi/reference.ts");
  const frame = frameFor(web, request, await framePage(web.core));
  return (
    <Page frame={frame} title="API reference">
      {ReferenceContent(referenceOf(document)) as "safe"}
    </Page>
  ) as string;
}
