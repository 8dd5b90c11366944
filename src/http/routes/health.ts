/** GET /health: for people, scripts and containers. Says more to those who are signed in. */
import { Elysia } from "elysia";
import { urls } from "../../../views/urls.ts";
import { listEndpoints } from "../../engine/endpoints.ts";
import { messageOf } from "../../lib/errors.ts";
import { readHead } from "../../store/journal.ts";
import { describing } from "../describe.ts";
import { identityOf } from "../request.ts";
import { jsonAnswer } from "../respond.ts";
import type { Web } from "../web.ts";

const about = describing("health");
/** A database that does not answer within this is away. */
const DATABASE_DEADLINE_MS = 2_000;

export function healthRoutes(web: Web) {
  return new Elysia().get(
    urls.health,
    ({ request }) => health(web, request),
    about({
      summary:
        "Whether the server and its database answer; 503 when the database does not. Open to all, with `ok` alone.",
      answers: {
        200: {
          ok: "boolean",
          version: "string?",
          database: "DatabaseState?",
          endpoints: "EndpointState[]?",
          tools: "Program[]?",
          runs: "integer?",
          streams: "integer?",
        },
      },
    }),
  );
}

async function health(web: Web, request: Request): Promise<Response> {
  const database = await databaseState(web);
  const status = database.ok ? 200 : 503;
  if (!identityOf(request)) return jsonAnswer(request, { ok: database.ok }, { status });
  const endpoints = database.ok ? await listEndpoints(web.core) : [];
  const { version, postgres, tools } = web.facts;
  return jsonAnswer(
    request,
    {
      ok: database.ok,
      version,
      database: { ...database, version: postgres },
      endpoints: endpoints.map(({ id, label, state, error, models }) => ({
        id,
        label,
        state,
        error,
        models: models.length,
      })),
      tools,
      runs: web.core.live.count,
      streams: web.hub.size,
    },
    { status },
  );
}

async function databaseState(web: Web): Promise<{ ok: boolean; error?: string }> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("no answer")), DATABASE_DEADLINE_MS);
  try {
    await Promise.race([readHead(web.core.sql), late.promise]);
    return { ok: true };
  } catch (error) {
    return { ok: false, error: messageOf(error) };
  } finally {
    clearTimeout(timer);
  }
}
