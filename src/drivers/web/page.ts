/** A page of the web as text: what it is, in which encoding, and what of it is worth reading. */
import type { WebPage } from "../../domain/web.ts";
import { bytes as inBytes } from "../../lib/format.ts";
import { sniff } from "../files/sniff.ts";
import { Refusal } from "../refusal.ts";
import type { Reach } from "./addresses.ts";
import { type Got, getPublic } from "./get.ts";
import type { Readable } from "./readable.ts";

const LIMIT_BYTES = 5_000_000;
const TIMEOUT_MS = 25_000;
const SNIFF_BYTES = 8_192;
const META_CHARS = 2_048;
const ACCEPT =
  "text/html, text/markdown, text/plain, application/xhtml+xml, application/json;q=0.8, text/*;q=0.7, */*;q=0.1";
const HTML = new Set(["text/html", "application/xhtml+xml"]);
const TEXTS =
  /^(?:text\/.*|application\/(?:json|xml|javascript|x-javascript|yaml|x-yaml|toml|sql|graphql|x-sh|x-ndjson|.*\+(?:json|xml)))$/;

/** Throws Refusal with a sentence: no public address, not found, not text, too late. */
export async function fetchPage(
  url: string,
  whole: boolean,
  use: { reach: Reach; readable: Readable },
  signal: AbortSignal,
): Promise<WebPage> {
  const got = await getPublic(url, {
    reach: use.reach,
    limit_bytes: LIMIT_BYTES,
    timeout_ms: TIMEOUT_MS,
    signal,
    accept: ACCEPT,
    head: (status, type) => refuseOthers(status, type),
  });
  if (got.type === "" && sniff(got.bytes.subarray(0, SNIFF_BYTES)).encoding === "binary") throw notText("no type", got);
  const text = decoded(got);
  const isHtml = HTML.has(got.type) || (got.type === "" && /^\s*(?:<!doctype html|<html)/i.test(text));
  const { url: at, type, cut } = got;
  if (!isHtml) return { url: at, title: null, text, type: type || "text/plain", cut, article: false };
  const { title, markdown, article } = await use.readable.convert(text, at, whole);
  return { url: at, title, text: markdown, type: type || "text/html", cut, article };
}

/** Before a byte of the body is read. */
function refuseOthers(status: number, type: string): void {
  if (status < 200 || status > 299)
    throw new Refusal("unavailable", `answered ${status}`, `It answered ${status}${meaning(status)}.`);
  if (type !== "" && !HTML.has(type) && !TEXTS.test(type)) throw notText(type);
}

const notText = (type: string, got?: Got) =>
  new Refusal(
    "invalid",
    "not text",
    `It is not text (${type.slice(0, 80)}${got ? `, ${inBytes(got.bytes.length)}` : ""}); only pages and text can be read.`,
  );

function meaning(status: number): string {
  const words: Record<number, string> = {
    401: ": it wants a login",
    403: ": it does not let us in",
    404: ": there is no such page",
    410: ": the page is gone",
    429: ": too many requests",
    451: ": it may not be shown here",
  };
  return words[status] ?? (status >= 500 ? ": its server failed" : "");
}

function decoded({ bytes, charset, type }: Got): string {
  const marked = sniff(bytes.subarray(0, SNIFF_BYTES));
  const said = charset ?? (HTML.has(type) || type === "" ? metaCharset(bytes) : null);
  // A byte order mark counts more than what is said; what is said more than a guess.
  const label = marked.bom > 0 || said === null ? (marked.encoding === "binary" ? "utf-8" : marked.encoding) : said;
  return decoderOf(label).decode(bytes);
}

function decoderOf(label: string): TextDecoder {
  try {
    return new TextDecoder(label as "utf-8");
  } catch {
    return new TextDecoder();
  }
}

function metaCharset(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.subarray(0, META_CHARS)).toString("latin1");
  return /<meta[^>]+charset\s*=\s*["']?([\w.:-]+)/i.exec(head)?.[1] ?? null;
}
