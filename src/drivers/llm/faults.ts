/** What can go wrong with an endpoint, as a sentence for a human: who, what happened, what to do. Never with a key. */
import { PromptTooLong } from "../../domain/llm.ts";
import { AppError } from "../../lib/errors.ts";
import { isOverflow, windowIn } from "./overflow.ts";

export interface Fault {
  error: AppError;
  /** "answered 429": for status lines. */
  brief: string;
  /** Whether asking again may help: never, a few times, or until the caller gives up (a model that loads). */
  again: "never" | "soon" | "loading";
  /** From Retry-After; null when it was not told. */
  retry_after_ms: number | null;
}

/** The longest Retry-After that is waited for; a longer one fails at once and is shown. */
export const RETRY_AFTER_LIMIT_MS = 30_000;
const QUOTE_CHARS = 300;
const WHERE = "Settings → Models";

/** A network error of fetch. */
export function connectionFault(error: unknown, host: string): Fault {
  const { code, text } = codeOf(error);
  const fault = (brief: string, sentence: string, again: Fault["again"] = "never"): Fault => ({
    error: new AppError("unavailable", sentence, { cause: error }),
    brief,
    again,
    retry_after_ms: null,
  });
  if (/ConnectionRefused|ECONNREFUSED/.test(code))
    return fault(
      "connection refused",
      `${host} refused the connection. Is the server running? Its address is in ${WHERE}.`,
    );
  if (
    /ECONNRESET|ConnectionClosed|EPIPE|ConnectionReset/.test(code) ||
    /closed unexpectedly|socket hang up/i.test(text)
  )
    return fault(
      "closed the connection",
      `${host} closed the connection without an answer. Its log may say why.`,
      "soon",
    );
  if (/ENOTFOUND|EAI_AGAIN|DNS/i.test(code) || /resolve|getaddrinfo/i.test(text))
    return fault("name not found", `There is no host named ${host}. Check the address in ${WHERE}.`);
  if (/CERT|SSL|TLS|SELF_SIGNED/i.test(code + text))
    return fault(
      "certificate not trusted",
      `${host} has a certificate that this machine does not trust. Add its authority to NODE_EXTRA_CA_CERTS, or use http on a private network.`,
    );
  if (/timed? ?out|ETIMEDOUT/i.test(code + text))
    return fault(
      "timed out",
      `${host} could not be reached in time. Is the machine on, and the address in ${WHERE} right?`,
    );
  if (/EHOSTUNREACH|ENETUNREACH|unreachable/i.test(code + text))
    return fault("unreachable", `${host} cannot be reached from this machine. Is the network (or VPN) up?`);
  return fault(
    "no connection",
    `There is no connection to ${host}. Is the server running, and the address in ${WHERE} right?`,
  );
}

