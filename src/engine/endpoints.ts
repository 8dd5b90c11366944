/** Endpoints: registered, removed, picked, and turned into a model that can be called. */
import type { Db } from "../db/sql.ts";
import type { Chat } from "../domain/chat.ts";
import { DEMO_ENDPOINT_ID, type Endpoint, type EndpointKind } from "../domain/endpoint.ts";
import { type Picked, pickEndpoint, type Wish } from "../domain/endpoint-pick.ts";
import type { Llm } from "../domain/llm.ts";
import type { Run } from "../domain/run.ts";
import type { Session } from "../domain/session.ts";
import { createDemo } from "../drivers/llm/demo.ts";
import { labelOf } from "../drivers/llm/discover.ts";
import { createOpenAi } from "../drivers/llm/openai.ts";
import { contextWindow, type Probed, probe } from "../drivers/llm/probe.ts";
import { hostOf, normaliseUrl } from "../drivers/llm/url.ts";
import { AppError, conflict, invalid, notFound, unavailable } from "../lib/errors.ts";
import { newId } from "../lib/ids.ts";
import * as store from "../store/endpoints.ts";
import { findSession } from "../store/sessions.ts";
import { transact } from "./core.ts";
import { changed, type EndpointCore, refreshEndpoint } from "./endpoint-checks.ts";
import { readKey, resolveKey } from "./endpoint-keys.ts";
import { defaultsOf } from "./settings.ts";

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

/**
 * Throws `invalid` for a pick that cannot be kept: of an endpoint that was removed meanwhile, or never there; of a model alone, in a
 * chat without an endpoint, that no endpoint lists. Another model would answer, and nobody be told.
 */
export async function checkPick(
  db: Db,
  { endpoint_id, model }: { endpoint_id?: string | null | undefined; model?: string | null | undefined },
  chat: Pick<Chat, "endpoint_id">,
): Promise<void> {
  if (endpoint_id && !(await store.findEndpoint(db, endpoint_id)))
    throw invalid(`There is no endpoint "${endpoint_id}" any more. Pick another one.`, "endpoint_id");
  if (!model || endpoint_id || chat.endpoint_id) return;
  const listed = (await store.listEndpointRows(db)).some((e) => e.enabled && e.models.some((m) => m.id === model));
  if (!listed) throw invalid(`No endpoint lists a model "${model}". Name its endpoint, too.`, "model");
}

/** What the next message of a chat will use; for pages, from rows alone. */
export function pickFor(
  config: Pick<EndpointCore["config"], "default_model">,
  endpoints: readonly Endpoint[],
  chat: Pick<Chat, "endpoint_id" | "model">,
  session: Pick<Session, "model">,
  /** That of the chat's persona. */
  ownModel: string | null = null,
): Picked {
  const wishes = [chat, ...[ownModel, session.model].map((model) => ({ endpoint_id: null, model }))];
  return pickEndpoint(endpoints, wishes, config.default_model);
}

/** What a human says about one model: its window, its prices, whether it takes pictures; null forgets. Throws not_found for an unknown endpoint. */
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
  /** Whether the model takes pictures; null when nobody knows. */
  vision: boolean | null;
}

type Asking = Pick<Run, "endpoint_id" | "model" | "session_id">;

/** As endpointForRun, from what is known without asking any server; null where that is not enough, or fails. */
export async function knownEndpoint(core: EndpointCore, run: Asking): Promise<ForRun | null> {
  const picked = await pickNow(core, await wishesOf(core, run));
  const { endpoint, model } = picked;
  if (!endpoint || !model || !isKnown(picked, run)) return null;
  const window = windowIn(endpoint, model);
  if (window === null && tellsWindow(endpoint.kind)) return null;
  return forRun(core, endpoint, model, window).catch((error) => {
    if (error instanceof AppError) return null;
    throw error;
  });
}

