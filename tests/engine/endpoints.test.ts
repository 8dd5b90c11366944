import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { readConfig } from "../../src/config.ts";
import type { Endpoint } from "../../src/domain/endpoint.ts";
import type { JournalEvent } from "../../src/domain/event.ts";
import type { LlmEvent } from "../../src/domain/llm.ts";
import {
  checkEndpoints,
  type EndpointCore,
  refreshEndpoint,
  startEndpoints,
} from "../../src/engine/endpoint-checks.ts";
import { readKey, resolveKey } from "../../src/engine/endpoint-keys.ts";
import { addEndpoint, endpointForRun, listEndpoints, removeEndpoint } from "../../src/engine/endpoints.ts";
import { Journal } from "../../src/engine/journal.ts";
import { KnownSettings } from "../../src/engine/settings.ts";
import { AppError } from "../../src/lib/errors.ts";
import { newId } from "../../src/lib/ids.ts";
import { createLog } from "../../src/lib/log.ts";
import { claimStale, storedKey } from "../../src/store/endpoints.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { fakeLlm } from "../support/fake-llm.ts";

let database: TestDatabase;
let journal: Journal;
let events: string[] = [];
const log = createLog("error");

beforeAll(async () => {
  database = await testDatabase();
  journal = new Journal(database.sql, log);
  await journal.start();
  journal.subscribe((batch: readonly JournalEvent[]) => {
    events.push(...batch.map((e) => `${e.topic} ${e.kind}`));
  });
});
beforeEach(async () => {
  await database.sql`delete from endpoints`;
  events = [];
});
afterAll(async () => {
  await journal.close();
  await database.drop();
});

/** No port of this machine is asked unless a test says so. */
function coreWith(env: Record<string, string> = {}): EndpointCore {
  const { sql } = database;
  const settings = new KnownSettings(sql);
  return { config: readConfig({ BOOCODE_DISCOVER: "off", ...env }), settings, sql, log, journal };
}

async function started(env: Record<string, string> = {}): Promise<EndpointCore> {
  const core = coreWith(env);
  await (await startEndpoints(core, new AbortController().signal)).settled;
  return core;
}

const run = (over: { endpoint_id?: string | null; model?: string | null } = {}) => ({
  endpoint_id: null,
  model: null,
  session_id: newId(),
  ...over,
});

async function failureOf(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => null,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}

describe("at start", () => {
  test("there is the demo model, and it answers", async () => {
    const core = await started();
    expect((await listEndpoints(core)).map((e) => [e.id, e.source, e.state])).toEqual([["demo", "builtin", "ready"]]);
    const using = await endpointForRun(core, run());
    expect(using).toMatchObject({ model: "demo", context_window: 32_768 });
    const said: LlmEvent[] = [];
    for await (const event of using.llm.stream({
      model: "demo",
      messages: [{ role: "user", content: "hi" }],
      tools: [],
      sampling: {},
      signal: new AbortController().signal,
    }))
      said.push(event);
    expect(said.at(-1)?.kind).toBe("end");
  });

  test("the environment's endpoints are there, asked, and preferred; a second start changes nothing", async () => {
    await using swap = await fakeLlm({ flavour: "llama-swap", models: ["qwen"] });
    await using other = await fakeLlm({ flavour: "vllm", models: ["devstral"], n_ctx: 9000, api_key: "sk-env" });
    const env = {
      LLAMA_SWAP_URL: `http://127.0.0.1:${swap.port}`,
      BOOCODE_LLM_URL: other.url,
      BOOCODE_LLM_KEY: "sk-env",
    };
    const core = await started(env);
    const first = await listEndpoints(core);
    expect(first.map((e) => [e.label, e.url, e.source, e.kind, e.state, e.has_key])).toEqual([
      ["llama-swap", swap.url, "environment", "llama-swap", "ready", false],
      [`127.0.0.1:${other.port}`, other.url, "environment", "vllm", "ready", true],
      ["Demo model", "boocode:demo", "builtin", "demo", "ready", false],
    ]);
    expect((await started(env)) && (await listEndpoints(core)).map((e) => e.id)).toEqual(first.map((e) => e.id));
    expect((await endpointForRun(core, run())).model).toBe("qwen");
  });

  test("an endpoint whose variable is gone is gone", async () => {
    await using swap = await fakeLlm({ flavour: "llama-swap" });
    await started({ LLAMA_SWAP_URL: swap.url });
    const core = await started();
    expect((await listEndpoints(core)).map((e) => e.id)).toEqual(["demo"]);
  });

  test("a URL with credentials in the environment is left out, not fatal", async () => {
    const core = await started({ BOOCODE_LLM_URL: "http://me:secret@127.0.0.1:1/v1" });
    expect(await listEndpoints(core)).toHaveLength(1);
  });
});

