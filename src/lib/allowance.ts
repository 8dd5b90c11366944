/** A bucket of so many units that fills again by so many a second: a burst is fine, a flood is not. */
export class Allowance {
  private left: number;
  private at: number;

  constructor(
    private readonly burst: number,
    private readonly perSecond: number,
    private readonly now: () => number = Date.now,
  ) {
    this.left = burst;
    this.at = now();
  }

  /** Takes `units` if they are there. */
  take(units: number): boolean {
    const now = this.now();
    this.left = Math.min(this.burst, this.left + ((now - this.at) / 1000) * this.perSecond);
    this.at = now;
    if (units > this.left) return false;
    this.left -= units;
    return true;
  }
}
