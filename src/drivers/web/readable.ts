/**
 * Pages as readable Markdown, made in a thread: a page is a stranger's, and one that takes too long, or brings its thread
 * down, costs that thread.
 */
import { Worker } from "node:worker_threads";
import { Refusal } from "../refusal.ts";

export interface ReadableJob {
  id: number;
  html: string;
  url: string;
  whole: boolean;
}
export interface ReadableDone {
  id: number;
  title: string | null;
  markdown: string;
  article: boolean;
}

const JOB_MS = 10_000;
/** The thread ends after this long without work: it takes some 60 MB. */
const IDLE_MS = 60_000;
const QUEUE_MAX = 20;
/** Markup beyond this is left out: trees of it take a hundred times as much memory. */
export const HTML_LIMIT_CHARS = 2_000_000;

interface Waiting extends ReadableJob {
  resolve(done: ReadableDone): void;
  reject(error: Refusal): void;
}

export class Readable {
  private worker: Worker | null = null;
  private readonly queue: Waiting[] = [];
  private running: Waiting | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private ids = 0;

  /** Throws Refusal when it takes too long or there is too much to do. */
  convert(html: string, url: string, whole: boolean): Promise<ReadableDone> {
    if (this.queue.length >= QUEUE_MAX)
      return Promise.reject(new Refusal("limit", "busy", "Too many pages are being read right now."));
    const { promise, resolve, reject } = Promise.withResolvers<ReadableDone>();
    this.queue.push({ id: ++this.ids, html: html.slice(0, HTML_LIMIT_CHARS), url, whole, resolve, reject });
    this.next();
    return promise;
  }

  close(): void {
    for (const job of [...(this.running ? [this.running] : []), ...this.queue.splice(0)]) job.reject(tooHard());
    this.running = null;
    this.stop();
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
    const { id, html, url, whole } = job;
    this.thread().postMessage({ id, html, url, whole } satisfies ReadableJob);
    this.timer = setTimeout(() => this.giveUp(), JOB_MS);
  }

  private rest(): void {
    if (!this.worker) return;
    this.timer = setTimeout(() => this.stop(), IDLE_MS);
    this.timer.unref();
  }

  private thread(): Worker {
    if (this.worker) return this.worker;
    const worker = new Worker(new URL("./readable-worker.ts", import.meta.url));
    worker.unref();
    worker.on("message", (done: ReadableDone) => {
      const job = this.running;
      if (job?.id !== done.id) return;
      this.running = null;
      job.resolve(done);
      this.next();
    });
    worker.on("error", () => this.worker === worker && this.giveUp());
    this.worker = worker;
    return worker;
  }

  private giveUp(): void {
    const job = this.running;
    this.running = null;
    this.stop();
    job?.reject(tooHard());
    this.next();
  }

  private stop(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    void this.worker?.terminate();
    this.worker = null;
  }
}

const tooHard = () =>
  new Refusal("unavailable", "cannot be read", "The page cannot be made readable; it took too long.");
