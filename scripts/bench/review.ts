#!/usr/bin/env bun
/**
 * The review at its sizes: a change set of 213 files and 20,000 lines, one of 5,000 files, one file of 50,000 lines; what
 * opening each costs, how long a verdict takes, and an apply.
 *
 *   bun scripts/bench/review.ts [--repeat 15] [--files 5000]
 */
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import type { ChangePage } from "../../src/domain/change.ts";
import { type Proposer, propose } from "../../src/engine/changes/propose.ts";
import { Journal } from "../../src/engine/journal.ts";
import { Lanes } from "../../src/lib/lanes.ts";
import { createLog } from "../../src/lib/log.ts";
import { urls } from "../../views/urls.ts";
import { type Figure, median, percentile, printFigures } from "./support/figures.ts";
import { machine, rssMb } from "./support/proc.ts";
import { type BenchServer, startServer } from "./support/server.ts";

const { values } = parseArgs({
  options: { repeat: { type: "string", default: "15" }, files: { type: "string", default: "5000" } },
});
const repeat = Number(values.repeat);

interface Place {
  project: string;
  session: string;
  chat: string;
}
type File = { path: string; before: string; after: string };

/** Code-like lines, all different. */
const line = (file: number, i: number) =>
  `  const value${i} = compute(${file}, ${i}, "${(file * 7919 + i * 104729) % 100003}");`;

/** A file of `size` lines of which every tenth block of five is changed, until `changed` lines are. */
function file(n: number, size: number, changed: number): File {
  const before = Array.from({ length: size }, (_, i) => line(n, i));
  const after = [...before];
  for (let at = 3, left = changed / 2; at < size && left > 0; at += 20, left -= 5)
    for (let i = at; i < Math.min(at + 5, size); i++) after[i] = `${before[i]} // changed`;
  const path = `packages/p${n % 40}/src/module${n}.ts`;
  return { path, before: `${before.join("\n")}\n`, after: `${after.join("\n")}\n` };
}

async function place(server: BenchServer, root: string): Promise<Place> {
  const { projects } = await server.json<{ projects: { id: string; path: string }[] }>("GET", "/projects");
  const project =
    projects.find((p) => p.path === root)?.id ??
    (await server.json<{ project: { id: string } }>("POST", "/projects", { path: root })).project.id;
  const made = await server.json<{ session: { id: string }; chat: { id: string } }>(
    "POST",
    `/projects/${project}/sessions`,
    { kind: "coder" },
  );
  return { project, session: made.session.id, chat: made.chat.id };
}

/** Proposes each file, as the tools of a run would; gives milliseconds a file. */
async function proposeAll(server: BenchServer, root: string, at: Place, files: readonly File[]): Promise<number> {
  const log = createLog("error");
  const journal = new Journal(server.sql, log);
  await journal.start();
  const core = { sql: server.sql, journal, lanes: new Lanes() };
  const by: Proposer = {
    session_id: at.session,
    chat_id: at.chat,
    project: { id: at.project, path: root },
    ...{
      run_id: null,
      part_id: null,
      turn: 1,
      tool: "edit_file",
      provider: "boocode",
      model: "bench",
      said: "Because it is measured.",
    },
  };
  for (const { path, before } of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), before);
  }
  const began = performance.now();
  for (const { path, after } of files)
    await propose(core, by, path, (seen) => ({ bytes: new TextEncoder().encode(after), mode: seen.mode }));
  const took = performance.now() - began;
  await journal.close();
  return took / files.length;
}

interface Opened {
  times: number[];
  bytes: number;
  wire: number;
}

/** Median server time with its body, and what goes over the wire. */
async function open(server: BenchServer, path: string, accept: string, times = repeat): Promise<Opened> {
  const seen: number[] = [];
  let bytes = 0;
  let wire = 0;
  for (let i = 0; i < times; i++) {
    const began = performance.now();
    const response = await fetch(server.url + path, { headers: { accept, "accept-encoding": "identity" } });
    bytes = (await response.arrayBuffer()).byteLength;
    seen.push(performance.now() - began);
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  }
  const packed = await fetch(server.url + path, {
    headers: { accept, "accept-encoding": "gzip" },
    decompress: false,
  } as RequestInit);
  wire = (await packed.arrayBuffer()).byteLength;
  return { times: seen, bytes, wire };
}

