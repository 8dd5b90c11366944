import type { TestApp } from "./app.ts";

/** Every page reads runs, and what is asked before a page begins reads none: it stands still until it is let go. */
export async function withRunsLocked<T>({ database }: TestApp, work: (letGo: () => void) => Promise<T>): Promise<T> {
  const locked = Promise.withResolvers<void>();
  const free = Promise.withResolvers<void>();
  const holding = database.sql.begin(async (tx) => {
    await tx`lock table runs in access exclusive mode`;
    locked.resolve();
    await free.promise;
  });
  await locked.promise;
  try {
    return await work(free.resolve);
  } finally {
    free.resolve();
    await holding;
  }
}
