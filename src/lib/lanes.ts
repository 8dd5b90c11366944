/** Keyed serial queues: work of one key runs one after another, keys run side by side. `drain` waits for empty and idle. */
export class Lanes {
  private readonly tails = new Map<string, Promise<void>>();

  /** Runs `work` when everything queued under `key` before it has ended; its failure does not stop the lane. */
  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.tails.get(key) ?? Promise.resolve();
    const result = before.then(work);
    const tail = result.then(
      () => {},
      () => {},
    );
    this.tails.set(key, tail);
    void tail.then(() => {
      if (this.tails.get(key) === tail) this.tails.delete(key);
    });
    return result;
  }

  get busy(): number {
    return this.tails.size;
  }

  /** Resolves once no lane has work, also work that was added while waiting. */
  async drain(): Promise<void> {
    while (this.tails.size > 0) await Promise.all(this.tails.values());
  }
}
