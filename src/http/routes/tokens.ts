/** Access tokens: listed without their secrets, made (the secret is in that one answer), revoked. */
import { Elysia } from "elysia";
import { z } from "zod";
import { urls } from "../../../views/urls.ts";
import { type AccessToken, TOKEN_LABEL_CHARS } from "../../domain/identity.ts";
import { createToken, listTokens, revokeToken } from "../../engine/access.ts";
import type { Core } from "../../engine/core.ts";
import { notFound } from "../../lib/errors.ts";
import { parseBody } from "../body.ts";
import { describing } from "../describe.ts";
import { callerOf } from "../request.ts";
import { htmlAnswer, jsonAnswer, noContent, seeOther, wants } from "../respond.ts";

export interface TokensProps {
  tokens: AccessToken[];
  /** The token just made, to be copied now; it is not shown again. */
  secret: string | null;
  /** Token the caller came with. */
  current_id: string | null;
}

interface TokenDeps {
  core: Pick<Core, "sql">;
  /** Absent until the page exists: then only JSON is answered. */
  page?: (props: TokensProps, request: Request) => string | Promise<string>;
}

/** Where a browser sees them. */
const SECTION = `${urls.settings}#tokens`;
const about = describing("tokens");
const Form = z.object({ label: z.string().min(1).max(TOKEN_LABEL_CHARS).describe("What uses it.") });

export function tokenRoutes(deps: TokenDeps) {
  return new Elysia()
    .get(
      urls.tokens,
      ({ request }) => list(deps, request),
      about({ summary: "All tokens, revoked ones last.", answers: { 200: { tokens: "Token[]" } } }),
    )
    .post(
      urls.tokens,
      ({ request }) => make(deps, request),
      about({
        summary: "Makes a token; its secret is in this answer only.",
        body: Form,
        answers: { 201: { token: "NewToken" } },
      }),
    )
    .get(
      "/tokens/:id",
      async ({ request, params }) => {
        const token = (await listTokens(deps.core)).find((t) => t.id === params.id);
        if (!token) throw notFound("token");
        return wants(request) === "json" ? jsonAnswer(request, { token }) : seeOther(SECTION);
      },
      about({ summary: "A token, without its secret.", answers: { 200: { token: "Token" } } }),
    )
    .delete(
      "/tokens/:id",
      ({ request, params }) => revoke(deps, request, params.id),
      about({
        summary: "Revokes a token and signs out the browsers that came in with it.",
        answers: { 200: { token: "Token" } },
      }),
    )
    .post(
      "/tokens/:id/revocation",
      ({ request, params }) => revoke(deps, request, params.id),
      about({ summary: "Revokes a token.", answers: { 200: { token: "Token" } }, form_of: "DELETE /tokens/:id" }),
    );
}

async function list(deps: TokenDeps, request: Request): Promise<Response> {
  if (wants(request) === "page") return seeOther(SECTION);
  return jsonAnswer(request, { tokens: await listTokens(deps.core) });
}

async function make(deps: TokenDeps, request: Request): Promise<Response> {
  const { label } = await parseBody(request, Form);
  const { token: secret, row } = await createToken(deps.core, label);
  const page = pageOf(deps, request, wants(request) === "json" ? [] : await listTokens(deps.core), secret);
  // No redirect: the secret must be in this answer and in no URL.
  if (wants(request) !== "json" && page) return htmlAnswer(request, await page(), { status: 201 });
  return jsonAnswer(
    request,
    { token: { ...row, secret } },
    { status: 201, headers: { location: `${urls.tokens}/${row.id}` } },
  );
}

async function revoke(deps: TokenDeps, request: Request, id: string): Promise<Response> {
  const token = await revokeToken(deps.core, id);
  const form = wants(request);
  if (form === "json") return jsonAnswer(request, { token });
  return form === "page" ? seeOther(SECTION) : noContent({ "hx-redirect": SECTION });
}

function pageOf(deps: TokenDeps, request: Request, tokens: AccessToken[], secret: string | null) {
  const view = deps.page;
  return view && (() => view({ tokens, secret, current_id: callerOf(request).token_id }, request));
}
