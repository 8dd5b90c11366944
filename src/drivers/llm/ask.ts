/** Small questions to model servers: a short deadline, a bounded body, no redirects, and no trust in what comes back. */
import { connectionFault } from "./faults.ts";
import { fetchEndpoint, readBounded } from "./wire.ts";

export interface Asked {
  base_url: string;
  api_key: string | null;
}
export type Answer =
  | { ok: true; json: unknown; headers: Headers }
  /** `brief`: "connection refused", "answered 401", "no answer within 2 s", "answered, but not with JSON". */
  | { ok: false; status: number | null; brief: string };

export const ASK_DEADLINE_MS = 2_000;
const BODY_LIMIT_BYTES = 2 * 1024 * 1024;

/** Never throws, but for the signal's reason when the caller aborts. */
export async function ask(
  url: string,
  api_key: string | null,
  options: { signal?: AbortSignal | undefined; deadline_ms?: number | undefined; post?: unknown } = {},
): Promise<Answer> {
  const { signal, deadline_ms = ASK_DEADLINE_MS, post } = options;
  const deadline = AbortSignal.timeout(deadline_ms);
  try {
    const response = await fetchEndpoint(url, {
      method: post === undefined ? "GET" : "POST",
      headers: {
        accept: "application/json",
        "user-agent": "BooCode",
        ...(api_key && { authorization: `Bearer ${api_key}` }),
        ...(post !== undefined && { "content-type": "application/json" }),
      },
      body: post === undefined ? null : JSON.stringify(post),
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    });
    if (!response.ok) {
      void response.body?.cancel().catch(() => {});
      return { ok: false, status: response.status, brief: `answered ${response.status}` };
    }
    const json = parse(await readBounded(response, BODY_LIMIT_BYTES));
    if (json === undefined) return { ok: false, status: response.status, brief: "answered, but not with JSON" };
    return { ok: true, json, headers: response.headers };
  } catch (error) {
    signal?.throwIfAborted();
    if (deadline.aborted) return { ok: false, status: null, brief: `no answer within ${deadline_ms / 1000} s` };
    return { ok: false, status: null, brief: connectionFault(error, url).brief };
  }
}

/** The value at a path of keys in something unknown; undefined as soon as a step is missing. */
export function at(value: unknown, ...keys: (string | number)[]): unknown {
  let here = value;
  for (const key of keys) {
    if (typeof here !== "object" || here === null) return undefined;
    here = (here as Record<string | number, unknown>)[key];
  }
  return here;
}

export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
export const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

/** A believable count of tokens, else null. */
export function tokens(value: unknown): number | null {
  const n = typeof value === "string" ? Number(value) : value;
  return typeof n === "number" && Number.isInteger(n) && n > 0 && n <= 2 ** 31 - 1 ? n : null;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
