/** One timer for the next thing that time does to a request: it expires, or comes back from its snooze. */
import { untilNextDue } from "../store/requests.ts";
import { settleDue } from "./answers.ts";
import type { Core } from "./core.ts";

/** Timers of a browser engine hold 24 days at most; looking once an hour also survives a clock that is set. */
const LOOK_AT_LEAST_MS = 3_600_000;
const RETRY_MS = 5_000;

export class RequestClock {
  private timer: ReturnType<typeof setTimeout> | null = null;
  private looking: Promise<void> | null = null;
  private again = false;
  private closed = false;

  constructor(private readonly core: () => Core) {}

  /** Something with a time was asked, or snoozed; never waits. */
  look(): void {
    if (this.closed) return;
    if (this.looking) this.again = true;
    else this.looking = this.settle();
  }

  async close(): Promise<void> {
    this.closed = true;
    if (this.timer) clearTimeout(this.timer);
    await this.looking;
  }

  private async settle(): Promise<void> {
    let wait: number | null = RETRY_MS;
    try {
      do {
        this.again = false;
        await settleDue(this.core());
        wait = await untilNextDue(this.core().sql);
      } while (this.again && !this.closed);
    } catch (error) {
      this.core().log.warn("requests.clock_failed", { error });
    }
    // Cleared here and not in a later callback: a look in between would be told that one is under way.
    this.looking = null;
    this.arm(wait);
  }

  private arm(wait: number | null): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    if (this.closed || wait === null) return;
    this.timer = setTimeout(() => this.look(), Math.max(1, Math.min(wait, LOOK_AT_LEAST_MS)));
    this.timer.unref();
  }
}
