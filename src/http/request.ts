/**
 * What the server found out about a request before any handler ran. Kept beside the request, not in Elysia's context:
 * the same facts serve routes, upgrades and the error mapper, and a rewritten request carries them on.
 */
import type { Identity } from "../domain/identity.ts";
import { unauthorized } from "../lib/errors.ts";

/** The form an answer takes. */
export type Wants = "page" | "fragment" | "json" | "markdown" | "patch";

export interface Facts {
  request_id: string;
  /** Null on the open routes (login, health, assets) when nobody is signed in. */
  identity: Identity | null;
  /** Said by the URL's suffix (`.json`, `.md`, `.patch`), which wins over every header. */
  suffix: "json" | "markdown" | "patch" | null;
  /** Caller's address for limits and the log; "unix" on a socket. */
  address: string;
  /** True when the browser reached us over https, so cookies may be `Secure`. */
  secure: boolean;
  /** Turns the server's idle limit off for this connection. */
  keepOpen: () => void;
  /** Made when a connection begins that outlives its request; asks anew whether its caller is still signed in. */
  watchCaller: () => CallerWatch;
}

/** False once the login that a connection began with was revoked, ended or ran out. */
export type CallerWatch = () => Promise<boolean>;

const known = new WeakMap<Request, Facts>();

export function remember(request: Request, facts: Facts): void {
  known.set(request, facts);
}

export function factsOf(request: Request): Facts | null {
  return known.get(request) ?? null;
}

/** The caller, or null on an open route that nobody signed in to. */
export function identityOf(request: Request): Identity | null {
  return known.get(request)?.identity ?? null;
}

/** The caller; throws `unauthorized` where there is none. */
export function callerOf(request: Request): Identity {
  const identity = identityOf(request);
  if (!identity) throw unauthorized("Sign in first.");
  return identity;
}

/** For streams and sockets, which must not live longer than the login they began with. */
export function watchCaller(request: Request): CallerWatch {
  return known.get(request)?.watchCaller() ?? (() => Promise.resolve(true));
}

/** For answers that may stay silent longer than the server's idle limit (streams, slow tools). */
export function keepOpen(request: Request): void {
  known.get(request)?.keepOpen();
}
