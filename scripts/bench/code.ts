#!/usr/bin/env bun
/**
 * Code intelligence on a repository of 10,000 files: the first index and what it costs a stream meanwhile, an edit, and
 * each tool. A stream is a row every 20 ms, as the delta writer makes them, and the event loop that everybody shares.
 *
 *   bun scripts/bench/code.ts [--files 10000] [--rounds 20]
 */
import { appendFile, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startEmbedded } from "../../src/db/embedded.ts";
import { migrate } from "../../src/db/migrate.ts";
import { connect, type Sql } from "../../src/db/sql.ts";
import type { ToolContext } from "../../src/domain/tool.ts";
import { codeAccess } from "../../src/engine/code/access.ts";
import { CodeIndex } from "../../src/engine/code/trees.ts";
import type { Core } from "../../src/engine/core.ts";
import { callTool } from "../../src/engine/tools/define.ts";
import { readTools } from "../../src/engine/tools/registry.ts";
import { createLog } from "../../src/lib/log.ts";
import { writeCodeTree } from "./support/code-tree.ts";
import { type Figure, median, percentile, printFigures } from "./support/figures.ts";
import { machine } from "./support/proc.ts";
import { newHome } from "./support/server.ts";

const { values } = parseArgs({
  options: { files: { type: "string", default: "10000" }, rounds: { type: "string", default: "20" } },
});
const FILES = Number(values.files);
const ROUNDS = Number(values.rounds);
const DELTA_EVERY_MS = 20;
const TICK_MS = 5;

const home = await newHome();
const root = await realpath(await mkdtemp(join(tmpdir(), "boo-bench-code-")));
const log = createLog("warn");
const embedded = await startEmbedded(home, log);
const sql = connect(embedded.target);
const index = new CodeIndex({ sql, log, journal: { subscribe: () => () => {} } as never, instance: "bench" });
try {
  await migrate(sql);
  await measure();
} finally {
  await index.close();
  await sql.end({ timeout: 1 });
  await embedded.stop();
  await rm(root, { recursive: true, force: true });
  await rm(home, { recursive: true, force: true });
}
process.exit(0);

async function measure(): Promise<void> {
  const tree = await writeCodeTree(root, FILES);
  await Bun.$`git init -q && git add -A && git -c user.name=b -c user.email=b@b commit -qm all`.cwd(root).quiet();
  await sql`insert into projects ${sql({ id: "bench", path: root, name: "bench" })}`;
  await sql`create table bench_deltas (id bigint generated always as identity, text text)`;
  const quick = connect(embedded.target, { max: 1, asynchronous_commit: true });
  await quick`select 1`;

  const idle = await beside(quick, () => Bun.sleep(4_000));
  const wal = await walBytes(sql);
  const began = performance.now();
  const busy = await beside(quick, firstIndex);
  const took = (performance.now() - began) / 1000;
  const written = (await walBytes(sql)) - wal;
  const [size] = await sql<{ bytes: number }[]>`
    select sum(pg_total_relation_size(oid))::int8 as bytes from pg_class where relname like 'code\\_%' and relkind = 'r'`;
  const [symbols] = await sql<{ n: number }[]>`select count(*)::int8 as n from code_symbols`;

  printFigures(`First index of ${tree.files} files, ${(tree.bytes / 1e6).toFixed(0)} MB, load ${machine().load}`, [
    { name: "first index", value: took, unit: "s", target: 60, note: `${symbols!.n} symbols` },
    ...compared("a stream's row, p95", idle.rows, busy.rows, 0.95),
    ...compared("a stream's row, p99", idle.rows, busy.rows, 0.99),
    ...compared("event loop held up, p99", idle.lag, busy.lag, 0.99),
    { name: "event loop held up, worst", value: Math.max(...busy.lag), unit: "ms" },
    { name: "in the database", value: size!.bytes / 1e6, unit: "MB" },
    { name: "write-ahead log", value: written / 1e6, unit: "MB" },
  ]);
  printFigures("Afterwards", [await edits(), ...(await tools())]);
  await quick.end();
}

async function firstIndex(): Promise<void> {
  for (;;) {
    const { state } = await index.ready("bench", root, new AbortController().signal);
    if (state.error) throw new Error(state.error);
    if (state.current) return;
  }
}

