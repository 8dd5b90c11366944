/** Stands between a client and the server, and keeps every exchange with the route that it was for. */
import type { z } from "zod";
import type { Route } from "../../src/http/describe.ts";

export interface Exchange {
  method: string;
  path: string;
  /** Null: no route has this path. */
  route: Route | null;
  status: number;
  location: string | null;
  /** The JSON of the answer; undefined when it was something else. */
  json: unknown;
  /** Schemas that checked something meanwhile. */
  used: ReadonlySet<z.ZodType>;
}

export interface Recorder extends AsyncDisposable {
  url: string;
  exchanges: Exchange[];
  /** Where requests go from now on. */
  target: string;
}

/** Exchanges are told apart only while one comes after the other. */
export function record(routes: readonly Route[]): Recorder {
  const exchanges: Exchange[] = [];
  const used = watch(routes);
  const find = finder(routes);
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      const headers = new Headers(request.headers);
      for (const name of ["host", "connection"]) headers.delete(name);
      headers.set("accept-encoding", "identity");
      used.clear();
      const body = request.body ? await request.arrayBuffer() : null;
      const response = await fetch(recorder.target + pathname + search, {
        method: request.method,
        headers,
        body,
        redirect: "manual",
        signal: request.signal,
      });
      const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
      const text = isJson ? await response.text() : null;
      exchanges.push({
        method: request.method,
        path: pathname,
        route: find(request.method, pathname),
        status: response.status,
        location: response.headers.get("location"),
        json: text === null ? undefined : JSON.parse(text),
        used: new Set(used),
      });
      return new Response(text ?? response.body, { status: response.status, headers: response.headers });
    },
  });
  const recorder: Recorder = {
    url: `http://127.0.0.1:${server.port}`,
    exchanges,
    target: "",
    [Symbol.asyncDispose]: () => server.stop(true),
  };
  return recorder;
}

/** Makes the schemas that routes described tell when they are used. */
function watch(routes: readonly Route[]): Set<z.ZodType> {
  const used = new Set<z.ZodType>();
  for (const { operation } of routes) {
    for (const schema of [operation?.query, operation?.body]) {
      if (!schema || Object.hasOwn(schema, "watched")) continue;
      const check = schema.safeParse.bind(schema);
      Object.assign(schema, {
        watched: true,
        safeParse: (value: unknown) => {
          used.add(schema);
          return check(value);
        },
      });
    }
  }
  return used;
}

/** The route of a request: the one with the most literal words, as the router does it. */
export function finder(routes: readonly Route[]): (method: string, path: string) => Route | null {
  const words = (route: Route) => route.path.split("/").filter((word) => !/^[:*]/.test(word)).length;
  const sorted = [...routes].sort((a, b) => words(b) - words(a));
  const pattern = (path: string) =>
    new RegExp(
      `^${path
        .split("/")
        .map((word) => (word === "*" ? ".+" : word.startsWith(":") ? "[^/]+" : word.replaceAll(".", "\\.")))
        .join("/")}$`,
    );
  const table = sorted.map((route) => ({ route, pattern: pattern(route.path) }));
  return (method, path) => {
    const at = (p: string) =>
      table.find(({ route, pattern: fits }) => route.method === method && fits.test(p))?.route ?? null;
    return at(path) ?? at(path.replace(/\.(json|md|patch)$/, ""));
  };
}
