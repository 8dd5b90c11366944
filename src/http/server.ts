/**
 * The server: one function that every request passes, upgrades too, so that no route can forget the guard, the
 * identity, the limits or the headers. Elysia routes behind it.
 */
import { chmodSync, lstatSync, unlinkSync } from "node:fs";
import { type AnyElysia, Elysia } from "elysia";
import { websocket } from "elysia/ws";
import type { Config } from "../config.ts";
import type { Core } from "../engine/core.ts";
import { notFound, unauthorized } from "../lib/errors.ts";
import { newId } from "../lib/ids.ts";
import type { Log } from "../lib/log.ts";
import { createAuth } from "./auth.ts";
import { createErrorMapper, type ErrorViews } from "./errors.ts";
import { createGuard, isUpgrade } from "./guard.ts";
import { finishHeaders } from "./headers.ts";
import { type Facts, remember } from "./request.ts";
import { splitSuffix, suffixRules } from "./suffix.ts";
import { MAX_FRAME_BYTES, SOCKET_IDLE_S } from "./terminal-socket.ts";

/** Bun answers a longer body with a bare 413 itself; parseBody refuses far earlier, with a sentence. */
const MAX_REQUEST_BYTES = 36 * 1024 * 1024;
/** A connection without a byte for this long is closed; streams send a heartbeat every 15 s. */
const IDLE_S = 60;
/** How long a stop waits for answers under way. */
const STOP_WAIT_MS = 3000;

/** Reachable without identity: to sign in, to draw the login page, and for a container's health check. */
const OPEN = /^\/(?:login|health|favicon\.ico|assets\/.*)$/;

export interface ServerOptions {
  config: Config;
  log: Log;
  core: Pick<Core, "sql">;
  errorViews: ErrorViews;
  /** Where to sign in; null in modes without a login page. */
  loginUrl: ((next: string) => string) | null;
  /** Adds the routes. `closing` is aborted when the server stops: open streams end on it. */
  routes: (app: AnyElysia, closing: AbortSignal) => AnyElysia;
}

export interface HttpServer {
  app: AnyElysia;
  /** Starts to listen; `url` names the port that was really taken. */
  listen(): { url: string; port: number | null; stop(): Promise<void> };
}

export function createServer(options: ServerOptions): HttpServer {
  const closing = new AbortController();
  const mapError = createErrorMapper({ log: options.log, views: options.errorViews, loginUrl: options.loginUrl });
  const root = new Elysia()
    .onError({ as: "global" }, ({ error, request }) => mapError(error, request))
    // Elysia would read a body by guessing from a handler's source whether it wants one: parseBody alone does that.
    .guard({ parse: ["none"] as never });
  const app = options.routes(root as unknown as AnyElysia, closing.signal);
  app.compile();
  const handle = createHandler(options, app, mapError);
  return { app, listen: () => listen(options.config, app, handle, closing) };
}

/** Who sends a token believes to be signed in. */
const nobody = (request: Request) =>
  unauthorized(
    /^bearer /i.test(request.headers.get("authorization") ?? "")
      ? "This token is not right, or it was revoked."
      : "Sign in first.",
  );

type Handler = (request: Request, server: Bun.Server<undefined>) => Promise<Response | undefined>;

