/** What an endpoint is: which server, which models, how large their windows are. Asking never loads a model. */
import type { EndpointKind, Model } from "../../domain/endpoint.ts";
import { type Asked, ask, at, list, text } from "./ask.ts";
import { rootOf } from "./url.ts";
import { type Details, detailsOf, fromEntry } from "./windows.ts";

export interface Probed {
  kind: EndpointKind;
  state: "ready" | "unavailable" | "error";
  /** Why it is not ready: "connection refused", "answered 401"; null when it is. */
  error: string | null;
  models: Model[];
}

const MODEL_LIMIT = 500;
const NAME_LIMIT_CHARS = 200;

/** Asks for everything. Throws only the signal's reason. */
export async function probe(
  target: Asked,
  options: { signal?: AbortSignal; deadline_ms?: number } = {},
): Promise<Probed> {
  const answer = await ask(`${target.base_url}/models`, target.api_key, options);
  if (!answer.ok) {
    const state = answer.status === null || answer.status >= 500 ? "unavailable" : "error";
    return { kind: "unknown", state, error: answer.brief, models: [] };
  }
  const entries = entriesOf(answer.json);
  if (!entries)
    return { kind: "unknown", state: "error", error: "answered, but not with a list of models", models: [] };
  const kind = kindByList(entries, answer.headers) ?? (await kindByAsking(target, options.signal));
  const models = entries.map((entry) => ({ id: idOf(entry), ...fromEntry(entry) }));
  const details = await detailsOf(
    target,
    kind,
    models.map((m) => m.id),
    options.signal,
  );
  return {
    kind,
    state: "ready",
    error: null,
    models: models.filter((m) => details.get(m.id)?.chats !== false).map((m) => merge(m, details.get(m.id))),
  };
}

/** The models an endpoint lists; empty when it does not answer. */
export async function listModels(target: Asked, signal?: AbortSignal): Promise<Model[]> {
  return (await probe(target, signal ? { signal } : {})).models;
}

/** Tokens of one model's window, asked anew; null when the endpoint does not tell (llama-swap: unless it is loaded). */
export async function contextWindow(
  target: Asked & { kind: EndpointKind },
  model: string,
  options: { signal?: AbortSignal; deadline_ms?: number } = {},
): Promise<number | null> {
  const details = await detailsOf(target, target.kind, [model], options.signal, options.deadline_ms);
  return details.get(model)?.context_window ?? null;
}

function entriesOf(json: unknown): unknown[] | null {
  const entries = at(json, "data") ?? at(json, "models") ?? json;
  if (!Array.isArray(entries)) return null;
  const seen = new Set<string>();
  const named = entries.filter((entry) => {
    const id = idOf(entry);
    return id !== "" && id.length <= NAME_LIMIT_CHARS && !seen.has(id) && seen.add(id);
  });
  return named.slice(0, MODEL_LIMIT);
}

const idOf = (entry: unknown): string =>
  (text(at(entry, "id")) ?? text(at(entry, "name")) ?? "").replaceAll("\0", "").toWellFormed();

function merge(model: Model, details: Details | undefined): Model {
  return {
    id: model.id,
    context_window: details?.context_window ?? model.context_window,
    loaded: details?.loaded ?? model.loaded,
    vision: details?.vision ?? model.vision,
  };
}

function kindByList(entries: unknown[], headers: Headers): EndpointKind | null {
  const owners = new Set(entries.map((entry) => at(entry, "owned_by")));
  if (owners.has("llama-swap")) return "llama-swap";
  if (owners.has("llamacpp") || /llama\.cpp/i.test(headers.get("server") ?? "")) return "llama.cpp";
  if (owners.has("vllm")) return "vllm";
  if (owners.has("library")) return "ollama";
  return null;
}

/** Each of the known servers has one address that the others lack. */
async function kindByAsking(target: Asked, signal: AbortSignal | undefined): Promise<EndpointKind> {
  const root = rootOf(target.base_url);
  // A hosted service over https is none of these, and its operator need not see us try.
  if (new URL(root).protocol === "https:") return "openai";
  const json = async (path: string) => {
    const answer = await ask(root + path, target.api_key, { signal });
    return answer.ok ? answer.json : null;
  };
  const [running, props, tags, studio] = await Promise.all([
    json("/running"),
    json("/props"),
    json("/api/tags"),
    json("/api/v0/models"),
  ]);
  if (Array.isArray(at(running, "running"))) return "llama-swap";
  if (at(props, "default_generation_settings")) return "llama.cpp";
  if (list(at(studio, "data")).some((m) => text(at(m, "state")))) return "lm-studio";
  if (Array.isArray(at(tags, "models"))) return "ollama";
  return "openai";
}
