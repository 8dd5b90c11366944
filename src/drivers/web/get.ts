/**
 * One GET to the public internet, redirect by redirect: every hop's host is resolved and looked at, and the connection goes
 * to the address that was looked at, with the name in Host and in TLS. (`fetch` would resolve the name once more, and between
 * two looks a name may come to lead elsewhere.) No cookies, no credentials, no proxy of the environment.
 */
import http from "node:http";
import https from "node:https";
import type { Readable } from "node:stream";
import zlib from "node:zlib";
import { errnoOf, Refusal } from "../refusal.ts";
import { checkedAddresses, type Reach } from "./addresses.ts";

export interface Got {
  /** After redirects. */
  url: string;
  status: number;
  /** Lower case, without parameters; "" when it was not told. */
  type: string;
  charset: string | null;
  bytes: Uint8Array;
  /** There was more than `limit_bytes`. */
  cut: boolean;
}

export interface GetOptions {
  reach: Reach;
  /** Of the body, after it was unpacked. */
  limit_bytes: number;
  timeout_ms: number;
  signal: AbortSignal;
  accept: string;
  /** Looked at before the body is read; throws to leave it. */
  head?(status: number, type: string): void;
}

const REDIRECTS_MAX = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Of one connection: a name with several addresses may have one that does not answer. */
const CONNECT_MS = 6_000;
/** Other low ports speak other protocols. */
const LOW_PORTS = new Set(["", "80", "443"]);
const LOW_PORT = 1_024;
const AGENT = "BooCode (a person's tool; reads one page at a time)";

/** Throws Refusal with a sentence for whatever goes wrong; the signal's reason when that fires. */
export async function getPublic(given: string, options: GetOptions): Promise<Got> {
  const late = AbortSignal.timeout(options.timeout_ms);
  const signal = AbortSignal.any([options.signal, late]);
  try {
    return await follow(given, { ...options, signal });
  } catch (error) {
    if (options.signal.aborted) throw options.signal.reason;
    if (error instanceof Refusal) throw error;
    if (late.aborted)
      throw new Refusal("unavailable", "no answer in time", `No answer within ${options.timeout_ms / 1000} s.`);
    throw new Refusal("unavailable", "cannot be reached", `It cannot be reached: ${wordsOf(error)}.`, { cause: error });
  }
}

async function follow(given: string, options: GetOptions): Promise<Got> {
  let url = checkedUrl(given);
  for (let hop = 0; hop <= REDIRECTS_MAX; hop++) {
    const response = await answerOf(url, options);
    const status = response.statusCode ?? 0;
    const { location } = response.headers;
    if (!REDIRECTS.has(status) || location === undefined) return read(url, response, options);
    response.destroy();
    url = checkedUrl(location, url);
  }
  throw new Refusal("unavailable", "too many redirects", `It redirects more than ${REDIRECTS_MAX} times.`);
}

/** Decimal, octal and hexadecimal forms of an address are plain ones in a parsed URL. */
export function checkedUrl(given: string, base?: URL): URL {
  const url = URL.parse(given, base);
  if (!url) throw new Refusal("invalid", "no URL", `${JSON.stringify(given.slice(0, 200))} is not a URL.`, HINT);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new Refusal("invalid", "refused: not http", `Only http and https can be fetched, not ${url.protocol}`, HINT);
  if (url.username || url.password)
    throw new Refusal("invalid", "refused: credentials", "A URL with a name or password in it is not fetched.", HINT);
  if (!LOW_PORTS.has(url.port) && Number(url.port) < LOW_PORT)
    throw new Refusal("forbidden", "refused: port", `Port ${url.port} is not one of the web.`, HINT);
  url.hash = "";
  return url;
}
const HINT = { field: "url" };

