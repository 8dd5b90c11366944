/** Commands of a coder: nothing runs before a human allowed exactly it, and nothing of it outlives its run. */
import { describe, expect, test } from "bun:test";
import type { RunRequest } from "../../src/domain/request.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { testDatabase } from "../support/database.ts";
import { EventReader } from "../support/events.ts";
import { fakeLlm, type TestLlm } from "../support/fake-llm.ts";
import { tempRepo } from "../support/repo.ts";
import { startServer } from "../support/server.ts";
import { isAlive, until } from "../support/until.ts";

const command = (line: string, more = {}) => `[[tool:run_command ${JSON.stringify({ command: line, ...more })}]]`;

async function coder(boo: TestApp) {
  const { project, session } = await boo.chat();
  const { chat } = await boo.send<{ chat: { id: string } }>("POST", `/sessions/${session}/chats`, { kind: "coder" });
  return { project, session, chat: chat.id };
}
const asked = (boo: TestApp) =>
  until(async () => (await boo.get<{ requests: RunRequest[] }>("/requests?state=open")).requests[0]);
const result = (llm: TestLlm) =>
  String(
    llm
      .chats()
      .at(-1)!
      .messages!.findLast((m) => m.role === "tool")!.content,
  );
/** What a command wrote into a file; 0 until it is there. A new handle each time: one remembers that it was empty. */
const pidIn = async (path: string) =>
  Number(
    await Bun.file(path)
      .text()
      .catch(() => ""),
  ) || 0;
const answer = (boo: TestApp, id: string, body: unknown) => boo.send("POST", `/requests/${id}/answer`, body);