const opened = (name: string, seen: Opened, target: { ms?: number; kb?: number } = {}): Figure[] => [
  {
    name,
    value: median(seen.times),
    unit: "ms",
    note: `first ${seen.times[0]!.toFixed(0)} ms, slowest ${Math.max(...seen.times).toFixed(0)} ms`,
    ...(target.ms && { target: target.ms }),
  },
  {
    name: `${name}: on the wire`,
    value: seen.wire / 1000,
    unit: "kB",
    note: `${(seen.bytes / 1000).toFixed(0)} kB unpacked`,
    ...(target.kb && { target: target.kb }),
  },
];

/** Verdicts on single hunks, one after another. */
async function verdicts(server: BenchServer, name: string, at: Place): Promise<Figure[]> {
  const { changes } = await server.json<ChangePage>("GET", `${urls.changes(at.session)}?limit=50`);
  const times: number[] = [];
  for (const change of changes) {
    for (const hunk of change.hunks.slice(0, 4)) {
      for (const verdict of ["accepted", "pending"]) {
        const began = performance.now();
        await server.json("PUT", urls.changeVerdict(change.id), { verdict, hunks: [hunk.id] });
        times.push(performance.now() - began);
      }
    }
  }
  const note = `of ${times.length}; 95 % within ${percentile(times, 0.95).toFixed(1)} ms`;
  return [{ name: `${name}: a verdict`, value: median(times), unit: "ms", target: 30, note }];
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

const root = await realpath(await mkdtemp(join(tmpdir(), "boo-review-")));
await using server = await startServer({ env: { BOOCODE_PROJECT_ROOTS: root } });
try {
  const git = (...args: string[]) => Bun.spawnSync(["git", ...args], { cwd: root });
  git("init", "--quiet");
  const settled = () => rssMb(server.pid);

  const set = await place(server, root);
  const files = Array.from({ length: 213 }, (_, n) => file(n, 400, 94));
  const each = await proposeAll(server, root, set, files);
  const { totals } = await server.json<ChangePage>("GET", urls.changes(set.session));
  const title = `${totals.files} files, ${totals.hunks} hunks, ${totals.added + totals.removed} changed lines`;
  printFigures(`${title}, load ${machine().load}`, [
    ...opened("list, JSON", await open(server, urls.changes(set.session), "application/json"), { ms: 300, kb: 150 }),
    ...opened("review, page", await open(server, urls.review(set.session), "text/html"), { ms: 300, kb: 150 }),
    ...(await verdicts(server, "213 files", set)),
    { name: "proposing one file", value: each, unit: "ms" },
    {
      name: "whole patch",
      value: await timed(() => fetch(server.url + urls.changesPatch(set.session)).then((r) => r.arrayBuffer())),
      unit: "ms",
    },
    {
      name: "accept all",
      value: await timed(() => server.json("PUT", urls.sessionVerdict(set.session), { verdict: "accepted" })),
      unit: "ms",
    },
    { name: "apply all", value: await timed(() => server.json("POST", urls.applies(set.session), {})), unit: "ms" },
  ]);

  const before = settled();
  const wide = await place(server, root);
  const count = Number(values.files);
  await proposeAll(
    server,
    root,
    wide,
    Array.from({ length: count }, (_, n) => file(1_000 + n, 60, 10)),
  );
  printFigures(`${count} files, load ${machine().load}`, [
    ...opened("list, JSON: first page", await open(server, urls.changes(wide.session), "application/json"), {
      ms: 1_000,
    }),
    ...opened("review, page: first page", await open(server, urls.review(wide.session), "text/html"), { ms: 1_000 }),
    ...(await verdicts(server, `${count} files`, wide)),
    { name: "memory of the server", value: settled(), unit: "MB", note: `${before.toFixed(0)} MB before` },
  ]);

  const long = await place(server, root);
  await proposeAll(server, root, long, [file(20_000, 50_000, 20_000)]);
  const { changes } = await server.json<ChangePage>("GET", urls.changes(long.session));
  const [huge] = changes;
  printFigures(`One file of 50,000 lines, ${huge!.hunks.length} hunks, load ${machine().load}`, [
    ...opened("list, JSON", await open(server, urls.changes(long.session), "application/json")),
    ...opened("the change, folded", await open(server, urls.change(huge!.id), "application/json"), { ms: 300 }),
    ...opened("its lines, first page", await open(server, `${urls.change(huge!.id)}?all=1`, "application/json")),
    ...opened("review, page", await open(server, urls.review(long.session), "text/html"), { ms: 300, kb: 150 }),
    ...(await verdicts(server, "50,000 lines", long)),
  ]);
} finally {
  await rm(root, { recursive: true, force: true });
}
