#!/usr/bin/env bun
/**
 * Searching a million parts over HTTP: many kinds of questions, words from the most to the least usual, filters, pages,
 * typing errors. Also how fast rows are taken in, and what an answer's tokens wait for meanwhile (they must not).
 *
 *   bun scripts/bench/search.ts [--parts 1000000] [--home DIRECTORY] [--rounds 40]
 *
 * With --home the data directory is kept, and used again by the next call.
 */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Figure, median, percentile, printFigures } from "./support/figures.ts";
import { cpuSeconds, machine } from "./support/proc.ts";
import { indexed } from "./support/readings.ts";
import { seeded, seedSearch, wordOf } from "./support/seed-search.ts";
import { type BenchServer, newHome, startServer } from "./support/server.ts";

const { values } = parseArgs({
  options: {
    parts: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "40" },
    home: { type: "string" },
  },
});
const PARTS = Number(values.parts);
const ROUNDS = Number(values.rounds);
const TARGET_MS = 100;
const INDEX_DEADLINE_MS = 3_600_000;

const random = seeded(11);
const between = (from: number, to: number) => wordOf(from + Math.floor(random() * (to - from)));
const common = () => between(0, 20);
const usual = () => between(100, 1_000);
const rare = () => between(5_000, 29_000);
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
const q = (text: string, more = "") => `q=${encodeURIComponent(text)}${more}`;

/** Kinds of questions; each call makes a new one. */
const QUESTIONS: Record<string, () => string> = {
  "a common word": () => q(common()),
  "a usual word": () => q(usual()),
  "a rare word": () => q(rare()),
  "two common words": () => q(`${common()} ${common()}`),
  "a usual and a rare word": () => q(`${usual()} ${rare()}`),
  "a phrase": () => q(`"${common()} ${common()}"`),
  "a name in pieces": () => q(`${common()}_${usual()}`),
  "without a word": () => q(`${usual()} -${common()}`),
  "one of two": () => q(`${usual()} OR ${rare()}`),
  "a beginning": () => q(`${usual().slice(0, 5)}*`),
  "a part of a path": () => q(`src/${common()}`),
  "a path": () => q(`src/${usual()}/${usual()}`),
  "one number of a million": () => q(`number${Math.floor(random() * (PARTS / 5))}`),
  nothing: () => q(`${usual()}qqzx`),
  "a typing error": () => q(`view_fiel src/${usual()}`),
  "a common word, one kind": () => q(common(), `&kind=${pick(["title", "message", "tool", "file", "reasoning"])}`),
  "a common word, one model": () => q(common(), "&model=devstral"),
  "a usual word, role and time": () => q(usual(), "&role=user&age=month"),
  "a common word, the last day": () => q(common(), "&age=day"),
  "a common word, deep in pages": () => q(common(), `&cursor=w${Math.floor(random() * PARTS)}`),
};

const home = values.home ?? (await newHome());
const seeded_before = existsSync(`${home}/postgres/data`);
await using server = await startServer({ home });
try {
  await measure(server);
} finally {
  if (!values.home) {
    await server.stop();
    await Bun.$`rm -rf ${home}`;
  }
}

async function measure(server: BenchServer): Promise<void> {
  if (!seeded_before) {
    console.log(`writing ${PARTS.toLocaleString("en")} parts …`);
    await seedSearch(server, PARTS);
    await index(server);
    await server.sql`vacuum analyze`;
  }
  await sizes(server);
  const times = new Map<string, number[]>();
  const partly = new Map<string, number>();
  let cpu_before = 0;
  // One round is not counted: the cache of Postgres and the code are warm after it, as they are on a server that is used.
  for (let round = -1; round < ROUNDS; round++) {
    for (const [name, make] of Object.entries(QUESTIONS)) {
      const { took, unseen } = await ask(server, make(), round % 2 === 0 ? "application/json" : "text/html");
      if (round >= 0) times.set(name, [...(times.get(name) ?? []), took]);
      if (round >= 0 && unseen) partly.set(name, (partly.get(name) ?? 0) + 1);
    }
    if (round < 0) cpu_before = cpuSeconds([server.pid, server.postmaster]);
  }
  const cpu_ms = (1000 * (cpuSeconds([server.pid, server.postmaster]) - cpu_before)) / (ROUNDS * times.size);
  const all = [...times.values()].flat();
  const figures: Figure[] = [...times].map(([name, took]) => ({
    name,
    value: percentile(took, 0.95),
    unit: "ms",
    target: TARGET_MS,
    note: `median ${median(took).toFixed(1)}, worst ${Math.max(...took).toFixed(0)}, ${percent(partly.get(name) ?? 0, ROUNDS)} stopped early`,
  }));
  const stopped = [...partly.values()].reduce((sum, n) => sum + n, 0);
  const whole = { name: "all together", value: percentile(all, 0.95), unit: "ms", target: TARGET_MS };
  printFigures(`GET /search, p95 of ${ROUNDS} each, page and JSON in turns, load ${machine().load}`, [
    ...figures,
    {
      ...whole,
      note: `median ${median(all).toFixed(1)}, p99 ${percentile(all, 0.99).toFixed(0)}, ${percent(stopped, all.length)} stopped early`,
    },
    { name: "CPU of server and Postgres", value: cpu_ms, unit: "ms", note: "mean of a question" },
  ]);
}

function percent(part: number, of: number): string {
  return `${Math.round((100 * part) / of)} %`;
}

/** `unseen`: the answer says that there was no time for all rows. */
async function ask(server: BenchServer, query: string, accept: string): Promise<{ took: number; unseen: boolean }> {
  const since = performance.now();
  const response = await fetch(`${server.url}/search?${query}`, { headers: { accept, "accept-encoding": "identity" } });
  const body = await response.text();
  if (!response.ok) throw new Error(`${query} answered ${response.status}: ${body.slice(0, 300)}`);
  const took = performance.now() - since;
  return { took, unseen: /"unseen":[1-9]|older entries were not looked at yet/.test(body) };
}

async function index(server: BenchServer): Promise<void> {
  const { projects } = await server.json<{ projects: { id: string; name: string }[] }>("GET", "/projects");
  const since = performance.now();
  // A renaming wakes the index.
  await server.json("PATCH", `/projects/${projects[0]!.id}`, { name: projects[0]!.name });
  await indexed(server, INDEX_DEADLINE_MS);
  const took = (performance.now() - since) / 1000;
  printFigures("Taking in what was there", [
    { name: "parts a second", value: PARTS / took, unit: "", note: `${took.toFixed(0)} s in all` },
  ]);
}

async function sizes({ sql }: BenchServer): Promise<void> {
  const [row] = await sql<{ rows: number; parts: number; table: number; words: number; index: number }[]>`
    select (select count(*)::int from search_rows) as rows, (select count(*)::int from parts) as parts,
      pg_relation_size('search_rows') as table, pg_total_relation_size('search_rows') - pg_relation_size('search_rows')
        - pg_indexes_size('search_rows') as words, pg_relation_size('search_words') as index`;
  printFigures("The table", [
    { name: "parts", value: row!.parts, unit: "" },
    { name: "rows", value: row!.rows, unit: "" },
    { name: "rows without their words", value: row!.table / 1e6, unit: "MB" },
    { name: "words", value: row!.words / 1e6, unit: "MB" },
    { name: "index", value: row!.index / 1e6, unit: "MB" },
  ]);
}
