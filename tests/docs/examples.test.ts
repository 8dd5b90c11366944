/**
 * Every example of docs/api is run against a real server, and every answer, of examples and of the calls below, is held
 * against what its route said about itself (src/http/describe.ts). What was described and never seen is a failure.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdir, rename, rm } from "node:fs/promises";
import { Elysia } from "elysia";
import { z } from "zod";
import { propose } from "../../src/engine/changes/propose.ts";
import { type Answer, type Route, routeTable } from "../../src/http/describe.ts";
import { readShape } from "../../src/http/openapi/document.ts";
import { RESOURCES } from "../../src/http/openapi/resources.ts";
import { addRoutes } from "../../src/http/routes.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { coder } from "../support/coder.ts";
import { fakeAgentCommand } from "../support/fake-agent.ts";
import { fakeLlm, type TestLlm } from "../support/fake-llm.ts";
import { tempRepo } from "../support/repo.ts";
import { until } from "../support/until.ts";
import { examplesOf, type Names, runExample } from "./examples.ts";
import { finishCalls } from "./finish-calls.ts";
import { API, apiPages, readPage } from "./pages.ts";
import { type Exchange, type Recorder, record } from "./recorder.ts";

const routes = routeTable(addRoutes(new Elysia() as never, {} as never, {} as never).routes as never);
const QUICK = '[[tool:view_file {"path":"README.md"}]] [[then:It delivers webhooks.]] [[usage:120,14]]';
const SLOW = "[[tokens:5000]] [[slow:10]]";
const ASKS = `[[tool:ask_user_input ${JSON.stringify({
  questions: [{ question: "Which side should own the retries?", options: ["Server only", "SDK only", "Both"] }],
})}]] [[then:Server only, then.]]`;
/** What `<!-- model: … -->` in a page means; without it the model answers at once, and examples wait for that. */
const MODELS: Record<string, string> = { slow: SLOW, asks: ASKS };

let boo: TestApp;
let locked: TestApp;
let llm: TestLlm;
let other: TestLlm;
let recorder: Recorder;
let said: Record<string, string>;

beforeAll(async () => {
  [llm, other] = [await fakeLlm(), await fakeLlm()];
  const repo = await tempRepo({
    files: { "README.md": "# Relay\n\nDelivers webhooks.\n", "src/claim.ts": CLAIM, ".env": "KEY=1\n" },
  });
  boo = await testApp({ llm, repo });
  locked = await testApp({ env: { BOOCODE_AUTH: "token" } });
  recorder = record(routes);
  said = { "/home/me/src": repo.root, "127.0.0.1:11434": `127.0.0.1:${other.port}` };
});
afterAll(async () => {
  await recorder[Symbol.asyncDispose]();
  await boo[Symbol.asyncDispose]();
  await boo.repo[Symbol.asyncDispose]();
  await locked[Symbol.asyncDispose]();
  await Promise.all([llm[Symbol.asyncDispose](), other[Symbol.asyncDispose]()]);
});
const CLAIM = "export async function claimDue(limit = 50) {\n  return limit;\n}\n";

describe("examples", () => {
  test.each(["README", ...apiPages()])(
    "docs/api/%s.md",
    async (name) => {
      const page = await readPage(`${API}${name}.md`);
      const examples = examplesOf(`${API}${name}.md`, page);
      if (page.includes("<!-- mode: token -->")) {
        recorder.target = locked.url;
        const names: Names = { BOO: recorder.url, SECRET: locked.app.first_token ?? "" };
        for (const example of examples) await runExample(example, names, said);
        return;
      }
      const model = /<!-- model: (\w+) -->/.exec(page)?.[1];
      const names = await begin(model === undefined ? QUICK : MODELS[model]!);
      try {
        for (const example of examples) {
          if (model === undefined) await settled();
          if (model === "asks") names.REQUEST = await asked();
          await runExample(example, names, said);
        }
      } finally {
        // One page that fails fails none of the others.
        await clear();
      }
    },
    30_000,
  );
});