/** Latencies of a stream's rows, and how long the event loop was held up, while something else goes on. */
async function beside(quick: Sql, work: () => Promise<void>): Promise<{ rows: number[]; lag: number[] }> {
  const rows: number[] = [];
  const lag: number[] = [];
  let over = false;
  let last = performance.now();
  const ticking = setInterval(() => {
    const now = performance.now();
    lag.push(Math.max(0, now - last - TICK_MS));
    last = now;
  }, TICK_MS);
  const streaming = (async () => {
    while (!over) {
      const since = performance.now();
      await quick`insert into bench_deltas (text) values ('a few words of an answer')`;
      rows.push(performance.now() - since);
      await Bun.sleep(DELTA_EVERY_MS);
    }
  })();
  await work();
  over = true;
  clearInterval(ticking);
  await streaming;
  return { rows, lag };
}

function compared(name: string, idle: readonly number[], busy: readonly number[], share: number): Figure[] {
  const note = `${percentile(idle, share).toFixed(1)} ms without`;
  return [{ name, value: percentile(busy, share), unit: "ms", note }];
}

async function edits(): Promise<Figure> {
  const times: number[] = [];
  for (let n = 0; n < ROUNDS; n++) {
    await appendFile(join(root, "area0/part0", `file${n % 9}.ts`), `\nexport function edited${n}() {}\n`);
    index.touch();
    const since = performance.now();
    const { text } = await call("search_symbols", { query: `edited${n}` });
    times.push(performance.now() - since);
    if (!text.includes(`edited${n}`)) throw new Error(`an edit was not seen: ${text}`);
  }
  const note = `median ${median(times).toFixed(0)}, worst ${Math.max(...times).toFixed(0)}`;
  return { name: "an edit, until it is found", value: percentile(times, 0.95), unit: "ms", target: 200, note };
}

async function tools(): Promise<Figure[]> {
  const [some] = await sql<{ name: string }[]>`select name from code_symbols where kind = 'class' limit 1`;
  const path = "area0/part0/file0.ts";
  const asked: [string, string, object, number?][] = [
    ["search_symbols, a whole name", "search_symbols", { query: some!.name }, 30],
    ["search_symbols, a part of many", "search_symbols", { query: "str" }, 30],
    ["search_symbols, two letters", "search_symbols", { query: "ba" }, 30],
    ["search_symbols, nothing", "search_symbols", { query: "zqxzqx" }],
    ["get_symbol_info", "get_symbol_info", { name: some!.name }],
    ["get_file_analysis", "get_file_analysis", { path }],
    ["get_dependencies", "get_dependencies", { path }],
    ["get_dependencies, two levels", "get_dependencies", { path, depth: 2 }],
    ["get_semantic_neighborhoods", "get_semantic_neighborhoods", { path }],
    ["get_framework_analysis", "get_framework_analysis", {}],
    ["get_codebase_overview", "get_codebase_overview", {}],
    ["watch_changes (looks at the disk)", "watch_changes", {}],
  ];
  const figures: Figure[] = [];
  for (const [name, tool, args, target] of asked) {
    await call(tool, args);
    const times: number[] = [];
    for (let n = 0; n < ROUNDS; n++) times.push((await call(tool, args)).ms);
    const note = `median ${median(times).toFixed(1)}`;
    figures.push({ name, value: percentile(times, 0.95), unit: "ms", note, ...(target !== undefined && { target }) });
  }
  return figures;
}

async function call(name: string, args: object): Promise<{ text: string; ms: number }> {
  const scope = { root, grants: [] };
  const core = { sql, code: index } as unknown as Core;
  const context: ToolContext = {
    ...scope,
    signal: new AbortController().signal,
    outputs: { save: async () => "o1", read: async () => null },
    code: codeAccess({ core, project: "bench", scope }),
    report: (error) => {
      throw error;
    },
  };
  const since = performance.now();
  const outcome = await callTool(readTools(), context, { id: "1", name, arguments: JSON.stringify(args) });
  return { text: outcome.text, ms: performance.now() - since };
}

/** Written so far; the counter of the server itself, so that no connection's report is waited for. */
async function walBytes(db: Sql): Promise<number> {
  const [row] = await db<{ bytes: number }[]>`select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::int8 as bytes`;
  return row!.bytes;
}
