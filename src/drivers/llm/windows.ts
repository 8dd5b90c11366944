/** Context windows, loaded models and vision, each server in its own way. */
import type { EndpointKind, Model } from "../../domain/endpoint.ts";
import { type Asked, ask, at, list, text, tokens } from "./ask.ts";
import { runningModels } from "./llama-swap.ts";
import { rootOf } from "./url.ts";

export interface Details {
  context_window: number | null;
  loaded: boolean | null;
  vision: boolean | null;
  /** False for models that cannot chat (embeddings). */
  chats?: boolean;
}
type Ask = (path: string, post?: unknown) => Promise<unknown>;

/** Ollama is asked per model; the rest of a longer list stays unknown until it is used. */
const OLLAMA_MODELS = 40;
const AT_ONCE = 6;

/** What the entry of a model list itself tells: vLLM, OpenRouter, LM Studio and others. */
export function fromEntry(entry: unknown): Omit<Model, "id"> {
  const modalities = list(at(entry, "architecture", "input_modalities"));
  const status = text(at(entry, "status", "value"));
  return {
    context_window:
      tokens(at(entry, "max_model_len")) ??
      tokens(at(entry, "context_length")) ??
      tokens(at(entry, "context_window")) ??
      tokens(at(entry, "meta", "n_ctx")),
    // llama.cpp with several models says so itself.
    loaded: status === null ? null : status === "loaded",
    vision: modalities.length > 0 ? modalities.includes("image") : null,
  };
}

/** By model; models that the server says nothing about are missing. */
export async function detailsOf(
  target: Asked,
  kind: EndpointKind,
  models: string[],
  signal: AbortSignal | undefined,
  deadline_ms?: number,
): Promise<Map<string, Details>> {
  const root = rootOf(target.base_url);
  const json: Ask = async (path, post) => {
    const answer = await ask(root + path, target.api_key, { signal, deadline_ms, post });
    return answer.ok ? answer.json : null;
  };
  switch (kind) {
    case "llama.cpp":
      return llamaCpp(json, models);
    case "llama-swap":
      return llamaSwap(json, target, models, signal);
    case "ollama":
      return ollama(json, models);
    case "lm-studio":
      return lmStudio(json);
    default:
      return new Map();
  }
}

async function llamaCpp(json: Ask, models: string[]): Promise<Map<string, Details>> {
  const only = models[0];
  // With several models the properties are those of a model that would have to be loaded first.
  if (models.length !== 1 || only === undefined) return new Map();
  const props = await json("/props");
  return props === null ? new Map() : new Map([[only, fromProps(props)]]);
}

function fromProps(props: unknown): Details {
  const vision = at(props, "modalities", "vision");
  return {
    context_window: tokens(at(props, "default_generation_settings", "n_ctx")) ?? tokens(at(props, "n_ctx")),
    loaded: true,
    vision: typeof vision === "boolean" ? vision : null,
  };
}

/** `/upstream/<model>/…` loads the model, so only those that run are asked. */
async function llamaSwap(
  json: Ask,
  target: Asked,
  models: string[],
  signal: AbortSignal | undefined,
): Promise<Map<string, Details>> {
  const running = await runningModels(target, signal ?? new AbortController().signal);
  if (!running) return new Map();
  const ready = new Set(running.filter((r) => r.state === "ready").map((r) => r.model));
  const details = await eachOf(models, async (model): Promise<Details> => {
    const props = ready.has(model) ? await json(`/upstream/${encodeURIComponent(model)}/props`) : null;
    return props === null ? { context_window: null, loaded: ready.has(model), vision: null } : fromProps(props);
  });
  return details;
}

async function ollama(json: Ask, models: string[]): Promise<Map<string, Details>> {
  const running = new Map(
    list(at(await json("/api/ps"), "models")).map((m) => [text(at(m, "model")) ?? text(at(m, "name")) ?? "", m]),
  );
  return eachOf(models.slice(0, OLLAMA_MODELS), async (model): Promise<Details> => {
    const show = await json("/api/show", { model });
    const info = at(show, "model_info");
    const capabilities = list(at(show, "capabilities"));
    const chosen = /^num_ctx\s+(\d+)/m.exec(text(at(show, "parameters")) ?? "")?.[1];
    return {
      // What the loaded model really has, else what its file asks for, else what it was made for.
      context_window:
        tokens(at(running.get(model), "context_length")) ??
        tokens(chosen) ??
        tokens(at(info, `${text(at(info, "general.architecture"))}.context_length`)),
      loaded: running.has(model),
      vision: capabilities.length > 0 ? capabilities.includes("vision") : null,
      chats: capabilities.length === 0 || capabilities.includes("completion"),
    };
  });
}

async function lmStudio(json: Ask): Promise<Map<string, Details>> {
  const details = new Map<string, Details>();
  for (const model of list(at(await json("/api/v0/models"), "data"))) {
    const id = text(at(model, "id"));
    if (!id) continue;
    details.set(id, {
      // A model is loaded with a window of the user's choice, often far below what it could have.
      context_window: tokens(at(model, "loaded_context_length")),
      loaded: at(model, "state") === "loaded",
      vision: at(model, "type") === "vlm",
      chats: at(model, "type") !== "embeddings",
    });
  }
  return details;
}

async function eachOf(models: string[], detail: (model: string) => Promise<Details>): Promise<Map<string, Details>> {
  const details = new Map<string, Details>();
  const rest = models.values();
  const worker = async () => {
    for (const model of rest) details.set(model, await detail(model));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return details;
}
