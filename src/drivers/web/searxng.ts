/** Web search through a SearXNG that the human named: it may be on this machine, and is the only address asked. */
import { z } from "zod";
import type { WebHit } from "../../domain/web.ts";
import { chunksOf } from "../../lib/stream-chunks.ts";
import { oneLine } from "../../lib/text.ts";
import { visibleText } from "../../lib/visible.ts";
import { Refusal } from "../refusal.ts";

const TIMEOUT_MS = 20_000;
const LIMIT_BYTES = 4_000_000;
const TITLE_CHARS = 200;
const EXCERPT_CHARS = 500;
const URL_CHARS = 2_000;

const Answer = z.looseObject({ results: z.array(z.unknown()) });
const Result = z.looseObject({
  url: z.url({ protocol: /^https?$/ }).max(URL_CHARS),
  title: z.string().nullish().catch(null),
  content: z.string().nullish().catch(null),
});

/** Throws Refusal with what to do about it. */
export async function searchWeb(base: string, query: string, count: number, signal: AbortSignal): Promise<WebHit[]> {
  const url = new URL("search", base.endsWith("/") ? base : `${base}/`);
  url.search = new URLSearchParams({ q: query, format: "json" }).toString();
  const late = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  try {
    const headers = { accept: "application/json" };
    response = await fetch(url, { headers, redirect: "manual", signal: AbortSignal.any([signal, late]) });
  } catch (error) {
    signal.throwIfAborted();
    throw away(late.aborted ? "gave no answer in time" : "cannot be reached", error);
  }
  if (response.status >= 300 && response.status < 400)
    throw away("redirects; put the address it leads to into settings");
  if (response.status === 403 || response.status === 404)
    throw away(`answered ${response.status}: its settings.yml must list json under search.formats`);
  if (response.status === 429) throw away("answered 429: its limiter is on");
  if (!response.ok) throw away(`answered ${response.status}`);
  const answer = Answer.safeParse(await jsonOf(response, signal));
  if (!answer.success) throw away("answered something that is no list of results");
  return answer.data.results.flatMap((given) => hitOf(given) ?? []).slice(0, count);
}

function hitOf(given: unknown): WebHit | null {
  const result = Result.safeParse(given);
  if (!result.success) return null;
  const { url, title, content } = result.data;
  const text = (words: string | null | undefined, max: number) => oneLine(visibleText(words ?? ""), max);
  return { url: oneLine(url, URL_CHARS), title: text(title, TITLE_CHARS), excerpt: text(content, EXCERPT_CHARS) };
}

async function jsonOf(response: Response, signal: AbortSignal): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ? chunksOf(response.body) : []) {
      size += chunk.length;
      if (size > LIMIT_BYTES) throw away("answered more than can be read");
      chunks.push(chunk);
    }
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof Refusal ? error : away("answered something that is no JSON", error);
  }
}

const away = (what: string, cause?: unknown) =>
  new Refusal("unavailable", "search failed", `The search engine ${what}.`, { cause });
