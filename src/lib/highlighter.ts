/**
 * Highlighted lines of whole files, made beside the event loop and kept by their content. A text whose grammar takes too
 * long stays without colours: grammars may take quadratic time on hostile input.
 */
import { highlightLines, isLanguage } from "./highlight.ts";
import type { Done, Job } from "./highlight-worker.ts";
import { escapeHtml } from "./html.ts";
import { WorkerQueue } from "./worker-queue.ts";

/** What one text may take before its thread is ended. */
const JOB_MS = 3_000;
/** The thread ends after this long without work; its grammars take some megabytes. */
const IDLE_MS = 120_000;
/** Characters that are kept, text and lines together. */
const CACHE_CHARS = 8_000_000;
/** Texts that may wait; more are answered without colours. */
const QUEUE_MAX = 500;
/** Larger texts are not sent to the thread: `highlight` would give them back without colours anyway. */
const TEXT_CHARS = 100_000;
/** Not worth a message to another thread. */
const SMALL_CHARS = 400;

export class Highlighter {
  private readonly queue = new WorkerQueue<Omit<Job, "id">, Done>(new URL("./highlight-worker.ts", import.meta.url), {
    job_ms: JOB_MS,
    idle_ms: IDLE_MS,
    queue: QUEUE_MAX,
  });
  private readonly cache = new Map<string, { lines: string[]; chars: number }>();
  private cached = 0;
  private readonly pending = new Map<string, Promise<string[]>>();
  private closed = false;

  /** Lines as escaped HTML with flat spans, one a line of the text; never throws. */
  lines(code: string, language: string | null): Promise<string[]> {
    if (language === null || !isLanguage(language) || code.length > TEXT_CHARS || this.closed)
      return Promise.resolve(plainLines(code));
    const key = `${language}:${Bun.hash(code).toString(36)}:${code.length}`;
    const known = this.cache.get(key);
    if (known) {
      this.cache.delete(key);
      this.cache.set(key, known);
      return Promise.resolve(known.lines);
    }
    const pending = this.pending.get(key);
    if (pending) return pending;
    if (code.length <= SMALL_CHARS) return Promise.resolve(highlightLines(code, language));
    if (this.queue.full) return Promise.resolve(plainLines(code));
    const lines = this.inThread(key, code, language);
    this.pending.set(key, lines);
    return lines;
  }

  /** Ends the thread; whoever waits gets lines without colours. */
  close(): void {
    this.closed = true;
    this.queue.close();
  }

  /** A text that was given up stays plain for as long as it is remembered. */
  private async inThread(key: string, code: string, language: string): Promise<string[]> {
    const done = await this.queue.run({ code, language });
    const lines = typeof done === "string" ? plainLines(code) : done.lines;
    this.pending.delete(key);
    if (done !== "closed") this.remember(key, lines);
    return lines;
  }

  private remember(key: string, lines: string[]): void {
    const chars = lines.reduce((sum, line) => sum + line.length, key.length);
    if (chars > CACHE_CHARS / 8) return;
    this.cache.set(key, { lines, chars });
    this.cached += chars;
    for (const [old, kept] of this.cache) {
      if (this.cached <= CACHE_CHARS) break;
      this.cache.delete(old);
      this.cached -= kept.chars;
    }
  }
}

const plainLines = (code: string): string[] => code.split("\n").map(escapeHtml);
