/**
 * One timer for all streams: due times are rounded up to ticks, and a single timeout sleeps until the next tick that has
 * work. A hundred streams of fifty tokens a second would otherwise cost five thousand timers a second.
 */
const TICK_MS = 2;
const SLOTS = 1024;
const HORIZON_MS = TICK_MS * (SLOTS - 2);

export class Wheel {
  #slots: (() => void)[][] = Array.from({ length: SLOTS }, () => []);
  #done = this.#tick();
  #waiting = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #wakes_at = Infinity;

  /** Runs `fn` at `due_ms` on the performance.now() clock, never earlier. */
  at(due_ms: number, fn: () => void): void {
    const now = performance.now();
    if (due_ms - now > HORIZON_MS) {
      setTimeout(() => this.at(due_ms, fn), HORIZON_MS / 2);
      return;
    }
    if (this.#waiting === 0) this.#done = this.#tick();
    const slot = Math.max(Math.ceil(due_ms / TICK_MS), this.#done + 1);
    this.#slots[slot % SLOTS]!.push(fn);
    this.#waiting++;
    if (slot < this.#wakes_at) this.#sleepUntil(slot);
  }

  #tick(): number {
    return Math.floor(performance.now() / TICK_MS);
  }

  #sleepUntil(slot: number): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#wakes_at = slot;
    this.#timer = setTimeout(() => this.#run(), Math.max(0, slot * TICK_MS - performance.now()));
  }

  #run(): void {
    this.#timer = null;
    this.#wakes_at = Infinity;
    const now = this.#tick();
    while (this.#done < now && this.#waiting > 0) {
      const slot = ++this.#done % SLOTS;
      const due = this.#slots[slot]!;
      if (due.length === 0) continue;
      this.#slots[slot] = [];
      this.#waiting -= due.length;
      for (const fn of due) fn();
    }
    if (this.#waiting === 0) return;
    let next = this.#done + 1;
    while (this.#slots[next % SLOTS]!.length === 0) next++;
    if (next < this.#wakes_at) this.#sleepUntil(next);
  }
}
