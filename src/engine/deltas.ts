/**
 * Writes the text of open parts: at once when quiet, gathered under load, all runs in one statement on a connection
 * with synchronous_commit off. What was seen survives the death of our process; a power cut may cost the last second.
 */
import type { Sql } from "../db/sql.ts";
import type { JournalEvent, NewEvent, Topic } from "../domain/event.ts";
import { isDatabaseAway } from "../lib/database-away.ts";
import { messageOf } from "../lib/errors.ts";
import type { Log } from "../lib/log.ts";
import { appendLight, type Delta, type LightRows } from "../store/journal.ts";
import type { Journal } from "./journal.ts";

/** Below this many pushes a window every delta is written at once. */
const QUIET_PUSHES = 12;
const WINDOW_MS = 50;
/** Under load one statement gathers what came in this time. */
const GATHER_MS = 20;
/** A database that is away costs at most this much memory before runs are told to wait. */
const MAX_PENDING_CHARS = 4_000_000;
const RETRY_MS = 200;
const CLOSE_TIMEOUT_S = 2;

/** What one statement will write, and who waits for it. */
class Batch {
  readonly deltas: Delta[] = [];
  /** By part: the delta that may still grow. */
  readonly growing = new Map<string, Delta>();
  /** Light events by key: a newer one of the same key replaces the one that was not written yet. */
  readonly events = new Map<string, NewEvent>();
  readonly waiting: (() => void)[] = [];
  chars = 0;

  get empty(): boolean {
    return this.deltas.length === 0 && this.events.size === 0;
  }
}

export class DeltaWriter {
  private next = new Batch();
  private scheduled = false;
  private writing: Promise<void> | null = null;
  private windowStart = 0;
  private pushes = 0;
  private lastWrite = 0;
  private closed = false;
  private readonly sql: Sql;
  private lost = 0;

  /** `connect` makes this writer's own connection, with synchronous_commit off; `close` ends it. */
  constructor(
    connect: (onclose: () => void) => Sql,
    private readonly journal: Journal,
    private readonly log: Log,
  ) {
    this.sql = connect(() => {
      this.lost++;
    });
  }

  /**
   * How often the connection was lost. A Postgres that crashed may have forgotten the newest deltas: who has the whole
   * text folds it then.
   */
  get losses(): number {
    return this.lost;
  }

  /** What is pushed from now on gets a greater number than this. */
  get position(): number {
    return this.journal.published;
  }

  /** Adds text at `offset` of a part; offsets of one part are contiguous. Never throws, never waits. */
  push(topic: Topic, partId: string, offset: number, text: string): void {
    const { next } = this;
    const grows = next.growing.get(partId);
    if (grows) grows.text += text;
    else {
      const delta: Delta = { topic, part_id: partId, offset, text };
      next.deltas.push(delta);
      next.growing.set(partId, delta);
    }
    next.chars += text.length;
    this.count();
    this.schedule();
  }

  /** Text that is pushed from now on goes to another delta: a fold ends where a delta ends. */
  seal(partId: string): void {
    this.next.growing.delete(partId);
  }

  /** Writes an event that nothing depends on (progress) with the next deltas; the newest of a key wins. */
  notice(key: string, event: NewEvent): void {
    this.next.events.set(key, event);
    this.schedule();
  }

  /** True while the database is away and memory for what it missed is used up; runs pause reading then. */
  get full(): boolean {
    return this.next.chars > MAX_PENDING_CHARS;
  }

  /** Resolves when all that was pushed so far is committed, whatever is pushed meanwhile. */
  async flushed(): Promise<void> {
    if (this.closed) return;
    if (this.next.empty) return this.writing ?? undefined;
    await new Promise<void>((resolve) => {
      this.next.waiting.push(resolve);
      this.schedule(true);
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.writing;
    for (const done of this.next.waiting) done();
    await this.sql.end({ timeout: CLOSE_TIMEOUT_S });
  }

  private count(): void {
    const now = performance.now();
    if (now - this.windowStart > WINDOW_MS) {
      this.windowStart = now;
      this.pushes = 0;
    }
    this.pushes++;
  }

  private schedule(now = false): void {
    if (this.writing || this.closed) return;
    if (now) {
      this.write();
      return;
    }
    if (this.scheduled) return;
    this.scheduled = true;
    const wait = this.pushes <= QUIET_PUSHES ? 0 : this.lastWrite + GATHER_MS - performance.now();
    if (wait <= 0) setImmediate(() => this.write());
    else setTimeout(() => this.write(), wait);
  }

  private write(): void {
    this.scheduled = false;
    if (this.writing || this.closed || this.next.empty) return;
    const batch = this.next;
    this.next = new Batch();
    this.lastWrite = performance.now();
    this.writing = this.writeAll({ deltas: batch.deltas, events: [...batch.events.values()] }).finally(() => {
      this.writing = null;
      for (const done of batch.waiting) done();
      if (!this.next.empty) this.schedule(this.next.waiting.length > 0);
    });
  }

  /**
   * After a lost connection the statement may have been committed, or may be later still: it is repeated under its
   * number, and whichever comes second is refused.
   */
  private async writeAll(rows: LightRows): Promise<void> {
    const flush = this.journal.nextFlush();
    for (let todo = rows; ; ) {
      try {
        const lastSeq = await appendLight(this.sql, flush, todo, this.journal.published);
        if (lastSeq === null) await this.journal.catchUp();
        else this.journal.offer(asEvents(todo, lastSeq));
        return;
      } catch (error) {
        if (this.closed) return;
        this.log.warn("deltas.write_failed", { error: messageOf(error), deltas: rows.deltas.length });
        // An event that the database does not take may not hold up everybody's text for ever.
        if (!isDatabaseAway(error)) todo = { deltas: rows.deltas, events: [] };
        await Bun.sleep(RETRY_MS);
      }
    }
  }
}

function asEvents({ deltas, events }: LightRows, lastSeq: number): JournalEvent[] {
  const first = lastSeq - deltas.length - events.length + 1;
  const texts = deltas.map(({ topic, part_id, offset, text }, i): JournalEvent => {
    return { seq: first + i, topic, kind: "part.delta", payload: { part_id, offset, text } };
  });
  return [...texts, ...events.map((e, i) => ({ ...e, seq: first + deltas.length + i }) as JournalEvent)];
}
