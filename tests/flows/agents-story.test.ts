/**
 * A day with agents, in one session and over the death of the server: three of them, by the protocol, by a JSON stream and
 * in a terminal; watched, asked, answered from another browser, stopped, killed in the middle, gone on with, reviewed and
 * applied. Nothing of them runs on.
 */
import { expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { markedProcesses } from "../../src/drivers/agents/process-table.ts";
import { Tmux } from "../../src/drivers/tmux/server.ts";
import { testDatabase } from "../support/database.ts";
import { Developer } from "../support/developer.ts";
import { EventReader } from "../support/events.ts";
import { fakeAgentCommand } from "../support/fake-agent.ts";
import { fakeCliCommand } from "../support/fake-cli.ts";
import { tempRepo } from "../support/repo.ts";
import { startServer } from "../support/server.ts";
import { endTmuxWithUs } from "../support/terminal.ts";

test("three agents, two browsers, one kill -9: everything goes on, is reviewed and applied, and nothing runs on", async () => {
  await using repo = await tempRepo({ files: { "README.md": "# Relay\n", ".gitignore": "/kept/\n" } });
  endTmuxWithUs(repo.root);
  // Before its directory is gone: a terminal outlives its server by design.
  await using _tmux = { [Symbol.asyncDispose]: () => new Tmux(repo.root).killServer() };
  const database = await testDatabase();
  let server = await startServer({ home: repo.root, database });
  const ada = new Developer(() => server);
  const phone = new Developer(() => server);
  const kept = join(repo.root, "kept");
  await ada.call("POST", "/providers", { id: "one", command: fakeAgentCommand("--home", kept).join(" ") });
  await ada.call("POST", "/providers", { id: "two", way: "json-codex", command: fakeCliCommand("--json", "codex") });
  await ada.call("POST", "/providers", { id: "three", way: "terminal", command: `${fakeCliCommand()} -- {prompt}` });
  const { session, chat: one } = await ada.openSession(repo.root);
  const [two, three] = [await ada.openChat(session), await ada.openChat(session)];

  // Prompt and watch; the permission is answered from the phone.
  await using watching = await EventReader.open(`${server.url}/stream?as=json&session=${session}`);
  const first = await ada.ask(one, "[[think:Hm.]][[say:I write. ]][[write:one.txt|1\n]][[say:Done.]]", {
    provider: "one",
    model: "fake-small",
  });
  await watching.find((e) => e.kind === "request.changed" && e.payload.state === "open");
  const { id } = await phone.asked("one");
  await phone.call("POST", `/requests/${id}/answer`, { option_id: "allow-always" });
  expect(await ada.ended(first)).toMatchObject({ state: "completed", model: "fake-small" });
  const instance = await ada.instance();

  // One is stopped in the middle.
  const stopped = await ada.ask(two, "[[bash:echo 2 > two.txt]][[say:working]][[stray:300]][[hang]]", {
    provider: "two",
  });
  await ada.sees(two, /working/);
  await phone.stop(stopped);
  expect(await ada.ended(stopped)).toMatchObject({ state: "cancelled" });

  // The server dies during all three.
  const running = [
    await ada.ask(one, "[[bash:echo half > half.txt]][[say:half way]][[stray:300]][[hang]]", { mode: "auto" }),
    await ada.ask(two, "[[say:half way]][[stray:300]][[hang]]"),
    await ada.ask(three, "[[bash:echo 3 > three.txt]][[say:half way]][[stray:300]][[hang]]", { provider: "three" }),
  ];
  for (const chat of [one, two, three]) await ada.sees(chat, /half way/);
  await server.end("SIGKILL");
  expect((await markedProcesses(`${instance}:`)).length).toBeGreaterThan(0);
  server = await startServer({ home: repo.root, database });
  for (const run of running) expect(await ada.ended(run)).toMatchObject({ state: "interrupted", reason: "restart" });
  expect(await markedProcesses(`${instance}:`)).toEqual([]);

  // Each goes on: the conversation with its model and mode, or told what was said.
  const again = await ada.goOn(running[0]!);
  expect(await ada.ended(again)).toMatchObject({ state: "completed", agent_mode: "auto", model: "fake-small" });
  expect(await ada.text(one)).toContain("You said: Go on where you were stopped.");
  expect(await ada.ended(await ada.ask(two, "[[say:back]]"))).toMatchObject({ state: "completed" });
  expect(await ada.ended(await ada.ask(three, "[[say:back]]"))).toMatchObject({ state: "completed" });

  // Reviewed and applied.
  const paths = (await ada.changes(session)).map((c) => c.path);
  expect(paths.sort()).toEqual(["half.txt", "one.txt", "three.txt", "two.txt"]);
  await phone.decide(session, ["half.txt"]);
  await ada.call("POST", `/sessions/${session}/applies`, {});
  expect(await readFile(join(repo.root, "three.txt"), "utf8")).toBe("3\n");
  expect(await Bun.file(join(repo.root, "half.txt")).exists()).toBe(false);

  expect(await server.end("SIGTERM")).toBe(0);
  expect(await markedProcesses(`${instance}:`)).toEqual([]);
  await database.drop();
}, 180_000);
