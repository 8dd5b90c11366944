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

export class DeltaWriter {
  private pending = new Map<string, Delta>();
  /** Light events by key: a newer one of the same key replaces the one that was not written yet. */
  private events = new Map<string, NewEvent>();
  private pendingChars = 0;
  private scheduled = false;
  private writing: Promise<void> | null = null;
  private windowStart = 0;
  private pushes = 0;
  private lastWrite = 0;
  private idle: (() => void)[] = [];
  private closed = false;

  /** `sql` is this writer's own connection, with synchronous_commit off; `close` ends it. */
  constructor(
    private readonly sql: Sql,
    private readonly journal: Journal,
    private readonly log: Log,
  ) {}

  /** Adds text at `offset` of a part; offsets of one part are contiguous. Never throws, never waits. */
  push(topic: Topic, partId: string, offset: number, text: string): void {
    const open = this.pending.get(partId);
    if (open) open.text += text;
    else this.pending.set(partId, { topic, part_id: partId, offset, text });
    this.pendingChars += text.length;
    this.count();
    this.schedule();
  }

  /** Writes an event that nothing depends on (progress) with the next deltas; the newest of a key wins. */
  notice(key: string, event: NewEvent): void {
    this.events.set(key, event);
    this.schedule();
  }

  private get empty(): boolean {
    return this.pending.size === 0 && this.events.size === 0;
  }

  /** True while the database is away and memory for what it missed is used up; runs pause reading then. */
  get full(): boolean {
    return this.pendingChars > MAX_PENDING_CHARS;
  }

  /** Resolves when all that was pushed so far is committed. */
  async flushed(): Promise<void> {
    if (this.empty && !this.writing) return;
    await new Promise<void>((resolve) => {
      this.idle.push(resolve);
      this.schedule(true);
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.writing;
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
    if (this.writing) return;
    this.writing = this.writeAll().finally(() => {
      this.writing = null;
      if (!this.empty) this.schedule(this.idle.length > 0);
      else for (const done of this.idle.splice(0)) done();
    });
  }

  private async writeAll(): Promise<void> {
    const batch: LightRow[] = [...this.pending.values(), ...this.events.values()];
    if (batch.length === 0) return;
    this.pending = new Map();
    this.events = new Map();
    this.pendingChars = 0;
    this.lastWrite = performance.now();
    let todo = batch;
    while (todo.length > 0) {
      try {
        const lastSeq = await appendLight(this.sql, todo);
        this.journal.offer(asEvents(todo, lastSeq));
        return;
      } catch (error) {
        if (this.closed) return;
        this.log.warn("deltas.write_failed", { error: messageOf(error), parts: todo.length });
        await Bun.sleep(RETRY_MS);
        todo = await this.unwritten(todo);
      }
    }
  }

  /** After a lost connection the statement may or may not have been committed: go on where the database ends. */
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
