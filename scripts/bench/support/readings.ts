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
