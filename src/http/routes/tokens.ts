/** Access tokens: listed without their secrets, made (the secret is in that one answer), revoked. */
import { Elysia } from "elysia";
import { z } from "zod";
import { urls } from "../../../views/urls.ts";
import { type AccessToken, TOKEN_LABEL_CHARS } from "../../domain/identity.ts";
import { createToken, listTokens, revokeToken } from "../../engine/access.ts";
import type { Core } from "../../engine/core.ts";
import { parseBody } from "../body.ts";
import { callerOf } from "../request.ts";
import { htmlAnswer, jsonAnswer, noContent, respond, seeOther, wants } from "../respond.ts";

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

const Form = z.object({ label: z.string().min(1).max(TOKEN_LABEL_CHARS) });

export function tokenRoutes(deps: TokenDeps) {
  return new Elysia()
    .get(urls.tokens, ({ request }) => list(deps, request))
    .post(urls.tokens, ({ request }) => make(deps, request))
    .delete("/tokens/:id", ({ request, params }) => revoke(deps, request, params.id))
    .post("/tokens/:id/revocation", ({ request, params }) => revoke(deps, request, params.id));
}

async function list(deps: TokenDeps, request: Request): Promise<Response> {
  const tokens = await listTokens(deps.core);
  return respond(request, { page: pageOf(deps, request, tokens, null), json: () => ({ tokens }) });
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
  return form === "page" ? seeOther(urls.tokens) : noContent({ "hx-redirect": urls.tokens });
}

function pageOf(deps: TokenDeps, request: Request, tokens: AccessToken[], secret: string | null) {
  const view = deps.page;
  return view && (() => view({ tokens, secret, current_id: callerOf(request).token_id }, request));
}
