/** A real listening server on a free port with a few routes of every kind, and a raw socket for requests fetch refuses. */
import { type AnyElysia, Elysia } from "elysia";
import { z } from "zod";
import { type Config, readConfig } from "../../src/config.ts";
import type { Core } from "../../src/engine/core.ts";
import { parseBody, parseQuery } from "../../src/http/body.ts";
import type { ErrorViews } from "../../src/http/errors.ts";
import { foreignBytes } from "../../src/http/headers.ts";
import { callerOf, identityOf } from "../../src/http/request.ts";
import { accepted, answerPost, created, respond } from "../../src/http/respond.ts";
import { createServer } from "../../src/http/server.ts";
import { createLog } from "../../src/lib/log.ts";

export interface Running {
  url: string;
  port: number;
  log: string[];
  app: AnyElysia;
  stop(): Promise<void>;
}

const noDatabase = new Proxy(
  {},
  {
    get: () => {
      throw new Error("this test has no database");
    },
  },
) as Core["sql"];
const escapeHtml = (text: string) => Bun.escapeHTML(text);

interface Options {
  core?: Pick<Core, "sql">;
  routes?: (app: AnyElysia, closing: AbortSignal) => AnyElysia;
  loginUrl?: (next: string) => string;
  errorViews?: ErrorViews;
}

export function serve(settings: Partial<Config> = {}, options: Options = {}): Running {
  const log: string[] = [];
  const config = { ...readConfig({}), port: 0, ...settings };
  const { app, listen } = createServer({
    config,
    log: createLog("debug", (line) => log.push(line)),
    core: options.core ?? { sql: noDatabase },
    errorViews: options.errorViews ?? {
      page: (info) => `<!doctype html><title>${info.status}</title><p>${escapeHtml(info.message)}</p>`,
      fragment: (info) => `<p class="note-bad" role="alert">${escapeHtml(info.message)}</p>`,
    },
    loginUrl: options.loginUrl ?? null,
    routes: (root, closing) => (options.routes ?? sampleRoutes)(root, closing),
  });
  const running = listen();
  return { url: running.url, port: running.port ?? 0, log, app, stop: () => running.stop() };
}

export const LONG = "long ".repeat(1000);
const Thing = z.object({
  name: z.string().min(1).max(20),
  count: z.coerce.number().int().max(9).optional(),
  tags: z.array(z.string()).optional(),
});
export const thrown: { error: unknown } = { error: null };

export function sampleRoutes(app: AnyElysia, closing: AbortSignal): AnyElysia {
  const things = new Elysia()
    .get("/health", ({ request }) => ({ ok: true, who: identityOf(request)?.mode ?? null }))
    .get("/me", ({ request }) => ({ caller: callerOf(request) }))
    .get("/things/:id", ({ request, params }) =>
      respond(request, {
        page: () => `<!doctype html><p>${escapeHtml(params.id)}</p>`,
        fragment: async () => `<p>${escapeHtml(params.id)}</p>`,
        markdown: () => `# ${params.id}`,
        json: () => ({ thing: { id: params.id } }),
      }),
    )
    .get("/long", ({ request }) => respond(request, { page: () => LONG, json: () => ({ long: LONG }) }))
    .get("/query", ({ request }) => ({ query: parseQuery(request, z.object({ n: z.coerce.number() })) }))
    .get("/elysia-query", ({ query }) => query, { query: z.object({ n: z.coerce.number() }) })
    .post("/things", async (context) => ({
      thing: await parseBody(context.request, Thing),
      seen: context.body ?? null,
    }))
    .post("/made", ({ request }) =>
      answerPost(request, {
        json: () => created("/things/1", { thing: { id: "1" } }),
        url: "/things/1",
        navigate: true,
      }),
    )
    .post("/started", ({ request }) =>
      answerPost(request, { json: () => accepted({ run: { id: "1" } }), url: "/things/1" }),
    )
    .get("/openapi.json", () => ({ openapi: true }))
    .get("/projects/:id/files/*", ({ params }) => ({ path: params["*"] }))
    .get("/bytes", ({ request }) =>
      foreignBytes("<script>alert(1)</script>", {
        type: new URL(request.url).searchParams.get("type") ?? "",
        name: 'a"b\n/ü.html',
        inline: true,
      }),
    )
    .get("/throws", () => {
      throw thrown.error;
    })
    .get("/throws-later", async () => {
      await Promise.resolve();
      throw thrown.error;
    })
    .get("/stream", ({ request }) => stream(request, closing))
    .ws("/socket", {
      open(ws) {
        ws.send("open");
      },
    });
  return app.use(things);
}

export const streams = { open: 0, closed: 0 };

function stream(request: Request, closing: AbortSignal): Response {
  streams.open++;
  let end = () => {};
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue("data: 1\n\n");
      end = () => {
        controller.close();
        ended();
      };
      const ended = () => {
        closing.removeEventListener("abort", end);
        streams.closed++;
      };
      closing.addEventListener("abort", end);
      request.signal.addEventListener("abort", ended);
    },
    cancel: () => closing.removeEventListener("abort", end),
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

/** Sends bytes as they are and returns the whole answer; the request must make the server close, or be complete. */
export async function raw(port: number, text: string): Promise<string> {
  const done = Promise.withResolvers<string>();
  let got = "";
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      data(_socket, bytes) {
        got += bytes.toString("latin1");
        if (isWhole(got)) done.resolve(got);
      },
      close: () => done.resolve(got),
      error: (_socket, error) => done.reject(error),
    },
  });
  socket.write(text);
  const deadline = setTimeout(() => done.reject(new Error(`no whole answer in time: ${got}`)), 5000);
  try {
    return await done.promise;
  } finally {
    clearTimeout(deadline);
    socket.end();
  }
}

function isWhole(answer: string): boolean {
  const [head, ...rest] = answer.split("\r\n\r\n");
  const length = /content-length: (\d+)/i.exec(head ?? "")?.[1];
  return rest.length > 0 && (length === undefined || rest.join("\r\n\r\n").length >= Number(length));
}

export const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);

/** Headers a browser sends with a link that somebody clicked. */
export const NAVIGATION = {
  "sec-fetch-mode": "navigate",
  "sec-fetch-dest": "document",
  accept: "text/html,application/xhtml+xml,*/*;q=0.8",
};
export const PAGE = { accept: "text/html" };
export const JSON_ONLY = { accept: "application/json" };
export const HTMX = { "hx-request": "true", accept: "text/html" };
