/**
 * One error type with few codes. Everything else that is thrown is a bug or a fault: it answers "internal", and its
 * detail goes to the log only. `http/errors.ts` maps codes to status, page, fragment or JSON.
 */
export type ErrorCode =
  | "invalid" // 422: the input is wrong; `field` names the culprit
  | "unauthorized" // 401: no identity
  | "forbidden" // 403: identity or origin not allowed
  | "not_found" // 404
  | "conflict" // 409: somebody moved it meanwhile; `current` holds the state as it is
  | "limit" // 413 or 429: too large, too many
  | "unavailable" // 503: an endpoint, the database or a tool is away
  | "internal"; // 500: never carries detail

export interface ErrorDetail {
  field?: string;
  current?: unknown;
  /** Overrides the status of the code, e.g. 429 for a rate limit. */
  status?: number;
  /** When trying again makes sense, seconds; becomes Retry-After. */
  retry_after_s?: number;
  cause?: unknown;
}

export class AppError extends Error {
  readonly code: ErrorCode;
  readonly field: string | undefined;
  readonly current: unknown;
  readonly status: number | undefined;
  readonly retry_after_s: number | undefined;

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, { cause: detail.cause });
    this.name = "AppError";
    this.code = code;
    this.field = detail.field;
    this.current = detail.current;
    this.status = detail.status;
    this.retry_after_s = detail.retry_after_s;
  }
}

export const invalid = (message: string, field?: string) => new AppError("invalid", message, { field });
export const notFound = (what: string) => new AppError("not_found", `There is no such ${what}.`);
export const conflict = (message: string, current?: unknown) => new AppError("conflict", message, { current });
export const forbidden = (message: string) => new AppError("forbidden", message);
export const unauthorized = (message: string) => new AppError("unauthorized", message);
export const unavailable = (message: string, cause?: unknown) => new AppError("unavailable", message, { cause });
export const limited = (message: string, field?: string, status = 413) =>
  new AppError("limit", message, { field, status });

/** The message of anything thrown, for logs. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