describe("adding", () => {
  test("probes, names it by what it is, keeps the key to itself, and tells the desk", async () => {
    await using llm = await fakeLlm({ flavour: "ollama", api_key: "sk-1", n_ctx: 4096 });
    const core = await started();
    events = [];
    const endpoint = await addEndpoint(core, { url: `127.0.0.1:${llm.port}`, api_key: "sk-1" });
    expect(endpoint).toMatchObject({
      label: "Ollama",
      url: llm.url,
      source: "setting",
      kind: "ollama",
      state: "ready",
      has_key: true,
    });
    expect(endpoint.models[0]).toMatchObject({ id: "fake-model", context_window: 4096 });
    expect(JSON.stringify(endpoint)).not.toContain("sk-1");
    expect(events).toEqual(["desk endpoint.changed"]);
  });

  test("again under the same URL replaces it, and keeps the key unless a new one is given", async () => {
    await using llm = await fakeLlm({ api_key: "sk-1" });
    const core = await started();
    const one = await addEndpoint(core, { url: llm.url, api_key: "sk-1" });
    const two = await addEndpoint(core, { url: llm.url, api_key: "sk-1", label: "Mine" });
    expect([two.id, two.label]).toEqual([one.id, "Mine"]);
    expect(await storedKey(core.sql, one.id)).toBe("sk-1");
  });

  test("refuses what does not answer, naming the field, unless forced", async () => {
    let url = "";
    {
      await using llm = await fakeLlm();
      url = llm.url;
    }
    const core = await started();
    const refused = await failureOf(addEndpoint(core, { url }));
    expect([refused.code, refused.field]).toEqual(["invalid", "url"]);
    expect(refused.message).toBe(`No endpoint at ${url}: connection refused.`);
    expect(await listEndpoints(core)).toHaveLength(1);
    expect(await addEndpoint(core, { url, force: true })).toMatchObject({
      state: "unavailable",
      error: "connection refused",
      models: [],
    });
  });

  test("asks for a key when the endpoint wants one", async () => {
    await using llm = await fakeLlm({ api_key: "sk-1" });
    const refused = await failureOf(addEndpoint(await started(), { url: llm.url, api_key: "sk-wrong" }));
    expect([refused.code, refused.field]).toEqual(["invalid", "api_key"]);
    expect(refused.message).not.toContain("sk-wrong");
  });

  test("finds the API below the typed path", async () => {
    await using server = serve((request) =>
      new URL(request.url).pathname === "/llm/v1/models"
        ? Response.json({ data: [{ id: "m" }] })
        : new Response("", { status: 404 }),
    );
    expect((await addEndpoint(await started(), { url: `${server.origin}/llm` })).url).toBe(`${server.origin}/llm/v1`);
  });

  test("an environment endpoint cannot be taken over or removed", async () => {
    await using swap = await fakeLlm({ flavour: "llama-swap" });
    const core = await started({ LLAMA_SWAP_URL: swap.url });
    expect((await failureOf(addEndpoint(core, { url: swap.url }))).code).toBe("conflict");
    const [endpoint] = await listEndpoints(core);
    expect((await failureOf(removeEndpoint(core, endpoint!.id))).message).toContain("LLAMA_SWAP_URL");
    expect((await failureOf(removeEndpoint(core, "demo"))).code).toBe("conflict");
    expect((await failureOf(removeEndpoint(core, "nothing"))).code).toBe("not_found");
  });
});

