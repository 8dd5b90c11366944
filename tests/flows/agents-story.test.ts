/**
 * A day with agents, in one session and over the death of the server: three of them, by the protocol, by a JSON stream and
 * in a terminal; watched, asked, answered from another browser, stopped, killed in the middle, gone on with, reviewed and
 * applied. Nothing of them runs on.
 */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Change } from "../../src/domain/change.ts";
import type { Part } from "../../src/domain/message.ts";
import type { RunRequest } from "../../src/domain/request.ts";
import { markedProcesses } from "../../src/drivers/agents/process-table.ts";
import { Tmux } from "../../src/drivers/tmux/server.ts";
import { testDatabase } from "../support/database.ts";
import { EventReader } from "../support/events.ts";
import { fakeAgentCommand } from "../support/fake-agent.ts";
import { fakeCliCommand } from "../support/fake-cli.ts";
import { tempRepo } from "../support/repo.ts";
import { type ServerProcess, startServer } from "../support/server.ts";
import { endTmuxWithUs } from "../support/terminal.ts";
import { until } from "../support/until.ts";

const BUSY_MS = 30_000;

interface Run {
  id: string;
  state: string;
  reason: string | null;
  agent_mode: string | null;
  model: string | null;
  ended_at: string | null;
}

class Browser {
  constructor(private readonly server: () => ServerProcess) {}