/** A project with a chat in which a question was answered; the ids of all of it. */
async function begin(model: string): Promise<Names> {
  recorder.target = boo.url;
  await boo.database.sql`delete from endpoints where source in ('found', 'setting')`;
  await mkdir(`${boo.repo.root}/relay/.git`, { recursive: true });
  llm.set(QUICK);
  const ids = await coder(boo);
  const { run, message } = await boo.ask(ids.chat, "What does this repository do?");
  await settled();
  const { messages } = await boo.get<{ messages: { parts: { id: string; kind: string }[] }[] }>(`/chats/${ids.chat}`);
  const tool = messages.flatMap((m) => m.parts).find((part) => part.kind === "tool");
  const { endpoints } = await boo.get<{ endpoints: { id: string }[] }>("/endpoints");
  llm.set(model);
  return {
    BOO: recorder.url,
    PROJECT: ids.project,
    SESSION: ids.session,
    CHAT: ids.chat,
    RUN: run.id,
    MESSAGE: message.id,
    QUESTION: message.id,
    PART: tool?.id ?? "",
    CHANGE: await proposal(ids),
    ...(await permits(ids)),
    ENDPOINT: endpoints[0]?.id ?? "",
  };
}

/** Something to review, as a tool of a coder would propose it. */
async function proposal(ids: { project: string; session: string; chat: string }): Promise<string> {
  const by = {
    session_id: ids.session,
    chat_id: ids.chat,
    project: { id: ids.project, path: boo.repo.root },
    run_id: null,
    part_id: null,
    turn: null,
    tool: "edit_file",
    provider: "boocode",
    model: null,
    said: "A claim takes twenty.",
  };
  const { change } = await propose(boo.app.core, by, "src/claim.ts", ({ bytes, mode }) => ({
    bytes: Buffer.from(Buffer.from(bytes!).toString().replace("50", "20")),
    mode,
  }));
  return change!.id;
}

/** Runs have ended, and what they said can be searched. */
const settled = () =>
  until(async () => {
    const { sql } = boo.database;
    if ((await sql`select 1 from runs where ended_at is null`).length > 0) return false;
    return (await sql`select 1 from parts where not searched and state <> 'open' limit 1`).length === 0;
  }, 20_000);

/** A rule and a grant, as answers make them. */
async function permits({ project, session }: { project: string; session: string }): Promise<Names> {
  const { sql } = boo.database;
  const [RULE, GRANT] = [crypto.randomUUID().slice(0, 16), crypto.randomUUID().slice(0, 16)];
  await sql`insert into rules (id, provider, project_id, tool_kind, subject, effect)
    values (${RULE}, 'boocode', ${project}, 'execute', 'bun test', 'allow')`;
  await sql`insert into grants (id, session_id, path, reason) values (${GRANT}, ${session}, '/srv/code/relay-sdk', 'Its retries')`;
  return { RULE, GRANT };
}

/** The id of what is asked, once the run asks or has ended. */
const asked = async (): Promise<string> => {
  const live = () => boo.database.sql`select 1 from runs where state in ('queued', 'running')`;
  await until(async () => (await live()).length === 0, 20_000);
  const [request] = await boo.database.sql<{ id: string }[]>`select id from requests order by created_at desc limit 1`;
  return request?.id ?? "";
};

async function clear(): Promise<void> {
  const { projects } = await boo.get<{ projects: { id: string }[] }>("/projects");
  for (const project of projects) {
    const { sessions } = await boo.get<{ sessions: { id: string }[] }>(`/projects/${project.id}/sessions?archived=1`);
    for (const session of sessions) await boo.send("DELETE", `/sessions/${session.id}?force=1`);
    await boo.send("DELETE", `/projects/${project.id}?force=1`);
  }
}

/** Made by a message to the scripted agent. */
async function aWorktree(project: string): Promise<{ id: string; session: string }> {
  const { providers } = await boo.get<{ providers: { id: string }[] }>("/providers");
  if (!providers.some((provider) => provider.id === "fake"))
    await boo.send("POST", "/providers", { id: "fake", command: fakeAgentCommand().join(" ") });
  const made = await boo.send<{ session: { id: string }; chat: { id: string } }>(
    "POST",
    `/projects/${project}/sessions`,
    {
      kind: "coder",
    },
  );
  await boo.ask(made.chat.id, "[[say:x]]", { provider: "fake" });
  await settled();
  const { worktree } = await boo.get<{ worktree: { id: string } }>(`/sessions/${made.session.id}/worktree`);
  return { id: worktree.id, session: made.session.id };
}

/** An agent that keeps conversations and wants its user to sign in; one of the conversations is of this directory. */
async function anAgentOfItsOwn(cwd: string): Promise<void> {
  const home = `${boo.repo.root}/kept-by-agent`;
  await mkdir(home, { recursive: true });
  await Bun.write(`${home}/fake-1.json`, JSON.stringify({ cwd, history: [{ role: "user", text: "Hello" }] }));
  const command = fakeAgentCommand("--home", home, "--account", `${boo.repo.root}/agent-account`).join(" ");
  await boo.send("POST", "/providers", { id: "kept", command });
  const state = async () => (await boo.get<{ provider: { state: string } }>("/providers/kept")).provider.state;
  await until(async () => (await state()) === "error", 20_000);
}

