/** Asking endpoints how they are: at start, when a page finds them stale, and when a human presses "Check again". */
import { DEMO_ENDPOINT_ID, DEMO_MODEL, type Endpoint, type EndpointCheck } from "../domain/endpoint.ts";
import { DESK } from "../domain/event.ts";
import { type Candidate, counted, discover, type Found } from "../drivers/llm/discover.ts";
import { type Probed, probe } from "../drivers/llm/probe.ts";
import { hostOf, normaliseUrl } from "../drivers/llm/url.ts";
import { AppError, messageOf } from "../lib/errors.ts";
import { newId } from "../lib/ids.ts";
import * as store from "../store/endpoints.ts";
import { type Core, type Emit, transact } from "./core.ts";
import { LLM_KEY_REF, resolveKey } from "./endpoint-keys.ts";

export type EndpointCore = Pick<Core, "config" | "settings" | "sql" | "log" | "journal">;

const STALE_S = 600;

/**
 * Writes the demo model and the endpoints of the environment, which is quick; `settled` is the asking that goes on behind
 * the start and never rejects. Abort the signal to end it.
 */
export async function startEndpoints(core: EndpointCore, signal: AbortSignal): Promise<{ settled: Promise<void> }> {
  await transact(core, async (tx, emit) => {
    await store.saveEndpoint(tx, DEMO);
    await store.setChecked(tx, DEMO_ENDPOINT_ID, DEMO_FACTS);
    const configured = environmentEndpoints(core);
    const gone = await store.deleteEnvironmentBut(
      tx,
      configured.map((e) => e.url),
    );
    for (const id of gone) changed(emit, id);
    for (const endpoint of configured) await store.saveEndpoint(tx, endpoint);
  });
  return { settled: behind(core, checkEndpoints(core, { signal }), signal) };
}

/** Asks what was not asked for ten minutes; returns at once. */
export function refreshStale(core: EndpointCore): void {
  const work = async () => {
    const ids = await store.claimStale(core.sql, STALE_S);
    await Promise.all(ids.map((id) => refreshEndpoint(core, id)));
  };
  void behind(core, work());
}

/** Models, windows and state, asked now (a few seconds at most). Null when the endpoint is gone. */
export async function refreshEndpoint(core: EndpointCore, id: string, signal?: AbortSignal): Promise<Endpoint | null> {
  const endpoint = await store.findEndpoint(core.sql, id);
  if (!endpoint || endpoint.source === "builtin") return endpoint;
  const probed = await probeEndpoint(core, endpoint, signal);
  await transact(core, async (tx, emit) => {
    if (await store.setChecked(tx, id, probed)) changed(emit, id);
  });
  return store.findEndpoint(core.sql, id);
}

/** What onboarding shows: every configured endpoint and every usual local port, asked now; those found are saved. */
export async function checkEndpoints(
  core: EndpointCore,
  options: { signal?: AbortSignal; candidates?: readonly Candidate[] } = {},
): Promise<EndpointCheck[]> {
  const known = (await store.listEndpointRows(core.sql)).filter((e) => e.source !== "builtin");
  const [asked, found] = await Promise.all([
    Promise.all(known.filter((e) => e.enabled).map((e) => refreshEndpoint(core, e.id, options.signal))),
    core.config.discover === "on" ? discover(options) : [],
  ]);
  const addresses = new Set(known.map((e) => address(e.url)));
  const others = found.filter((f) => !addresses.has(address(f.url)));
  for (const server of others.filter((f) => f.ok)) await saveFound(core, server);
  const checks = asked.filter((e) => e !== null).map(checkOf);
  return [...checks, ...others.map(({ label, url, ok, note }) => ({ label, url, ok, note }))];
}

export const changed = (emit: Emit, endpoint_id: string): void =>
  emit({ topic: DESK, kind: "endpoint.changed", payload: { endpoint_id } });

async function probeEndpoint(core: EndpointCore, endpoint: Endpoint, signal: AbortSignal | undefined): Promise<Probed> {
  try {
    const api_key = resolveKey(core.config, await store.storedKey(core.sql, endpoint.id));
    return await probe({ base_url: endpoint.url, api_key }, signal ? { signal } : {});
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { kind: endpoint.kind, state: "error", error: error.message, models: [] };
  }
}

async function saveFound(core: EndpointCore, { label, url, kind, models }: Found): Promise<void> {
  await transact(core, async (tx, emit) => {
    const added = await store.addFoundEndpoint(tx, { id: newId(), label, url, source: "found", kind, api_key: null });
    if (!added) return;
    await store.setChecked(tx, added.id, { kind, state: "ready", error: null, models });
    changed(emit, added.id);
  });
}

function checkOf({ label, url, state, error, models }: Endpoint): EndpointCheck {
  const ok = state === "ready";
  return { label, url, ok, note: ok ? counted(models.length) : (error ?? "not asked yet") };
}

/** LLAMA_SWAP_URL and BOOCODE_LLM_URL; one that cannot be used is logged, not fatal: the rest of BooCode works. */
function environmentEndpoints(core: EndpointCore): store.NewEndpoint[] {
  const { llama_swap_url, llm_url, llm_key } = core.config;
  const wanted = [
    { name: "LLAMA_SWAP_URL", url: llama_swap_url, label: "llama-swap", kind: "llama-swap" as const, api_key: null },
    {
      name: "BOOCODE_LLM_URL",
      url: llm_url,
      label: null,
      kind: "unknown" as const,
      api_key: llm_key ? LLM_KEY_REF : null,
    },
  ];
  return wanted.flatMap(({ name, url: given, label, kind, api_key }) => {
    if (!given) return [];
    try {
      const url = normaliseUrl(given);
      return [{ id: newId(), label: label ?? hostOf(url), url, source: "environment" as const, kind, api_key }];
    } catch (error) {
      core.log.warn("endpoint.refused", { setting: name, reason: messageOf(error) });
      return [];
    }
  });
}

/** localhost and 127.0.0.1 are the same server. */
const address = (url: string): string => url.replace(/\/\/(localhost|\[::1\])(?=[:/])/, "//127.0.0.1");

async function behind(core: EndpointCore, work: Promise<unknown>, signal?: AbortSignal): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!signal?.aborted) core.log.warn("endpoint.check_failed", { reason: messageOf(error) });
  }
}

const DEMO: store.NewEndpoint = {
  id: DEMO_ENDPOINT_ID,
  label: "Demo model",
  url: "boocode:demo",
  source: "builtin",
  kind: "demo",
  api_key: null,
};
const DEMO_FACTS: store.Checked = {
  kind: "demo",
  state: "ready",
  error: null,
  models: [{ id: DEMO_MODEL, context_window: 32_768, loaded: true, vision: false }],
};