function createHandler(
  options: ServerOptions,
  app: AnyElysia,
  mapError: (e: unknown, r: Request) => Promise<Response>,
): Handler {
  const { config, log } = options;
  const guard = createGuard(config);
  const auth = createAuth(config, options.core);
  const rules = suffixRules(app.routes);

  async function answer(request: Request, facts: Facts, peer: string | null): Promise<Response | undefined> {
    guard(request);
    // No row, file or name has a NUL byte, and the database refuses to look for one.
    if (/%00/.test(request.url.replace(/[?#].*$/s, ""))) throw notFound("page");
    const inner = innerRequest(request, facts, rules);
    facts.secure = auth.isSecure(request, peer);
    facts.identity = await auth.identify(request, peer);
    if (!facts.identity && !OPEN.test(new URL(inner.url).pathname)) throw nobody(request);
    return app.fetch(inner);
  }

  return async (request, server) => {
    const peer = server.requestIP(request)?.address ?? null;
    const started = performance.now();
    const facts: Facts = {
      request_id: newId(),
      identity: null,
      suffix: null,
      address: auth.addressOf(request, peer),
      secure: false,
      keepOpen: () => server.timeout(request, 0),
      watchCaller: () => auth.watch(request, peer),
    };
    remember(request, facts);
    // No answer means that the connection was upgraded.
    const response = await answer(request, facts, peer).catch((error) => mapError(error, request));
    if (!response) return undefined;
    const whole = request.method === "HEAD" ? withoutBody(response) : response;
    finishHeaders(whole.headers, facts.request_id);
    log.debug("request", {
      request_id: facts.request_id,
      method: request.method,
      path: request.url.replace(/^[a-z]+:\/\/[^/]*|[?#].*$/g, ""),
      status: whole.status,
      ms: Math.round(performance.now() - started),
    });
    return whole;
  };
}

/**
 * The request as the routes see it: HEAD as GET (Elysia would read a whole stream to count its bytes) and without the
 * suffix. An upgrade must keep the original object, which is the one that Bun can upgrade.
 */
function innerRequest(request: Request, facts: Facts, rules: ReturnType<typeof suffixRules>): Request {
  if (isUpgrade(request)) return request;
  const { url, suffix } =
    request.method === "GET" || request.method === "HEAD"
      ? splitSuffix(request.url, rules)
      : { url: request.url, suffix: null };
  facts.suffix = suffix;
  if (!suffix && request.method !== "HEAD") return request;
  const inner = new Request(url, { method: "GET", headers: request.headers, signal: request.signal });
  remember(inner, facts);
  return inner;
}

function withoutBody(response: Response): Response {
  void response.body?.cancel().catch(() => {});
  return new Response(null, { status: response.status, headers: response.headers });
}

function listen(
  config: Config,
  app: AnyElysia,
  handle: Handler,
  closing: AbortController,
): ReturnType<HttpServer["listen"]> {
  const common = {
    fetch: handle,
    websocket: {
      ...(websocket as unknown as Bun.WebSocketHandler<undefined>),
      maxPayloadLength: MAX_FRAME_BYTES,
      idleTimeout: SOCKET_IDLE_S,
      sendPings: true,
      perMessageDeflate: false,
    },
    development: false,
    maxRequestBodySize: MAX_REQUEST_BYTES,
    error: () => new Response("Internal error\n", { status: 500 }),
  };
  const server = config.socket
    ? listenOnSocket(config.socket, common)
    : Bun.serve({ ...common, hostname: config.host, port: config.port, reusePort: false, idleTimeout: IDLE_S });
  // Elysia upgrades sockets through this.
  (app as { server: unknown }).server = server;
  return {
    url: config.socket ? `unix:${config.socket}` : `http://${urlHost(config.host)}:${server.port}`,
    port: config.socket ? null : (server.port ?? null),
    async stop() {
      closing.abort();
      const drained = server.stop(false);
      const late = Promise.withResolvers<void>();
      const timer = setTimeout(late.resolve, STOP_WAIT_MS);
      await Promise.race([drained, late.promise]);
      clearTimeout(timer);
      await server.stop(true);
    },
  };
}

/** Only our own user and group may connect: whoever can reach the socket is believed to be the proxy. */
function listenOnSocket(
  path: string,
  common: Omit<Bun.Serve.Options<undefined>, "unix" | "port" | "hostname">,
): Bun.Server<undefined> {
  // One server per database is held by its lock, so a socket file that is left over has no owner.
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket()) unlinkSync(path);
  const mask = process.umask(0o117);
  try {
    const server = Bun.serve({ ...common, unix: path } as Bun.Serve.Options<undefined>);
    chmodSync(path, 0o660);
    return server;
  } finally {
    process.umask(mask);
  }
}

const urlHost = (host: string) =>
  host === "0.0.0.0" || host === "::" ? "localhost" : host.includes(":") ? `[${host}]` : host;
