/** The SDK's streamable HTTP with limits on what an answer may hold, and sentences for what goes wrong. */
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { Refusal } from "../refusal.ts";
import { Flood } from "./flood.ts";
import { MESSAGE_LIMIT_CHARS } from "./stdio.ts";

export interface HttpTarget {
  url: string;
  headers: Readonly<Record<string, string>>;
}

const NEWLINE = 10;
/** What an answer with an error may hold. */
const ERROR_LIMIT_BYTES = 20_000;

/** `fault` is told why a body was cut off. */
export function httpTransport(target: HttpTarget, fault: (error: Refusal) => void): StreamableHTTPClientTransport {
  const flood = new Flood();
  return new StreamableHTTPClientTransport(new URL(target.url), {
    requestInit: { headers: { ...target.headers } },
    fetch: async (url, init) => {
      const response = await fetch(url, init as RequestInit);
      if (response.status === 401 || response.status === 403) throw await refusedLogin(response);
      return bounded(response, flood, fault);
    },
  });
}

async function refusedLogin(response: Response): Promise<Refusal> {
  await response.body?.cancel().catch(() => {});
  return new Refusal(
    "unavailable",
    "refused",
    `It refused us (${response.status}). Give it a header, such as Authorization with {env:NAME}.`,
  );
}

function bounded(response: Response, flood: Flood, fault: (error: Refusal) => void): Response {
  if (!response.body) return response;
  const isStream = (response.headers.get("content-type") ?? "").includes("text/event-stream");
  const limit = response.ok ? MESSAGE_LIMIT_CHARS : ERROR_LIMIT_BYTES;
  let size = 0;
  const counted = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        try {
          // A stream has no end: what counts is one event of it, and how many there are.
          const last = isStream ? chunk.lastIndexOf(NEWLINE) : -1;
          size = last === -1 ? size + chunk.length : chunk.length - last;
          if (size > limit)
            throw new Refusal("limit", "answer too long", `Its answer is longer than ${limit / 1_000_000} MB.`);
          if (isStream) flood.hears(eventsIn(chunk));
          controller.enqueue(chunk);
        } catch (error) {
          fault(error as Refusal);
          controller.error(error);
        }
      },
    }),
  );
  return new Response(counted, response);
}

/** Events end with an empty line. */
function eventsIn(chunk: Uint8Array): number {
  let events = 0;
  for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) {
    if (chunk[at + 1] === NEWLINE) events++;
  }
  return events;
}
