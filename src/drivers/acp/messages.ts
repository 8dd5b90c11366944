/**
 * An agent's standard output as protocol messages: one JSON object a line. Anything else on a line is noise (a banner, a
 * warning) and is handed to `noise`. Reading pauses while the receiver is behind, so that the pipe, not our memory, fills.
 */
import type { AnyMessage } from "@agentclientprotocol/sdk";
import { chunksOf } from "../../lib/stream-chunks.ts";
import { Refusal } from "../refusal.ts";

/** A line longer than this ends the conversation: no message is as long, and the memory is ours. */
export const LINE_LIMIT_BYTES = 32_000_000;
const NOISE_CHARS = 400;

export interface MessageSource {
  stdout: ReadableStream<Uint8Array>;
  noise(line: string): void;
  /** Called for every `session/update` in the order of the wire, before anything that follows it is handed on. */
  update(params: unknown): void;
  /** Resolves when the receiver can take more. */
  ready(): Promise<void> | null;
}

/**
 * The SDK starts handlers of notifications without waiting for each other, and answers to requests overtake them. The
 * transcript must not be shuffled, therefore updates leave here and do not go through it.
 */
export function messagesOf(source: MessageSource): ReadableStream<AnyMessage> {
  const lines = linesOf(source.stdout);
  return new ReadableStream<AnyMessage>(
    {
      async pull(controller) {
        for (;;) {
          const next = await lines.next();
          if (next.done) return controller.close();
          await source.ready();
          const message = parsed(next.value, source);
          if (message === null) continue;
          if (isUpdate(message)) source.update((message as { params?: unknown }).params);
          else return controller.enqueue(message);
        }
      },
      async cancel() {
        await lines.return(undefined);
      },
    },
    { highWaterMark: 1 },
  );
}

function parsed(line: string, source: MessageSource): AnyMessage | null {
  const text = line.trim();
  if (text === "") return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as AnyMessage;
  } catch {
    // Noise, told below.
  }
  source.noise(text.slice(0, NOISE_CHARS));
  return null;
}

const isUpdate = (message: AnyMessage) =>
  "method" in message && message.method === "session/update" && !("id" in message);

/** Lines of a stream, without their ends. Throws Refusal for one that is too long. */
export async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let pieces: string[] = [];
  let size = 0;
  for await (const chunk of chunksOf(stream)) {
    let text = decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n")) {
      pieces.push(text.slice(0, end));
      yield pieces.join("");
      pieces = [];
      size = 0;
      text = text.slice(end + 1);
    }
    pieces.push(text);
    size += text.length;
    if (size > LINE_LIMIT_BYTES)
      throw new Refusal("limit", "line too long", `It wrote a line of more than ${LINE_LIMIT_BYTES / 1_000_000} MB.`);
  }
  if (size > 0) yield pieces.join("");
}
