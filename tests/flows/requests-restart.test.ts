/** The server ends while a run waits for a human: the question stays, and its answer takes the run up at that very call. */
import { describe, expect, test } from "bun:test";
import type { RunRequest } from "../../src/domain/request.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { type Caller, callerOf } from "../support/caller.ts";
import { testDatabase } from "../support/database.ts";
import { fakeLlm } from "../support/fake-llm.ts";
import { LivePage } from "../support/live-page.ts";
import { tempRepo } from "../support/repo.ts";
import { startServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const question = (words: string) =>
  `[[tool:ask_user_input ${JSON.stringify({ questions: [{ question: words, options: ["Yes", "No"] }] })}]]`;
const FILES = { "README.md": "# Relay\n", "src/claim.ts": "export const claim = 1;\n" };

const open = (call: Caller) =>
  until(async () => {
    const { requests } = await call<{ requests: RunRequest[] }>("GET", "/requests?state=open");
    return requests.length > 0 ? requests.toReversed() : null;
  }, 10_000);
const runOf = async (call: Caller, id: string) =>
  (await call<{ run: { state: string; turns: number; tool_calls: number } }>("GET", `/runs/${id}`)).run;
const ends = (call: Caller, id: string, state: string) =>
  until(async () => (await runOf(call, id)).state === state, 10_000);

for (const signal of ["SIGKILL", "SIGTERM"] as const) {
  test(`${signal} while two questions wait: both are answered after the start, nothing is called twice`, async () => {
    await using llm = await fakeLlm();
    await using repo = await tempRepo({ files: FILES });
    const database = await testDatabase();
    const options = { home: repo.root, llm, database };
    let server = await startServer(options);
    let call = callerOf(server);
    const { project } = await call<{ project: { id: string } }>("POST", "/projects", { path: repo.root });
    const { chat } = await call<{ chat: { id: string } }>("POST", `/projects/${project.id}/sessions`, {});
    const { run } = await call<{ run: { id: string } }>("POST", `/chats/${chat.id}/messages`, {
      text: `[[say:First I look.]] [[tool:list_dir {"path":"src"}]] ${question("First?")} ${question("Second?")} [[then:Done.]]`,
    });
    const queued = await call<{ run: { id: string } }>("POST", `/chats/${chat.id}/messages`, { text: "[[say:Next.]]" });
    const asked = await until(async () => {
      const requests = await open(call);
      return requests.length === 2 ? requests : null;
    });
    expect(await server.end(signal)).toBe(signal === "SIGKILL" ? null : 0);
    if (signal === "SIGTERM") expect(server.output()).not.toContain('"level":"error"');

    server = await startServer(options);
    call = callerOf(server);
    expect((await runOf(call, run.id)).state).toBe("waiting");
    expect((await runOf(call, queued.run.id)).state).toBe("queued");
    expect((await open(call)).map((q) => q.id)).toEqual(asked.map((q) => q.id));
    const before = llm.chats().length;
    await call("POST", `/requests/${asked[0]!.id}/answer`, { answers: ["Yes"] });
    expect((await runOf(call, run.id)).state).toBe("waiting");
    await call("POST", `/requests/${asked[1]!.id}/answer`, { answers: ["No"] });
    await ends(call, run.id, "completed");
    await ends(call, queued.run.id, "completed");
    expect(await runOf(call, run.id)).toMatchObject({ turns: 2, tool_calls: 3 });

    const after = llm.chats().slice(before);
    expect(after.length).toBe(2);
    const results = after[0]!.messages!.filter((m) => m.role === "tool").map((m) => String(m.content));
    expect(results[0]).toContain("claim.ts");
    expect(results.slice(1)).toEqual(["First?\n- Yes", "Second?\n- No"]);
    const { messages } = await call<{ messages: { role: string; parts: { kind: string; position: number }[] }[] }>(
      "GET",
      `/chats/${chat.id}`,
    );
    expect(messages.map((m) => m.role)).toEqual(["user", "assistant", "user", "assistant"]);
    expect(messages[1]!.parts.map((p) => [p.position, p.kind])).toEqual([
      [0, "text"],
      [1, "tool"],
      [2, "tool"],
      [3, "tool"],
      [4, "text"],
    ]);
    expect(await server.end("SIGTERM")).toBe(0);
    await database.drop();
  }, 60_000);
}

describe("a run that waits with nobody to execute it", () => {
  /** A question waits, and the server has been started again. */
  async function waiting() {
    const llm = await fakeLlm();
    const repo = await tempRepo({ files: FILES });
    const database = await testDatabase();
    const first = await testApp({ llm, repo, database });
    const place = await first.chat();
    const { run } = await first.ask(place.chat, `${question("Go on?")} [[then:Gone on.]]`);
    const [request] = await open(first.send);
    await first.stop();
    const boo = await testApp({ llm, repo, database });
    return {
      llm,
      boo,
      ...place,
      run: run.id,
      request: request!.id,
      async [Symbol.asyncDispose]() {
        await boo.stop();
        await database.drop();
        await repo[Symbol.asyncDispose]();
        await llm[Symbol.asyncDispose]();
      },
    };
  }
  const stateOf = async (boo: TestApp, run: string) => (await runOf(boo.send, run)).state;

  test("can be stopped, and what is queued behind it goes", async () => {
    await using at = await waiting();
    const { run: queued } = await at.boo.ask(at.chat, "[[say:Next.]]");
    expect(await stateOf(at.boo, queued.id)).toBe("queued");
    await at.boo.send("POST", `/runs/${at.run}/cancellation`, {});
    expect(await stateOf(at.boo, at.run)).toBe("cancelled");
    const { request } = await at.boo.get<{ request: RunRequest }>(`/requests/${at.request}`);
    expect(request.state).toBe("cancelled");
    expect((await at.boo.settled(queued.id, at.session)).state).toBe("completed");
    const { messages } = await at.boo.get<{ messages: { parts: { kind: string; state: string }[] }[] }>(
      `/chats/${at.chat}`,
    );
    expect(messages[1]!.parts).toMatchObject([{ kind: "tool", state: "cancelled" }]);
  });

  test("stands in the way of deleting its chat, session and project; forced, the session goes and the question with it", async () => {
    await using at = await waiting();
    const deleting = (path: string) => at.boo.send("DELETE", path).catch((error) => String(error));
    const { project } = await at.boo
      .get<{ session: { project_id: string } }>(`/sessions/${at.session}`)
      .then(({ session }) => ({ project: session.project_id }));
    for (const path of [`/chats/${at.chat}`, `/sessions/${at.session}`, `/projects/${project}`])
      expect(await deleting(path)).toMatch(/answered 409: .*A run is going on/);
    expect(await at.boo.get<{ running: number }>(`/sessions/${at.session}/removal`)).toMatchObject({ running: 1 });
    await at.boo.send("DELETE", `/sessions/${at.session}?force=1`);
    expect((await at.boo.get<{ count: number }>("/inbox")).count).toBe(0);
    await at.boo.send("DELETE", `/projects/${project}`);
  });

  test("gives way to a message that is sent now, and cannot be taken back from a queue it is not in", async () => {
    await using at = await waiting();
    const refused = await at.boo.send("DELETE", `/runs/${at.run}`).catch((error) => String(error));
    expect(refused).toContain("answered 409");
    const { run: now } = await at.boo.ask(at.chat, "[[say:Instead.]]", { now: true });
    expect((await at.boo.settled(now.id, at.session)).state).toBe("completed");
    expect(await stateOf(at.boo, at.run)).toBe("cancelled");
  });

  test("goes on as told when its time is up meanwhile", async () => {
    await using at = await waiting();
    await at.boo.database.sql`update requests set expires_at = now() + interval '50 milliseconds'`;
    at.boo.app.core.clock.look();
    expect((await at.boo.settled(at.run, at.session)).state).toBe("completed");
    const result = at.llm
      .chats()
      .at(-1)!
      .messages!.findLast((m) => m.role === "tool")!;
    expect(String(result.content)).toStartWith("Nobody answered in time.");
  });

  test("is seen alike by who stayed and who comes: the card, the answer, the rest", async () => {
    await using at = await waiting();
    const path = `/chats/${at.chat}`;
    await using reader = await LivePage.load(at.boo.url, path);
    await reader.connect();
    expect(reader.count(".ask[data-request=question]")).toBe(1);
    expect(reader.text(`#queue-${at.chat}`)).toBe("");
    await at.boo.send("POST", `/requests/${at.request}/answer`, { answers: ["Yes"] });
    expect((await at.boo.settled(at.run, at.session)).state).toBe("completed");
    const fresh = await LivePage.load(at.boo.url, path);
    await until(() => reader.shown("#main") === fresh.shown("#main"));
    expect(fresh.count(".ask-done")).toBe(1);
    expect(fresh.text(".turn.answered")).toContain("Gone on.");
  });

  test("an answer that came, with a death before its result was stored, is not asked again", async () => {
    await using at = await waiting();
    await at.boo.stop();
    await at.boo.database.sql`
      update requests set state = 'answered', answer = '{"replies":[{"selected":["No"],"text":""}]}', via = 'api', ended_at = now()`;
    await using again = await testApp({ llm: at.llm, repo: at.boo.repo, database: at.boo.database });
    expect((await again.settled(at.run, at.session)).state).toBe("completed");
    const result = at.llm
      .chats()
      .at(-1)!
      .messages!.findLast((m) => m.role === "tool")!;
    expect(result.content).toBe("Go on?\n- No");
  });
});
