/** Reads an event stream in a test: `await reader.next()` waits for a frame, `find` for the first that fits. */
import type { JournalEvent } from "../../src/domain/event.ts";

export interface Frame {
  id: string | null;
  event: string | null;
  data: string;
}

const WAIT_MS = 8_000;

export class EventReader implements AsyncDisposable {
  private readonly frames: Frame[] = [];
  private wake: (() => void) | null = null;
  private buffer = "";
  ended = false;
  /** All bytes so far. */
  bytes = 0;

  private constructor(
    readonly response: Response,
    private readonly abort: AbortController,
  ) {
    void this.read();
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<EventReader> {
    const abort = new AbortController();
    const response = await fetch(url, { headers: { accept: "text/event-stream", ...headers }, signal: abort.signal });
    return new EventReader(response, abort);
  }

  private async read(): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response(this.response)) {
        this.bytes += chunk.length;
        this.buffer += decoder.decode(chunk, { stream: true });
        const parts = this.buffer.split("\n\n");
        this.buffer = parts.pop() ?? "";
        for (const part of parts) this.frames.push(parse(part));
        this.wake?.();
      }
    } catch {
      // Aborted, or the server went away: both are an end.
    }
    this.ended = true;
    this.wake?.();
  }

  /** The next frame; null at the end of the stream. Throws when nothing comes for 8 s. */
  async nextFrame(): Promise<Frame | null> {
    const until = Date.now() + WAIT_MS;
    for (;;) {
      const frame = this.frames.shift();
      if (frame) return frame;
      if (this.ended) return null;
      const left = until - Date.now();
      if (left <= 0) throw new Error("no event came");
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** The first journal event that fits (`as=json` streams). */
  async find(fits: (event: JournalEvent & { payload: Record<string, string> }) => boolean): Promise<JournalEvent> {
    for (let frame = await this.nextFrame(); frame; frame = await this.nextFrame()) {
      if (frame.event === "hello" || frame.event === "heartbeat") continue;
      if (frame.event === "reset") throw new Error("the stream was reset");
      const event = JSON.parse(frame.data);
      if (fits(event)) return event;
    }
    throw new Error("the stream ended");
  }

  /** HTML streams: all partials until one contains `text`. */
  async until(text: string): Promise<string> {
    let html = "";
    for (let frame = await this.nextFrame(); frame; frame = await this.nextFrame()) {
      if (frame.event === null) html += frame.data;
      if (html.includes(text)) return html;
    }
    throw new Error(`the stream ended before "${text}"`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.abort.abort();
  }
}

const response = (r: Response) => r.body as unknown as AsyncIterable<Uint8Array>;

function parse(part: string): Frame {
  const frame: Frame = { id: null, event: null, data: "" };
  const data: string[] = [];
  for (const line of part.split("\n")) {
    const at = line.indexOf(": ");
    const [field, value] = [line.slice(0, at), line.slice(at + 2)];
    if (field === "id") frame.id = value;
    else if (field === "event") frame.event = value;
    else if (field === "data") data.push(value);
  }
  frame.data = data.join("\n");
  return frame;
}
