/**
 * Who may call, before any route runs: the name the request was sent to, the page it was sent from, the way it came.
 * Identity is the last step (auth.ts). Every rule is explained in docs/security.md.
 */
import type { Config } from "../config.ts";
import { AppError, forbidden, limited } from "../lib/errors.ts";

export const MAX_URL_BYTES = 8192;
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);
const UNSAFE = new Set(["POST", "PUT", "PATCH", "DELETE"]);
/** Headers that only a proxy sends. */
const PROXY_HEADER = /^(forwarded|via|remote-user|x-real-ip|x-forwarded-.+)$/;

interface Host {
  name: string;
  port: string | null;
}

/** True for requests that change something, and for socket upgrades, which may. */
export function isUnsafe(request: Request): boolean {
  return UNSAFE.has(request.method) || isUpgrade(request);
}

export function isUpgrade(request: Request): boolean {
  return request.headers.has("upgrade");
}

/** True when a browser says that one of our own pages sent this. */
export function saysSameOrigin(request: Request): boolean {
  return request.headers.get("sec-fetch-site") === "same-origin" || request.headers.has("origin");
}

/** Checks everything that needs no database; throws `forbidden`, `invalid` or `limit`. `listening` is our own name. */
export function createGuard(config: Pick<Config, "auth" | "host" | "allowed_hosts">): (request: Request) => void {
  const hosts = ["localhost", "127.0.0.1", "[::1]", ...bindName(config.host), ...config.allowed_hosts]
    .map(parseHost)
    .filter((host) => host !== null);
  return (request) => {
    const host = checkHost(request, hosts);
    checkShape(request);
    checkOrigin(request, host);
    if (config.auth === "loopback") checkDirect(request);
  };
}

/** Lower case, without the root's trailing dot; null for anything that is not plainly `name` or `name:port`. */
export function parseHost(raw: string): Host | null {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9._-]*[a-z0-9_-])?)\.?(?::([0-9]{1,5}))?$/.exec(
    raw.trim().toLowerCase(),
  );
  if (!match) return null;
  const name = match[1]!;
  if (!name.startsWith("[")) return { name, port: match[3] ?? null };
  return URL.canParse(`http://${name}`) ? { name: new URL(`http://${name}`).hostname, port: match[3] ?? null } : null;
}

/** A bind to one address may be called by that address; a bind to all of them names nothing. */
function bindName(host: string): string[] {
  if (host === "0.0.0.0" || host === "::") return [];
  return [host.includes(":") && !host.startsWith("[") ? `[${host}]` : host];
}

/**
 * Against DNS rebinding: a foreign name that points at us still arrives as that name. An entry without a port allows
 * every port, because a tunnel or container may map it; the port is not what rebinding forges.
 */
function checkHost(request: Request, allowed: readonly Host[]): Host {
  const raw = request.headers.get("host");
  // Two Host headers arrive joined by a comma and fail to parse like any other garbage.
  const host = raw ? parseHost(raw) : null;
  if (!host) throw new AppError("invalid", "The request has no usable Host header.", { status: 400 });
  if (!allowed.some((a) => a.name === host.name && (a.port === null || a.port === host.port)))
    throw forbidden(
      `This BooCode is not called "${host.name}". Add the name to BOOCODE_ALLOWED_HOSTS if it should be.`,
    );
  return host;
}

function checkShape(request: Request): void {
  if (!METHODS.has(request.method)) throw new AppError("invalid", "This method is not used here.", { status: 405 });
  if (request.url.length > MAX_URL_BYTES)
    throw limited(`The address is longer than ${MAX_URL_BYTES} bytes.`, undefined, 414);
}

/**
 * Other sites may link to us (a top-level GET navigation, which changes nothing and whose answer they cannot read) and
 * do nothing else. "same-site" counts as foreign: another port of localhost is another program.
 */
function checkOrigin(request: Request, host: Host): void {
  const headers = request.headers;
  if (
    request.method === "GET" &&
    !isUpgrade(request) &&
    headers.get("sec-fetch-mode") === "navigate" &&
    headers.get("sec-fetch-dest") === "document"
  )
    return;
  const site = headers.get("sec-fetch-site");
  const origin = headers.get("origin");
  if ((site !== null && site !== "same-origin" && site !== "none") || (origin !== null && !isOurs(origin, host)))
    throw forbidden("Another site sent this request; BooCode only takes requests from its own pages.");
}

/** The origin's host and port are those of the Host header; the scheme may differ, since a proxy may speak https for us. */
function isOurs(origin: string, host: Host): boolean {
  const match = /^(https?):\/\/([^/]+)$/.exec(origin.toLowerCase());
  const from = match ? parseHost(match[2]!) : null;
  if (!match || !from) return false;
  const port = match[1] === "https" ? "443" : "80";
  return from.name === host.name && (from.port ?? port) === (host.port ?? port);
}

function checkDirect(request: Request): void {
  for (const name of Object.keys(request.headers.toJSON())) {
    if (PROXY_HEADER.test(name))
      throw forbidden(
        `The request came through a proxy (it carries ${name}), and BOOCODE_AUTH=loopback serves this machine only. Use token or proxy mode.`,
      );
  }
}
