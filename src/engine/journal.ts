/**
 * The journal: one integer orders everything. `transact` commits rows and events together; the publisher hands events
 * on in seq order, from memory when the next number is at hand and from the database when it is not (acknowledgements
 * of a pool arrive out of commit order). Subscribers are called synchronously and must not throw or wait.
 */
import type { Sql, Tx } from "../db/sql.ts";
import type { JournalEvent, NewEvent } from "../domain/event.ts";
import { messageOf } from "../lib/errors.ts";
import type { Log } from "../lib/log.ts";
import { appendEvents, type Head, readEvents, readHead } from "../store/journal.ts";

export type Subscriber = (events: readonly JournalEvent[]) => void;

/** Events read from the database in one go while catching up. */
const READ_BATCH_ROWS = 2_000;
/** A commit whose acknowledgement was lost is found by this check at the latest. */
const CHECK_INTERVAL_MS = 5_000;
const RETRY_READ_MS = 250;
/** A flush of the process before us may still be on its way: its number must not be one of ours. */
const FLUSHES_APART = 1_000_000;

export class Journal {
  private readonly subscribers = new Set<Subscriber>();
  private last = 0;
  private reading: Promise<void> | null = null;
  private timer: ReturnType<typeof setInterval> | null = null;
  private again = false;
  private closed = false;
  private flushes = 0;
  epoch = "";

  constructor(
    private readonly sql: Sql,
    private readonly log: Log,
  ) {}

  async start(): Promise<void> {
    const head = await readHead(this.sql);
    this.last = head.seq;
    this.epoch = head.epoch;
    this.flushes = head.flushes + FLUSHES_APART;
    this.timer = setInterval(() => void this.catchUp(), CHECK_INTERVAL_MS);
    this.timer.unref();
  }

  async close(): Promise<void> {
    this.closed = true;
    if (this.timer) clearInterval(this.timer);
    await this.reading;
  }

  /** Highest seq that was handed to subscribers. */
  get published(): number {
    return this.last;
  }

  /** Number for the delta writer's next flush, greater than any that was stored. */
  nextFlush(): number {
    return ++this.flushes;
  }

  subscribe(subscriber: Subscriber): () => void {
    this.subscribers.add(subscriber);
    return () => this.subscribers.delete(subscriber);
  }

  async transact<T>(fn: (tx: Tx, emit: (event: NewEvent) => void) => Promise<T>): Promise<T> {
    const events: NewEvent[] = [];
    let lastSeq = 0;
    try {
      const result = await this.sql.begin(async (tx) => {
        const value = await fn(tx as unknown as Tx, (event) => events.push(event));
        if (events.length > 0) lastSeq = await appendEvents(tx as unknown as Tx, events, this.last);
        return value;
      });
      if (events.length > 0) this.offer(number(events, lastSeq));
      return result as T;
    } catch (error) {
      // The commit may have happened although its acknowledgement was lost.
      if (lastSeq > 0) void this.catchUp();
      throw error;
    }
  }

  /** Hands on committed events of one transaction. */
  offer(events: readonly JournalEvent[]): void {
    const first = events[0];
    if (!first || this.closed) return;
    if (this.reading === null && first.seq === this.last + 1) this.publish(events);
    else if (events[events.length - 1]!.seq > this.last) void this.catchUp();
  }

  /** Reads what was committed but not yet published. */
  catchUp(): Promise<void> {
    if (this.closed) return Promise.resolve();
    if (this.reading) this.again = true;
    else this.reading = this.readOn();
    return this.reading;
  }

  private async readOn(): Promise<void> {
    do {
      this.again = false;
      try {
        const events = await readEvents(this.sql, this.last, READ_BATCH_ROWS);
        if (events.length > 0) {
          this.publish(events);
          this.again = true;
        }
      } catch (error) {
        if (this.closed) break;
        this.log.warn("journal.read_failed", { error: messageOf(error) });
        await Bun.sleep(RETRY_READ_MS);
        this.again = !this.closed;
      }
    } while (this.again);
    // Cleared here and not in a later callback: an offer in between would be told that a read is under way.
    this.reading = null;
  }

  private publish(events: readonly JournalEvent[]): void {
    this.last = events[events.length - 1]!.seq;
    for (const subscriber of this.subscribers) {
      try {
        subscriber(events);
      } catch (error) {
        this.log.error("journal.subscriber_failed", { error });
      }
    }
  }
}

/** Rows read in one repeatable-read snapshot together with the journal head they belong to. */
export function snapshot<T>(sql: Sql, fn: (tx: Tx, head: Head) => Promise<T>): Promise<T> {
  return sql.begin("isolation level repeatable read read only", async (tx) => {
    const head = await readHead(tx as unknown as Tx);
    return fn(tx as unknown as Tx, head);
  }) as Promise<T>;
}

function number(events: readonly NewEvent[], lastSeq: number): JournalEvent[] {
  const first = lastSeq - events.length + 1;
  return events.map((e, i) => ({ ...e, seq: first + i }) as JournalEvent);
}
