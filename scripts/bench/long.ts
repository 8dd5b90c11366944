#!/usr/bin/env bun
/**
 * Bytes written and sent per token in short and long answers, of text and of one huge code block: they must be the same.
 *
 *   bun scripts/bench/long.ts [--tokens 100,5000,50000] [--rate 500]
 *
 * What every answer costs, whatever its length (message, run, its regions on the page), is measured with answers of one
 * token and taken off.
 */
import { parseArgs } from "node:util";
import { startEndpoint } from "./support/endpoint.ts";
import { type Figure, printFigures } from "./support/figures.ts";
import { machine } from "./support/proc.ts";
import { settled, walBytes } from "./support/readings.ts";
import { type BenchServer, makeSessions, startServer } from "./support/server.ts";
import { startWatcher, streamUrl } from "./support/watch.ts";

const { values } = parseArgs({
  options: { tokens: { type: "string", default: "100,5000,50000" }, rate: { type: "string", default: "500" } },
});

/** Tokens measured together, by answers of the same length one after another. */
const TOGETHER = 2_000;
const MAX_ANSWERS = 20;
/** Longest to shortest answer, bytes per token. */
const SAME = 1.25;

interface Bytes {
  wal: number;
  sse: number;
}

/** Bytes of one answer. */
async function answer(server: BenchServer, shape: string, tokens: number): Promise<Bytes> {
  const times = Math.min(MAX_ANSWERS, Math.max(1, Math.round(TOGETHER / tokens)));
  const [at] = await makeSessions(server, 1);
  await using watcher = startWatcher();
  await watcher.watch([{ url: streamUrl(server.url, at!, "html"), as: "html" }]);
  const before = await walBytes(server);
  for (let i = 0; i < times; i++) {
    await server.json("POST", `/chats/${at!.chat}/messages`, { text: `[[long:${shape},${tokens},${values.rate}]]` });
    await settled(server);
  }
  const wal = (await walBytes(server)) - before;
  const { streams } = await watcher.report();
  if (streams[0]!.dropped) throw new Error("the stream was dropped");
  return { wal: wal / times, sse: streams[0]!.bytes / times };
}

async function bench(server: BenchServer, shape: string): Promise<void> {
  const base = await answer(server, shape, 1);
  const lengths = values.tokens.split(",").map(Number);
  const figures: Figure[] = [];
  const rates: Bytes[] = [];
  for (const tokens of lengths) {
    const all = await answer(server, shape, tokens);
    const rate = { wal: (all.wal - base.wal) / (tokens - 1), sse: (all.sse - base.sse) / (tokens - 1) };
    rates.push(rate);
    figures.push({ name: `written per token, ${tokens} tokens`, value: rate.wal, unit: "B" });
    figures.push({ name: `sent per token, ${tokens} tokens`, value: rate.sse, unit: "B" });
  }
  for (const key of ["wal", "sse"] as const) {
    const [first, last] = [rates[0]![key], rates.at(-1)![key]];
    const name = key === "wal" ? "written: longest to shortest" : "sent: longest to shortest";
    figures.push({ name, value: last / first, unit: "×", target: SAME });
  }
  const fixed = `each answer besides: ${(base.wal / 1000).toFixed(0)} kB written, ${(base.sse / 1000).toFixed(0)} kB sent`;
  printFigures(`${shape}, ${values.rate} tokens/s; ${fixed}; load ${machine().load}`, figures);
}

await using llm = await startEndpoint("scripts/bench/support/long-llm.ts");
await using server = await startServer({ llm_url: llm.url });
for (const shape of ["text", "code"]) await bench(server, shape);