describe("a command", () => {
  test("waits for its permission, runs in the project, and sees no secret of ours", async () => {
    await using llm = await fakeLlm();
    await using boo = await testApp({ llm });
    const at = await coder(boo);
    const line = "pwd; env | sort; echo oops >&2; exit 3";
    const { run } = await boo.ask(at.chat, command(line));
    const request = await asked(boo);
    expect(request).toMatchObject({
      kind: "permission",
      title: line,
      detail: { tool_kind: "execute", text: line, subject: line },
      options: [{ kind: "allow_once" }, { kind: "allow_always" }, { kind: "reject_once" }],
    });
    expect(await boo.database.sql`select 1 from commands`).toHaveLength(0);
    await answer(boo, request.id, { option_id: "once" });
    await boo.settled(run.id, at.session);
    const text = result(llm);
    expect(text).toStartWith("Exit code 3");
    expect(text).toContain(`\n${boo.repo.root}\n`);
    expect(text).toContain("oops");
    expect(text).not.toMatch(/DATABASE_URL|BOOCODE_(?!AGENT=)/);
    expect(await boo.database.sql`select ended, exit_code from commands`).toMatchObject([
      { ended: "exit", exit_code: 3 },
    ]);
  });

  test("rejected with a reason is not run, and the model hears why", async () => {
    await using llm = await fakeLlm();
    await using boo = await testApp({ llm });
    const at = await coder(boo);
    const { run } = await boo.ask(at.chat, command("rm -rf src"));
    await answer(boo, (await asked(boo)).id, { option_id: "reject", comment: "those are my sources" });
    expect((await boo.settled(run.id, at.session)).state).toBe("completed");
    expect(result(llm)).toBe("Not run: the user rejected this command. They say: those are my sources");
    expect(await Bun.file(`${boo.repo.root}/src/claim.ts`).exists()).toBe(true);
  });

  test("always is exactly this one, in this project, until it is taken back", async () => {
    await using llm = await fakeLlm();
    await using boo = await testApp({ llm });
    const at = await coder(boo);
    const first = await boo.ask(at.chat, command("echo one"));
    await answer(boo, (await asked(boo)).id, { option_id: "always" });
    await boo.settled(first.run.id, at.session);
    const again = await boo.ask(at.chat, command("  echo one "));
    expect((await boo.settled(again.run.id, at.session)).state).toBe("completed");
    expect(result(llm)).toContain("\none");
    const { requests } = await boo.get<{ requests: RunRequest[] }>(`/requests?run=${again.run.id}`);
    expect(requests).toMatchObject([{ state: "answered", via: "rule" }]);

    const other = await boo.ask(at.chat, command("echo one; echo two"));
    await answer(boo, (await asked(boo)).id, { option_id: "reject" });
    await boo.settled(other.run.id, at.session);
    const { rules } = await boo.get<{ rules: { id: string; subject: string }[] }>("/rules");
    expect(rules.map((r) => r.subject)).toEqual(["echo one"]);
    await boo.send("POST", `/rules/${rules[0]!.id}/revocation`);
    const asks = await boo.ask(at.chat, command("echo one"));
    await answer(boo, (await asked(boo)).id, { option_id: "once" });
    await boo.settled(asks.run.id, at.session);
  });

  test("its time, its length, and what it leaves in the background are bounded", async () => {
    await using llm = await fakeLlm();
    await using boo = await testApp({ llm });
    const at = await coder(boo);
    const slow = await boo.ask(at.chat, command("echo begun; sleep 60", { timeout_s: 1 }));
    await answer(boo, (await asked(boo)).id, { option_id: "once" });
    await boo.settled(slow.run.id, at.session);
    expect(result(llm)).toMatch(/^Stopped after 1 s; .*\nbegun$/s);

    const long = await boo.ask(at.chat, command("seq 1 50000; (sleep 300 & echo $! > child.pid)"));
    await answer(boo, (await asked(boo)).id, { option_id: "once" });
    await boo.settled(long.run.id, at.session);
    expect(result(llm)).toContain("read_output");
    const child = Number(await Bun.file(`${boo.repo.root}/child.pid`).text());
    await until(() => !isAlive(child));
  });

  test("stopping the run ends its whole group, and keeps what it wrote", async () => {
    await using llm = await fakeLlm();
    await using boo = await testApp({ llm });
    const at = await coder(boo);
    const { run } = await boo.ask(
      at.chat,
      command("trap '' TERM; echo begun; echo $$ > shell.pid; sleep 300; sleep 300"),
    );
    await answer(boo, (await asked(boo)).id, { option_id: "once" });
    const pid = await until(() => pidIn(`${boo.repo.root}/shell.pid`));
    expect((await boo.get<{ run: { state: string } }>(`/runs/${run.id}`)).run.state).toBe("running");
    await boo.send("POST", `/runs/${run.id}/cancellation`, {});
    expect(isAlive(pid)).toBe(false);
    const { messages } = await boo.get<{ messages: { parts: { state: string; text: string }[] }[] }>(
      `/chats/${at.chat}`,
    );
    expect(messages[1]!.parts[0]).toMatchObject({ state: "cancelled" });
    expect(messages[1]!.parts[0]!.text).toContain("begun");
  });

  test("what it writes is seen while it runs, by who watches, who comes late and who asks", async () => {
    await using llm = await fakeLlm();
    await using boo = await testApp({ llm });
    const at = await coder(boo);
    await using journal = await boo.events(at.session);
    await using watching = await EventReader.open(`${boo.url}/stream?session=${at.session}&chat=${at.chat}&since=0`);
    const waits = (name: string) => `until [ -e ${name} ]; do sleep 0.05; done`;
    const line = `echo 'begun <b>'; ${waits("go")}; seq 1 100000; echo flooded; ${waits("end")}; echo gone`;
    const { run } = await boo.ask(at.chat, command(line));
    await answer(boo, (await asked(boo)).id, { option_id: "once" });
    const first = await journal.find((e) => e.kind === "part.delta" && e.payload.text!.includes("begun"));
    expect(first.payload).toMatchObject({ offset: 0, text: "begun <b>\n" });
    await watching.until("begun &lt;b&gt;");
    const open = async () => {
      const { messages } = await boo.get<{ messages: { parts: { id: string; state: string; text: string }[] }[] }>(
        `/chats/${at.chat}`,
      );
      return messages[1]!.parts[0]!;
    };
    expect(await open()).toMatchObject({ state: "open", text: "begun <b>\n" });
    await Bun.write(`${boo.repo.root}/go`, "");
    const last = await journal.find((e) => e.kind === "part.delta" && e.payload.text!.includes("flooded"));
    const payload = last.payload as { offset: number; text: string };
    expect(payload.text).toContain("characters are not shown here]");
    const { text } = await open();
    expect(text.length).toBe(payload.offset + payload.text.length);
    expect(text.length).toBeLessThan(40_000);
    const page = await (await fetch(`${boo.url}/chats/${at.chat}`, { headers: { accept: "text/html" } })).text();
    expect(page).toContain(">begun &lt;b&gt;\n");
    expect(page).toContain("\nflooded\n</pre>");
    await using late = await EventReader.open(`${boo.url}/stream?session=${at.session}&chat=${at.chat}&since=0`);
    await late.until("\nflooded\n</pre>");
    await Bun.write(`${boo.repo.root}/end`, "");
    await boo.settled(run.id, at.session);
    expect(await open()).toMatchObject({
      state: "closed",
      text: expect.stringMatching(/^Exit code 0.*\nbegun <b>\n1\n2\n/s),
    });
  });

  test("is not offered to a chat that only reads, nor in plan mode", async () => {
    await using llm = await fakeLlm();
    await using boo = await testApp({ llm });
    const { session, chat } = await boo.chat();
    const { run } = await boo.ask(chat, "[[say:Hello.]]");
    await boo.settled(run.id, session);
    const offered = llm
      .chats()
      .at(-1)!
      .tools!.map((t) => t.function?.name);
    expect(offered).toContain("ask_user_input");
    expect(offered).not.toContain("run_command");
  });
});