describe("checking", () => {
  test("lists configured endpoints and usual ports, and saves what it finds", async () => {
    await using mine = await fakeLlm();
    await using ollama = await fakeLlm({ flavour: "ollama" });
    const core = coreWith({ BOOCODE_DISCOVER: "on" });
    await addEndpoint(core, { url: mine.url, label: "Mine" });
    const candidates = [
      { label: "Ollama", port: ollama.port },
      { label: "Mine too", port: mine.port },
      { label: "vLLM", port: 1 },
    ];
    const checks = await checkEndpoints(core, { candidates });
    expect(checks).toEqual([
      { label: "Mine", url: mine.url, ok: true, note: "3 models" },
      { label: "Ollama", url: ollama.url, ok: true, note: "3 models" },
      { label: "vLLM", url: "http://127.0.0.1:1/v1", ok: false, note: "connection refused" },
    ]);
    const found = (await listEndpoints(core)).find((e) => e.source === "found")!;
    expect(found).toMatchObject({ label: "Ollama", kind: "ollama", state: "ready" });
    await removeEndpoint(core, found.id);
    await checkEndpoints(core, { candidates });
    expect((await listEndpoints(core)).map((e) => e.label)).toEqual(["Mine"]);
    expect((await addEndpoint(core, { url: ollama.url })).id).toBe(found.id);
  });

  test("an endpoint that went away keeps its models, comes back, and only changes are told", async () => {
    let answering = true;
    await using server = serve(() =>
      answering ? Response.json({ data: [{ id: "m", max_model_len: 8 }] }) : new Response("", { status: 503 }),
    );
    const core = await started();
    const { id } = await addEndpoint(core, { url: server.origin });
    events = [];
    expect((await refreshEndpoint(core, id))?.state).toBe("ready");
    expect(events).toEqual([]);
    answering = false;
    expect(await refreshEndpoint(core, id)).toMatchObject({
      state: "unavailable",
      error: "answered 503",
      models: [{ id: "m", context_window: 8 }],
    });
    answering = true;
    expect(await refreshEndpoint(core, id)).toMatchObject({ state: "ready", error: null });
    expect(events).toEqual(["desk endpoint.changed", "desk endpoint.changed"]);
  });

  test("a stale endpoint is claimed by one page only", async () => {
    await using llm = await fakeLlm();
    const core = await started();
    const { id } = await addEndpoint(core, { url: llm.url });
    await core.sql`update endpoints set checked_at = now() - interval '11 minutes'`;
    const claims = await Promise.all([claimStale(core.sql, 600), claimStale(core.sql, 600)]);
    expect(claims.flat()).toEqual([id]);
  });
});

