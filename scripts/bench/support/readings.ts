/** What a benchmark reads from the server's database. */
import type { BenchServer } from "./server.ts";

/** Postgres reports the WAL of a connection at the latest this long after it went idle. */
const STATS_DELAY_MS = 10_500;
const POLL_MS = 250;

/** WAL written so far, all of it: waits until every connection has reported. */
export async function walBytes(server: BenchServer): Promise<number> {
  await Bun.sleep(STATS_DELAY_MS);
  const [row] = await server.sql<{ bytes: number }[]>`select wal_bytes::int8 as bytes from pg_stat_wal`;
  return row!.bytes;
}

/** Waits until no run is open. */
export async function settled(server: BenchServer): Promise<void> {
  for (;;) {
    const [row] = await server.sql<{ open: number }[]>`
      select count(*)::int as open from runs where state in ('queued', 'running', 'waiting')`;
    if (row!.open === 0) return;
    await Bun.sleep(POLL_MS);
  }
}

/**
 * Waits until all that can be searched is in the search index. What was seeded came at once and keeps the server busy for
 * some time; in use parts come one by one. Throws after `deadline_ms`.
 */
export async function indexed({ sql }: BenchServer, deadline_ms: number): Promise<void> {
  const deadline = performance.now() + deadline_ms;
  for (;;) {
    const [row] = await sql<{ left: boolean }[]>`
      select exists (select from parts where not searched and state <> 'open') as left`;
    if (!row!.left) return;
    if (performance.now() > deadline) throw new Error("The search index is not filled in time.");
    await Bun.sleep(POLL_MS);
  }
}