describe("answers", () => {
  const call = async (method: string, path: string, body?: unknown): Promise<Exchange> => {
    const before = recorder.exchanges.length;
    await fetch(recorder.url + path, {
      method,
      headers: { accept: "application/json", ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return recorder.exchanges[before]!;
  };

  test("of the addresses that no example calls", async () => {
    const names = await begin(QUICK);
    const { PROJECT, SESSION, CHAT, CHANGE, RULE, GRANT } = names;
    const { token } = (await call("POST", "/tokens", { label: "one" })).json as { token: { id: string } };
    const { endpoint } = (await call("POST", "/endpoints", { url: other.url })).json as { endpoint: { id: string } };
    const calls: [string, string, unknown?][] = [
      ["GET", `/tokens/${token.id}`],
      ["POST", `/tokens/${token.id}/revocation`],
      ["GET", `/endpoints/${endpoint.id}`],
      ["POST", `/endpoints/${endpoint.id}/removal`],
      ["POST", `/projects/${PROJECT}/name`, { name: "Other" }],
      ["GET", `/projects/${PROJECT}/removal`],
      ["GET", "/sessions/new"],
      ["GET", `/sessions/${SESSION}/edit`],
      ["POST", `/sessions/${SESSION}/title`, { title: "Other" }],
      ["POST", `/sessions/${SESSION}/archive`, { archived: false }],
      ["POST", `/sessions/${SESSION}/web`, { on: true }],
      ["POST", `/chats/${CHAT}/model`, {}],
      ["POST", `/chats/${CHAT}/mode`, { mode: "ask" }],
      ["POST", `/changes/${CHANGE}/verdict`, { verdict: "accepted" }],
      ["POST", `/sessions/${SESSION}/verdict`, { verdict: "pending" }],
      ["POST", `/rules/${RULE}/revocation`],
      ["POST", `/grants/${GRANT}/revocation`],
      ["POST", `/chats/${CHAT}/agent`, { provider: "boocode" }],
      ["POST", `/worktrees/${(await aWorktree(PROJECT!)).id}/retirement`, {}],
      ["GET", "/providers/claude"],
      ["POST", "/providers/claude/change", { enabled: true }],
      ["POST", "/providers/claude/removal"],
      ["POST", "/mcp-servers", { name: "one", url: "http://127.0.0.1:1/mcp" }],
      ["POST", "/mcp-servers/one/change", { enabled: false }],
      ["POST", "/mcp-servers/one/removal"],
      ["POST", "/settings", { theme: "light" }],
      ["POST", "/onboarding"],
      ["POST", "/logout"],
    ];
    const { comment } = (await call("POST", `/changes/${CHANGE}/comments`, { text: "Why?" })).json as {
      comment: { id: string };
    };
    calls.push(["POST", `/comments/${comment.id}/removal`]);
    for (const [method, path, body] of calls) {
      const { status } = await call(method, path, body);
      expect([method, path, status < 300]).toEqual([method, path, true]);
    }
    await anAgentOfItsOwn(boo.repo.root);
    const logins = "/providers/kept/logins";
    expect((await call("POST", logins, { method: "tty", chat_id: CHAT })).status).toBe(201);
    expect((await call("POST", logins, { method: "login" })).status).toBe(200);
    const conversations = `/projects/${PROJECT}/conversations`;
    expect((await call("GET", `${conversations}?provider=kept`)).status).toBe(200);
    expect((await call("POST", conversations, { provider: "kept", conversation: "fake-1" })).status).toBe(201);
    await rename(`${boo.repo.root}/.git`, `${boo.repo.root}/.not-git`);
    expect((await call("POST", `/projects/${PROJECT}/git`)).status).toBe(201);
    await rm(`${boo.repo.root}/.git`, { recursive: true });
    await rename(`${boo.repo.root}/.not-git`, `${boo.repo.root}/.git`);
    llm.set(SLOW);
    await boo.ask(CHAT!, "first");
    const queued = await boo.ask(CHAT!, "second");
    expect((await call("POST", `/runs/${queued.run.id}/withdrawal`, {})).json).toMatchObject({ text: "second" });
    expect((await call("POST", `/sessions/${SESSION}/removal`)).status).toBe(204);
    expect((await call("POST", `/projects/${PROJECT}/removal`)).status).toBe(204);
  }, 30_000);

  test("of a worktree's finish", async () => {
    const { PROJECT } = await begin(QUICK);
    await finishCalls(boo, call, (await aWorktree(PROJECT!)).session);
    await clear();
  }, 30_000);

  test("are what their routes said", () => {
    const wrong = recorder.exchanges.flatMap((exchange) =>
      problems(exchange).map((p) => `${exchange.method} ${exchange.path}: ${p}`),
    );
    expect([...new Set(wrong)]).toEqual([]);
  });

  test("were seen of every route, with every status it described", () => {
    const seen = new Set(recorder.exchanges.map((e) => `${e.route?.method} ${e.route?.path} ${e.status}`));
    const unseen = routes.flatMap((route) =>
      Object.keys(route.operation?.answers ?? {})
        .map((status) => `${route.method} ${route.path} ${status}`)
        .filter((key) => !seen.has(key))
        .map(
          (key) =>
            `${key}: add an example to ${API}${route.operation?.noun}.md, or a call to tests/docs/examples.test.ts`,
        ),
    );
    expect(unseen).toEqual([]);
  });

  test("that name a Location can be read there", async () => {
    await boo.chat();
    const made = recorder.exchanges.filter((e) => e.status === 201 || e.status === 202);
    expect(made.filter((e) => e.status === 201 && !e.location).map((e) => e.path)).toEqual([]);
    const dead = made.flatMap(({ location }) => {
      const there =
        location &&
        routes.some((r) => r.method === "GET" && new RegExp(`^${r.path.replace(/:\w+/g, "[^/]+")}$`).test(location));
      return location && !there ? [location] : [];
    });
    expect(dead).toEqual([]);
  });

  test("a route that described no body reads none, and the others refuse one that is neither JSON nor a form", async () => {
    const wrong: string[] = [];
    for (const route of routes.filter((r) => r.method !== "GET" && r.operation)) {
      const path = route.path.replace(/:\w+/g, "0").replace("*", "x");
      const { status } = await fetch(boo.url + path, {
        method: route.method,
        headers: { accept: "application/json", "content-type": "text/xml" },
        body: "<x/>",
      });
      // Signing in where nobody signs in is refused before the body is looked at.
      if (route.operation?.body ? status !== 415 && status !== 409 : status === 415)
        wrong.push(
          `${route.method} ${route.path}: answered ${status}, and described ${route.operation?.body ? "a body" : "none"}`,
        );
    }
    expect(wrong).toEqual([]);
  });
});

/** What an exchange had that its route did not say, or the other way round. */
function problems({ route, path, status, json, used }: Exchange): string[] {
  if (!route?.operation) return [`no route described this (status ${status})`];
  const { answers, body, query } = route.operation;
  const found: string[] = [];
  if (status < 300) {
    if (body && !used.has(body)) found.push("its body was not checked with the schema it described");
    if (query && !used.has(query) && !path.endsWith(".md"))
      found.push("its query was not checked with the schema it described");
  }
  if (status === 204 && answers[204] !== null) found.push("answered 204 and did not say so");
  if (json === undefined || isOther(route)) return found;
  const answer: Answer | null | undefined = status < 400 ? answers[status as 200] : { error: "Error" };
  if (!answer) return [...found, `answered JSON with ${status} and did not say so`];
  const checked = answerSchema(answer).safeParse(json);
  if (!checked.success) found.push(...checked.error.issues.map((i) => `${i.path.join(".")}: ${i.message}`));
  else found.push(...fieldsLost(json, checked.data, ""));
  return found;
}

/** Its JSON is described elsewhere: /openapi.json. */
const isOther = (route: Route) => route.operation?.also?.["application/json"] !== undefined;

/** Fields that the schema does not know; zod leaves them out. */
function fieldsLost(real: unknown, kept: unknown, at: string): string[] {
  if (typeof real !== "object" || real === null) return [];
  return Object.entries(real).flatMap(([key, value]) => {
    const there = typeof kept === "object" && kept !== null && key in kept;
    return there
      ? fieldsLost(value, (kept as Record<string, unknown>)[key], `${at}${key}.`)
      : [`${at}${key} is not described`];
  });
}

function answerSchema(answer: Answer): z.ZodType {
  const fields = Object.entries(answer).map(([field, shape]) => {
    const { name, list, nullable, optional } = readShape(shape);
    const one: z.ZodType = RESOURCES[name];
    const whole = list ? z.array(one) : nullable ? one.nullable() : one;
    return [field, optional ? whole.optional() : whole] as const;
  });
  return z.object(Object.fromEntries(fields));
}
