/**
 * Jobs for one thread, one after another. A job that takes too long, or brings the thread down, costs that thread and is
 * given up; the next one gets a new thread, and one without work ends.
 */
import { Worker } from "node:worker_threads";

export interface WorkerLimits {
  /** What one job may take, milliseconds. */
  job_ms: number;
  /** The thread ends after this long without work, milliseconds. */
  idle_ms: number;
  /** Jobs that may wait. */
  queue: number;
}

/** Why there is no answer. */
export type NoAnswer = "given_up" | "closed";

interface Waiting<Job, Done> {
  id: number;
  job: Job;
  resolve(done: Done | NoAnswer): void;
}

/** The worker gets `{ id, ...job }` and answers with an object of the same id. */
export class WorkerQueue<Job extends object, Done extends { id: number }> {
  private worker: Worker | null = null;
  private readonly queue: Waiting<Job, Done>[] = [];
  private running: Waiting<Job, Done> | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private ids = 0;

  constructor(
    private readonly script: URL,
    private readonly limits: WorkerLimits,
  ) {}

  get full(): boolean {
    return this.queue.length >= this.limits.queue;
  }

  /** Never rejects. Who asks looks at `full` first. */
  run(job: Job): Promise<Done | NoAnswer> {
    const { promise, resolve } = Promise.withResolvers<Done | NoAnswer>();
    this.queue.push({ id: ++this.ids, job, resolve });
    this.next();
    return promise;
  }

  /** Ends the thread, and all that waits. */
  close(): void {
    this.stop();
    const waiting = [...(this.running ? [this.running] : []), ...this.queue.splice(0)];
    this.running = null;
    for (const { resolve } of waiting) resolve("closed");
  }

  private next(): void {
    if (this.running) return;
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const next = this.queue.shift();
    if (!next) {
      this.rest();
      return;
    }
    this.running = next;
    this.thread().postMessage({ ...next.job, id: next.id });
    this.timer = setTimeout(() => this.giveUp(), this.limits.job_ms);
  }

  private rest(): void {
    if (!this.worker) return;
    this.timer = setTimeout(() => this.stop(), this.limits.idle_ms);
    this.timer.unref();
  }

  private thread(): Worker {
    if (this.worker) return this.worker;
    const worker = new Worker(this.script);
    worker.unref();
    worker.on("message", (done: Done) => {
      const { running } = this;
      if (running?.id !== done.id) return;
      this.running = null;
      running.resolve(done);
      this.next();
    });
    worker.on("error", () => this.worker === worker && this.giveUp());
    this.worker = worker;
    return worker;
  }

  private giveUp(): void {
    const { running } = this;
    this.running = null;
    this.stop();
    running?.resolve("given_up");
    this.next();
  }

  private stop(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    void this.worker?.terminate();
    this.worker = null;
  }
}
