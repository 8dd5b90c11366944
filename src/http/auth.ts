/** Whose request it is, in each of the three modes. Runs after the guard, before any route. */
import { createHash, timingSafeEqual } from "node:crypto";
import { BlockList, isIP } from "node:net";
import { type Config, ConfigError } from "../config.ts";
import type { Identity } from "../domain/identity.ts";
import type { Via } from "../domain/run.ts";
import { verifySession, verifyToken } from "../engine/access.ts";
import type { Core } from "../engine/core.ts";
import { AppError, forbidden } from "../lib/errors.ts";
import { isUnsafe, saysSameOrigin } from "./guard.ts";
import type { CallerWatch } from "./request.ts";

/** The other end of the connection; null on a unix socket. */
export type Peer = string | null;

export interface Auth {
  /** Throws `forbidden`; null when nobody is signed in. */
  identify(request: Request, peer: Peer): Promise<Identity | null>;
  /** Asks again later for the caller of a connection that stays open. A database that is away signs nobody out. */
  watch(request: Request, peer: Peer): CallerWatch;
  /** Address for limits and the log: the client's where a trusted proxy tells it. */
  addressOf(request: Request, peer: Peer): string;
  /** True when the browser reached us over https. */
  isSecure(request: Request, peer: Peer): boolean;
}

type AuthConfig = Pick<Config, "auth" | "trusted_proxies" | "proxy_secret" | "socket">;
type AuthCore = Pick<Core, "sql">;

export const PROXY_SECRET_HEADER = "x-boocode-proxy-secret";
const MAX_USER_CHARS = 200;

export function createAuth(config: AuthConfig, core: AuthCore): Auth {
  const proxies = networks(config.trusted_proxies);
  const isProxy = (peer: Peer) => (peer === null ? config.auth === "proxy" : proxies(peer));
  const forwarded = (request: Request, peer: Peer, name: string) =>
    isProxy(peer) ? (request.headers.get(name)?.split(",").at(-1)?.trim().toLowerCase() ?? null) : null;
  return {
    identify(request, peer) {
      if (config.auth === "token") return byToken(core, request);
      if (config.auth === "proxy") return Promise.resolve(byProxy(config, request, isProxy(peer), peer));
      return Promise.resolve(byLoopback(request, peer));
    },
    watch(request) {
      if (config.auth !== "token") return () => Promise.resolve(true);
      const again = new Request(request.url, { headers: request.headers });
      return () =>
        byToken(core, again).then(
          (who) => who !== null,
          (error) => !(error instanceof AppError),
        );
    },
    addressOf(request, peer) {
      const client = forwarded(request, peer, "x-forwarded-for");
      return client && isIP(client) ? client : (peer ?? "unix");
    },
    // The Origin of a form post comes from the browser itself, so it tells https behind a proxy nobody configured.
    isSecure(request, peer) {
      return (
        !!request.headers.get("origin")?.startsWith("https://") ||
        forwarded(request, peer, "x-forwarded-proto") === "https"
      );
    },
  };
}

/** Session cookie of this request's host. Cookies ignore ports, so two instances on localhost need two names. */
export function cookieName(request: Request, secure: boolean): string {
  if (secure) return "__Host-boocode";
  const port = /:(\d+)$/.exec(request.headers.get("host") ?? "")?.[1];
  return port ? `boocode-${port}` : "boocode";
}

/** The session in the request's cookie, or null. */
export function sessionCookie(request: Request): string | null {
  const jar = new Bun.CookieMap(request.headers.get("cookie") ?? "");
  return jar.get(cookieName(request, true)) ?? jar.get(cookieName(request, false)) ?? null;
}

/**
 * `Set-Cookie` for a session; an empty value with 0 seconds ends it. Lax and not Strict: with Strict a link from a
 * chat or a mail would land on the login page, and the Origin rules already stop every foreign request but such links.
 */
