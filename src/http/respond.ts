/**
 * One handler, three answers: a page, a fragment for htmx, or JSON. Which one is asked for is decided here and nowhere
 * else; docs/api/errors.md and docs/security.md say how for people.
 */
import { byteStream } from "../lib/byte-stream.ts";
import { notFound } from "../lib/errors.ts";
import { COMPRESS_FROM_BYTES, compressFast, compressPieces, pickEncoding } from "./compress.ts";
import { factsOf, type Wants } from "./request.ts";

const HTML = "text/html; charset=utf-8";
const JSON_TYPE = "application/json; charset=utf-8";
const MARKDOWN = "text/markdown; charset=utf-8";
const VARY = "Accept, HX-Request";
const QUICK_FIRST = ["zstd", "gzip", "br"] as const;
/** Of a stream, gzip begins soonest: for a page of 20 kB zstd takes 3 ms longer. */
const QUICK_FIRST_IN_PIECES = ["gzip", "br", "zstd"] as const;

/**
 * The URL's suffix wins; then `Accept: application/json` where it is not outweighed by text/html; then `HX-Request`
 * (boosted links and history restores want a page); then text/html. "Anything" alone is a page for a browser (it
 * sends `Sec-Fetch-*`) and JSON for curl.
 */
export function wants(request: Request): Wants {
  const suffix = factsOf(request)?.suffix;
  if (suffix) return suffix;
  const headers = request.headers;
  const accept = headers.get("accept") ?? "*/*";
  const html = quality(accept, "text/html");
  const json = quality(accept, "application/json");
  if (json !== null && json > (html ?? 0)) return "json";
  if (headers.get("hx-request") === "true") return isWholePage(headers) ? "page" : "fragment";
  if (html) return "page";
  if (quality(accept, "text/markdown")) return "markdown";
  if (quality(accept, "text/x-patch")) return "patch";
  return headers.has("sec-fetch-mode") && quality(accept, "*/*") ? "page" : "json";
}

function isWholePage(headers: Headers): boolean {
  return (
    headers.get("hx-boosted") === "true" ||
    headers.get("hx-history-restore-request") === "true" ||
    headers.get("hx-request-type") === "full"
  );
}

/** The q value `Accept` gives to exactly this type, or null when it is not named. */
function quality(accept: string, type: string): number | null {
  for (const entry of accept.toLowerCase().split(",")) {
    const [name, ...params] = entry.split(";").map((part) => part.trim());
    if (name !== type) continue;
    const q = params.find((p) => p.startsWith("q="));
    const value = q ? Number(q.slice(2)) : 1;
    return Number.isFinite(value) ? value : 1;
  }
  return null;
}

type Html = () => string | Promise<string>;
export interface Forms {
  /** An answer as it is where it is sent in pieces (early.ts). */
  page?: Html | (() => Promise<Response>);
  fragment?: Html;
  markdown?: () => string | Promise<string>;
  /** The resource by its name: `{ chat }`. */
  json: () => unknown;
}
export interface Init {
  status?: number;
  headers?: Record<string, string>;
}

/** Answers in the form that was asked for; only that form's function is called. */
export async function respond(request: Request, forms: Forms, init: Init = {}): Promise<Response> {
  const form = wants(request);
  if (form === "markdown") {
    if (!forms.markdown) throw notFound("Markdown form of this page");
    return textAnswer(request, await forms.markdown(), MARKDOWN, init);
  }
  if (form === "patch") throw notFound("patch of this page");
  const html =
    form === "fragment" ? (forms.fragment ?? forms.page) : form === "page" ? (forms.page ?? forms.fragment) : null;
  if (html) {
    const made = await html();
    return made instanceof Response ? made : htmlAnswer(request, made, init);
  }
  return jsonAnswer(request, await forms.json(), init);
}

/** HTML that is made in pieces, each sent when it is there, compressed where the client takes it. */
export function htmlInPieces(request: Request, pieces: AsyncIterable<string>): Response {
  const headers: Record<string, string> = {
    "content-type": HTML,
    vary: `${VARY}, Accept-Encoding`,
    "cache-control": "no-store",
  };
  const encoding = pickEncoding(request, QUICK_FIRST_IN_PIECES);
  if (!encoding) return new Response(byteStream(encoded(pieces)), { headers });
  headers["content-encoding"] = encoding;
  return new Response(compressPieces(pieces, encoding), { headers });
}

async function* encoded(pieces: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const piece of pieces) yield encoder.encode(piece);
}

/** HTML, compressed where the client takes it. */
export function htmlAnswer(request: Request, body: string, init: Init = {}): Promise<Response> {
  return textAnswer(request, body, HTML, init);
}

/** JSON, compressed where the client takes it. */
export function jsonAnswer(request: Request, body: unknown, init: Init = {}): Promise<Response> {
  return textAnswer(request, JSON.stringify(body), JSON_TYPE, init);
}

async function textAnswer(request: Request, body: string, type: string, init: Init): Promise<Response> {
  const headers: Record<string, string> = {
    "content-type": type,
    vary: VARY,
    "cache-control": "no-store",
    ...init.headers,
  };
  const status = init.status ?? 200;
  if (body.length < COMPRESS_FROM_BYTES) return new Response(body, { status, headers });
  headers.vary += ", Accept-Encoding";
  const encoding = pickEncoding(request, QUICK_FIRST);
  if (!encoding) return new Response(body, { status, headers });
  headers["content-encoding"] = encoding;
  return new Response(await compressFast(new TextEncoder().encode(body), encoding), { status, headers });
}

/** After a form post without JavaScript: the browser GETs `url`. */
export function seeOther(url: string, headers: Record<string, string> = {}): Response {
  // Ids of ours are plain; what else stands in an address names nothing, and no header could hold it.
  if (/[^\x21-\x7e]/.test(url)) throw notFound("page");
  return new Response(null, { status: 303, headers: { ...headers, location: url } });
}

/** After an htmx post: nothing to swap, the stream brings the result. */
export function noContent(headers: Record<string, string> = {}): Response {
  return new Response(null, { status: 204, headers });
}

/** Something was made; `url` is where it is. */
export function created(url: string, body: unknown): Response {
  return Response.json(body, { status: 201, headers: { "content-type": JSON_TYPE, location: url, vary: VARY } });
}

/** Something was started and goes on after this answer. */
export function accepted(body: unknown, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status: 202, headers: { "content-type": JSON_TYPE, vary: VARY, ...headers } });
}

/**
 * The answer to a post: JSON clients get `json()`, a plain form goes on to `url`, htmx gets 204, or, with
 * `navigate`, is sent to `url` (for a thing that was just made and has a page of its own).
 */
export function answerPost(
  request: Request,
  forms: { json: () => Response | Promise<Response>; url: string; navigate?: boolean },
): Response | Promise<Response> {
  const form = wants(request);
  if (form !== "page" && form !== "fragment") return forms.json();
  if (form === "page") return seeOther(forms.url);
  return noContent(forms.navigate ? { "hx-redirect": forms.url } : {});
}
