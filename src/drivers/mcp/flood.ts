/** How much a server may say that nobody asked for. */
import { Refusal } from "../refusal.ts";

/** A window of time, and what a server may send in one: more is a fault or an attack, and our time is for others. */
const WINDOW_MS = 10_000;
const MESSAGES_MAX = 20_000;
/** Notifications of one second that are looked at; a progress bar needs no more. */
const SECOND_MS = 1_000;
const HEARD_MAX = 100;

export class Flood {
  private messages = 0;
  private windowFrom: number;
  private heard = 0;
  private secondFrom: number;

  constructor(private readonly now: () => number = () => performance.now()) {
    this.windowFrom = now();
    this.secondFrom = this.windowFrom;
  }

  /** One that nobody asked for came in: whether it is to be looked at. Throws Refusal when there were too many. */
  hears(count = 1): boolean {
    const now = this.now();
    if (now - this.windowFrom >= WINDOW_MS) {
      this.windowFrom = now;
      this.messages = 0;
    }
    if (now - this.secondFrom >= SECOND_MS) {
      this.secondFrom = now;
      this.heard = 0;
    }
    this.messages += count;
    if (this.messages > MESSAGES_MAX)
      throw new Refusal(
        "limit",
        "it floods",
        `It sent more than ${MESSAGES_MAX} messages in ${WINDOW_MS / 1000} s that nobody asked for, and was ended.`,
      );
    return this.heard++ < HEARD_MAX;
  }
}