export function setCookie(request: Request, secure: boolean, value: string, seconds: number): string {
  return `${cookieName(request, secure)}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure ? "; Secure" : ""}`;
}

async function byToken(core: AuthCore, request: Request): Promise<Identity | null> {
  const header = request.headers.get("authorization");
  if (header !== null) {
    const bearer = /^bearer +(\S+)$/i.exec(header)?.[1];
    const token = bearer ? await verifyToken(core, bearer) : null;
    return token && { mode: "token", name: token.label, token_id: token.id, via: viaOf(request) };
  }
  const session = sessionCookie(request);
  const token = session ? await verifySession(core, session) : null;
  if (!token) return null;
  demandOrigin(request);
  return { mode: "token", name: token.label, token_id: token.id, via: "browser" };
}

function byProxy(config: AuthConfig, request: Request, trusted: boolean, peer: Peer): Identity | null {
  const secret = request.headers.get(PROXY_SECRET_HEADER);
  if (
    !trusted ||
    (config.proxy_secret && !sameSecret(secret ?? "", config.proxy_secret)) ||
    (peer !== null && !config.proxy_secret)
  ) {
    // The health check of a container comes straight from the machine; it gets the bare answer of an open route.
    if (!request.headers.has("remote-user") && secret === null && peer !== null && isLoopback(peer)) return null;
    throw forbidden("BOOCODE_AUTH=proxy takes requests from the login proxy only.");
  }
  const user = request.headers.get("remote-user")?.trim();
  // A comma means two headers, one of them perhaps the client's own.
  if (!user || user.length > MAX_USER_CHARS || /[,\u0000-\u001f\u007f]/.test(user)) return null;
  demandOrigin(request);
  return { mode: "proxy", name: user, token_id: null, via: viaOf(request) };
}

function byLoopback(request: Request, peer: Peer): Identity {
  if (peer !== null && !isLoopback(peer)) throw forbidden("BOOCODE_AUTH=loopback serves this machine only.");
  return { mode: "loopback", name: null, token_id: null, via: viaOf(request) };
}

/** A cookie or a proxy's login comes with every request of a browser, wanted or not: changes must say where from. */
function demandOrigin(request: Request): void {
  if (isUnsafe(request) && !saysSameOrigin(request))
    throw forbidden("A change made with a browser's login must carry an Origin header. Programs use a bearer token.");
}

function viaOf(request: Request): Via {
  const headers = request.headers;
  if (headers.has("sec-fetch-site") || headers.has("sec-fetch-mode") || headers.has("origin")) return "browser";
  const client = headers.get("x-boocode-client");
  return client === "cli" || client === "mcp" ? client : "api";
}

/** Hashing first makes the lengths equal, so the comparison tells nothing by its time. */
function sameSecret(given: string, right: string): boolean {
  const digest = (value: string) => createHash("sha256").update(value).digest();
  return timingSafeEqual(digest(given), digest(right));
}

export function isLoopback(address: string): boolean {
  const plain = unmapped(address);
  return plain === "::1" || /^127\.\d+\.\d+\.\d+$/.test(plain);
}

const unmapped = (address: string) => address.replace(/^::ffff:(?=\d+\.)/i, "");
const family = (address: string) => (isIP(address) === 6 ? "ipv6" : "ipv4");

/** A test for "is in one of these addresses or CIDR ranges"; throws on an entry that is neither. */
function networks(entries: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = "", bits] = entry.split("/");
    const longest = isIP(address) === 6 ? 128 : 32;
    if (!isIP(address) || (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= longest)))
      throw new ConfigError(`BOOCODE_TRUSTED_PROXIES is wrong: "${entry}" is neither an address nor a CIDR range`);
    if (bits === undefined) list.addAddress(address, family(address));
    else list.addSubnet(address, Number(bits), family(address));
  }
  return (address) => list.check(unmapped(address), family(unmapped(address)));
}
