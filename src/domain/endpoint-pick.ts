/** Which endpoint and model answer next. Pages and runs ask the same rule, so that the picker never lies. */
import { DEMO_ENDPOINT_ID, DEMO_MODEL, type Endpoint } from "./endpoint.ts";

/** What a chat, then its session, asks for. */
export interface Wish {
  endpoint_id: string | null;
  model: string | null;
}
export interface Picked {
  endpoint: Endpoint | null;
  /** Null when the endpoint lists no model (it never answered). */
  model: string | null;
}

/**
 * The first wish that names an endpoint or a known model; else the default model; else the first model of the first
 * endpoint that is ready; else one that is configured though it does not answer, so that its fault is told; else the demo
 * model. `endpoints` come in order of preference.
 */
export function pickEndpoint(
  endpoints: readonly Endpoint[],
  wishes: readonly Wish[],
  defaultModel: string | undefined,
): Picked {
  const usable = endpoints.filter((e) => e.enabled);
  const servers = usable.filter((e) => e.id !== DEMO_ENDPOINT_ID);
  const ready = servers.filter((e) => e.state === "ready");
  for (const wish of wishes) {
    const picked = wished(usable, ready, wish);
    if (picked) return picked;
  }
  const configured = servers.filter((e) => e.source !== "found");
  if (defaultModel) {
    // A server may know names that it does not list (llama-swap's aliases).
    const endpoint = withModel(ready, defaultModel) ?? configured.find((e) => e.state === "ready");
    if (endpoint) return { endpoint, model: defaultModel };
  }
  const first = ready.find((e) => e.models.length > 0) ?? configured[0];
  if (first)
    return {
      endpoint: first,
      model: (first.state === "ready" ? undefined : defaultModel) ?? first.models[0]?.id ?? null,
    };
  const demo = usable.find((e) => e.id === DEMO_ENDPOINT_ID) ?? null;
  return { endpoint: demo, model: demo ? DEMO_MODEL : null };
}

function wished(usable: readonly Endpoint[], ready: readonly Endpoint[], { endpoint_id, model }: Wish): Picked | null {
  const named = endpoint_id === null ? undefined : usable.find((e) => e.id === endpoint_id);
  if (named) return { endpoint: named, model: model ?? named.models[0]?.id ?? null };
  if (model === null) return null;
  const demo = model === DEMO_MODEL ? usable.filter((e) => e.id === DEMO_ENDPOINT_ID) : [];
  const endpoint = withModel([...ready, ...demo], model);
  return endpoint ? { endpoint, model } : null;
}

const withModel = (endpoints: readonly Endpoint[], model: string) =>
  endpoints.find((e) => e.models.some((m) => m.id === model));