test("a server that is killed leaves nothing running: the next start ends the command, and keeps what was seen", async () => {
  await using llm = await fakeLlm();
  await using repo = await tempRepo({ files: { "a.txt": "a\n" } });
  const database = await testDatabase();
  const options = { home: repo.root, llm, database };
  let server = await startServer(options);
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(server.url + path, {
      method,
      headers: { accept: "application/json", "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return (await response.json()) as T;
  };
  const { project } = await call<{ project: { id: string } }>("POST", "/projects", { path: repo.root });
  const made = await call<{ session: { id: string } }>("POST", `/projects/${project.id}/sessions`, {});
  const { chat } = await call<{ chat: { id: string } }>("POST", `/sessions/${made.session.id}/chats`, {
    kind: "coder",
  });
  const { run } = await call<{ run: { id: string } }>("POST", `/chats/${chat.id}/messages`, {
    text: command("echo seen; setsid sleep 300 & echo $! > away.pid; echo $$ > shell.pid; sleep 300"),
  });
  const request = await until(
    async () => (await call<{ requests: RunRequest[] }>("GET", "/requests?state=open")).requests[0],
  );
  // Its answer comes to a server that did not open the call.
  await server.end("SIGKILL");
  server = await startServer(options);
  const stream = `${server.url}/stream?session=${made.session.id}&chat=${chat.id}&since=0`;
  await using watching = await EventReader.open(stream);
  await watching.until("Waiting for you");
  await call("POST", `/requests/${request.id}/answer`, { option_id: "once" });
  await watching.until("seen\n</hx-partial>");
  const pids = [await until(() => pidIn(`${repo.root}/shell.pid`)), await until(() => pidIn(`${repo.root}/away.pid`))];
  await server.end("SIGKILL");
  expect(pids.every(isAlive)).toBe(true);
  server = await startServer(options);
  for (const pid of pids) await until(() => !isAlive(pid));
  expect((await call<{ run: { state: string } }>("GET", `/runs/${run.id}`)).run.state).toBe("interrupted");
  expect(await database.sql`select ended from commands`).toMatchObject([{ ended: "restart" }]);
  const left = await database.sql`select state, text from parts where kind = 'tool'`;
  expect(left).toMatchObject([{ state: "cancelled", text: "seen\n" }]);
  await server.end("SIGTERM");
  await database.drop();
}, 60_000);
