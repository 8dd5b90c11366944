#!/usr/bin/env bun
/**
 * Memory as PSS, server alone and with its Postgres: idle after a start, and over minutes of watched sessions.
 *
 *   bun scripts/bench/memory.ts [--minutes 2] [--sessions 30] [--rate 50]
 *
 * Growth is that of the second half: in the first one caches fill and code is compiled.
 */
import { parseArgs } from "node:util";
import { startEndpoint } from "./support/endpoint.ts";
import { median, printFigures } from "./support/figures.ts";
import { machine, pssMb, rssMb } from "./support/proc.ts";
import { settled } from "./support/readings.ts";
import { type BenchServer, makeSessions, startServer } from "./support/server.ts";
import { startWatcher, streamUrl } from "./support/watch.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "2" },
    sessions: { type: "string", default: "30" },
    rate: { type: "string", default: "50" },
  },
});
const MAX_MINUTES = 10;
const SETTLE_MS = 8_000;
const SAMPLE_MS = 2_000;
const TOKENS = 500;
/** Answers in a chat before another takes its place. */
const ANSWERS = 3;

const minutes = Math.min(MAX_MINUTES, Number(values.minutes));

type Sample = [seconds: number, server_mb: number, with_postgres_mb: number];

/** New sessions, a few answers each, then others: the load stays the same however long it goes on. */
async function load(server: BenchServer): Promise<Sample[]> {
  const start = performance.now();
  const until = start + minutes * 60_000;
  const samples: Sample[] = [];
  const seconds = () => (performance.now() - start) / 1000;
  const sampler = setInterval(
    () => samples.push([seconds(), pssMb([server.pid], [server.postmaster]), pssMb([server.pid, server.postmaster])]),
    SAMPLE_MS,
  );
  while (performance.now() < until) await episode(server);
  clearInterval(sampler);
  return samples;
}

async function episode(server: BenchServer): Promise<void> {
  const chats = await makeSessions(server, Number(values.sessions));
  await using watcher = startWatcher();
  await watcher.watch(chats.map((at) => ({ url: streamUrl(server.url, at, "html"), as: "html" })));
  const text = `[[slow:${1000 / Number(values.rate)}]]${'[[stamps:24]][[json:"\\n\\n"]]'.repeat(TOKENS / 25)}`;
  const turn_ms = (TOKENS / Number(values.rate)) * 1000;
  for (let i = 0; i < ANSWERS; i++) {
    for (const { chat } of chats) {
      await server.json("POST", `/chats/${chat}/messages`, { text });
      await Bun.sleep(turn_ms / 10 / chats.length);
    }
    await Bun.sleep(turn_ms);
  }
  await settled(server);
  const { streams } = await watcher.report();
  if (streams.some((s) => s.dropped)) throw new Error("a stream was dropped");
}

await using llm = await startEndpoint();
await using server = await startServer({ llm_url: llm.url });
await Bun.sleep(SETTLE_MS);
const idle = [pssMb([server.pid], [server.postmaster]), pssMb([server.pid, server.postmaster])] as const;
const rss = rssMb(server.pid);
await fetch(`${server.url}/`, { headers: { accept: "text/html" } }).then((r) => r.text());
const page = pssMb([server.pid], [server.postmaster]);
const samples = await load(server);
const quarter = (n: number, column: 1 | 2) => {
  const size = Math.floor(samples.length / 4);
  return median(samples.slice((n - 1) * size, n * size).map((s) => s[column]));
};
printFigures(
  `Memory (PSS), then ${minutes} min of ${values.sessions} sessions × ${values.rate} tokens/s; load ${machine().load}`,
  [
    {
      name: "idle, server",
      value: idle[0],
      unit: "MB",
      target: 70,
      note: `resident ${rss.toFixed(0)} MB: PSS shares the runtime with other Bun processes`,
    },
    { name: "idle, with Postgres", value: idle[1], unit: "MB", target: 120 },
    { name: "after the first page", value: page, unit: "MB" },
    {
      name: "under load, server",
      value: quarter(4, 1),
      unit: "MB",
      note: `most ${Math.max(...samples.map((s) => s[1])).toFixed(0)} MB`,
    },
    { name: "under load, with Postgres", value: quarter(4, 2), unit: "MB" },
    { name: "growth of the second half, server", value: quarter(4, 1) - quarter(3, 1), unit: "MB", target: 5 },
    { name: "growth of the second half, with Postgres", value: quarter(4, 2) - quarter(3, 2), unit: "MB", target: 10 },
  ],
);
console.log(
  `  ${samples
    .filter((_, i) => i % Math.ceil(samples.length / 16) === 0)
    .map(([s, a, b]) => `${s.toFixed(0)}s ${a.toFixed(0)}/${b.toFixed(0)}`)
    .join("  ")}`,
);
