/**
 * Writes the text of open parts: at once when quiet, gathered under load, all runs in one statement on a connection
 * with synchronous_commit off. What was seen survives the death of our process; a power cut may cost the last second.
 */
import type { Sql } from "../db/sql.ts";
import type { JournalEvent, NewEvent, Topic } from "../domain/event.ts";
import { messageOf } from "../lib/errors.ts";
import type { Log } from "../lib/log.ts";
import { appendLight, type Delta, isDelta, type LightRow, storedEnd } from "../store/journal.ts";
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
    this.writing = this.writeAll([...batch.deltas, ...batch.events.values()]).finally(() => {
      this.writing = null;
      for (const done of batch.waiting) done();
      if (!this.next.empty) this.schedule(this.next.waiting.length > 0);
    });
  }

  private async writeAll(batch: LightRow[]): Promise<void> {
    let todo = batch;
    while (todo.length > 0) {
      try {
        const lastSeq = await appendLight(this.sql, todo, this.journal.published);
        this.journal.offer(asEvents(todo, lastSeq));
        return;
      } catch (error) {
        if (this.closed) return;
        this.log.warn("deltas.write_failed", { error: messageOf(error), rows: todo.length });
        await Bun.sleep(RETRY_MS);
        todo = await this.unwritten(todo);
      }
    }
  }

  /**
   * After a lost connection the statement may or may not have been committed: go on where the database ends. One that
   * commits later than we look meets the unique index of deltas and fails.
   */
  private async unwritten(batch: LightRow[]): Promise<LightRow[]> {
    try {
      const rest: LightRow[] = [];
      for (const d of batch) {
        if (!isDelta(d)) continue;
        if ((await storedEnd(this.sql, d.part_id)) < d.offset + d.text.length) rest.push(d);
      }
      void this.journal.catchUp();
      return rest;
    } catch {
      return batch;
    }
  }
}

function asEvents(rows: readonly LightRow[], lastSeq: number): JournalEvent[] {
  const first = lastSeq - rows.length + 1;
  return rows.map((row, i) =>
    isDelta(row)
      ? {
          seq: first + i,
          topic: row.topic,
          kind: "part.delta",
          payload: { part_id: row.part_id, offset: row.offset, text: row.text },
        }
      : ({ ...row, seq: first + i } as JournalEvent),
  );
}