async function answerOf(url: URL, options: GetOptions): Promise<http.IncomingMessage> {
  const addresses = await checkedAddresses(url, options.reach);
  let last: unknown;
  for (const address of addresses.slice(0, 3)) {
    options.signal.throwIfAborted();
    try {
      return await request(url, address, options);
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

function request(url: URL, address: string, { reach, signal, accept }: GetOptions): Promise<http.IncomingMessage> {
  const secure = url.protocol === "https:";
  const name = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  const slow = AbortSignal.timeout(CONNECT_MS);
  const made = (secure ? https : http).request({
    host: address,
    port: url.port || (secure ? 443 : 80),
    path: url.pathname + url.search,
    method: "GET",
    agent: false,
    headers: {
      host: url.host,
      accept,
      "accept-encoding": "gzip, deflate, br",
      "accept-language": "en, *;q=0.5",
      "user-agent": AGENT,
    },
    // A certificate is that of the name; an address has no name to ask for.
    ...(secure && name !== address && { servername: name }),
    ...(secure && reach.ca && { ca: reach.ca }),
  });
  const stop = () => made.destroy(new Error("no answer"));
  const over = AbortSignal.any([signal, slow]);
  over.addEventListener("abort", stop, { once: true });
  made.on("response", (response) => {
    over.removeEventListener("abort", stop);
    signal.addEventListener("abort", () => response.destroy(), { once: true });
    resolve(response);
  });
  made.on("error", reject);
  made.end();
  return promise;
}

async function read(url: URL, response: http.IncomingMessage, options: GetOptions): Promise<Got> {
  const [type = "", ...parameters] = (response.headers["content-type"] ?? "").toLowerCase().split(";");
  const status = response.statusCode ?? 0;
  try {
    options.head?.(status, type.trim());
    const { bytes, cut } = await bounded(response, options);
    const charset = parameters.map((p) => /^\s*charset\s*=\s*"?([\w.:-]+)/.exec(p)?.[1]).find(Boolean) ?? null;
    return { url: url.href, status, type: type.trim(), charset, bytes, cut };
  } finally {
    response.destroy();
  }
}

/** What a small body unpacks to may be as large as it likes: what counts is what comes out. */
async function bounded(response: http.IncomingMessage, options: GetOptions): Promise<Pick<Got, "bytes" | "cut">> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const source = unpacked(response);
  const stop = () => source.destroy(options.signal.reason);
  options.signal.addEventListener("abort", stop, { once: true });
  try {
    for await (const chunk of source as AsyncIterable<Uint8Array>) {
      const room = options.limit_bytes - size;
      chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
      size += chunk.length;
      if (size > options.limit_bytes) return { bytes: Buffer.concat(chunks), cut: true };
    }
    options.signal.throwIfAborted();
    return { bytes: Buffer.concat(chunks), cut: false };
  } finally {
    options.signal.removeEventListener("abort", stop);
    source.destroy();
  }
}

function unpacked(response: http.IncomingMessage): Readable {
  const encoding = (response.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  // A chunk of a bomb is as large as this at most.
  const settings = { chunkSize: 64 * 1024 };
  const unpacker =
    encoding === "gzip" || encoding === "x-gzip"
      ? zlib.createGunzip(settings)
      : encoding === "deflate"
        ? zlib.createInflate(settings)
        : encoding === "br"
          ? zlib.createBrotliDecompress(settings)
          : null;
  if (unpacker === null && encoding !== "identity" && encoding !== "")
    throw new Refusal("unavailable", "unknown encoding", `It is packed in a way that was not asked for: ${encoding}.`);
  if (unpacker === null) return response;
  response.on("error", (error) => unpacker.destroy(error));
  return response.pipe(unpacker);
}

function wordsOf(error: unknown): string {
  const code = errnoOf(error);
  if (code === "ECONNREFUSED" || code === "ConnectionRefused") return "nothing listens there";
  const message = error instanceof Error ? error.message : "it broke off";
  return /certificate|altname|self.signed|SSL|TLS/i.test(`${code} ${message}`)
    ? "its certificate is not valid"
    : "it broke off";
}