/** An answer with a status other than 2xx. `body` is cut by the caller; `secret` is taken out of it. */
export function statusFault(
  status: number,
  headers: Headers,
  body: string,
  about: { host: string; model: string; secret: string | null },
): Fault {
  const { host, model } = about;
  const said = hide(saidIn(body), about.secret);
  const quote = said ? `: ${ended(said)}` : ".";
  const after = retryAfter(headers);
  const fault = (code: "unavailable" | "invalid", sentence: string, again: Fault["again"] = "never"): Fault => ({
    error: new AppError(code, sentence),
    brief: `answered ${status}`,
    again,
    retry_after_ms: after,
  });
  if (status === 503 && /loading/i.test(said))
    return { ...fault("unavailable", `${host} is still loading the model.`, "loading"), brief: "loading model" };
  if (status === 401)
    return fault("unavailable", `${host} answered 401: the API key is missing or wrong. Set it in ${WHERE}.`);
  if (status === 403) return fault("unavailable", `${host} answered 403: the API key may not use this model${quote}`);
  if (status === 413 || isOverflow(body)) {
    const sentence = `The conversation is longer than the context window of ${model} on ${host}${quote}`;
    return { ...fault("invalid", sentence), error: new PromptTooLong(sentence, windowIn(body)) };
  }
  if (status === 404 || /model.{0,40}(not found|does not exist|not exist)/i.test(said))
    return missing(fault, said, host, model);
  if (status === 429) {
    const patient = after === null || after <= RETRY_AFTER_LIMIT_MS;
    const hint = patient ? "Wait a little, or pick another model." : `It asks to wait ${Math.ceil(after / 1000)} s.`;
    return fault(
      "unavailable",
      `${host} answered 429, too many requests${said ? `: ${ended(said)}` : "."} ${hint}`,
      patient ? "soon" : "never",
    );
  }
  if (status >= 300 && status < 400)
    return fault(
      "unavailable",
      `${host} answered ${status}, a redirect: a login page may stand in front of it. Check the address in ${WHERE}.`,
    );
  if (status === 502 || status === 503 || status === 504)
    return fault("unavailable", `${host} answered ${status}${quote} Its log may say why.`, "soon");
  if (status >= 500)
    return fault("unavailable", `${host} answered ${status}, an error of its own${quote} Its log may say more.`);
  return fault("invalid", `${host} refused the request with ${status}${quote}`);
}

function missing(
  fault: (code: "unavailable" | "invalid", sentence: string) => Fault,
  said: string,
  host: string,
  model: string,
): Fault {
  if (/model/i.test(said)) return fault("invalid", `${host} has no model named ${model}. Pick another one.`);
  return fault(
    "unavailable",
    `${host} answered 404: there is no chat API at this address. It usually ends in /v1; see ${WHERE}.`,
  );
}

/** An `error` object inside a running stream. */
export function chunkFault(error: unknown, about: { host: string; model: string; secret: string | null }): AppError {
  const body = JSON.stringify({ error });
  if (isOverflow(body))
    return new PromptTooLong(
      `The conversation is longer than the context window of ${about.model} on ${about.host}.`,
      windowIn(body),
    );
  const said = hide(saidIn(body), about.secret);
  return new AppError(
    "unavailable",
    `${about.host} reported an error in the middle of the answer${said ? `: ${said}` : "."}`,
  );
}

/** The stream ended or broke although the model had not finished. */
export function brokenFault(error: unknown, host: string): AppError {
  const { code } = codeOf(error);
  return new AppError(
    "unavailable",
    `The connection to ${host} broke in the middle of the answer${code ? ` (${code})` : ""}. What came before is kept.`,
    { cause: error },
  );
}

export function hide(text: string, secret: string | null): string {
  return secret && secret.length >= 4 ? text.replaceAll(secret, "•••") : text;
}

/** Another sentence may follow. */
const ended = (said: string) => (/[.!?…]$/.test(said) ? said : `${said}.`);

/** The server's own words out of the shapes in use: {error:{message}}, {error}, {message}, {detail}, plain text; no HTML. */
function saidIn(body: string): string {
  let said: unknown = body;
  try {
    const json = JSON.parse(body) as Record<string, unknown> | null;
    const error = json?.error;
    said =
      error && typeof error === "object"
        ? (error as { message?: unknown }).message
        : (error ?? json?.message ?? json?.detail ?? "");
  } catch {
    if (/^\s*</.test(body)) return "";
  }
  const text = typeof said === "string" ? said : JSON.stringify(said ?? "");
  return text.replace(/\s+/g, " ").trim().slice(0, QUOTE_CHARS);
}

function retryAfter(headers: Headers): number | null {
  const value = headers.get("retry-after");
  if (!value) return null;
  const seconds = Number(value);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

/** Bun's codes ("ConnectionRefused") and Node's ("ECONNREFUSED") both occur, sometimes one `cause` down. */
function codeOf(error: unknown): { code: string; text: string } {
  let code = "";
  let text = "";
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    code ||= String((at as { code?: unknown }).code ?? "");
    text += ` ${at.message}`;
  }
  return { code, text };
}
