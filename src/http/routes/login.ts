/** Signing in and out (token mode). In the other modes there is nothing to sign in to. */
import { Elysia } from "elysia";
import { z } from "zod";
import { urls } from "../../../views/urls.ts";
import type { AuthMode } from "../../domain/identity.ts";
import { LOGIN_DAYS, login, logout } from "../../engine/access.ts";
import type { Core } from "../../engine/core.ts";
import type { Attempts } from "../../lib/attempts.ts";
import { AppError, conflict } from "../../lib/errors.ts";
import { sessionCookie, setCookie } from "../auth.ts";
import { parseBody, parseQuery } from "../body.ts";
import { describing } from "../describe.ts";
import { factsOf, identityOf } from "../request.ts";
import { created, htmlAnswer, jsonAnswer, noContent, seeOther, wants } from "../respond.ts";

export interface LoginProps {
  /** Local path to go to after signing in. */
  next: string;
  error: string | null;
  /** Name under which the browser reached us. */
  host: string;
}

interface LoginDeps {
  mode: AuthMode;
  core: Pick<Core, "sql">;
  attempts: Attempts;
  /** The login page. */
  page: (props: LoginProps, request: Request) => string | Promise<string>;
}

const about = describing("login");
const MAX_TOKEN_CHARS = 200;
const Form = z.object({
  token: z.string().min(1).max(MAX_TOKEN_CHARS).describe("An access token, `boo_…`."),
  next: z.string().optional().describe("Path of ours to go on to."),
});
const Query = z.object({ next: z.string().optional().describe("Path of ours to come back to.") });

export function loginRoutes(deps: LoginDeps) {
  return new Elysia()
    .get(
      urls.login,
      ({ request }) => show(deps, request),
      about({
        summary: "Who may call this server, and the caller's name; null when not signed in.",
        query: Query,
        answers: { 200: { login: "Door" } },
      }),
    )
    .post(
      urls.login,
      ({ request }) => signIn(deps, request),
      about({
        summary: "Trades a token for a browser's cookie; 409 in modes without tokens.",
        body: Form,
        answers: { 201: { login: "Login" } },
      }),
    )
    .delete(
      urls.login,
      ({ request }) => signOut(deps, request),
      about({ summary: "Ends the browser's session.", answers: { 204: null } }),
    )
    .post(
      urls.logout,
      ({ request }) => signOut(deps, request),
      about({ summary: "Ends the browser's session.", answers: { 204: null }, form_of: "DELETE /login" }),
    );
}

/** URL of the login page that comes back to `next` (see safeNext). */
export function loginUrl(next: string): string {
  const safe = safeNext(next);
  return safe === "/" ? urls.login : `${urls.login}?next=${encodeURIComponent(safe)}`;
}

/** A path of ours, or "/": `//evil`, `/\evil` and whole URLs would lead away, /login in a circle. */
export function safeNext(next: string | undefined): string {
  if (!next?.startsWith("/") || /^\/[/\\]|[\u0000-\u0020\u007f]/.test(next)) return "/";
  const url = URL.canParse(next, "http://here") ? new URL(next, "http://here") : null;
  return url?.origin === "http://here" && url.pathname !== urls.login && url.pathname !== urls.logout ? next : "/";
}

async function show(deps: LoginDeps, request: Request): Promise<Response> {
  const next = safeNext(parseQuery(request, Query).next);
  const identity = identityOf(request);
  if (wants(request) === "json")
    return jsonAnswer(request, { login: { mode: deps.mode, name: identity?.name ?? null } });
  if (deps.mode !== "token" || identity) return seeOther(next);
  return page(deps, request, { next, error: null }, 200);
}

async function signIn(deps: LoginDeps, request: Request): Promise<Response> {
  if (deps.mode !== "token") throw conflict(`BooCode runs in ${deps.mode} mode: there is nothing to sign in to.`);
  const facts = factsOf(request);
  const input = await parseBody(request, Form);
  const next = safeNext(input.next);
  try {
    const made = await login(deps.core, deps.attempts, { token: input.token, address: facts?.address ?? "" });
    const cookie = setCookie(request, facts?.secure ?? false, made.session, LOGIN_DAYS * 86_400);
    const answer =
      wants(request) === "json"
        ? created(next, { login: { name: made.token.label, expires_at: made.expires_at } })
        : seeOther(next);
    answer.headers.append("set-cookie", cookie);
    return answer;
  } catch (error) {
    const shown = error instanceof AppError && (error.code === "unauthorized" || error.code === "limit");
    if (!shown || wants(request) !== "page") throw error;
    const headers = error.retry_after_s === undefined ? {} : { "retry-after": String(error.retry_after_s) };
    return page(deps, request, { next, error: error.message }, error.status ?? 401, headers);
  }
}

async function signOut(deps: LoginDeps, request: Request): Promise<Response> {
  const session = sessionCookie(request);
  if (session) await logout(deps.core, session);
  const answer = wants(request) === "page" ? seeOther(urls.login) : noContent({ "hx-redirect": urls.login });
  // Which of the two names it has is not known here, so both end.
  for (const secure of [true, false]) answer.headers.append("set-cookie", setCookie(request, secure, "", 0));
  return answer;
}

function page(
  deps: LoginDeps,
  request: Request,
  rest: Omit<LoginProps, "host">,
  status: number,
  headers = {},
): Promise<Response> {
  const host = request.headers.get("host") ?? "";
  return Promise.resolve(deps.page({ ...rest, host }, request)).then((html) =>
    htmlAnswer(request, html, { status, headers }),
  );
}
