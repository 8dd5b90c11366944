/** What was allowed and lasts, listed so that it can be taken back: read grants of a session, rules made by "always". */
import { Elysia } from "elysia";
import { urls } from "../../../views/urls.ts";
import { grantsOf, revokeGrant } from "../../engine/grants.ts";
import { revokeRule, rulesOf } from "../../engine/rules.ts";
import { describing } from "../describe.ts";
import { answerPost, noContent, respond, seeOther, wants } from "../respond.ts";
import type { Web } from "../web.ts";

const aboutGrant = describing("sessions");
const aboutRule = describing("requests");

export function permitRoutes(web: Web) {
  return new Elysia().use(grantRoutes(web)).use(ruleRoutes(web));
}

function grantRoutes(web: Web) {
  return new Elysia()
    .get(
      "/sessions/:id/grants",
      ({ request, params }) =>
        wants(request) === "page"
          ? seeOther(urls.sessionEdit(params.id))
          : respond(request, { json: async () => ({ grants: await grantsOf(web.core, params.id) }) }),
      aboutGrant({ summary: "What it may read beside its project.", answers: { 200: { grants: "Grant[]" } } }),
    )
    .delete(
      "/grants/:id",
      async ({ params }) => {
        await revokeGrant(web.core, params.id);
        return noContent();
      },
      aboutGrant({ summary: "Takes it away; the next call cannot read there any more.", answers: { 204: null } }),
    )
    .post(
      "/grants/:id/revocation",
      async ({ request, params }) => {
        const { session_id } = await revokeGrant(web.core, params.id);
        return answerPost(request, { json: () => noContent(), url: urls.sessionEdit(session_id), navigate: true });
      },
      aboutGrant({ summary: "Takes it away.", answers: { 204: null }, form_of: "DELETE /grants/:id" }),
    );
}

function ruleRoutes(web: Web) {
  return new Elysia()
    .get(
      urls.rules,
      ({ request }) =>
        wants(request) === "page"
          ? seeOther(`${urls.settings}#rules`)
          : respond(request, { json: async () => ({ rules: await rulesOf(web.core) }) }),
      aboutRule({ summary: "What was answered “always”, newest first.", answers: { 200: { rules: "Rule[]" } } }),
    )
    .delete(
      "/rules/:id",
      async ({ params }) => {
        await revokeRule(web.core, params.id);
        return noContent();
      },
      aboutRule({ summary: "From now on it is asked again.", answers: { 204: null } }),
    )
    .post(
      "/rules/:id/revocation",
      async ({ request, params }) => {
        await revokeRule(web.core, params.id);
        return answerPost(request, { json: () => noContent(), url: `${urls.settings}#rules`, navigate: true });
      },
      aboutRule({ summary: "From now on it is asked again.", answers: { 204: null }, form_of: "DELETE /rules/:id" }),
    );
}
