/** Wakes whoever waits for a request, as soon as the journal tells that it ended; nobody polls. */
import type { JournalEvent } from "../domain/event.ts";
import type { Journal } from "./journal.ts";

export class Waiters {
  private readonly waiting = new Map<string, Set<() => void>>();

  constructor(journal: Pick<Journal, "subscribe">) {
    journal.subscribe((events) => this.hear(events));
  }

  /**
   * Resolves once this request has ended; register before its row is written, or its end may be missed. `stop` forgets
   * it.
   */
  on(requestId: string): { ended: Promise<void>; stop: () => void } {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const there = this.waiting.get(requestId) ?? new Set();
    this.waiting.set(requestId, there.add(resolve));
    const stop = () => {
      there.delete(resolve);
      if (there.size === 0) this.waiting.delete(requestId);
    };
    return { ended, stop };
  }

  private hear(events: readonly JournalEvent[]): void {
    if (this.waiting.size === 0) return;
    for (const event of events) {
      if (event.kind !== "request.changed" || event.payload.state === "open") continue;
      for (const wake of this.waiting.get(event.payload.request_id) ?? []) wake();
    }
  }
}
