/**
 * Our side of the parser's process. One thing at a time, what somebody waits for before what is done in the background;
 * a process that hangs, dies or grows too large is replaced, and the file that it was at is known.
 */
import { messageOf } from "../../lib/errors.ts";
import { MARKER, signal } from "../agents/process-table.ts";
import { childEnvironment } from "../proc.ts";
import { Refusal } from "../refusal.ts";
import { MEMORY_LIMIT_BYTES } from "./extract.ts";
import type { Answer, Ask, FromParser, ToParser } from "./protocol.ts";

/** Without a sign of life this long it hangs: its own deadline for a file is much shorter. */
const HANG_MS = 12_000;
/** The same for what waits for a disk and not for a grammar. */
const SLOW_DISK_MS = 60_000;
const ON_DISK: ReadonlySet<Ask["kind"]> = new Set<Ask["kind"]>(["scan", "remember", "read"]);
/** It ends after this long without work, and gives its memory back. */
const IDLE_MS = 120_000;
/** One that is larger is replaced between two files. */
const RECYCLE_BYTES = MEMORY_LIMIT_BYTES / 2;
const QUEUE_MAX = 200;
const WORKER = new URL("./worker.ts", import.meta.url).pathname;

/** The process ended over a file; `path` is null when it was at none. */
export class ParserDied extends Error {
  constructor(readonly path: string | null) {
    super(path === null ? "the parser's process ended" : `the parser's process ended at ${path}`);
  }
}

interface Job {
  ask: Ask;
  when: 0 | 1;
  /** It was put back once because the process was gone before it began. */
  again: boolean;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}
type Child = Bun.Subprocess<"ignore", "ignore", "ignore">;

export class ParserProcess {
  private child: Child | null = null;
  private readonly queues: [urgent: Job[], background: Job[]] = [[], []];
  private running: (Job & { id: number; at: string | null }) | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private ids = 0;
  private closed = false;

  /** `marker` is that of our database's instance: what bears it is ended should our process die without a word. */
  constructor(private readonly options: { marker: string; worker?: string; hang_ms?: number }) {}

  /** Rejects with ParserDied when the process ended over it, with a Refusal for what it will not do. */
  ask<K extends Ask["kind"]>(ask: Extract<Ask, { kind: K }>, when: "now" | "background"): Promise<Answer[K]> {
    if (this.closed) return Promise.reject(new Refusal("unavailable", "stopping", "BooCode is stopping."));
    const place = when === "now" ? 0 : 1;
    const queue = this.queues[place];
    if (queue.length >= QUEUE_MAX)
      return Promise.reject(
        new Refusal("limit", "too much to parse", "Too many files wait to be parsed. Try again in a moment."),
      );
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    queue.push({ ask, when: place, again: false, resolve, reject });
    this.next();
    return promise as Promise<Answer[K]>;
  }

  /** Of the process that runs now; null while none does. */
  get pid(): number | null {
    return this.child?.pid ?? null;
  }

  async close(): Promise<void> {
    this.closed = true;
    const child = this.child;
    this.drop();
    const waiting = this.queues.flatMap((queue) => queue.splice(0));
    for (const job of waiting) job.reject(new Refusal("unavailable", "stopping", "BooCode is stopping."));
    await child?.exited;
  }

  private next(): void {
    if (this.running || this.closed) return;
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const job = this.queues[0].shift() ?? this.queues[1].shift();
    if (!job) {
      this.rest();
      return;
    }
    this.running = { ...job, id: ++this.ids, at: null };
    try {
      this.child ??= this.spawn();
      this.child.send({ ...job.ask, id: this.running.id } satisfies ToParser);
      this.watch();
    } catch (error) {
      if (this.child) this.died(this.child, "gone");
      else {
        this.running = null;
        job.reject(new Refusal("unavailable", "no parser", `The parser did not start: ${messageOf(error)}.`));
        this.next();
      }
    }
  }

  private spawn(): Child {
    const child: Child = Bun.spawn([process.execPath, "--smol", this.options.worker ?? WORKER], {
      cwd: import.meta.dir,
      env: childEnvironment({ [MARKER]: this.options.marker }),
      stdin: "ignore",
      stdout: "ignore",
      stderr: "ignore",
      detached: true, // a group of its own: what it starts (ripgrep) goes with it
      serialization: "advanced",
      ipc: (message: FromParser) => this.hear(child, message),
      onExit: () => this.died(child, "gone"),
    });
    child.unref();
    return child;
  }

  private hear(child: Child, message: FromParser): void {
    const job = this.running;
    if (child !== this.child || job?.id !== message.id) return;
    if ("at" in message) {
      job.at = message.at;
      this.watch();
      return;
    }
    this.running = null;
    if ("error" in message) job.reject(errorOf(message));
    else {
      job.resolve(message.answer);
      if (message.rss > RECYCLE_BYTES) this.drop();
    }
    this.next();
  }

  private watch(): void {
    if (this.timer) clearTimeout(this.timer);
    const { hang_ms = HANG_MS } = this.options;
    const limit = this.running && ON_DISK.has(this.running.ask.kind) ? SLOW_DISK_MS : hang_ms;
    this.timer = setTimeout(() => this.died(this.child, "hangs"), limit);
  }

  /** The next job gets a new process; so does this one when it had not begun. */
  private died(child: Child | null, how: "gone" | "hangs"): void {
    if (child !== this.child) return;
    const job = this.running;
    if (job && how === "gone" && job.at === null && !job.again) {
      this.running = null;
      this.queues[job.when].unshift({ ...job, again: true });
    }
    this.drop();
    this.next();
  }

  private rest(): void {
    if (!this.child) return;
    this.timer = setTimeout(() => this.drop(), IDLE_MS);
    this.timer.unref();
  }

  private drop(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const { child, running } = this;
    this.child = null;
    this.running = null;
    if (child) signal(-child.pid, "SIGKILL");
    running?.reject(new ParserDied(running.at));
  }
}

function errorOf({ error, code }: Extract<FromParser, { error: string }>): Error {
  return code === null ? new Error(error) : new Refusal(code as "invalid", "failed", error);
}
