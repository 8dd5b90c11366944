/**
 * Real agents from npm on the scripted model server, in one session, each in a chat of its own: prompt, a file with its
 * permission from another browser, a refusal, a stop, kill -9 of the server during an answer, restored and gone on with,
 * reviewed and applied. What cannot be installed is skipped, and said. scripts/real-agents.ts has which and where.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { commandLine, type RealAgent } from "../../scripts/real-agents/list.ts";
import { agentsForTests, install } from "../../scripts/real-agents.ts";
import type { Change } from "../../src/domain/change.ts";
import type { Part } from "../../src/domain/message.ts";
import type { RunRequest } from "../../src/domain/request.ts";
import { markedProcesses } from "../../src/drivers/agents/process-table.ts";
import { joinCommand } from "../../src/lib/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { fakeLlm, type TestLlm } from "../support/fake-llm.ts";
import { type TempRepo, tempRepo } from "../support/repo.ts";
import { type ServerProcess, startServer } from "../support/server.ts";
import { until } from "../support/until.ts";

/** Agents start slowly on a busy machine, and retry by themselves. */
const SLOW_MS = 60_000;
const TEST_MS = 180_000;

interface Installed {
  agent: RealAgent;
  directory: string;
}
const tried = await Promise.all(
  agentsForTests().map(async (agent): Promise<Installed | null> => {
    try {
      return { agent, directory: await install(agent) };
    } catch (error) {
      console.log(`skipped: ${(error as Error).message}`);
      return null;
    }
  }),
);
const installed = tried.filter((one) => one !== null);

let repo: TempRepo;
let database: TestDatabase;
let llm: TestLlm;
let server: ServerProcess;
let instance = "";
let session = "";
let worktree = "";
const chats = new Map<string, string>();

