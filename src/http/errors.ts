/**
 * One mapper for everything that is thrown: AppError, a schema's complaint, Elysia's own errors, a database that is
 * away, a bug. What a client sees is a code and a sentence; the rest goes to the log under the request's id.
 */
import { ElysiaCustomStatusResponse, NotFoundError, ParseError, ValidationError } from "elysia";
import { z } from "zod";
import { isDatabaseAway } from "../lib/database-away.ts";
import { AppError, type ErrorCode, invalid, messageOf, notFound, unavailable } from "../lib/errors.ts";
import type { Log } from "../lib/log.ts";
import { explainIssue } from "../lib/zod-message.ts";
import { factsOf } from "./request.ts";
import { htmlAnswer, jsonAnswer, wants } from "./respond.ts";

const STATUS: Record<ErrorCode, number> = {
  invalid: 422,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  limit: 413,
  unavailable: 503,
  internal: 500,
};

/** The one sentence for every way a database can be away. */
export const DATABASE_AWAY = "The database does not answer right now. Nothing was lost; try again in a moment.";

/** What the error views show. */
export interface ErrorInfo {
  status: number;
  code: ErrorCode;
  message: string;
  field: string | undefined;
  request_id: string;
}

export interface ErrorViews {
  page(info: ErrorInfo, request: Request): string | Promise<string>;
  /** A note with role="alert". */
  fragment(info: ErrorInfo, request: Request): string | Promise<string>;
}

export type ErrorMapper = (error: unknown, request: Request) => Promise<Response>;

/** `loginUrl` is null where there is no login page: then a page without identity is an error page like any other. */
export function createErrorMapper(options: {
  log: Log;
  views: ErrorViews;
  loginUrl: ((next: string) => string) | null;
}): ErrorMapper {
  return async (thrown, request) => {
    const { error, info } = logged(options.log, thrown, request);
    const headers: Record<string, string> = {};
    if (info.status === 401) headers["www-authenticate"] = "Bearer";
    if (error.retry_after_s !== undefined) headers["retry-after"] = String(error.retry_after_s);
    if (info.status === 405) headers.allow = "GET, HEAD, POST, PUT, PATCH, DELETE";
    const form = wants(request);
    if (error.code === "unauthorized" && options.loginUrl && (form === "page" || form === "fragment"))
      return toLogin(request, form, options.loginUrl, headers);
    try {
      if (form === "page")
        return await htmlAnswer(request, await options.views.page(info, request), { status: info.status, headers });
      if (form === "fragment")
        return await htmlAnswer(request, await options.views.fragment(info, request), { status: info.status, headers });
    } catch (second) {
      options.log.error("error.view_failed", { request_id: info.request_id, error: messageOf(second) });
    }
    return jsonAnswer(request, errorBody(error, info), { status: info.status, headers });
  };
}

/** What was thrown as clients may know it; the rest stands in the log. */
export function logged(log: Log, thrown: unknown, request: Request): { error: AppError; info: ErrorInfo } {
  const error = toAppError(thrown);
  const info = infoOf(error, factsOf(request)?.request_id ?? "-");
  logError(log, thrown, error, info, request);
  return { error, info };
}

/** The JSON of every error: `{ error: { code, message, field?, current? } }`. */
function errorBody(error: AppError, info: ErrorInfo): unknown {
  const { code, message, field } = info;
  return {
    error: {
      code,
      message,
      ...(field !== undefined && { field }),
      ...(error.current !== undefined && { current: error.current }),
    },
  };
}

function infoOf(error: AppError, request_id: string): ErrorInfo {
  const status = error.status ?? STATUS[error.code];
  return { status, code: error.code, message: error.message, field: error.field, request_id };
}

/** A browser goes to the login page and comes back; htmx is told to navigate, for a swap would put that page into a pane. */
function toLogin(
  request: Request,
  form: "page" | "fragment",
  loginUrl: (next: string) => string,
  headers: Record<string, string>,
): Response {
  if (form === "page") {
    const url = new URL(request.url);
    const next = request.method === "GET" ? url.pathname + url.search : "/";
    return new Response(null, { status: 303, headers: { location: loginUrl(next) } });
  }
  const from = request.headers.get("hx-current-url") ?? "";
  const next = URL.canParse(from) ? new URL(from).pathname + new URL(from).search : "/";
  return new Response(null, { status: 401, headers: { ...headers, "hx-redirect": loginUrl(next) } });
}

/** Anything thrown as an AppError; what is not understood becomes `internal` with a sentence that tells nothing. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error.code === "internal" ? internal(error) : error;
  if (error instanceof z.ZodError || error instanceof z.core.$ZodError) return fromIssues(error);
  if (error instanceof NotFoundError) return notFound("page");
  if (error instanceof ParseError) return invalid("The body could not be read.");
  if (error instanceof ValidationError) return fromElysia(error);
  if (error instanceof ElysiaCustomStatusResponse) return fromStatus(error.code);
  if (NOT_STORABLE.has(String((error as { code?: unknown } | null)?.code)))
    return invalid("Text with a NUL byte is not taken.");
  if (isDatabaseAway(error)) return unavailable(DATABASE_AWAY, error);
  return internal(error);
}

const internal = (cause: unknown) =>
  new AppError("internal", "Something went wrong inside BooCode. The log has the details under this request's id.", {
    cause,
  });

function fromIssues(error: { issues: readonly z.core.$ZodIssue[] }): AppError {
  const { message, field } = explainIssue(error);
  return invalid(message, field);
}

/** Elysia's message carries the whole schema and value; of use is only the first issue, which zod made. */
function fromElysia(error: ValidationError): AppError {
  if (error.type === "response") return internal(error);
  const issue = error.valueError as unknown as z.core.$ZodIssue | undefined;
  return issue && Array.isArray(issue.path)
    ? fromIssues({ issues: [issue] })
    : invalid(`The ${error.type} is not valid.`);
}

function fromStatus(status: number | string): AppError {
  const code = (Object.entries(STATUS).find(([, s]) => s === status)?.[0] ?? "internal") as ErrorCode;
  return code === "internal" ? internal(null) : new AppError(code, "This request was refused.");
}

/** What Postgres says of a NUL byte in a text, and of one in JSON. */
const NOT_STORABLE = new Set(["22021", "22P05"]);

function logError(log: Log, thrown: unknown, error: AppError, info: ErrorInfo, request: Request): void {
  const fields = { request_id: info.request_id, method: request.method, status: info.status };
  if (error.code === "internal") log.error("request.failed", { ...fields, error: thrown });
  else if (error.code === "unavailable")
    log.warn("request.unavailable", { ...fields, error: error.cause ?? error.message });
  else if (error.code === "forbidden")
    log.info("request.refused", { ...fields, address: factsOf(request)?.address, why: error.message });
  else log.debug("request.rejected", { ...fields, code: error.code, field: error.field });
}
