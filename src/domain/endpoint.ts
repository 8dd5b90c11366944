/** An OpenAI-compatible server. The built-in demo model is an endpoint too: it is there when no other one is. */
export type EndpointSource = "environment" | "setting" | "found" | "builtin";
export type EndpointKind = "llama-swap" | "llama.cpp" | "ollama" | "vllm" | "lm-studio" | "openai" | "demo" | "unknown";
export type EndpointState = "unknown" | "ready" | "unavailable" | "error";

export interface Endpoint {
  id: string;
  label: string;
  /** Base URL as the OpenAI API wants it, usually ending in /v1. */
  url: string;
  source: EndpointSource;
  kind: EndpointKind;
  /** Name of an environment variable that holds the key, as in `{env:NAME}`; the key itself is never shown. */
  has_key: boolean;
  enabled: boolean;
  state: EndpointState;
  /** Why it is not ready: "connection refused", "answered 401". */
  error: string | null;
  checked_at: Date | null;
  models: Model[];
}

export interface Model {
  id: string;
  /** Tokens; null when the endpoint does not tell. */
  context_window: number | null;
  loaded: boolean | null;
  /** True when it takes images; null when unknown. */
  vision: boolean | null;
  /** US dollars for a million tokens, as set by a human. */
  price_in?: number | null;
  price_out?: number | null;
}

export const DEMO_ENDPOINT_ID = "demo";
export const DEMO_MODEL = "demo";

/** What `discover` found at one of the usual local ports, also when nobody answered. */
export interface EndpointCheck {
  label: string;
  url: string;
  ok: boolean;
  /** "6 models", "connection refused", "answered 401". */
  note: string;
}