  async call<T = never>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(this.server().url + path, {
      method,
      headers: { accept: "application/json", "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return (text ? JSON.parse(text) : null) as T;
  }
  async ask(chat: string, text: string, more: Record<string, unknown> = {}): Promise<string> {
    return (await this.call<{ run: Run }>("POST", `/chats/${chat}/messages`, { text, ...more })).run.id;
  }
  ended(run: string): Promise<Run> {
    return until(async () => {
      const now = (await this.call<{ run: Run }>("GET", `/runs/${run}`)).run;
      return now.ended_at ? now : null;
    }, BUSY_MS);
  }
  async parts(chat: string): Promise<Part[]> {
    const { messages } = await this.call<{ messages: { parts: Part[] }[] }>("GET", `/chats/${chat}`);
    return messages.at(-1)?.parts ?? [];
  }
  async text(chat: string): Promise<string> {
    return (await this.parts(chat)).flatMap((p) => (p.kind === "text" ? p.text : (tailOf(p) ?? []))).join("");
  }
  says(chat: string, words: string): Promise<unknown> {
    return until(async () => (await this.text(chat)).includes(words), BUSY_MS);
  }
}
const tailOf = (part: Part) => (part.kind === "tool" ? part.meta.agent?.tail : null);

test("three agents, two browsers, one kill -9: everything goes on, is reviewed and applied, and nothing runs on", async () => {
  await using repo = await tempRepo({ files: { "README.md": "# Relay\n", ".gitignore": "/kept/\n" } });
  endTmuxWithUs(repo.root);
  // Before its directory is gone: a terminal outlives its server by design.
  await using _tmux = { [Symbol.asyncDispose]: () => new Tmux(repo.root).killServer() };
  const database = await testDatabase();
  let server = await startServer({ home: repo.root, database });
  const ada = new Browser(() => server);
  const phone = new Browser(() => server);
  const kept = join(repo.root, "kept");
  await ada.call("POST", "/providers", { id: "one", command: fakeAgentCommand("--home", kept).join(" ") });
  await ada.call("POST", "/providers", { id: "two", way: "json-codex", command: fakeCliCommand("--json", "codex") });
  await ada.call("POST", "/providers", { id: "three", way: "terminal", command: `${fakeCliCommand()} -- {prompt}` });
  const { project } = await ada.call<{ project: { id: string } }>("POST", "/projects", { path: repo.root });
  const made = await ada.call<{ session: { id: string }; chat: { id: string } }>(
    "POST",
    `/projects/${project.id}/sessions`,
    { kind: "coder" },
  );
  const session = made.session.id;
  const chatOf = async () =>
    (await ada.call<{ chat: { id: string } }>("POST", `/sessions/${session}/chats`, { kind: "coder" })).chat.id;
  const [one, two, three] = [made.chat.id, await chatOf(), await chatOf()] as const;

  // Prompt and watch; the permission is answered from the phone.
  await using watching = await EventReader.open(`${server.url}/stream?as=json&session=${session}`);
  const first = await ada.ask(one, "[[think:Hm.]][[say:I write. ]][[write:one.txt|1\n]][[say:Done.]]", {
    provider: "one",
    model: "fake-small",
  });
  await watching.find((e) => e.kind === "request.changed" && e.payload.state === "open");
  const { requests } = await phone.call<{ requests: RunRequest[] }>("GET", "/requests?state=open");
  await phone.call("POST", `/requests/${requests[0]!.id}/answer`, { option_id: "allow-always" });
  expect(await ada.ended(first)).toMatchObject({ state: "completed", model: "fake-small" });
  const instance = instanceOf(
    (await ada.call<{ processes: { pid: number }[] }>("GET", "/processes")).processes[0]!.pid,
  );

  // One is stopped in the middle.
  const stopped = await ada.ask(two, "[[bash:echo 2 > two.txt]][[say:working]][[stray:300]][[hang]]", {
    provider: "two",
  });
  await ada.says(two, "working");
  await phone.call("POST", `/runs/${stopped}/cancellation`);
  expect(await ada.ended(stopped)).toMatchObject({ state: "cancelled" });

  // The server dies during all three.
  const running = [
    await ada.ask(one, "[[bash:echo half > half.txt]][[say:half way]][[stray:300]][[hang]]", { mode: "auto" }),
    await ada.ask(two, "[[say:half way]][[stray:300]][[hang]]"),
    await ada.ask(three, "[[bash:echo 3 > three.txt]][[say:half way]][[stray:300]][[hang]]", { provider: "three" }),
  ];
  for (const chat of [one, two, three]) await ada.says(chat, "half way");
  await server.end("SIGKILL");
  expect((await markedProcesses(`${instance}:`)).length).toBeGreaterThan(0);
  server = await startServer({ home: repo.root, database });
  for (const run of running) expect(await ada.ended(run)).toMatchObject({ state: "interrupted", reason: "restart" });
  expect(await markedProcesses(`${instance}:`)).toEqual([]);

  // Each goes on: the conversation with its model and mode, or told what was said.
  const again = await ada.call<{ run: Run }>("POST", `/runs/${running[0]}/continuation`);
  expect(await ada.ended(again.run.id)).toMatchObject({ state: "completed", agent_mode: "auto", model: "fake-small" });
  expect(await ada.text(one)).toContain("You said: Go on where you were stopped.");
  expect(await ada.ended(await ada.ask(two, "[[say:back]]"))).toMatchObject({ state: "completed" });
  expect(await ada.ended(await ada.ask(three, "[[say:back]]"))).toMatchObject({ state: "completed" });

  // Reviewed and applied.
  const { changes } = await ada.call<{ changes: Change[] }>("GET", `/sessions/${session}/changes`);
  expect(changes.map((c) => c.path).sort()).toEqual(["half.txt", "one.txt", "three.txt", "two.txt"]);
  for (const { id, path } of changes)
    await phone.call("PUT", `/changes/${id}/verdict`, { verdict: path === "half.txt" ? "rejected" : "accepted" });
  await ada.call("POST", `/sessions/${session}/applies`, {});
  expect(await readFile(join(repo.root, "three.txt"), "utf8")).toBe("3\n");
  expect(await Bun.file(join(repo.root, "half.txt")).exists()).toBe(false);

  expect(await server.end("SIGTERM")).toBe(0);
  expect(await markedProcesses(`${instance}:`)).toEqual([]);
  await database.drop();
}, 180_000);

/** The instance's name, from the marker of an agent. */
const instanceOf = (pid: number): string =>
  /BOOCODE_AGENT=([^:\0]+):/.exec(readFileSync(`/proc/${pid}/environ`, "utf8"))![1]!;