describe("the model of a run", () => {
  test("is the chat's pick, with its window and its key", async () => {
    await using llm = await fakeLlm({ flavour: "vllm", models: ["a", "b"], n_ctx: 777, api_key: "sk-1" });
    const core = await started();
    const { id } = await addEndpoint(core, { url: llm.url, api_key: "sk-1" });
    const using = await endpointForRun(core, run({ endpoint_id: id, model: "b" }));
    expect([using.endpoint.id, using.model, using.context_window]).toEqual([id, "b", 777]);
    const events = await Array.fromAsync(
      using.llm.stream({
        model: using.model,
        messages: [{ role: "user", content: "[[say:yes]]" }],
        tools: [],
        sampling: {},
        signal: new AbortController().signal,
      }),
    );
    expect(events.at(-1)?.kind).toBe("end");
    expect((await llm.chat()).authorization).toBe("Bearer sk-1");
  });

  test("learns a llama-swap window once the model is loaded", async () => {
    await using llm = await fakeLlm({ flavour: "llama-swap", models: ["a"], n_ctx: 5555 });
    const core = await started();
    const { id } = await addEndpoint(core, { url: llm.url });
    expect((await endpointForRun(core, run())).context_window).toBeNull();
    llm.about.loaded.add("a");
    expect((await endpointForRun(core, run())).context_window).toBe(5555);
    expect((await listEndpoints(core)).find((e) => e.id === id)?.models[0]?.context_window).toBe(5555);
  });

  test("of an endpoint that was down is asked again before the run fails on old news", async () => {
    let answering = false;
    await using server = serve(() =>
      answering ? Response.json({ data: [{ id: "m" }] }) : new Response("", { status: 503 }),
    );
    const core = await started();
    await addEndpoint(core, { url: server.origin, label: "Mine", force: true });
    const failed = await failureOf(endpointForRun(core, run()));
    expect(failed.code).toBe("unavailable");
    expect(failed.message).toContain("Mine lists no models (answered 503)");
    answering = true;
    expect((await endpointForRun(core, run())).model).toBe("m");
  });

  test("of an endpoint whose key is not in the environment says which variable is missing", async () => {
    await using llm = await fakeLlm();
    const core = await started();
    const { id } = await addEndpoint(core, { url: llm.url });
    await core.sql`update endpoints set api_key = '{env:NO_SUCH_KEY_HERE}' where id = ${id}`;
    expect((await failureOf(endpointForRun(core, run()))).message).toContain("NO_SUCH_KEY_HERE");
    expect((await refreshEndpoint(core, id))?.error).toContain("NO_SUCH_KEY_HERE");
  });
});

describe("keys", () => {
  const config = readConfig({ BOOCODE_LLM_KEY: "sk-config" });

  test("come from the environment by name, at the time of use", () => {
    expect(resolveKey(config, "{env:MY_KEY}", { MY_KEY: "sk-mine" })).toBe("sk-mine");
    expect(resolveKey(config, "{env:BOOCODE_LLM_KEY}", {})).toBe("sk-config");
    expect(resolveKey(config, "sk-plain", {})).toBe("sk-plain");
    expect(resolveKey(config, null, {})).toBeNull();
    expect(() => resolveKey(config, "{env:MY_KEY}", {})).toThrow("MY_KEY");
  });

  for (const key of [
    "{env:BOOCODE_PROXY_SECRET}",
    "{env:DATABASE_URL}",
    "{env:PGPASSWORD}",
    "{env:}",
    "{env:a b}",
    "has space",
    "new\nline",
    "ключ",
    "x".repeat(2000),
  ]) {
    test(`${JSON.stringify(key.slice(0, 30))} is refused`, async () => {
      const refuse = () => readKey(key);
      expect(refuse).toThrow(AppError);
      if (key.startsWith("{env:"))
        expect(() =>
          resolveKey(config, key, { DATABASE_URL: "x", PGPASSWORD: "x", BOOCODE_PROXY_SECRET: "x" }),
        ).toThrow();
    });
  }

  test("an empty field is no key", () => {
    expect([readKey(""), readKey("  "), readKey(null), readKey(undefined)]).toEqual([null, null, null, null]);
  });
});

test("a row never shows its key", async () => {
  await using llm = await fakeLlm();
  const core = await started();
  await addEndpoint(core, { url: llm.url, api_key: "sk-secret" });
  const rows: Endpoint[] = await listEndpoints(core);
  expect(JSON.stringify(rows)).not.toContain("sk-secret");
  expect(rows[0]).not.toHaveProperty("api_key");
});

function serve(handler: (request: Request) => Response): { origin: string } & AsyncDisposable {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: handler });
  return { origin: `http://127.0.0.1:${server.port}`, [Symbol.asyncDispose]: () => server.stop(true) };
}
