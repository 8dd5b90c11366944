/** Endpoints: registered, removed, picked, and turned into a model that can be called. */
import type { Chat } from "../domain/chat.ts";
import { DEMO_ENDPOINT_ID, type Endpoint } from "../domain/endpoint.ts";
import { type Picked, pickEndpoint, type Wish } from "../domain/endpoint-pick.ts";
import type { Llm } from "../domain/llm.ts";
import type { Run } from "../domain/run.ts";
import type { Session } from "../domain/session.ts";
import { createDemo } from "../drivers/llm/demo.ts";
import { labelOf } from "../drivers/llm/discover.ts";
import { createOpenAi } from "../drivers/llm/openai.ts";
import { contextWindow, type Probed, probe } from "../drivers/llm/probe.ts";
import { hostOf, normaliseUrl } from "../drivers/llm/url.ts";
import { conflict, invalid, notFound, unavailable } from "../lib/errors.ts";
import { newId } from "../lib/ids.ts";
import * as store from "../store/endpoints.ts";
import { findSession } from "../store/sessions.ts";
import { transact } from "./core.ts";
import { changed, type EndpointCore, refreshEndpoint } from "./endpoint-checks.ts";
import { readKey, resolveKey } from "./endpoint-keys.ts";
import { defaultsOf, readSettings } from "./settings.ts";

const LABEL_LIMIT_CHARS = 80;
/** A window that is not known yet may not hold up a run. */
const WINDOW_DEADLINE_MS = 300;

/** In order of preference, the demo model last; without those that were found and put aside. */
export async function listEndpoints(core: Pick<EndpointCore, "sql">): Promise<Endpoint[]> {
  return (await store.listEndpointRows(core.sql)).filter((e) => e.enabled);
}

export interface EndpointInput {
  url: string;
  label?: string | null | undefined;
  /** The key, or `{env:NAME}`. */
  api_key?: string | null | undefined;
  /** Saves it although nobody answers. */
  force?: boolean | undefined;
}

/**
 * Probes and saves. Throws AppError("invalid") naming `url` or `api_key` when it cannot be used; what was registered before
 * under the same URL is replaced.
 */
export async function addEndpoint(core: EndpointCore, input: EndpointInput): Promise<Endpoint> {
  const api_key = readKey(input.api_key);
  const typed = normaliseUrl(input.url);
  await refuseOwn(core, typed);
  const { url, probed } = await probeAt(typed, resolveKey(core.config, api_key));
  if (probed.state !== "ready" && !input.force) throw refusal(url, probed);
  const label = input.label?.trim().slice(0, LABEL_LIMIT_CHARS) || labelOf(probed.kind) || hostOf(url);
  const id = await transact(core, async (tx, emit) => {
    const saved = await store.saveEndpoint(tx, {
      id: newId(),
      label,
      url,
      source: "setting",
      kind: probed.kind,
      api_key,
    });
    await store.setChecked(tx, saved.id, probed);
    changed(emit, saved.id);
    return saved.id;
  });
  return (await store.findEndpoint(core.sql, id))!;
}

/** Chats that picked it fall back to the default. One that was found by itself is put aside for good. */
export async function removeEndpoint(core: EndpointCore, id: string): Promise<void> {
  const endpoint = await store.findEndpoint(core.sql, id);
  if (!endpoint?.enabled) throw notFound("endpoint");
  if (endpoint.source === "builtin") throw conflict("The demo model is built in.");
  if (endpoint.source === "environment")
    throw conflict(
      "This endpoint comes from the environment (LLAMA_SWAP_URL or BOOCODE_LLM_URL): unset it there and restart.",
    );
  await transact(core, async (tx, emit) => {
    const done = endpoint.source === "found" ? await store.disableEndpoint(tx, id) : await store.deleteEndpoint(tx, id);
    if (done) changed(emit, id);
  });
}

/** What the next message of a chat will use; for pages, from rows alone. */
export function pickFor(
  config: Pick<EndpointCore["config"], "default_model">,
  endpoints: readonly Endpoint[],
  chat: Pick<Chat, "endpoint_id" | "model">,
  session: Pick<Session, "model">,
): Picked {
  return pickEndpoint(endpoints, [chat, { endpoint_id: null, model: session.model }], config.default_model);
}

/** What a human says about one model: its window and prices; null forgets. Throws not_found for an unknown endpoint. */
export async function describeModel(
  core: EndpointCore,
  endpointId: string,
  model: string,
  said: store.ModelSettings,
): Promise<Endpoint> {
  const endpoint = await store.findEndpoint(core.sql, endpointId);
  if (!endpoint) throw notFound("endpoint");
  if (!endpoint.models.some((m) => m.id === model)) throw invalid("The endpoint lists no such model.", "model");
  await transact(core, async (tx, emit) => {
    await store.saveModelSettings(tx, endpointId, model, said);
    changed(emit, endpointId);
  });
  return (await store.findEndpoint(core.sql, endpointId)) ?? endpoint;
}

