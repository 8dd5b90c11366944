/** Local servers for web tools, reached through a resolver and permits of the test's own: the guard itself stays as it is. */
import { PUBLIC_REACH, type Reach } from "../../src/drivers/web/addresses.ts";

export interface Site extends AsyncDisposable {
  port: number;
  /** `http://name.test:port` */
  url(path?: string): string;
  /** Requests so far: Host and path. */
  seen: { host: string; path: string }[];
  reach: Reach;
}

/** `name.test` leads to this server, and nothing else of this machine can be reached. `names` lead where they say. */
export function site(
  answer: (request: Request, url: URL) => Response | Promise<Response>,
  names: Record<string, string[] | (() => string[])> = {},
  tls?: { key: string; cert: string },
): Site {
  const seen: Site["seen"] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    ...(tls && { tls }),
    fetch(request) {
      const url = new URL(request.url);
      seen.push({ host: request.headers.get("host") ?? "", path: url.pathname });
      return answer(request, url);
    },
  });
  const port = server.port!;
  const reach: Reach = {
    ...PUBLIC_REACH,
    permits: new Set([`127.0.0.1:${port}`]),
    resolve: async (host) => {
      const found = host === "name.test" ? ["127.0.0.1"] : names[host];
      if (!found) throw new Error(`no such host: ${host}`);
      return typeof found === "function" ? found() : found;
    },
    ...(tls && { ca: tls.cert }),
  };
  return {
    port,
    seen,
    reach,
    url: (path = "/") => `${tls ? "https" : "http"}://name.test:${port}${path}`,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}
