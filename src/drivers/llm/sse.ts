/**
 * The `data:` payloads of an event stream. Ours instead of the openai package's: that one costs twice the CPU a chunk,
 * swallows a broken connection as if it were the end, and prints what it cannot parse to the console.
 */
import { unavailable } from "../../lib/errors.ts";

/** One line; a whole tool call may come in one. */
const LINE_LIMIT_CHARS = 8 * 1024 * 1024;

export interface SseBatch {
  /** Payloads that one network read completed. */
  data: string[];
  /** llama.cpp reports a fault of a running answer as a line `error: {…}`. */
  error: string | null;
  /** True when the read held anything at all: comments are signs of life. */
  alive: boolean;
}

/** Reads a body batch by batch: one batch a network read. */
export class SseReader {
  readonly #reader: Pick<ReadableStreamDefaultReader<Uint8Array>, "read" | "cancel">;
  readonly #lines = new Lines();
  #ended = false;

  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
  }

  /** The next batch, or null after the end. Rejects when the connection breaks; after close() it answers null. */
  async next(): Promise<SseBatch | null> {
    if (this.#ended) return null;
    const { done, value } = await this.#reader.read();
    if (!done) return this.#lines.take(value);
    this.#ended = true;
    return this.#lines.end();
  }

  /** Closes the connection at once, also while a read waits. */
  close(): void {
    void this.#reader.cancel().catch(() => {});
  }
}

class Lines {
  readonly #decoder = new TextDecoder();
  #rest = "";
  #data: string | null = null;

  take(bytes: Uint8Array): SseBatch {
    const text = this.#rest + this.#decoder.decode(bytes, { stream: true });
    const batch: SseBatch = { data: [], error: null, alive: true };
    let from = 0;
    for (let to = text.indexOf("\n"); to >= 0; to = text.indexOf("\n", from)) {
      this.#line(text.slice(from, text.charCodeAt(to - 1) === 13 && to > from ? to - 1 : to), batch);
      from = to + 1;
    }
    this.#rest = from === 0 ? text : text.slice(from);
    if (this.#rest.length > LINE_LIMIT_CHARS) throw unavailable("The endpoint sent a line of more than 8 MB.");
    return batch;
  }

  /** A last event counts although its blank line is missing: several servers forget it. */
  end(): SseBatch {
    const batch: SseBatch = { data: [], error: null, alive: false };
    if (this.#rest) this.#line(this.#rest, batch);
    this.#line("", batch);
    return batch;
  }

  #line(line: string, batch: SseBatch): void {
    if (line === "") {
      if (this.#data !== null) batch.data.push(this.#data);
      this.#data = null;
    } else if (line.startsWith("data:")) {
      const value = line.charCodeAt(5) === 32 ? line.slice(6) : line.slice(5);
      // Each payload of this wire is one line, and some servers put a single newline after it.
      if (this.#data !== null && isComplete(this.#data)) {
        batch.data.push(this.#data);
        this.#data = value;
      } else this.#data = this.#data === null ? value : `${this.#data}\n${value}`;
    } else if (line.startsWith("error:")) batch.error = line.slice(6).trim();
  }
}

const isComplete = (data: string): boolean => data === "[DONE]" || (data.startsWith("{") && data.endsWith("}"));
