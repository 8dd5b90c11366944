/** Counts failures by key and says when the next try is allowed. Bounded: the oldest key is forgotten first. */
export interface AttemptLimits {
  /** Failures after which a pause begins. */
  tries: number;
  /** Length of the pause, and how long a failure is remembered, milliseconds. */
  pause_ms: number;
  keys: number;
}

export interface Attempts {
  /** Milliseconds until `key` may try again; 0 now. */
  waitFor(key: string): number;
  /** Counts a failure; returns the tries left before a pause. */
  fail(key: string): number;
  succeed(key: string): void;
}

export function createAttempts(limits: AttemptLimits, now: () => number = Date.now): Attempts {
  const failures = new Map<string, { count: number; until: number }>();
  const live = (key: string) => {
    const entry = failures.get(key);
    if (entry && entry.until <= now()) failures.delete(key);
    return failures.get(key);
  };
  return {
    waitFor(key) {
      const entry = live(key);
      return entry && entry.count >= limits.tries ? entry.until - now() : 0;
    },
    fail(key) {
      const count = (live(key)?.count ?? 0) + 1;
      failures.delete(key);
      failures.set(key, { count, until: now() + limits.pause_ms });
      const oldest = failures.keys().next().value;
      if (failures.size > limits.keys && oldest !== undefined) failures.delete(oldest);
      return Math.max(0, limits.tries - count);
    },
    succeed(key) {
      failures.delete(key);
    },
  };
}
