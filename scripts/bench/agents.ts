#!/usr/bin/env bun
/**
 * What BooCode adds to an outside agent, measured with the scripted one: from POST to the prompt in a warm agent, and the
 * delay of the page while many agents stream at once.
 *
 *   bun scripts/bench/agents.ts [--messages 40] [--agents 10] [--tokens 500] [--rate 50] [--files 1000]
 *
 * The agent's first word is the time at which it got its prompt; every token of the second part carries the time it was
 * sent. Sessions have worktrees of a repository with so many files. Agents, server, Postgres and watcher share the machine.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { joinCommand } from "../../src/lib/command-line.ts";
import { median, percentile, printFigures } from "./support/figures.ts";
import { machine } from "./support/proc.ts";
import { settled } from "./support/readings.ts";
import { type BenchServer, newHome, ROOT, startServer } from "./support/server.ts";
import { startWatcher, streamUrl } from "./support/watch.ts";

const { values } = parseArgs({
  options: {
    messages: { type: "string", default: "40" },
    agents: { type: "string", default: "10" },
    tokens: { type: "string", default: "500" },
    rate: { type: "string", default: "50" },
    files: { type: "string", default: "1000" },
  },
});
const TARGET_MS = 150;

interface Place {
  session: string;
  chat: string;
}

async function repository(home: string, files: number): Promise<string> {
  const root = join(home, "relay");
  await mkdir(root, { recursive: true });
  for (let i = 0; i < files; i++) {
    const directory = join(root, `part-${i % 40}`);
    if (i < 40) await mkdir(directory);
    await writeFile(join(directory, `file-${i}.ts`), `export const n${i} = ${i};\n`.repeat(50));
  }
  const git = (...args: string[]) =>
    Bun.spawnSync(["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", ...args], { cwd: root });
  git("init", "--quiet");
  git("add", "--all");
  git("commit", "--quiet", "--message", "first");
  return root;
}

async function sessions(server: BenchServer, project: string, count: number): Promise<Place[]> {
  const made: Place[] = [];
  for (let i = 0; i < count; i++) {
    const { session, chat } = await server.json<{ session: { id: string }; chat: { id: string } }>(
      "POST",
      `/projects/${project}/sessions`,
      { kind: "coder" },
    );
    made.push({ session: session.id, chat: chat.id });
  }
  return made;
}

const post = (server: BenchServer, chat: string, text: string) =>
  server.json<{ run: { id: string } }>("POST", `/chats/${chat}/messages`, { text, provider: "fake", mode: "auto" });

/** From just before the POST to the agent's own clock. */
async function overhead(server: BenchServer, { chat }: Place): Promise<number> {
  const began = performance.timeOrigin + performance.now();
  await post(server, chat, "[[stamps:1]]");
  await settled(server);
  const { messages } = await server.json<{ messages: { parts: { text: string }[] }[] }>("GET", `/chats/${chat}`);
  const stamp = Number(
    /@(\d{16})/.exec(
      messages
        .at(-1)
        ?.parts.map((p) => p.text)
        .join("") ?? "",
    )?.[1],
  );
  return stamp / 1000 - began;
}

async function streaming(server: BenchServer, places: Place[]) {
  await using watcher = startWatcher();
  await watcher.watch(places.map((at) => ({ url: streamUrl(server.url, at, "html"), as: "html" })));
  const paragraph = `[[stamps:24]][[say:\n\n]]`;
  const text = `[[slow:${Math.round(1000 / Number(values.rate))}]]${paragraph.repeat(Math.ceil(Number(values.tokens) / 25))}`;
  await Promise.all(places.map(({ chat }) => post(server, chat, text)));
  await settled(server);
  const { streams } = await watcher.report();
  return { delays: streams.flatMap((s) => s.delays), dropped: streams.filter((s) => s.dropped).length };
}

const home = await newHome();
const root = await repository(home, Number(values.files));
await using server = await startServer({
  env: { BOOCODE_PROJECT_ROOTS: home, BOOCODE_AGENTS_MAX: values.agents, BOOCODE_AGENT_IDLE_S: "3600" },
});
const command = joinCommand([process.execPath, join(ROOT, "scripts/fake-agent.ts")]);
await server.json("POST", "/providers", { id: "fake", command });
const { project } = await server.json<{ project: { id: string } }>("POST", "/projects", { path: root });
const places = await sessions(server, project.id, Number(values.agents));

const cold = await overhead(server, places[0]!);
const warm: number[] = [];
for (let i = 0; i < Number(values.messages); i++) warm.push(await overhead(server, places[0]!));
printFigures(`POST to the agent's prompt, worktree of ${values.files} files, ${warm.length} messages`, [
  { name: "warm, median", value: median(warm), unit: "ms", target: TARGET_MS },
  { name: "warm, p95", value: percentile(warm, 0.95), unit: "ms", note: `worst ${Math.max(...warm).toFixed(0)} ms` },
  { name: "cold: worktree and process are made", value: cold, unit: "ms" },
]);

await Promise.all(places.map(({ chat }) => post(server, chat, "[[say:warm]]")));
await settled(server);
const { delays, dropped } = await streaming(server, places);
printFigures(
  `${places.length} agents × ${values.rate} tokens/s, ${values.tokens} tokens each, load ${machine().load}`,
  [
    { name: "delay p50", value: percentile(delays, 0.5), unit: "ms" },
    {
      name: "delay p99",
      value: percentile(delays, 0.99),
      unit: "ms",
      target: TARGET_MS,
      note: `worst ${Math.max(...delays).toFixed(0)} ms`,
    },
    { name: "dropped streams", value: dropped, unit: "", target: 0 },
  ],
);
