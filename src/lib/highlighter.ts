/**
 * Highlighted lines of whole files, made beside the event loop and kept by their content. A text whose grammar takes too
 * long stays without colours: grammars may take quadratic time on hostile input.
 */
import { Worker } from "node:worker_threads";
import { highlightLines, isLanguage } from "./highlight.ts";
import type { Done, Job } from "./highlight-worker.ts";
import { escapeHtml } from "./html.ts";

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

interface Waiting extends Job {
  key: string;
  resolve: (lines: string[]) => void;
}

export class Highlighter {
  private worker: Worker | null = null;
  private readonly queue: Waiting[] = [];
  private running: Waiting | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly cache = new Map<string, { lines: string[]; chars: number }>();
  private cached = 0;
  private readonly pending = new Map<string, Promise<string[]>>();
  private ids = 0;
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
    if (this.queue.length >= QUEUE_MAX) return Promise.resolve(plainLines(code));
    const { promise, resolve } = Promise.withResolvers<string[]>();
    this.pending.set(key, promise);
    this.queue.push({ id: ++this.ids, code, language, key, resolve });
    this.next();
    return promise;
  }

  /** Ends the thread; whoever waits gets lines without colours. */
  close(): void {
    this.closed = true;
    this.stop();
    const waiting = this.running ? [this.running, ...this.queue] : [...this.queue];
    this.queue.length = 0;
    this.running = null;
    for (const job of waiting) this.answer(job, plainLines(job.code), false);
  }

  private next(): void {
    if (this.running) return;
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const job = this.queue.shift();
    if (!job) {
      this.rest();
      return;
    }
    this.running = job;
    this.thread().postMessage({ id: job.id, code: job.code, language: job.language } satisfies Job);
    this.timer = setTimeout(() => this.giveUp(), JOB_MS);
  }

  private rest(): void {
    if (!this.worker) return;
    this.timer = setTimeout(() => this.stop(), IDLE_MS);
    this.timer.unref();
  }

  private thread(): Worker {
    if (this.worker) return this.worker;
    const worker = new Worker(new URL("./highlight-worker.ts", import.meta.url));
    worker.unref();
    worker.on("message", ({ id, lines }: Done) => {
      const job = this.running;
      if (!job || job.id !== id) return;
      this.running = null;
      this.answer(job, lines, true);
      this.next();
    });
    worker.on("error", () => this.worker === worker && this.giveUp());
    this.worker = worker;
    return worker;
  }

  /** The thread hangs or fell over: this text stays plain for as long as it is remembered, the next ones get a new thread. */
  private giveUp(): void {
    const job = this.running;
    this.running = null;
    this.stop();
    if (job) this.answer(job, plainLines(job.code), true);
    this.next();
  }

  private stop(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    void this.worker?.terminate();
    this.worker = null;
  }

  private answer(job: Waiting, lines: string[], keep: boolean): void {
    this.pending.delete(job.key);
    if (keep) this.remember(job.key, lines);
    job.resolve(lines);
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
