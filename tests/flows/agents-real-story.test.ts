/**
 * The day of agents-story with real agents, all of them at once in one session: prompted, watched, their permissions
 * answered from another browser, one stopped, the server killed while another streams and a third waits for its answer;
 * started again, gone on with, reviewed and applied. `ps` shows none of them when they are to be gone.
 */
import { expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { RealAgent } from "../../scripts/real-agents/list.ts";
import { markedProcesses } from "../../src/drivers/agents/process-table.ts";
import { testDatabase } from "../support/database.ts";
import { Developer } from "../support/developer.ts";
import { EventReader } from "../support/events.ts";
import { fakeLlm } from "../support/fake-llm.ts";
import { processesOf } from "../support/processes.ts";
import { installedAgents, useAgents } from "../support/real-agents.ts";
import { tempDir, tempRepo } from "../support/repo.ts";
import { startServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const AT_ONCE_MIN = 3;
/** Half a minute of tokens: longer than it takes to stop one and to kill the server, and short enough to be sent again. */
const STREAM = "[[slow:20]][[tokens:1500]]";
const TEST_MS = 300_000;

const installed = await installedAgents();
const isEnough = installed.length >= AT_ONCE_MIN;
if (!isEnough && installed.length > 0)
  console.log(`skipped: agents at once, which takes ${AT_ONCE_MIN}; there are ${installed.length}`);

test.if(isEnough)(
  "real agents at once, two browsers, one kill -9: all goes on, is reviewed and applied, and nothing runs on",
  async () => {
    await using repo = await tempRepo({ files: { "README.md": "# Relay\n" } });
    await using home = await tempDir();
    await using llm = await fakeLlm();
    const database = await testDatabase();
    const env = { BOOCODE_AGENTS_MAX: String(installed.length), BOOCODE_PROJECT_ROOTS: repo.root };
    const start = () => startServer({ home: home.root, database, llm, env });
    let server = await start();
    const ada = new Developer(() => server);
    const phone = new Developer(() => server);
    await useAgents(ada, installed, join(home.root, "homes"), llm);
    const agents = installed.map(({ agent }) => agent);
    const { session, chat: first } = await ada.openSession(repo.root);
    const chats = new Map<RealAgent, string>();
    for (const agent of agents) chats.set(agent, chats.size === 0 ? first : await ada.openChat(session));
    const chatOf = (agent: RealAgent) => chats.get(agent)!;
    const ask = (agent: RealAgent, text: string) => ada.ask(chatOf(agent), text, { provider: agent.id });
    const all = <T>(work: (agent: RealAgent) => Promise<T>) => Promise.all(agents.map(work));
    const completed = async (run: string) =>
      expect(await ada.ended(run)).toMatchObject({ state: "completed", error: null });

    // All are prompted at once, and come to one worktree.
    await all(async (agent) => completed(await ask(agent, `[[say:I am ${agent.id}.]]`)));
    for (const agent of agents) expect(await phone.text(chatOf(agent))).toContain(`I am ${agent.id}.`);
    const { worktree } = await ada.call<{ worktree: { path: string } }>("GET", `/sessions/${session}/worktree`);
    const instance = await ada.instance();
    const marked = () => markedProcesses(`${instance}:`);
    expect(new Set((await marked()).map((p) => p.marker)).size).toBe(agents.length);

    // All ask at once; whoever watches hears of it, and the phone answers.
    await using watching = await EventReader.open(`${server.url}/stream?as=json&session=${session}`);
    const write = (agent: RealAgent, name: string, text: string) => agent.write(join(worktree.path, name), text);
    const writing = await all((agent) =>
      ask(agent, `[[say:I write. ]]${write(agent, `${agent.id}.txt`, `by ${agent.id}\n`)}[[then:All done.]]`),
    );
    const requests = await all((agent) => phone.asked(agent.id));
    await watching.find((e) => e.kind === "request.changed" && e.payload.state === "open");
    expect((await ada.open()).length).toBe(agents.length);
    for (const request of requests) await phone.answer(request, "allow_once");
    for (const run of writing) await completed(run);

    // One is stopped while another streams and a third waits for its answer: the others do not notice.
    const [stopped, waiting, ...streaming] = agents as [RealAgent, RealAgent, ...RealAgent[]];
    const runs = new Map<RealAgent, string>();
    for (const agent of [stopped, ...streaming]) runs.set(agent, await ask(agent, STREAM));
    runs.set(waiting, await ask(waiting, `${write(waiting, "never.txt", "x\n")}[[then:Gone on.]]`));
    const question = await phone.asked(waiting.id);
    for (const agent of [stopped, ...streaming]) await phone.sees(chatOf(agent), /tok\d/);
    await phone.stop(runs.get(stopped)!);
    expect(await ada.ended(runs.get(stopped)!)).toMatchObject({ state: "cancelled" });
    for (const agent of streaming) expect((await ada.run(runs.get(agent)!)).state).toBe("running");
    expect((await ada.run(runs.get(waiting)!)).state).toBe("waiting");

    // The server dies; the next one ends what it left before anybody can ask it anything.
    await server.end("SIGKILL");
    server = await start();
    for (const agent of [waiting, ...streaming])
      expect(await ada.ended(runs.get(agent)!)).toMatchObject({ state: "interrupted", reason: "restart" });
    expect((await ada.call<{ request: { state: string } }>("GET", `/requests/${question.id}`)).request.state).toBe(
      "expired",
    );
    expect(await marked()).toEqual([]);
    expect(await until(async () => (await processesOf(worktree.path)).length === 0)).toBe(true);

    // Continue where there is something to go on with, a new message where it was stopped; again all at once.
    await all(async (agent) => {
      const isCut = agent !== stopped;
      await completed(isCut ? await phone.goOn(runs.get(agent)!) : await ask(agent, "[[say:Still here.]]"));
      // The scripted model echoes what it is told, goes on behind the call that was cut off, or begins its answer again where
      // the agent has nothing of it.
      expect(await ada.text(chatOf(agent))).toMatch(
        isCut ? /Go on where you were stopped\.|Gone on\.|tok\d/ : /Still here\./,
      );
      const said = await ada.notices(chatOf(agent));
      if (!agent.forgets) expect({ agent: agent.id, said }).not.toMatchObject({ said: /new one/ });
    });

    // Reviewed on the phone, applied at the desk.
    const changes = await ada.changes(session);
    expect(Object.fromEntries(changes.map((c) => [c.path, c.provider]))).toEqual(
      Object.fromEntries(agents.map(({ id }) => [`${id}.txt`, id])),
    );
    await phone.decide(session);
    await ada.call("POST", `/sessions/${session}/applies`, {});
    for (const { id } of agents) expect(await readFile(join(repo.root, `${id}.txt`), "utf8")).toBe(`by ${id}\n`);

    expect(await server.end("SIGTERM")).toBe(0);
    expect(await marked()).toEqual([]);
    expect(await processesOf(home.root)).toEqual([]);
    await database.drop();
  },
  TEST_MS,
);
