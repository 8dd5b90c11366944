/** What can go wrong around a worktree: crashes in between, and repositories that are not as one expects. */
import { describe, expect, test } from "bun:test";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Change } from "../../src/domain/change.ts";
import type { Finish } from "../../src/domain/finish.ts";
import type { Part } from "../../src/domain/message.ts";
import type { RunRequest } from "../../src/domain/request.ts";
import { markedProcesses } from "../../src/drivers/agents/process-table.ts";
import { type AgentApp, agentApp } from "../support/agent-app.ts";
import { testApp } from "../support/app.ts";
import { testDatabase } from "../support/database.ts";
import { fakeAgentCommand } from "../support/fake-agent.ts";
import { fakeLlm } from "../support/fake-llm.ts";
import { tempDir, tempRepo } from "../support/repo.ts";
import { startServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const changesOf = async (get: AgentApp["boo"]["get"], session: string) =>
  (await get<{ changes: Change[] }>(`/sessions/${session}/changes`)).changes.map((c) => c.path);
const saidIn = async (app: AgentApp) => {
  const { messages } = await app.boo.get<{ messages: { role: string; parts: Part[] }[] }>(`/chats/${app.chat}`);
  return messages.flatMap((m) => (m.role === "assistant" ? m.parts.map((part) => part.text) : [])).join("\n");
};
const finishOf = async (app: AgentApp) =>
  (await app.boo.get<{ finish: Finish }>(`/sessions/${app.session}/worktree`)).finish;
const act = (app: AgentApp, path: string, body: object = {}) =>
  app.boo.send<{ said: string; finish: Extract<Finish, { state: "ready" }> }>(
    "POST",
    `/sessions/${app.session}/worktree${path}`,
    body,
  );

describe("crashes", () => {
  test("between an apply and the move of the base: nothing that was applied is proposed again", async () => {
    const app = await agentApp();
    const { boo } = app;
    await app.run("[[write:a.txt|one\n]][[write:b.txt|two\n]]");
    const { changes } = await boo.get<{ changes: Change[] }>(`/sessions/${app.session}/changes`);
    await boo.send("PUT", `/changes/${changes[0]!.id}/verdict`, { verdict: "accepted" });
    const base = `refs/boocode/base/${app.session}`;
    const before = await boo.repo.git("rev-parse", base);
    const { apply } = await boo.send<{ apply: { id: string } }>("POST", `/sessions/${app.session}/applies`, {});
    const taken = async () =>
      (await boo.database.sql`select 1 from applies where id = ${apply.id} and in_base = state`).length > 0;
    await until(taken, 20_000);
    await boo.stop();
    // What a crash leaves: the apply is done, and the base knows nothing of it.
    await boo.repo.git("update-ref", base, before);
    await boo.database.sql`update applies set in_base = null where id = ${apply.id}`;
    await using again = await testApp({ database: boo.database, repo: boo.repo, env: { BOOCODE_HOME: app.home.root } });
    const { run } = await again.ask(app.chat, "[[say:x]]", { provider: "fake" });
    await again.settled(run.id, app.session);
    expect(await changesOf(again.get, app.session)).toEqual(["b.txt"]);
    expect(await again.repo.git("show", `${base}:a.txt`)).toBe("one");
    await again.stop();
    await boo.database.drop();
    await boo.repo[Symbol.asyncDispose]();
    await app.home[Symbol.asyncDispose]();
  }, 60_000);

  test("the server is killed while an agent asks: the request expires, the run says so, nothing runs on, what was written is proposed", async () => {
    await using repo = await tempRepo({ files: { "README.md": "# Relay\n" } });
    const database = await testDatabase();
    let server = await startServer({ home: repo.root, database });
    const call = async <T = never>(method: string, path: string, body?: unknown): Promise<T> => {
      const response = await fetch(server.url + path, {
        method,
        headers: { accept: "application/json", "content-type": "application/json" },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
      return (await response.json()) as T;
    };
    const { project } = await call<{ project: { id: string } }>("POST", "/projects", { path: repo.root });
    await call("POST", "/providers", { id: "fake", command: fakeAgentCommand().join(" ") });
    const { chat, session } = await call<{ chat: { id: string }; session: { id: string } }>(
      "POST",
      `/projects/${project.id}/sessions`,
      { kind: "coder" },
    );
    const { run } = await call<{ run: { id: string } }>("POST", `/chats/${chat.id}/messages`, {
      text: "[[write:first.txt|1\n]][[write:second.txt|2\n]]",
      provider: "fake",
    });
    const asked = () =>
      until(async () => (await call<{ requests: RunRequest[] }>("GET", "/requests?state=open")).requests[0], 20_000);
    const first = await asked();
    await call("POST", `/requests/${first.id}/answer`, { option_id: "allow-once" });
    const second = await until(async () => {
      const request = await asked();
      return request.id === first.id ? null : request;
    }, 20_000);
    const [instance] = await database.sql<{ id: string }[]>`select id from instance`;
    await server.end("SIGKILL");
    server = await startServer({ home: repo.root, database });
    expect(await call("GET", `/requests/${second.id}`)).toMatchObject({ request: { state: "expired" } } as never);
    expect(await call("GET", `/runs/${run.id}`)).toMatchObject({
      run: { state: "interrupted", reason: "restart" },
    } as never);
    await expect(call("POST", `/requests/${second.id}/answer`, { option_id: "allow-once" })).rejects.toThrow("409");
    await until(
      async () => (await changesOf(call.bind(null, "GET") as never, session.id)).includes("first.txt"),
      20_000,
    );
    expect(await markedProcesses(`${instance!.id}:`)).toEqual([]);
    const page = await (await fetch(`${server.url}/chats/${chat.id}`, { headers: { accept: "text/html" } })).text();
    expect(page).toContain("Interrupted by a restart");
    await server.end("SIGTERM");
    await database.drop();
  }, 90_000);
});

test("a run that waits over a restart holds the chat's provider, although nobody executes it", async () => {
  await using llm = await fakeLlm();
  const app = await agentApp({ llm });
  const native = await app.boo.send<{ chat: { id: string } }>("POST", `/sessions/${app.session}/chats`, {
    kind: "coder",
  });
  const question = JSON.stringify({ questions: [{ question: "Well?", options: ["Yes", "No"] }] });
  const { run } = await app.boo.ask(native.chat.id, `[[tool:ask_user_input ${question}]] [[then:Done.]]`);
  await until(
    async () => (await app.boo.get<{ run: { state: string } }>(`/runs/${run.id}`)).run.state === "waiting",
    20_000,
  );
  await app.boo.stop();
  await using again = await testApp({
    llm,
    database: app.boo.database,
    repo: app.boo.repo,
    env: { BOOCODE_HOME: app.home.root },
  });
  await expect(again.send("PUT", `/chats/${native.chat.id}/agent`, { provider: "fake" })).rejects.toThrow(
    "A run is going on in this chat",
  );
  await again.stop();
  await app.boo.database.drop();
  await app.boo.repo[Symbol.asyncDispose]();
  await app.home[Symbol.asyncDispose]();
}, 60_000);

test("bypass with an outside agent: what it wrote is in the checkout at the end of its run, and the transcript says so", async () => {
  await using app = await agentApp();
  await app.boo.send("PATCH", `/chats/${app.chat}`, { mode: "bypass" });
  const { run } = await app.ask("[[bash:printf 'one\\n' > a.txt]][[bash:printf '# Changed\\n' > README.md]]");
  const allow = until(async () => {
    const { requests } = await app.boo.get<{ requests: RunRequest[] }>("/requests?state=open");
    for (const request of requests)
      await app.boo.send("POST", `/requests/${request.id}/answer`, { option_id: "allow-once" }).catch(() => {});
    return (await app.boo.get<{ run: { ended_at: string | null } }>(`/runs/${run.id}`)).run.ended_at !== null;
  }, 30_000);
  await allow;
  const settled = await app.boo.settled(run.id, app.session);
  expect(settled).toMatchObject({ state: "completed", mode: "bypass" });
  expect(await readFile(join(app.boo.repo.root, "a.txt"), "utf8")).toBe("one\n");
  expect(await readFile(join(app.boo.repo.root, "README.md"), "utf8")).toBe("# Changed\n");
  expect(await saidIn(app)).toContain("Applied");
  // Applied by its own run: at the next difference it is no proposal, and it can be rewound.
  await app.run("[[say:x]]");
  expect(await changesOf(app.boo.get, app.session)).toEqual([]);
}, 60_000);

test("a command of our own loop runs in the session's worktree, says so, and can be told to run in the project", async () => {
  await using llm = await fakeLlm();
  await using app = await agentApp({ llm });
  const { boo } = app;
  await app.run("[[write:only-here.txt|x\n]]");
  const native = await boo.send<{ chat: { id: string } }>("POST", `/sessions/${app.session}/chats`, { kind: "coder" });
  const ran = async (input: object) => {
    const { run } = await boo.ask(native.chat.id, `[[tool:run_command ${JSON.stringify(input)}]] [[then:Done.]]`);
    const request = await until(
      async () => (await boo.get<{ requests: RunRequest[] }>("/requests?state=open")).requests[0],
      20_000,
    );
    await boo.send("POST", `/requests/${request.id}/answer`, { option_id: "once" });
    await boo.settled(run.id, app.session);
    const { messages } = await boo.get<{ messages: { parts: Part[] }[] }>(`/chats/${native.chat.id}`);
    const text = messages.flatMap((m) => m.parts).findLast((part) => part.kind === "tool")!.text;
    return { in: JSON.stringify(request.detail), text };
  };
  const there = await ran({ command: "pwd; ls" });
  expect(there.text).toContain("only-here.txt");
  expect(there.text).toContain("Ran in the worktree");
  expect(there.in).toContain(app.worktree());
  const here = await ran({ command: "pwd; ls", where: "project" });
  expect(here.text).not.toContain("only-here.txt");
  expect(here.text).not.toContain("Ran in the worktree");
}, 60_000);

describe("repositories that are not as one expects", () => {
  test("empty: the run fails with what to do, and so does the page", async () => {
    await using empty = await tempRepo();
    await using app = await agentApp({ repo: empty });
    const settled = await app.run("[[say:x]]");
    expect(settled).toMatchObject({ state: "failed" });
    expect(settled.error).toContain("Commit something first");
    await expect(act(app, "")).rejects.toThrow("Commit something first");
    await expect(act(app, "/carryings")).rejects.toThrow("Commit something first");
  }, 40_000);

  test("detached: a worktree is made all the same, from that commit", async () => {
    await using app = await agentApp();
    await app.boo.repo.git("checkout", "--quiet", "--detach");
    expect(await app.run("[[write:a.txt|1]]")).toMatchObject({ state: "completed" });
    expect((await finishOf(app)).worktree).toMatchObject({ base_branch: null });
  }, 40_000);

  test("the path is taken and the branch exists: both get a number", async () => {
    await using app = await agentApp();
    const name = `boocode/new-session-${app.session.slice(-6)}`;
    await app.boo.repo.git("branch", name);
    const taken = join(app.home.root, "worktrees", `${projectSlug(app)}-${app.session}`);
    await mkdir(taken, { recursive: true });
    await writeFile(join(taken, "mine.txt"), "mine");
    await app.boo.send("PATCH", `/sessions/${app.session}`, { title: "New session" });
    expect(await app.run("[[write:a.txt|1]]")).toMatchObject({ state: "completed" });
    const { worktree } = await finishOf(app);
    expect(worktree).toMatchObject({ branch: `${name}-2`, path: `${taken}-2` });
    expect(await readFile(join(taken, "mine.txt"), "utf8")).toBe("mine");
  }, 40_000);

  test("a locked index: the finish says who holds it and that it can be tried again; the agent's work is collected all the same", async () => {
    await using app = await agentApp();
    await app.run("[[write:a.txt|1\n]]");
    const lock = join(await gitDirectory(app), "index.lock");
    await writeFile(lock, "");
    await expect(act(app, "/commits", { message: "x" })).rejects.toThrow("Another git process is working");
    await app.run("[[write:b.txt|2\n]]");
    expect(await changesOf(app.boo.get, app.session)).toEqual(["a.txt", "b.txt"]);
    await rm(lock);
    await act(app, "/commits", { message: "x" });
  }, 40_000);

  /** Where a small disk can be mounted (as root, on Linux); elsewhere only git's own words are held, by tests/drivers/git. */
  const small = async () => {
    const home = await tempDir({ "worktrees/.keep": "" });
    const disk = join(home.root, "worktrees");
    const mounted = Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=1m", "boocode-test", disk]).success;
    return { home, disk, mounted };
  };

  test("the disk is full: the run fails with that, nothing half-made stays, and it works once there is room", async () => {
    const { home, disk, mounted } = await small();
    try {
      if (!mounted) return console.log("skipped: no small disk can be mounted here");
      await using app = await agentApp({ home, files: { "README.md": "# Relay\n", "big.dat": noise(3_000_000) } });
      const settled = await app.run("[[write:a.txt|1]]");
      expect(settled).toMatchObject({ state: "failed" });
      expect(settled.error).toMatch(/could not be written to .+, where [\d.]+ (MB|kB|B) of the disk are left/);
      expect(await finishOf(app)).toMatchObject({ state: "none", worktree: null });
      expect((await app.boo.repo.git("worktree", "list")).split("\n")).toHaveLength(1);
      Bun.spawnSync(["mount", "-o", "remount,size=50m", disk]);
      expect(await app.run("[[write:a.txt|1]]")).toMatchObject({ state: "completed" });
    } finally {
      if (mounted) Bun.spawnSync(["umount", "--lazy", disk]);
      await home[Symbol.asyncDispose]();
    }
  }, 60_000);

  test("submodules and files behind filters (LFS) are told of and not taken; pointers stay pointers", async () => {
    await using inner = await tempRepo({ files: { "lib.txt": "1" } });
    await using repo = await tempRepo({ files: { ".gitattributes": "*.bin filter=lfs diff=lfs -text\n" } });
    await repo.write({ "big.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n" });
    await repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.root, "vendored");
    await repo.commit("with both");
    await using app = await agentApp({ repo });
    await app.run(
      "[[bash:printf changed > big.bin]][[bash:git init -q own && git -C own -c user.name=a -c user.email=a@b commit -q --allow-empty -m x]][[write:ok.txt|1\n]]",
    );
    expect(await changesOf(app.boo.get, app.session)).toEqual(["ok.txt"]);
    const said = await saidIn(app);
    expect(said).toContain("a file that git stores through a filter");
    expect(said).toContain("a submodule");
    expect(await readFile(join(app.worktree(), "vendored", "lib.txt"), "utf8").catch(() => "not checked out")).toBe(
      "not checked out",
    );
  }, 40_000);

  test("a repository inside it without a commit stops neither the checkpoint nor the difference", async () => {
    await using app = await agentApp();
    await app.run("[[bash:git init -q inner]][[write:ok.txt|1\n]]");
    await app.run("[[write:inner/x.txt|1]][[write:ok.txt|2\n]]");
    expect(await changesOf(app.boo.get, app.session)).toEqual(["ok.txt"]);
  }, 40_000);

  test("an agent that names or writes files outside its worktree: it is shown", async () => {
    await using app = await agentApp();
    await using elsewhere = await tempDir();
    await app.run(`[[write:${elsewhere.root}/out.txt|x]][[bash:echo x > ${elsewhere.root}/by-command.txt]]`);
    // It is a process of its own: nothing keeps it from writing there, so the transcript names what it told.
    expect(await saidIn(app)).toContain("outside its worktree");
    expect(await changesOf(app.boo.get, app.session)).toEqual([]);
  }, 40_000);
});

/** Text that does not compress to nothing. */
const noise = (length: number) => {
  let text = "";
  for (let i = 0; text.length < length; i++) text += `${Bun.hash(String(i)).toString(36)}\n`;
  return text;
};

const projectSlug = (app: AgentApp) =>
  app.boo.repo.root
    .split("/")
    .at(-1)!
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");

const gitDirectory = async (app: AgentApp) =>
  /gitdir: (.+)/.exec(await readFile(join(app.worktree(), ".git"), "utf8"))![1]!;
