/** A small random generator that a seed repeats: for tests whose actions are chosen at random while a program runs. */
export class Seeded {
  private state: number;

  constructor(readonly seed: number) {
    this.state = seed >>> 0;
  }

  /** In [0, 1); mulberry32. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from `from` to `to`, both possible. */
  int(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.int(0, choices.length - 1)]!;
  }

  chance(p: number): boolean {
    return this.next() < p;
  }
}

/** SEED=… repeats one story; without it some fixed ones and one new one are told. */
export function seeds(fixed: readonly number[]): number[] {
  return process.env.SEED ? [Number(process.env.SEED)] : [...fixed, Math.floor(Math.random() * 2 ** 31)];
}
