/** Agents' processes as a person sees them, how a project's worktrees are made, and a project that leaves. */
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunRequest } from "../../src/domain/request.ts";
import type { Worktree } from "../../src/domain/worktree.ts";
import { markedProcesses } from "../../src/drivers/agents/process-table.ts";
import { type AgentApp, agentApp } from "../support/agent-app.ts";
import { fakeLlm } from "../support/fake-llm.ts";
import { tempDir } from "../support/repo.ts";
import { until } from "../support/until.ts";

interface Processes {
  processes: { id: string; pid: number; busy: boolean; heard_at: string | null; usage: { rss_bytes: number } }[];
  strays: number;
}
const html = async (app: AgentApp, path: string, init: RequestInit = {}) =>
  fetch(app.boo.url + path, { redirect: "manual", ...init, headers: { accept: "text/html", ...init.headers } });
const form = (app: AgentApp, path: string, fields: Record<string, string> = {}) =>
  html(app, path, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", origin: app.boo.url },
    body: new URLSearchParams(fields).toString(),
  });

test("live agents with evidence of life; one at work is stopped and ended, a warm one ended, and the next message starts another", async () => {
  await using app = await agentApp();
  const { boo } = app;
  await app.run("[[say:x]]");
  const warm = await boo.get<Processes>("/processes");
  expect(warm).toMatchObject({ processes: [{ busy: false }], strays: 0 });
  expect(warm.processes[0]!.usage.rss_bytes).toBeGreaterThan(1_000_000);
  expect(Date.parse(warm.processes[0]!.heard_at!)).toBeGreaterThan(Date.now() - 60_000);
  const page = await (await html(app, "/processes")).text();
  for (const words of [`pid ${warm.processes[0]!.pid}`, "Warm", "last word", "MB"]) expect(page).toContain(words);
  const { run } = await app.ask("[[say:now]][[hang]]");
  await until(async () => (await boo.get<Processes>("/processes")).processes[0]?.busy, 20_000);
  expect(await (await html(app, "/processes")).text()).toContain("Stop and end");
  const ended = await form(app, `/processes/${warm.processes[0]!.id}/ending`);
  expect([ended.status, ended.headers.get("location")]).toEqual([303, "/processes"]);
  expect(await boo.settled(run.id, app.session)).toMatchObject({ state: "cancelled" });
  expect((await boo.get<Processes>("/processes")).processes).toEqual([]);
  expect(await markedProcesses(`${boo.app.core.instance}:`)).toEqual([]);
  await expect(boo.send("POST", `/processes/${warm.processes[0]!.id}/ending`)).rejects.toThrow("404");
  expect(await app.run("[[say:again]]")).toMatchObject({ state: "completed" });
}, 60_000);

test("what was left behind is counted and ended on demand; a command of our own loop that runs is nobody's stray", async () => {
  await using llm = await fakeLlm();
  await using app = await agentApp({ llm });
  const { boo } = app;
  const native = await boo.send<{ chat: { id: string } }>("POST", `/sessions/${app.session}/chats`, { kind: "coder" });
  const { run } = await boo.ask(
    native.chat.id,
    `[[tool:run_command ${JSON.stringify({ command: "echo begun; sleep 300" })}]] [[then:Done.]]`,
  );
  const request = await until(
    async () => (await boo.get<{ requests: RunRequest[] }>("/requests?state=open")).requests[0],
    20_000,
  );
  await boo.send("POST", `/requests/${request.id}/answer`, { option_id: "once" });
  const marked = () => markedProcesses(`${boo.app.core.instance}:`);
  await until(async () => (await marked()).length > 0, 20_000);
  const stray = Bun.spawn(["sleep", "300"], {
    env: { ...process.env, BOOCODE_AGENT: `${boo.app.core.instance}:gone` },
    stdout: "ignore",
    stderr: "ignore",
  });
  await until(async () => (await boo.get<Processes>("/processes")).strays === 1, 20_000);
  expect(await (await html(app, "/processes")).text()).toContain("1 process");
  expect(await boo.send<{ reaped: number }>("POST", "/processes/reaping")).toEqual({ reaped: 1 });
  await stray.exited;
  expect((await marked()).length).toBeGreaterThan(0);
  await boo.send("POST", `/runs/${run.id}/cancellation`);
  await boo.settled(run.id, app.session);
}, 60_000);

