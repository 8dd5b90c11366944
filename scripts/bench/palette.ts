#!/usr/bin/env bun
/**
 * The palette over HTTP with 10,000 sessions and a project of 50,000 files: the first look after a start, and what comes
 * as one types, letter by letter, with typing errors, in every mode.
 *
 *   bun scripts/bench/palette.ts [--sessions 10000] [--files 50000] [--rounds 20]
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Figure, median, percentile, printFigures } from "./support/figures.ts";
import { machine } from "./support/proc.ts";
import { seeded, wordOf } from "./support/seed-search.ts";
import { type BenchServer, startServer } from "./support/server.ts";

const { values } = parseArgs({
  options: {
    sessions: { type: "string", default: "10000" },
    files: { type: "string", default: "50000" },
    rounds: { type: "string", default: "20" },
  },
});
const TARGET_MS = 50;
const FILES_A_DIRECTORY = 50;
const random = seeded(5);
const word = () => wordOf(Math.floor(random() * 3_000));

const root = await makeTree(Number(values.files));
try {
  await using server = await startServer({ env: { BOOCODE_PROJECT_ROOTS: root } });
  await measure(server);
} finally {
  await rm(root, { recursive: true, force: true });
}

async function makeTree(files: number): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "boo-bench-tree-"));
  for (let n = 0; n < files / FILES_A_DIRECTORY; n++) {
    const directory = join(root, "src", word(), `${word()}-${n}`);
    await mkdir(directory, { recursive: true });
    await Promise.all(
      Array.from({ length: FILES_A_DIRECTORY }, (_, k) =>
        writeFile(join(directory, `${word()}_${word()}_${k}.ts`), ""),
      ),
    );
  }
  await Bun.$`git init -q && git add -A && git -c user.name=b -c user.email=b@b commit -qm all`.cwd(root).quiet();
  return root;
}

async function measure(server: BenchServer): Promise<void> {
  const { project } = await server.json<{ project: { id: string } }>("POST", "/projects", { path: root });
  const { session } = await server.json<{ session: { id: string } }>("POST", `/projects/${project.id}/sessions`, {});
  const titles = Array.from({ length: Number(values.sessions) }, (_, n) => `${word()} ${word()} ${word()} ${n}`);
  await server.sql`
    insert into sessions (id, project_id, title, active_at) select 'bench' || n, ${project.id}, t, now() - make_interval(mins => n::int)
    from unnest(${titles}::text[]) with ordinality as r (t, n)`;
  await server.sql`
    insert into chats (id, session_id, title, number) select 'bench' || n || 'c' || k, 'bench' || n, 'chat ' || k || ' of ' || t, k
    from unnest(${titles}::text[]) with ordinality as r (t, n), generate_series(1, 2) k`;
  // A renaming makes the palette read titles anew.
  await server.json("PATCH", `/sessions/${session.id}`, { title: "The first one" });
  const look = (q: string) => ask(server, session.id, q);
  const first = await look("a");
  const second = await look("b");
  const figures: Figure[] = [
    { name: "first look (files and titles are read)", value: first, unit: "ms" },
    { name: "second look", value: second, unit: "ms", target: TARGET_MS },
  ];
  for (const [name, queries] of Object.entries(kinds(titles))) {
    const times: number[] = [];
    for (let round = 0; round < Number(values.rounds); round++) for (const q of queries()) times.push(await look(q));
    const note = `median ${median(times).toFixed(1)}, worst ${Math.max(...times).toFixed(0)}, ${times.length} looks`;
    figures.push({ name, value: percentile(times, 0.95), unit: "ms", target: TARGET_MS, note });
  }
  printFigures(`GET /palette, p95, load ${machine().load}`, figures);
}

/** What is typed, each call anew. */
function kinds(titles: readonly string[]): Record<string, () => string[]> {
  const title = () => titles[Math.floor(random() * titles.length)]!;
  const letters = (text: string) => Array.from({ length: Math.min(text.length, 12) }, (_, n) => text.slice(0, n + 1));
  const swap = (text: string) => `${text.slice(0, 2)}${text[3]}${text[2]}${text.slice(4)}`;
  return {
    "a title, letter by letter": () => letters(title()),
    "a file, letter by letter": () => letters(`@${word()}_${word()}`),
    "two words of a title": () => [title().split(" ").slice(1, 3).reverse().join(" ")],
    "a typing error": () => [swap(title()), `@${swap(word())}`],
    "nothing is called that": () => [`${word()}zqx`],
    "one letter": () => [word()[0]!],
    "an action": () => [">set"],
    "a session": () => [`#${title().slice(0, 7)}`],
  };
}

async function ask(server: BenchServer, session: string, q: string): Promise<number> {
  const since = performance.now();
  const response = await fetch(`${server.url}/palette?session=${session}&q=${encodeURIComponent(q)}`, {
    headers: { accept: "text/html", "hx-request": "true" },
  });
  await response.text();
  if (!response.ok) throw new Error(`${q} answered ${response.status}`);
  return performance.now() - since;
}
