/** A command's output while it runs, as deltas of its part: what is seen is bounded, and the newest is kept. */
import type { Topic } from "../../domain/event.ts";
import { storable } from "../../lib/storable.ts";
import type { DeltaWriter } from "../deltas.ts";

/** Pieces of this time go out together. */
const GATHER_MS = 100;
/** So much may go out at once; of what waits longer, so much of the end is kept. */
const BURST_CHARS = 16_000;
const RATE_CHARS_PER_S = 8_000;
/** From here on only a trickle: a command that talks for an hour comes to 700 kB. */
const PLENTY_CHARS = 400_000;
const TRICKLE_CHARS_PER_S = 80;
/** A pause for less than this would cut lines to crumbs. */
const WORTH_CHARS = 800;

/** `push` never waits, and its work grows with the piece. The whole result takes the place of all this at the end. */
export class LiveOutput {
  /** Where the next delta begins in the part. */
  private offset = 0;
  private waiting = "";
  /** Characters before `waiting` that nobody will see here. */
  private skipped = 0;
  private allowance = BURST_CHARS;
  private allowedAt: number;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private ended = false;

  constructor(
    private readonly deltas: Pick<DeltaWriter, "push" | "flushed" | "full">,
    private readonly topic: Topic,
    private readonly partId: string,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.allowedAt = now();
  }

  push(piece: string): void {
    if (this.ended) return;
    this.waiting += piece;
    const over = this.waiting.length - BURST_CHARS;
    // Not sooner: each cut copies what it keeps.
    if (over > BURST_CHARS) {
      this.skipped += over;
      this.waiting = this.waiting.slice(over);
    }
    this.timer ??= setTimeout(() => this.send(), GATHER_MS);
  }

  /** Nothing is pushed any more, and what was is stored: the part can be closed. */
  async end(): Promise<void> {
    this.ended = true;
    if (this.timer !== null) clearTimeout(this.timer);
    await this.deltas.flushed();
  }

  private send(): void {
    this.timer = null;
    this.refill();
    const needed = Math.min(this.waiting.length, WORTH_CHARS);
    if (this.allowance < needed || this.deltas.full) {
      this.timer = setTimeout(() => this.send(), GATHER_MS);
      return;
    }
    const text = this.taken(Math.floor(this.allowance));
    this.deltas.push(this.topic, this.partId, this.offset, text);
    this.offset += text.length;
    this.allowance -= text.length;
  }

  private refill(): void {
    const now = this.now();
    const rate = this.offset < PLENTY_CHARS ? RATE_CHARS_PER_S : TRICKLE_CHARS_PER_S;
    this.allowance = Math.min(BURST_CHARS, this.allowance + ((now - this.allowedAt) / 1000) * rate);
    this.allowedAt = now;
  }

  /** What waits, or its newest lines where that is too much, and how much is missing before them. */
  private taken(room: number): string {
    let text = this.waiting;
    if (text.length > room) {
      text = text.slice(-room);
      const line = text.indexOf("\n") + 1;
      if (line < text.length) text = text.slice(line);
    }
    const missing = this.skipped + this.waiting.length - text.length;
    this.waiting = "";
    this.skipped = 0;
    const mark = `${this.offset === 0 ? "" : "\n"}[${missing} characters are not shown here]\n`;
    return storable(missing > 0 ? mark + text : text);
  }
}