/** The model that executes a run. Throws AppError("unavailable") with a sentence when there is none to call. */
export async function endpointForRun(core: EndpointCore, run: Asking): Promise<ForRun> {
  const wishes = await wishesOf(core, run);
  const { endpoint, model } = await pickAnswering(core, wishes);
  if (!endpoint) throw unavailable("There is no model endpoint. Add one in Settings → Models.");
  if (!model)
    throw unavailable(
      `${endpoint.label} lists no models (${endpoint.error ?? hostOf(endpoint.url)}). Look at Settings → Models.`,
    );
  return forRun(core, endpoint, model, windowIn(endpoint, model) ?? (await askWindow(core, endpoint, model)));
}

async function wishesOf(core: EndpointCore, run: Asking): Promise<[Asking, Wish]> {
  const session = await findSession(core.sql, run.session_id);
  return [run, { endpoint_id: null, model: session?.model ?? null }];
}

async function forRun(
  core: EndpointCore,
  endpoint: Endpoint,
  model: string,
  context_window: number | null,
): Promise<ForRun> {
  const llm = endpoint.id === DEMO_ENDPOINT_ID ? createDemo() : createOpenAi(await targetOf(core, endpoint));
  return { endpoint, model, llm, context_window, vision: visionOf(endpoint, model) };
}

async function targetOf(core: EndpointCore, endpoint: Endpoint): Promise<Parameters<typeof createOpenAi>[0]> {
  const api_key = resolveKey(core.config, await store.storedKey(core.sql, endpoint.id));
  return { base_url: endpoint.url, api_key, kind: endpoint.kind };
}

/** Whether a model takes pictures, as far as is known; the demo model does not. */
export function visionOf(endpoint: Endpoint | null, model: string | null): boolean | null {
  if (endpoint?.id === DEMO_ENDPOINT_ID) return false;
  return endpoint?.models.find((m) => m.id === model)?.vision ?? null;
}

/** What a call taught of a model: a human's word stays above it. */
export async function rememberVision(core: EndpointCore, id: string, model: string, vision: boolean): Promise<void> {
  await transact(core, async (tx, emit) => {
    if (await store.setModelFact(tx, id, model, { vision })) changed(emit, id);
  });
}

/** The small model, where one is set and an endpoint has it; null otherwise. */
export async function smallModel(
  core: EndpointCore,
): Promise<{ endpoint: Endpoint; model: string; target: Parameters<typeof createOpenAi>[0] } | null> {
  const model = core.settings.now.fast_model ?? core.config.fast_model;
  if (!model) return null;
  const endpoint = (await listEndpoints(core)).find((e) => e.enabled && e.models.some((m) => m.id === model));
  if (!endpoint || endpoint.id === DEMO_ENDPOINT_ID) return null;
  return { endpoint, model, target: await targetOf(core, endpoint) };
}

/** Nobody chose the endpoint and it was not ready when last asked: it is asked again before a run fails on old news. */
async function pickAnswering(core: EndpointCore, wishes: Wish[]): Promise<Picked> {
  const picked = await pickNow(core, wishes);
  if (!picked.endpoint || isKnown(picked, wishes[0])) return picked;
  await refreshEndpoint(core, picked.endpoint.id);
  return pickNow(core, wishes);
}

const pickNow = async (core: EndpointCore, wishes: readonly Wish[]): Promise<Picked> =>
  pickEndpoint(await listEndpoints(core), wishes, defaultsOf(core).default_model);

const isKnown = ({ endpoint, model }: Picked, wish: Wish | undefined): boolean =>
  endpoint?.state === "ready" || (endpoint?.id === wish?.endpoint_id && model !== null);

async function askWindow(core: EndpointCore, endpoint: Endpoint, model: string): Promise<number | null> {
  if (!tellsWindow(endpoint.kind)) return null;
  const tokens = await contextWindow(await targetOf(core, endpoint), model, { deadline_ms: WINDOW_DEADLINE_MS });
  if (tokens === null) return null;
  await transact(core, async (tx, emit) => {
    if (await store.setModelFact(tx, endpoint.id, model, { context_window: tokens })) changed(emit, endpoint.id);
  });
  return tokens;
}

/** These say it of one model when asked, not in their list. */
const tellsWindow = (kind: EndpointKind): boolean => kind === "llama-swap" || kind === "lm-studio";

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
