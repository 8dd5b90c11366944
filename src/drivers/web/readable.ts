/**
 * Pages as readable Markdown, made in a thread: a page is a stranger's, and one that takes too long, or brings its thread
 * down, costs that thread.
 */
import { WorkerQueue } from "../../lib/worker-queue.ts";
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

export class Readable {
  private readonly queue = new WorkerQueue<Omit<ReadableJob, "id">, ReadableDone>(
    new URL("./readable-worker.ts", import.meta.url),
    { job_ms: JOB_MS, idle_ms: IDLE_MS, queue: QUEUE_MAX },
  );

  /** Throws Refusal when it takes too long or there is too much to do. */
  async convert(html: string, url: string, whole: boolean): Promise<ReadableDone> {
    if (this.queue.full) throw new Refusal("limit", "busy", "Too many pages are being read right now.");
    const done = await this.queue.run({ html: html.slice(0, HTML_LIMIT_CHARS), url, whole });
    if (typeof done === "string") throw tooHard();
    return done;
  }

  close(): void {
    this.queue.close();
  }
}

const tooHard = () =>
  new Refusal("unavailable", "cannot be read", "The page cannot be made readable; it took too long.");