export interface ForRun {
  endpoint: Endpoint;
  model: string;
  llm: Llm;
  context_window: number | null;
}

/** The model that executes a run. Throws AppError("unavailable") with a sentence when there is none to call. */
export async function endpointForRun(
  core: EndpointCore,
  run: Pick<Run, "endpoint_id" | "model" | "session_id">,
): Promise<ForRun> {
  const session = await findSession(core.sql, run.session_id);
  const wishes = [run, { endpoint_id: null, model: session?.model ?? null }];
  const { endpoint, model } = await pickAnswering(core, wishes);
  if (!endpoint) throw unavailable("There is no model endpoint. Add one in Settings → Endpoints.");
  if (!model)
    throw unavailable(
      `${endpoint.label} lists no models (${endpoint.error ?? hostOf(endpoint.url)}). Look at Settings → Endpoints.`,
    );
  if (endpoint.id === DEMO_ENDPOINT_ID)
    return { endpoint, model, llm: createDemo(), context_window: windowIn(endpoint, model) };
  const api_key = resolveKey(core.config, await store.storedKey(core.sql, endpoint.id));
  const target = { base_url: endpoint.url, api_key, kind: endpoint.kind };
  const context_window = windowIn(endpoint, model) ?? (await askWindow(core, endpoint, target, model));
  return { endpoint, model, llm: createOpenAi(target), context_window };
}

/** The small model, where one is set and an endpoint has it; null otherwise. */
export async function smallModel(
  core: EndpointCore,
): Promise<{ endpoint: Endpoint; model: string; target: Parameters<typeof createOpenAi>[0] } | null> {
  const model = (await readSettings(core.sql)).fast_model ?? core.config.fast_model;
  if (!model) return null;
  const endpoint = (await listEndpoints(core)).find((e) => e.enabled && e.models.some((m) => m.id === model));
  if (!endpoint || endpoint.id === DEMO_ENDPOINT_ID) return null;
  const api_key = resolveKey(core.config, await store.storedKey(core.sql, endpoint.id));
  return { endpoint, model, target: { base_url: endpoint.url, api_key, kind: endpoint.kind } };
}

/** Nobody chose the endpoint and it was not ready when last asked: it is asked again before a run fails on old news. */
async function pickAnswering(core: EndpointCore, wishes: Wish[]): Promise<Picked> {
  const pick = async () =>
    pickEndpoint(await listEndpoints(core), wishes, (await defaultsOf(core, core.sql)).default_model);
  const picked = await pick();
  const { endpoint } = picked;
  if (!endpoint || endpoint.state === "ready" || (endpoint.id === wishes[0]?.endpoint_id && picked.model))
    return picked;
  await refreshEndpoint(core, endpoint.id);
  return pick();
}

async function askWindow(
  core: EndpointCore,
  endpoint: Endpoint,
  target: Parameters<typeof contextWindow>[0],
  model: string,
): Promise<number | null> {
  if (target.kind !== "llama-swap" && target.kind !== "lm-studio") return null;
  const tokens = await contextWindow(target, model, { deadline_ms: WINDOW_DEADLINE_MS });
  if (tokens === null) return null;
  await transact(core, async (tx, emit) => {
    if (await store.setWindow(tx, endpoint.id, model, tokens)) changed(emit, endpoint.id);
  });
  return tokens;
}

const windowIn = (endpoint: Endpoint, model: string): number | null =>
  endpoint.models.find((m) => m.id === model)?.context_window ?? null;

/** As typed, and with /v1 when the server has nothing at the typed path. */
async function probeAt(typed: string, api_key: string | null): Promise<{ url: string; probed: Probed }> {
  const probed = await probe({ base_url: typed, api_key });
  if (probed.error !== "answered 404" || typed.endsWith("/v1")) return { url: typed, probed };
  const url = `${typed}/v1`;
  const again = await probe({ base_url: url, api_key });
  return again.state === "ready" ? { url, probed: again } : { url: typed, probed };
}

async function refuseOwn(core: EndpointCore, url: string): Promise<void> {
  const same = (await store.listEndpointRows(core.sql)).find((e) => e.url === url);
  if (same?.source === "environment") throw conflict(`${same.label} is already there: it comes from the environment.`);
}

function refusal(url: string, { error }: Probed): Error {
  const host = hostOf(url);
  if (error === "answered 401" || error === "answered 403")
    return invalid(`${host} ${error}: it wants an API key, or another one.`, "api_key");
  if (error === "answered 404")
    return invalid(`${host} answered 404 at ${url}/models: nothing speaks the OpenAI API there.`, "url");
  return invalid(`No endpoint at ${url}: ${error}.`, "url");
}
