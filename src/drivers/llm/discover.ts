/** The usual local ports, asked all at once. Loopback only, no redirects, one second. */
import type { EndpointCheck, EndpointKind, Model } from "../../domain/endpoint.ts";
import { type Probed, probe } from "./probe.ts";

export interface Candidate {
  label: string;
  port: number;
}
export interface Found extends EndpointCheck {
  kind: EndpointKind;
  models: Model[];
}

export const CANDIDATES: readonly Candidate[] = [
  { label: "llama-swap", port: 8401 },
  { label: "llama.cpp", port: 8080 },
  { label: "Ollama", port: 11434 },
  { label: "LM Studio", port: 1234 },
  { label: "vLLM", port: 8000 },
  { label: "Jan", port: 1337 },
  { label: "KoboldCpp", port: 5001 },
];
const DEADLINE_MS = 1_000;
const LABELS: Partial<Record<EndpointKind, string>> = {
  "llama-swap": "llama-swap",
  "llama.cpp": "llama.cpp",
  ollama: "Ollama",
  "lm-studio": "LM Studio",
  vllm: "vLLM",
};

/** One entry a candidate, also for those that did not answer, in the order asked. Throws only the signal's reason. */
export async function discover(
  options: { candidates?: readonly Candidate[]; signal?: AbortSignal } = {},
): Promise<Found[]> {
  const { candidates = CANDIDATES, signal } = options;
  return Promise.all(
    candidates.map(async ({ label, port }) => {
      const url = `http://127.0.0.1:${port}/v1`;
      const { state, kind, error, models }: Probed = await probe(
        { base_url: url, api_key: null },
        { ...(signal && { signal }), deadline_ms: DEADLINE_MS },
      );
      const ok = state === "ready";
      return {
        label: labelOf(kind) ?? label,
        url,
        ok,
        note: ok ? counted(models.length) : (error ?? "no answer"),
        kind,
        models,
      };
    }),
  );
}

/** What a server of this kind calls itself; null for those that are known by their address. */
export const labelOf = (kind: EndpointKind): string | null => LABELS[kind] ?? null;

export const counted = (models: number): string => (models === 1 ? "1 model" : `${models} models`);
