/** llama-swap holds a request while it loads the model; `/running` says so meanwhile. */
import { fetchEndpoint, readBounded } from "./wire.ts";

const ASK_MS = 1_000;
const BODY_BYTES = 256 * 1024;

/** True when llama-swap says that it is starting this model right now; false also when it does not tell. */
export async function isLoading(
  target: { base_url: string; api_key: string | null },
  model: string,
  signal: AbortSignal,
): Promise<boolean> {
  const running = await runningModels(target, AbortSignal.any([signal, AbortSignal.timeout(ASK_MS)]));
  return running?.some((r) => r.model === model && r.state === "starting") ?? false;
}

/** What `/running` lists, or null when it cannot be asked. Never throws. */
export async function runningModels(
  target: { base_url: string; api_key: string | null },
  signal: AbortSignal,
): Promise<{ model: string; state: string }[] | null> {
  try {
    const url = `${target.base_url.replace(/\/v1$/, "")}/running`;
    const response = await fetchEndpoint(url, {
      signal,
      headers: target.api_key ? { authorization: `Bearer ${target.api_key}` } : {},
    });
    if (!response.ok) return null;
    const { running } = JSON.parse(await readBounded(response, BODY_BYTES)) as { running?: unknown };
    if (!Array.isArray(running)) return null;
    return running.map((r: { model?: unknown; state?: unknown }) => ({
      model: String(r?.model),
      state: String(r?.state ?? "ready"),
    }));
  } catch {
    return null;
  }
}
