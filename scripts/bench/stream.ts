#!/usr/bin/env bun
/**
 * Watched sessions that all stream at once: delays, CPU, WAL and bytes on the wire.
 *
 *   bun scripts/bench/stream.ts [--sessions 1,30,100] [--tokens 500] [--rate 50] [--repeat 3] [--as html|json] [--shape paragraphs|line]
 *                               [--ramp 3000]
 *
 * Four processes: the scripted endpoint (its tokens carry the time they were sent), the server, its Postgres, and a
 * watcher that reads one event stream a session. CPU is that of server and Postgres together. Sessions start one after
 * another within `ramp` milliseconds; 0 starts all of them at once. A first round of each is thrown away.
 */
import { parseArgs } from "node:util";
import { type Endpoint, startEndpoint } from "./support/endpoint.ts";
import { type Figure, median, percentile, printFigures } from "./support/figures.ts";
import { cpuSeconds, machine } from "./support/proc.ts";
import { settled, walBytes } from "./support/readings.ts";
import { type BenchServer, makeSessions, startServer } from "./support/server.ts";
import { startWatcher, streamUrl } from "./support/watch.ts";

const { values } = parseArgs({
  options: {
    sessions: { type: "string", default: "1,30,100" },
    tokens: { type: "string", default: "500" },
    rate: { type: "string", default: "50" },
    repeat: { type: "string", default: "3" },
    as: { type: "string", default: "html" },
    shape: { type: "string", default: "paragraphs" },
    ramp: { type: "string", default: "3000" },
  },
});

const PARAGRAPH_TOKENS = 25;

interface Sample {
  p50_ms: number;
  p99_ms: number;
  max_ms: number;
  first_ms: number;
  first_worst_ms: number;
  cpu_s: number;
  server_cpu_s: number;
  wal_mb: number;
  sse_bytes: number;
  messages: number;
  dropped: number;
  missing: number;
  foreign_cpu: number;
}

/** One answer: so many stamps, as paragraphs or as one line, at `rate` tokens a second. */
function script(tokens: number, rate: number, shape: string): string {
  const slow = `[[slow:${Math.round(1000 / rate)}]]`;
  if (shape === "line") return `${slow}[[stamps:${tokens}]]`;
  const whole = `[[stamps:${PARAGRAPH_TOKENS - 1}]][[json:"\\n\\n"]]`;
  return slow + whole.repeat(Math.ceil(tokens / PARAGRAPH_TOKENS));
}

async function measure(server: BenchServer, count: number): Promise<Sample> {
  const chats = await makeSessions(server, count);
  await using watcher = startWatcher();
  await watcher.watch(chats.map((at) => ({ url: streamUrl(server.url, at, values.as), as: values.as })));
  const before = await readings(server);
  const text = script(Number(values.tokens), Number(values.rate), values.shape);
  const gap_ms = Number(values.ramp) / count;
  const posts: Promise<unknown>[] = [];
  for (const { chat } of chats) {
    posts.push(server.json("POST", `/chats/${chat}/messages`, { text }));
    await Bun.sleep(gap_ms);
  }
  await Promise.all(posts);
  await settled(server);
  const cpu = cpuOf(server);
  const here = machine();
  const wal = await walBytes(server);
  const { streams } = await watcher.report();
  const delays = streams.flatMap((s) => s.delays);
  const firsts = streams.map((s) => s.delays[0] ?? Number.NaN);
  const tokens = Number(values.tokens) * count;
  const stamps = values.shape === "line" ? tokens : (tokens / PARAGRAPH_TOKENS) * (PARAGRAPH_TOKENS - 1);
  const ours = cpu.all - before.cpu.all;
  const busy = here.busy_s - before.machine.busy_s;
  return {
    p50_ms: percentile(delays, 0.5),
    p99_ms: percentile(delays, 0.99),
    max_ms: Math.max(...delays),
    first_ms: median(firsts),
    first_worst_ms: Math.max(...firsts),
    cpu_s: (ours / tokens) * 1000,
    server_cpu_s: ((cpu.server - before.cpu.server) / tokens) * 1000,
    wal_mb: ((wal - before.wal) / tokens) * 500 * 1e-6,
    sse_bytes: streams.reduce((sum, s) => sum + s.bytes, 0) / tokens,
    messages: streams.reduce((sum, s) => sum + s.messages, 0) / tokens,
    dropped: streams.filter((s) => s.dropped).length,
    missing: stamps - delays.length,
    foreign_cpu: (busy - ours) / (busy + here.idle_s - before.machine.idle_s),
  };
}

/** Seconds of the server alone, and with its Postgres, which may be a child of it or not. */
const cpuOf = ({ pid, postmaster }: BenchServer) => ({
  all: cpuSeconds([pid, postmaster]),
  server: cpuSeconds([pid], [postmaster]),
});

async function readings(server: BenchServer) {
  return {
    cpu: cpuOf(server),
    wal: await walBytes(server),
    machine: machine(),
  };
}

function figuresOf(count: number, samples: Sample[]): Figure[] {
  const of = (key: keyof Sample) => median(samples.map((s) => s[key]));
  const worst = (key: keyof Sample) => Math.max(...samples.map((s) => s[key]));
  const at = (target: number) => ({ target });
  const limits = count === 1 ? at(5) : count === 30 ? at(15) : {};
  const tail = count === 30 ? at(60) : count === 100 ? at(500) : {};
  return [
    { name: "delay p50", value: of("p50_ms"), unit: "ms", ...limits },
    { name: "delay p99", value: of("p99_ms"), unit: "ms", ...tail, note: `worst ${worst("max_ms").toFixed(0)} ms` },
    {
      name: "first token after the endpoint's",
      value: of("first_ms"),
      unit: "ms",
      target: 30,
      note: `slowest session ${of("first_worst_ms").toFixed(0)} ms`,
    },
    {
      name: "CPU per 1,000 tokens",
      value: of("cpu_s"),
      unit: "s",
      ...(count === 30 && at(0.3)),
      note: `server alone ${of("server_cpu_s").toFixed(3)} s`,
    },
    { name: "WAL per 500 tokens", value: of("wal_mb"), unit: "MB", ...(count === 30 && at(0.1)) },
    { name: "SSE bytes per token", value: of("sse_bytes"), unit: "B", note: `${of("messages").toFixed(2)} messages` },
    { name: "dropped streams", value: worst("dropped"), unit: "", target: 0 },
    { name: "stamps that never came", value: worst("missing"), unit: "", target: 0 },
    {
      name: "CPU used by others meanwhile",
      value: of("foreign_cpu") * 100,
      unit: "%",
      note: "with endpoint and watcher",
    },
  ];
}

async function bench(llm: Endpoint, count: number): Promise<void> {
  await using server = await startServer({ llm_url: llm.url });
  // Once as it is measured: code is compiled while it is first used, and a server stands for days, not for seconds.
  await measure(server, count);
  const samples: Sample[] = [];
  for (let i = 0; i < Number(values.repeat); i++) samples.push(await measure(server, count));
  const title = `${count} sessions × ${values.rate} tokens/s, ${values.tokens} tokens each (${values.shape}, ${values.as}, started within ${values.ramp} ms), median of ${samples.length}, load ${machine().load}`;
  printFigures(title, figuresOf(count, samples));
}

await using llm = await startEndpoint();
for (const count of values.sessions.split(",").map(Number)) await bench(llm, count);
