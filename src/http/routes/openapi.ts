/** The description of the API for programs, and the same as a page. Made when first asked for: few ask. */
import { type AnyElysia, Elysia } from "elysia";
import { urls } from "../../../views/urls.ts";
import { describing, routeTable } from "../describe.ts";
import type { OpenApi } from "../openapi/document.ts";
import { jsonAnswer } from "../respond.ts";
import type { Web } from "../web.ts";

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
  return new Elysia().get(
    urls.openapi,
    async ({ request }) => jsonAnswer(request, await document()),
    about({
      summary: "This description.",
      answers: {},
      also: { "application/json": "OpenAPI 3.1." },
    }),
  );
}
