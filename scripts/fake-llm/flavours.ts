/** How the servers that BooCode knows describe themselves: model lists, properties, context windows. */
export const FLAVOURS = ["openai", "llama.cpp", "llama-swap", "ollama", "vllm", "lm-studio", "openrouter"] as const;
export type Flavour = (typeof FLAVOURS)[number];

export interface About {
  flavour: Flavour;
  models: string[];
  n_ctx: number;
  /** Models in memory (llama-swap, Ollama, LM Studio). */
  loaded: Set<string>;
}

/** The JSON (or text) a GET or POST of this path answers, or null when this kind of server has no such path. */
export function describe(about: About, method: string, path: string, body: unknown): unknown {
  const { flavour, models } = about;
  if (path === "/v1/models") return { object: "list", data: models.map((id) => modelEntry(about, id)) };
  if (path === "/health") return { status: "ok" };
  if (flavour === "llama.cpp" && path === "/props") return props(about);
  if (flavour === "llama-swap") return llamaSwap(about, path);
  if (flavour === "ollama") return ollama(about, method, path, body);
  if (flavour === "vllm" && path === "/version") return { version: "0.11.0" };
  if (flavour === "lm-studio" && path === "/api/v0/models")
    return {
      data: models.map((id) => ({
        id,
        type: id.includes("vl") ? "vlm" : "llm",
        state: about.loaded.has(id) ? "loaded" : "not-loaded",
        max_context_length: about.n_ctx * 4,
        ...(about.loaded.has(id) ? { loaded_context_length: about.n_ctx } : {}),
      })),
    };
  return null;
}

function modelEntry({ flavour, n_ctx }: About, id: string): unknown {
  const base = { id, object: "model", created: 1_700_000_000 };
  switch (flavour) {
    case "llama.cpp":
      return { ...base, owned_by: "llamacpp", meta: { n_ctx_train: n_ctx * 4, n_params: 1 } };
    case "llama-swap":
      return { ...base, owned_by: "llama-swap" };
    case "ollama":
      return { ...base, owned_by: "library" };
    case "vllm":
      return { ...base, owned_by: "vllm", max_model_len: n_ctx };
    case "openrouter":
      return {
        ...base,
        context_length: n_ctx,
        architecture: { input_modalities: id.includes("vl") ? ["text", "image"] : ["text"] },
      };
    default:
      return { ...base, owned_by: "fake" };
  }
}

const props = ({ n_ctx }: About) => ({
  default_generation_settings: { n_ctx },
  total_slots: 1,
  model_path: "/models/fake.gguf",
  modalities: { vision: false },
});

function llamaSwap(about: About, path: string): unknown {
  if (path === "/running")
    return { running: [...about.loaded].map((model) => ({ model, state: "ready", proxy: "http://localhost:9001" })) };
  const upstream = /^\/upstream\/(.+)\/props$/.exec(path);
  if (!upstream) return null;
  about.loaded.add(decodeURIComponent(upstream[1]!)); // as the real one: asking loads the model
  return props(about);
}

function ollama(about: About, method: string, path: string, body: unknown): unknown {
  if (path === "/") return "Ollama is running";
  if (path === "/api/version") return { version: "0.13.0" };
  if (path === "/api/tags") return { models: about.models.map((name) => ({ name, model: name })) };
  if (path === "/api/ps")
    return { models: [...about.loaded].map((name) => ({ name, model: name, context_length: about.n_ctx })) };
  if (path !== "/api/show" || method !== "POST") return null;
  const name = (body as { model?: string } | null)?.model ?? "";
  if (!about.models.includes(name)) return null;
  return {
    parameters: `num_ctx                        ${about.n_ctx}\nstop "<|im_end|>"`,
    model_info: { "general.architecture": "qwen3", "qwen3.context_length": about.n_ctx * 4 },
    capabilities: name.includes("vl") ? ["completion", "tools", "vision"] : ["completion", "tools"],
  };
}

/** Four characters a token, the tools counted with the messages. */
export const promptTokens = (body: { messages?: unknown; tools?: unknown }): number =>
  Math.ceil((JSON.stringify(body.messages ?? []).length + JSON.stringify(body.tools ?? []).length) / 4);

/** How each kind of server refuses a prompt that is longer than its window. */
export function tooLong(flavour: Flavour, tokens: number, window: number): { status: number; body: unknown } {
  switch (flavour) {
    case "llama.cpp":
    case "llama-swap": {
      const message =
        "the request exceeds the available context size. try increasing the context size or enable context shift";
      const error = { code: 400, message, type: "exceed_context_size_error", n_prompt_tokens: tokens, n_ctx: window };
      return { status: 400, body: { error } };
    }
    case "ollama":
      return {
        status: 400,
        body: { error: { message: "the input length exceeds the context length", type: "api_error" } },
      };
    case "vllm": {
      const message = `This model's maximum context length is ${window} tokens. However, your request has ${tokens} input tokens.`;
      return { status: 400, body: { error: { message, type: "BadRequestError", code: 400 } } };
    }
    case "lm-studio":
      return {
        status: 400,
        body: { error: `The number of tokens to keep from the initial prompt is greater than the context length.` },
      };
    default: {
      const message = `This model's maximum context length is ${window} tokens. However, your messages resulted in ${tokens} tokens.`;
      return {
        status: 400,
        body: { error: { message, type: "invalid_request_error", code: "context_length_exceeded" } },
      };
    }
  }
}