async function call<T = never>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(server.url + path, {
    method,
    headers: { accept: "application/json", "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return (text ? JSON.parse(text) : null) as T;
}
interface Run {
  id: string;
  state: string;
  reason: string | null;
  error: string | null;
  ended_at: string | null;
}
const ask = async (agent: RealAgent, text: string) =>
  (await call<{ run: Run }>("POST", `/chats/${chats.get(agent.id)}/messages`, { text, provider: agent.id })).run.id;
const ended = (id: string) =>
  until(async () => {
    const { run } = await call<{ run: Run }>("GET", `/runs/${id}`);
    return run.ended_at ? run : null;
  }, SLOW_MS);
async function partsOf(agent: RealAgent): Promise<Part[]> {
  const { messages } = await call<{ messages: { parts: Part[] }[] }>("GET", `/chats/${chats.get(agent.id)}`);
  return messages.at(-1)?.parts ?? [];
}
const textOf = (parts: Part[]) => parts.flatMap((p) => (p.kind === "text" ? p.text : [])).join("");
const noticesOf = (parts: Part[]) => parts.flatMap((p) => (p.kind === "notice" ? p.text : [])).join("|");
const asked = (provider: string) =>
  until(
    async () =>
      (await call<{ requests: RunRequest[] }>("GET", "/requests?state=open")).requests.find(
        (r) => r.provider === provider,
      ),
    SLOW_MS,
  );
const changes = async () => (await call<{ changes: Change[] }>("GET", `/sessions/${session}/changes`)).changes;

/** Another browser than the one that asked. */
async function answer(provider: string, kind: "allow_once" | "reject_once"): Promise<void> {
  const request = await asked(provider);
  const option = (request.options as { id: string; kind: string }[]).find((o) => o.kind === kind)!;
  await call("POST", `/requests/${request.id}/answer`, { option_id: option.id });
}

async function start(): Promise<void> {
  const env = { BOOCODE_AGENTS_MAX: "10", PATH: process.env.PATH ?? "" };
  server = await startServer({ home: repo.root, database, llm, env });
}

beforeAll(async () => {
  if (installed.length === 0) return;
  repo = await tempRepo({ files: { "README.md": "# Relay\n", ".gitignore": "/homes/\n" } });
  [database, llm] = await Promise.all([testDatabase(), fakeLlm()]);
  await start();
  for (const { agent, directory } of installed) {
    const home = join(repo.root, "homes", agent.id);
    mkdirSync(home, { recursive: true });
    const env = agent.setUp(home, llm.url.replace(/\/v1$/, ""));
    await call("PATCH", `/providers/${agent.id}`, { command: joinCommand(commandLine(agent, directory)), env });
  }
  const project = await call<{ project: { id: string } }>("POST", "/projects", { path: repo.root });
  const made = await call<{ session: { id: string }; chat: { id: string } }>(
    "POST",
    `/projects/${project.project.id}/sessions`,
    { kind: "coder" },
  );
  session = made.session.id;
  for (const [i, { agent }] of installed.entries())
    chats.set(
      agent.id,
      i === 0
        ? made.chat.id
        : (await call<{ chat: { id: string } }>("POST", `/sessions/${session}/chats`, { kind: "coder" })).chat.id,
    );
}, TEST_MS);

afterAll(async () => {
  if (installed.length === 0) return;
  await server.end("SIGTERM");
  const left = await markedProcesses(`${instance}:`);
  await Promise.all([database.drop(), llm[Symbol.asyncDispose]()]);
  await repo[Symbol.asyncDispose]();
  expect(instance === "" ? [] : left).toEqual([]);
}, TEST_MS);

describe.each(installed.map(({ agent }) => ({ id: agent.id, agent })))("$id", ({ agent }) => {
  test(
    "a prompt is answered; a file is written after it was allowed, and another is not after it was refused",
    async () => {
      expect(await ended(await ask(agent, "[[say:Hello from the model.]]"))).toMatchObject({ state: "completed" });
      expect(textOf(await partsOf(agent))).toContain("Hello from the model.");
      worktree ||= (await call<{ worktree: { path: string } }>("GET", `/sessions/${session}/worktree`)).worktree.path;
      instance ||= await instanceOf();
      const good = `${agent.id}.txt`;
      const first = await ask(
        agent,
        `[[say:I write. ]]${agent.write(join(worktree, good), `by ${agent.id}\n`)}[[then:All done.]]`,
      );
      await answer(agent.id, "allow_once");
      expect(await ended(first)).toMatchObject({ state: "completed", error: null });
      expect((await changes()).find((c) => c.path === good)).toMatchObject({ provider: agent.id, state: "pending" });
      const second = await ask(agent, `${agent.write(join(worktree, `no-${good}`), "x\n")}[[then:So be it.]]`);
      await answer(agent.id, "reject_once");
      expect(await ended(second)).toMatchObject({ state: "completed" });
      expect((await changes()).map((c) => c.path)).not.toContain(`no-${good}`);
    },
    TEST_MS,
  );

  test(
    "stopped in the middle of an answer it is quiet, and answers the next message",
    async () => {
      const id = await ask(agent, "[[slow:20]][[tokens:5000]]");
      await until(async () => /tok\d/.test(textOf(await partsOf(agent))), SLOW_MS);
      await call("POST", `/runs/${id}/cancellation`);
      expect(await ended(id)).toMatchObject({ state: "cancelled" });
      expect(await ended(await ask(agent, "[[say:Still here.]]"))).toMatchObject({ state: "completed" });
      expect(textOf(await partsOf(agent))).toContain("Still here.");
    },
    TEST_MS,
  );
});

test.if(installed.length > 0)(
  "kill -9 of the server during answers: nothing runs on, each goes on where it was, and all is reviewed and applied",
  async () => {
    const running = new Map<RealAgent, string>();
    for (const { agent } of installed) running.set(agent, await ask(agent, "[[slow:20]][[tokens:5000]]"));
    for (const { agent } of installed) await until(async () => /tok\d/.test(textOf(await partsOf(agent))), SLOW_MS);
    await server.end("SIGKILL");
    await start();
    for (const id of running.values())
      expect(await ended(id)).toMatchObject({ state: "interrupted", reason: "restart" });
    expect(await markedProcesses(`${instance}:`)).toEqual([]);
    for (const { agent } of installed) {
      expect(await ended(await ask(agent, "[[say:Back again.]]"))).toMatchObject({ state: "completed" });
      const parts = await partsOf(agent);
      expect(textOf(parts)).toContain("Back again.");
      if (!agent.forgets) expect({ agent: agent.id, said: noticesOf(parts) }).not.toMatchObject({ said: /new one/ });
    }
    for (const change of await changes()) await call("PUT", `/changes/${change.id}/verdict`, { verdict: "accepted" });
    await call("POST", `/sessions/${session}/applies`, {});
    for (const { agent } of installed)
      expect(await readFile(join(repo.root, `${agent.id}.txt`), "utf8")).toBe(`by ${agent.id}\n`);
  },
  TEST_MS,
);

/** The instance's name, from the marker of whatever runs now. */
async function instanceOf(): Promise<string> {
  const { processes } = await call<{ processes: { pid: number }[] }>("GET", "/processes");
  const environment = await readFile(`/proc/${processes[0]!.pid}/environ`, "utf8");
  return /BOOCODE_AGENT=([^:\0]+):/.exec(environment)![1]!;
}
