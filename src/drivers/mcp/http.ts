/** The SDK's streamable HTTP with limits on what an answer may hold, and an end for calls whose answer breaks off. */
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
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
/** The last event of a stream is handed on a moment after its bytes. */
const SETTLE_MS = 250;

/** `fault` is told why the conversation cannot go on. */
export function httpTransport(target: HttpTarget, fault: (error: Refusal) => void): StreamableHTTPClientTransport {
  const flood = new Flood();
  const unanswered = new Set<unknown>();
  const transport = new StreamableHTTPClientTransport(new URL(target.url), {
    requestInit: { headers: { ...target.headers } },
    fetch: async (url, init) => {
      const asked = requestsIn(init);
      for (const id of asked) unanswered.add(id);
      const response = await fetch(url, init as RequestInit);
      if (response.status === 401 || response.status === 403) throw await refusedLogin(response);
      return bounded(response, flood, fault, (resumable) => {
        // The SDK waits for the answer until the call's own time is up, though nothing can come any more.
        if (resumable || init?.signal?.aborted || !asked.some((id) => unanswered.has(id))) return;
        fault(new Refusal("unavailable", "it broke off", "The connection broke off before there was an answer."));
      });
    },
  });
  // The SDK calls what was there before it puts its own in place.
  transport.onmessage = (message: JSONRPCMessage) => {
    if ("id" in message && !("method" in message)) unanswered.delete(message.id);
  };
  return transport;
}

function requestsIn(init: RequestInit | undefined): unknown[] {
  if (init?.method !== "POST" || typeof init.body !== "string") return [];
  const sent = JSON.parse(init.body) as Record<string, unknown> | Record<string, unknown>[];
  return [sent].flat().flatMap((message) => ("method" in message && "id" in message ? [message.id] : []));
}

async function refusedLogin(response: Response): Promise<Refusal> {
  await response.body?.cancel().catch(() => {});
  return new Refusal(
    "unavailable",
    "refused",
    `It refused us (${response.status}). Give it a header, such as Authorization with {env:NAME}.`,
  );
}

/** `over` is told once there are no more bytes, and whether the server said how to go on from where they ended. */
function bounded(
  response: Response,
  flood: Flood,
  fault: (error: Refusal) => void,
  over: (resumable: boolean) => void,
): Response {
  if (!response.body) return response;
  const isStream = (response.headers.get("content-type") ?? "").includes("text/event-stream");
  const limit = response.ok ? MESSAGE_LIMIT_CHARS : ERROR_LIMIT_BYTES;
  const reader = response.body.getReader();
  let size = 0;
  let resumable = false;
  const ended = () => {
    if (isStream) setTimeout(() => over(resumable), SETTLE_MS);
  };
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          ended();
          return controller.close();
        }
        // A stream has no end: what counts is one event of it, and how many there are.
        const last = isStream ? value.lastIndexOf(NEWLINE) : -1;
        size = last === -1 ? size + value.length : value.length - last;
        if (size > limit)
          throw new Refusal("limit", "answer too long", `Its answer is longer than ${limit / 1_000_000} MB.`);
        if (isStream) {
          flood.hears(eventsIn(value));
          resumable ||= startsId(value);
        }
        controller.enqueue(value);
      } catch (error) {
        if (error instanceof Refusal) fault(error);
        else ended();
        await reader.cancel().catch(() => {});
        controller.error(error);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return new Response(body, response);
}

/** Events end with an empty line. */
function eventsIn(chunk: Uint8Array): number {
  let events = 0;
  for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) {
    if (chunk[at + 1] === NEWLINE) events++;
  }
  return events;
}

/** An event with an id can be asked for again from there. */
const startsId = (chunk: Uint8Array): boolean =>
  /(?:^|\n)id:/.test(Buffer.from(chunk.subarray(0, ID_WINDOW)).toString("latin1"));
const ID_WINDOW = 4_096;
