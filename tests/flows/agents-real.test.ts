/**
 * Real agents from npm on the scripted model server, in one session, each in a chat of its own: prompt, a file with its
 * permission from another browser, a refusal, a stop, kill -9 of the server during an answer, restored and gone on with,
 * reviewed and applied. What cannot be installed is skipped, and said. scripts/real-agents.ts has which and where.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { RealAgent } from "../../scripts/real-agents/list.ts";
import { markedProcesses } from "../../src/drivers/agents/process-table.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Developer } from "../support/developer.ts";
import { fakeLlm, type TestLlm } from "../support/fake-llm.ts";
import { installedAgents, useAgents } from "../support/real-agents.ts";
import { type TempRepo, tempRepo } from "../support/repo.ts";
import { type ServerProcess, startServer } from "../support/server.ts";

const TEST_MS = 180_000;

const installed = await installedAgents();
const ada = new Developer(() => server);
/** Another browser than the one that asks. */
const phone = new Developer(() => server);

let repo: TempRepo;
let database: TestDatabase;
let llm: TestLlm;
let server: ServerProcess;
let instance = "";
let session = "";
let worktree = "";
const chats = new Map<string, string>();

const chatOf = (agent: RealAgent) => chats.get(agent.id)!;
const ask = (agent: RealAgent, text: string) => ada.ask(chatOf(agent), text, { provider: agent.id });
const answer = async (agent: RealAgent, kind: "allow_once" | "reject_once") =>
  phone.answer(await phone.asked(agent.id), kind);

async function start(): Promise<void> {
  const env = { BOOCODE_AGENTS_MAX: "10", PATH: process.env.PATH ?? "" };
  server = await startServer({ home: repo.root, database, llm, env });
}

beforeAll(async () => {
  if (installed.length === 0) return;
  repo = await tempRepo({ files: { "README.md": "# Relay\n", ".gitignore": "/homes/\n" } });
  [database, llm] = await Promise.all([testDatabase(), fakeLlm()]);
  await start();
  await useAgents(ada, installed, join(repo.root, "homes"), llm);
  const made = await ada.openSession(repo.root);
  session = made.session;
  for (const [i, { agent }] of installed.entries())
    chats.set(agent.id, i === 0 ? made.chat : await ada.openChat(session));
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
      expect(await ada.ended(await ask(agent, "[[say:Hello from the model.]]"))).toMatchObject({ state: "completed" });
      expect(await ada.text(chatOf(agent))).toContain("Hello from the model.");
      worktree ||= (await ada.call<{ worktree: { path: string } }>("GET", `/sessions/${session}/worktree`)).worktree
        .path;
      instance ||= await ada.instance();
      const good = `${agent.id}.txt`;
      const first = await ask(
        agent,
        `[[say:I write. ]]${agent.write(join(worktree, good), `by ${agent.id}\n`)}[[then:All done.]]`,
      );
      await answer(agent, "allow_once");
      expect(await ada.ended(first)).toMatchObject({ state: "completed", error: null });
      expect((await ada.changes(session)).find((c) => c.path === good)).toMatchObject({
        provider: agent.id,
        state: "pending",
      });
      const second = await ask(agent, `${agent.write(join(worktree, `no-${good}`), "x\n")}[[then:So be it.]]`);
      await answer(agent, "reject_once");
      expect(await ada.ended(second)).toMatchObject({ state: "completed" });
      expect((await ada.changes(session)).map((c) => c.path)).not.toContain(`no-${good}`);
    },
    TEST_MS,
  );

  test(
    "stopped in the middle of an answer it is quiet, and answers the next message",
    async () => {
      const id = await ask(agent, "[[slow:20]][[tokens:5000]]");
      await ada.sees(chatOf(agent), /tok\d/);
      await phone.stop(id);
      expect(await ada.ended(id)).toMatchObject({ state: "cancelled" });
      expect(await ada.ended(await ask(agent, "[[say:Still here.]]"))).toMatchObject({ state: "completed" });
      expect(await ada.text(chatOf(agent))).toContain("Still here.");
    },
    TEST_MS,
  );
});

test.if(installed.length > 0)(
  "kill -9 of the server during answers: nothing runs on, each goes on where it was, and all is reviewed and applied",
  async () => {
    const running = new Map<RealAgent, string>();
    for (const { agent } of installed) running.set(agent, await ask(agent, "[[slow:20]][[tokens:5000]]"));
    for (const { agent } of installed) await ada.sees(chatOf(agent), /tok\d/);
    await server.end("SIGKILL");
    await start();
    for (const id of running.values())
      expect(await ada.ended(id)).toMatchObject({ state: "interrupted", reason: "restart" });
    expect(await markedProcesses(`${instance}:`)).toEqual([]);
    for (const { agent } of installed) {
      expect(await ada.ended(await ask(agent, "[[say:Back again.]]"))).toMatchObject({ state: "completed" });
      expect(await ada.text(chatOf(agent))).toContain("Back again.");
      const said = await ada.notices(chatOf(agent));
      if (!agent.forgets) expect({ agent: agent.id, said }).not.toMatchObject({ said: /new one/ });
    }
    await ada.decide(session);
    await ada.call("POST", `/sessions/${session}/applies`, {});
    for (const { agent } of installed)
      expect(await readFile(join(repo.root, `${agent.id}.txt`), "utf8")).toBe(`by ${agent.id}\n`);
  },
  TEST_MS,
);