test("an agent that is only asked for its conversations is ours while it lasts: nothing ends it as left behind", async () => {
  await using app = await agentApp({ agent: ["--fault", "initialize:hang"] });
  const { boo } = app;
  const listing = boo.get(`/projects/${app.project}/conversations?provider=fake`).catch(() => {});
  // Probes run by themselves and have a time of their own.
  const marked = async () =>
    (await markedProcesses(`${boo.app.core.instance}:`)).filter((p) => !p.marker.includes(":probe-")).length;
  await until(async () => (await marked()) > 0, 20_000);
  expect((await boo.get<Processes>("/processes")).strays).toBe(0);
  expect(await boo.send<{ reaped: number }>("POST", "/processes/reaping")).toEqual({ reaped: 0 });
  expect(await marked()).toBeGreaterThan(0);
  await boo.app.close();
  await listing;
  expect(await marked()).toBe(0);
}, 60_000);

test("how worktrees are made: files copied, a command that is approved by saving it, its outcome told; too long comes back typed", async () => {
  await using app = await agentApp();
  const { boo } = app;
  await writeFile(join(boo.repo.root, ".env.local"), "KEY=1\n");
  const path = `/projects/${app.project}/worktrees`;
  expect(await (await html(app, path)).text()).toContain("Save and approve");
  const saved = await form(app, path, {
    copy_files: ".env.local\nmissing.txt",
    setup_command: "echo made > setup.txt",
  });
  expect([saved.status, saved.headers.get("location")]).toEqual([303, `${path}?saved=1`]);
  const page = await (await html(app, `${path}?saved=1`)).text();
  for (const words of ["Saved.", ".env.local\nmissing.txt", "echo made > setup.txt"]) expect(page).toContain(words);
  await app.run("[[say:x]]");
  expect(await readFile(join(app.worktree(), ".env.local"), "utf8")).toBe("KEY=1\n");
  expect(await readFile(join(app.worktree(), "setup.txt"), "utf8")).toBe("made\n");
  const { worktree } = await boo.get<{ worktree: Worktree }>(`/sessions/${app.session}/worktree`);
  expect(worktree.note).toContain("missing.txt was not copied");
  expect(worktree.note).toContain("Set up with: echo made > setup.txt.");
  const long = await form(app, path, { setup_command: "x".repeat(3_000) });
  expect(long.status).toBe(422);
  const again = await long.text();
  expect(again).toContain("The command has at most 2,000 characters.");
  expect(again).toContain("x".repeat(3_000));
}, 40_000);

test("without git: refused until the page says otherwise, then in place; what cannot be done there says so", async () => {
  await using plain = await tempDir({ "README.md": "# Plain\n" });
  await using app = await agentApp({ env: { BOOCODE_PROJECT_ROOTS: "/" } });
  const { boo } = app;
  const { project } = await boo.send<{ project: { id: string } }>("POST", "/projects", { path: plain.root });
  const made = await boo.send<{ session: { id: string }; chat: { id: string } }>(
    "POST",
    `/projects/${project.id}/sessions`,
    { kind: "coder" },
  );
  const run = async () => {
    const { run } = await boo.ask(made.chat.id, "[[write:a.txt|1]]", { provider: "fake", mode: "auto" });
    return boo.settled(run.id, made.session.id);
  };
  expect((await run()).error).toContain("is no git repository");
  const at = `/sessions/${made.session.id}/worktree`;
  expect(await (await html(app, at)).text()).toContain("How agents work in this project");
  expect(await (await html(app, `/projects/${project.id}/worktrees`)).text()).toContain(
    "Let agents work in the directory",
  );
  await form(app, `/projects/${project.id}/worktrees`, { in_place: "1" });
  expect(await run()).toMatchObject({ state: "completed" });
  expect(existsSync(join(plain.root, "a.txt"))).toBe(true);
  expect(await (await html(app, at)).text()).toContain("directory itself");
  await expect(boo.send("POST", `${at}/commits`, { message: "x" })).rejects.toThrow(
    "in the project's directory itself",
  );
}, 40_000);

test("a project with something only in a worktree is kept until forced; its worktrees go with it", async () => {
  await using app = await agentApp();
  const { boo } = app;
  await app.run("[[write:a.txt|1\n]]");
  const directory = app.worktree();
  await expect(boo.send("DELETE", `/projects/${app.project}`)).rejects.toThrow("Something is only in a worktree of it");
  const page = await (await html(app, `/projects/${app.project}/removal`)).text();
  expect(page).toContain("1 file is not committed");
  expect((await form(app, `/projects/${app.project}/removal`)).status).toBe(303);
  expect(existsSync(directory)).toBe(false);
  expect(await boo.repo.git("for-each-ref", "--format=%(refname)", "refs/boocode/retired/")).toContain(
    "refs/boocode/retired/",
  );
  expect(await markedProcesses(`${boo.app.core.instance}:`)).toEqual([]);
}, 40_000);
