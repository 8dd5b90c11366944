/** The finish of a worktree over real git with a bare repository as remote: carry over, commit, bring in, conflicts, push. */
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Change } from "../../src/domain/change.ts";
import type { Finish, ReadyFinish } from "../../src/domain/finish.ts";
import type { Worktree } from "../../src/domain/worktree.ts";
import { type AgentApp, agentApp } from "../support/agent-app.ts";
import { tempDir } from "../support/repo.ts";
import { until } from "../support/until.ts";

type Done = { said: string; finish: ReadyFinish };
const at = (app: AgentApp, path = "") => `/sessions/${app.session}/worktree${path}`;
const finishOf = async (app: AgentApp) => (await app.boo.get<{ finish: Finish }>(at(app))).finish;
const readyOf = async (app: AgentApp) => {
  const finish = await finishOf(app);
  if (finish.state !== "ready") throw new Error(finish.reason);
  return finish;
};
const act = (app: AgentApp, path: string, body: object = {}) => app.boo.send<Done>("POST", at(app, path), body);
const changesOf = async (app: AgentApp) =>
  (await app.boo.get<{ changes: Change[] }>(`/sessions/${app.session}/changes`)).changes.map((c) => c.path);
const git = async (cwd: string, ...args: string[]) => {
  const child = Bun.spawn(["git", ...args], { cwd, stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(err);
  return out.trim();
};
/** A bare repository that the checkout knows as "origin", with main pushed to it. */
async function withRemote(app: AgentApp) {
  const bare = await tempDir();
  await git(bare.root, "init", "--quiet", "--bare", "--initial-branch=main");
  await app.boo.repo.git("remote", "add", "origin", bare.root);
  await app.boo.repo.git("push", "--quiet", "--set-upstream", "origin", "main");
  return bare;
}
/** A form post without script, as a browser sends it. */
const form = (app: AgentApp, path: string, fields: Record<string, string> = {}) =>
  fetch(app.boo.url + path, {
    method: "POST",
    redirect: "manual",
    headers: { accept: "text/html", "content-type": "application/x-www-form-urlencoded", origin: app.boo.url },
    body: new URLSearchParams(fields).toString(),
  });

test("from the agent's files to the remote: commit with a proposed message, bring the base in, push, and a second push", async () => {
  await using app = await agentApp();
  const { boo } = app;
  await using bare = await withRemote(app);
  await app.run("[[write:src/new.ts|export const a = 1;\n]][[edit:README.md|Relay|Relais]]");
  const before = await readyOf(app);
  expect(before).toMatchObject({ ahead: 0, behind: 0, busy: false, operation: null, base: { branch: "main" } });
  expect(before.files.changes.map((c) => [c.path, c.mark])).toEqual([
    ["README.md", "M"],
    ["src/new.ts", "?"],
  ]);
  expect(before.unreviewed).toEqual({ pending: 2, rejected: 0 });
  expect(before.proposed_message).not.toBe("");

  await boo.repo.write({ "other.txt": "from main\n" });
  await boo.repo.commit("elsewhere");
  await expect(act(app, "/merges")).rejects.toThrow("Commit first");
  await expect(act(app, "/commits", { message: " " })).rejects.toThrow('"field":"message"');
  const committed = await act(app, "/commits", { message: before.proposed_message });
  expect(committed.finish).toMatchObject({ ahead: 1, behind: 1, unpushed: 1, files: { total: 0 } });
  await expect(act(app, "/commits", { message: "again" })).rejects.toThrow("nothing to commit");

  const merged = await act(app, "/merges", { from: "base" });
  expect(merged.said).toBe("Brought main in.");
  expect(merged.finish).toMatchObject({ ahead: 2, behind: 0, operation: null });
  expect(await readFile(join(app.worktree(), "other.txt"), "utf8")).toBe("from main\n");
  // What came with main is no proposal of the agent.
  expect(await changesOf(app)).toEqual(["README.md", "src/new.ts"]);

  const { push, finish } = await boo.send<Done & { push: { moved: boolean } }>("POST", at(app, "/pushes"), {});
  expect(push).toMatchObject({ remote: "origin", branch: finish.branch!, moved: true, request_url: null } as never);
  expect(finish.upstream).toEqual({ remote: "origin", branch: finish.branch!, ahead: 0, behind: 0 });
  expect(await git(bare.root, "rev-parse", finish.branch!)).toBe(finish.head);
  expect((await boo.send<{ push: { moved: boolean } }>("POST", at(app, "/pushes"), {})).push.moved).toBe(false);
}, 60_000);

describe("the base branch brought in with conflicts", () => {
  async function clashing() {
    const app = await agentApp();
    await app.run("[[edit:README.md|Relay|Agent]][[delete:src/claim.ts]][[write:mine.txt|1\n]]");
    await act(app, "/commits", { message: "agent" });
    await app.boo.repo.write({ "README.md": "# Human\n\nDelivers webhooks.\n", "src/claim.ts": "export {};\n" });
    await app.boo.repo.write({ "more.txt": "main\n" });
    await app.boo.repo.commit("human");
    const done = await act(app, "/merges");
    expect(done.said).toContain("stopped at conflicts");
    return app;
  }

  test("are shown place by place, resolved by a side and by hand, and committed; only then is the rest proposed", async () => {
    await using app = await clashing();
    const { conflicts, operation, proposed_message } = await readyOf(app);
    expect(operation).toBe("merge");
    expect(proposed_message).toStartWith("Merge main into boocode/");
    expect(conflicts.map((c) => [c.path, c.what, c.settled])).toEqual([
      ["README.md", "changed on both sides", false],
      ["src/claim.ts", "deleted by us", false],
    ]);
    expect(conflicts[0]!.places).toEqual([{ line: 1, ours: ["# Agent"], theirs: ["# Human"], cut: false }]);
    await expect(act(app, "/merges")).rejects.toThrow("A merge is under way");
    await expect(act(app, "/commits", { message: "x" })).rejects.toThrow("A merge is under way");
    await expect(act(app, "/merges/continuation")).rejects.toThrow("Still in conflict: README.md, src/claim.ts");
    await act(app, "/merges/resolutions", { path: "src/claim.ts", side: "theirs" });
    await writeFile(join(app.worktree(), "README.md"), "# Agent and human\n\nDelivers webhooks.\n");
    expect((await readyOf(app)).conflicts).toMatchObject([{ path: "README.md", settled: true }]);
    const done = await act(app, "/merges/continuation", { message: "Both" });
    expect(done.finish).toMatchObject({ operation: null, behind: 0, files: { total: 0 }, conflicts: [] });
    expect(await git(app.worktree(), "log", "-1", "--format=%s %p")).toMatch(/^Both \w+ \w+$/);
    expect(await readFile(join(app.worktree(), "src/claim.ts"), "utf8")).toBe("export {};\n");
    // README stays a proposal, claim.ts is as in main, and what only main changed is none.
    expect(await changesOf(app)).toEqual(["README.md", "mine.txt"]);
    await expect(act(app, "/merges/resolutions", { path: "README.md", side: "ours" })).rejects.toThrow("No merge");
  }, 60_000);

  test("given up, everything is as it was, and so are the proposals; what was resolved is kept", async () => {
    await using app = await clashing();
    await writeFile(join(app.worktree(), "README.md"), "# Half\n");
    const { said, finish } = await act(app, "/merges/cancellation");
    expect(finish).toMatchObject({ operation: null, ahead: 1, behind: 1, files: { total: 0 } });
    expect(await readFile(join(app.worktree(), "README.md"), "utf8")).toStartWith("# Agent");
    expect(existsSync(join(app.worktree(), "more.txt"))).toBe(false);
    expect(await changesOf(app)).toEqual(["README.md", "mine.txt", "src/claim.ts"]);
    const ref = /refs\/boocode\/\S+?(?=\.$)/.exec(said)![0];
    expect(await app.boo.repo.git("show", `${ref}:README.md`)).toBe("# Half");
  }, 60_000);

  test("an agent resolves them by a message; conflict markers are never proposed", async () => {
    await using app = await clashing();
    await app.run("[[say:I look.]]");
    expect(await changesOf(app)).toEqual(["mine.txt"]);
    const { agent_chat } = await readyOf(app);
    expect(agent_chat).toBe(app.chat);
    await app.run("[[write:README.md|# Both\n]][[bash:rm -f src/claim.ts]]");
    const { conflicts } = await readyOf(app);
    expect(conflicts.map((c) => [c.path, c.settled])).toEqual([
      ["README.md", true],
      ["src/claim.ts", true],
    ]);
    const { finish } = await act(app, "/merges/continuation");
    expect(finish).toMatchObject({ behind: 0, operation: null });
    expect(await changesOf(app)).toEqual(["README.md", "mine.txt", "src/claim.ts"]);
  }, 60_000);

  test("given up by an agent behind our back: the base goes back before the next difference is told", async () => {
    await using app = await clashing();
    await app.run("[[bash:git merge --abort]]");
    expect(await changesOf(app)).toEqual(["README.md", "mine.txt", "src/claim.ts"]);
  }, 60_000);
});

describe("uncommitted work of the checkout", () => {
  test("is told at the first message, carried over on request, and is no proposal of the agent", async () => {
    await using app = await agentApp();
    const { boo } = app;
    await boo.repo.write({
      "README.md": "# Relay, half done\n\nDelivers webhooks.\n",
      "draft.txt": "new\n",
      id_rsa: "x",
    });
    const none = await finishOf(app);
    expect(none).toMatchObject({ state: "none", worktree: null, carry: { files: 2, carried_at: null } });
    await app.run("[[write:agent.txt|a\n]]");
    const { messages } = await boo.get<{ messages: { parts: { text: string }[] }[] }>(`/chats/${app.chat}`);
    const said = messages.flatMap((m) => m.parts.map((part) => part.text)).join();
    expect(said).toContain("2 files of the checkout are not committed and so not in the worktree");
    const done = await act(app, "/carryings");
    expect(done.said).toBe("Carried over 2 files of the checkout. Left where it is: id_rsa.");
    expect(await readFile(join(app.worktree(), "README.md"), "utf8")).toContain("half done");
    expect(existsSync(join(app.worktree(), "id_rsa"))).toBe(false);
    expect(await changesOf(app)).toEqual(["agent.txt"]);
    expect((await act(app, "/carryings")).said).toContain("nothing to carry over");
    // Edited again in the checkout, on top of what the agent did meanwhile in another place of the file.
    await app.run("[[edit:README.md|Delivers webhooks.|Delivers webhooks, twice.]]");
    await boo.repo.write({ "README.md": "# Relay, done\n\nDelivers webhooks.\n" });
    await act(app, "/carryings");
    expect(await readFile(join(app.worktree(), "README.md"), "utf8")).toBe(
      "# Relay, done\n\nDelivers webhooks, twice.\n",
    );
    expect(await changesOf(app)).toEqual(["README.md", "agent.txt"]);
  }, 60_000);

  test("makes the worktree where there is none; where both changed the same lines nothing is carried, and it says so", async () => {
    await using app = await agentApp();
    await app.boo.repo.write({ "README.md": "# Mine\n" });
    const made = await act(app, "/carryings");
    expect(made.finish.state).toBe("ready");
    await app.run("[[write:README.md|# Agent's\n]]");
    await app.boo.repo.write({ "README.md": "# Mine again\n", "extra.txt": "1" });
    await expect(act(app, "/carryings")).rejects.toThrow("same lines of README.md");
    expect(existsSync(join(app.worktree(), "extra.txt"))).toBe(false);
    expect(await readFile(join(app.worktree(), "README.md"), "utf8")).toBe("# Agent's\n");
  }, 60_000);
});

describe("push", () => {
  test("the remote's refusals are shown: somebody else's commits, a hook, nobody there", async () => {
    await using app = await agentApp();
    await using bare = await withRemote(app);
    await app.run("[[write:a.txt|1\n]]");
    await act(app, "/commits", { message: "one" });
    const { branch } = (await act(app, "/pushes")).finish;
    // Somebody else pushes to the branch.
    await using other = await tempDir();
    await git(other.root, "clone", "--quiet", "--branch", branch!, bare.root, "there");
    const there = join(other.root, "there");
    const who = ["-c", "user.name=Bob", "-c", "user.email=bob@example.org"];
    await writeFile(join(there, "b.txt"), "theirs\n");
    await git(there, "add", ".");
    await git(there, ...who, "commit", "--quiet", "-m", "theirs");
    await git(there, "push", "--quiet");
    await app.run("[[write:a.txt|2\n]]");
    await act(app, "/commits", { message: "two" });
    await expect(act(app, "/pushes")).rejects.toThrow(`Bring origin/${branch} in, then push again`);
    const merged = await act(app, "/merges", { from: "own" });
    expect(merged.finish.upstream).toMatchObject({ behind: 0 });
    // Theirs is not in the checkout: it is proposed like everything of this branch.
    expect(await changesOf(app)).toEqual(["a.txt", "b.txt"]);
    await act(app, "/pushes");
    const hook = join(bare.root, "hooks", "pre-receive");
    await mkdir(join(bare.root, "hooks"), { recursive: true });
    await writeFile(hook, "#!/bin/sh\necho 'No pushes on a Friday.' >&2\nexit 1\n");
    await chmod(hook, 0o755);
    await app.run("[[write:a.txt|3\n]]");
    await act(app, "/commits", { message: "three" });
    await expect(act(app, "/pushes")).rejects.toThrow("No pushes on a Friday.");
    await rm(bare.root, { recursive: true });
    await expect(act(app, "/pushes")).rejects.toThrow("no such repository at the remote");
    await mkdir(bare.root);
    await expect(act(app, "/pushes", { remote: "elsewhere" })).rejects.toThrow("There are: origin");
  }, 90_000);

  test("asks for no password, and runs no program that the repository names until it is allowed", async () => {
    await using app = await agentApp();
    await app.run("[[write:a.txt|1\n]]");
    await act(app, "/commits", { message: "one" });
    await expect(act(app, "/pushes")).rejects.toThrow("has no remote");
    const server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: () => new Response("", { status: 401, headers: { "www-authenticate": 'Basic realm="x"' } }),
    });
    try {
      await app.boo.repo.git("remote", "add", "origin", `http://ada:s3cret@127.0.0.1:${server.port}/o/r.git`);
      expect((await readyOf(app)).remotes).toMatchObject([{ url: `http://127.0.0.1:${server.port}/o/r.git` }]);
      const refused = await act(app, "/pushes").catch((error: Error) => error.message);
      expect(refused).toContain("wants a name and a password");
      expect(refused).not.toContain("s3cret");
      const ran = join(app.home.root, "ran");
      await app.boo.repo.git("config", "credential.helper", `!touch ${ran}; false`);
      await expect(act(app, "/pushes")).rejects.toThrow("names programs for talking to remotes (credential.helper)");
      expect(existsSync(ran)).toBe(false);
      await expect(act(app, "/pushes", { allow_programs: true })).rejects.toThrow("wants a name and a password");
      expect(existsSync(ran)).toBe(true);
    } finally {
      await server.stop(true);
    }
  }, 60_000);

  test("a link to open a pull request where the address tells the forge", async () => {
    await using app = await agentApp();
    await app.run("[[write:a.txt|1\n]]");
    await app.boo.repo.git("remote", "add", "origin", "git@github.com:ada/relay.git");
    const { remotes, branch } = await readyOf(app);
    expect(remotes).toMatchObject([
      { forge: "github", request_url: `https://github.com/ada/relay/compare/main...${branch}?expand=1` },
    ]);
  }, 40_000);
});

test("while an agent works nothing is changed under it; the page says so, and without script everything is a form", async () => {
  await using app = await agentApp();
  const { boo } = app;
  const { run } = await app.ask("[[write:a.txt|1\n]][[say:now]][[hang]]", { mode: "auto" });
  await until(async () => {
    const finish = await finishOf(app);
    return finish.state === "ready" && finish.files.total > 0;
  }, 20_000);
  for (const path of ["/commits", "/carryings", "/merges"])
    await expect(act(app, path, { message: "x" })).rejects.toThrow("A run is going on in this worktree");
  const page = await (await fetch(boo.url + at(app), { headers: { accept: "text/html" } })).text();
  expect(page).toContain("A run is going on here");
  const { worktree } = await readyOf(app);
  await expect(boo.send("POST", `/worktrees/${worktree.id}/retirement`, { force: true })).rejects.toThrow(
    "A run is going",
  );
  await boo.send("POST", `/runs/${run.id}/cancellation`);
  await boo.settled(run.id, app.session);
  const refused = await form(app, at(app, "/commits"), { message: "" });
  expect(refused.status).toBe(422);
  expect(await refused.text()).toContain("Write what the commit does.");
  const done = await form(app, at(app, "/commits"), { message: "By a form" });
  expect([done.status, done.headers.get("location")]).toEqual([303, at(app)]);
  expect(await git(app.worktree(), "log", "-1", "--format=%s")).toBe("By a form");
}, 60_000);

test("HEAD detached in the worktree: said, and a branch is made there", async () => {
  await using app = await agentApp();
  await app.run("[[write:a.txt|1\n]][[bash:git checkout -q --detach]]");
  expect((await readyOf(app)).branch).toBeNull();
  await expect(act(app, "/commits", { message: "x" })).rejects.toThrow("HEAD of the worktree is detached");
  await expect(act(app, "/pushes")).rejects.toThrow("HEAD of the worktree is detached");
  const { finish } = await act(app, "/branches");
  expect(finish.branch).toMatch(/^boocode\/.+-2$/);
  expect(finish.worktree.branch).toBe(finish.branch);
  await act(app, "/commits", { message: "x" });
}, 40_000);

test("a checkout with a detached HEAD: its commit is the base, and it can be brought in", async () => {
  await using app = await agentApp();
  await app.boo.repo.git("checkout", "--quiet", "--detach");
  await app.run("[[write:a.txt|1\n]]");
  await act(app, "/commits", { message: "x" });
  await app.boo.repo.write({ "later.txt": "1" });
  await app.boo.repo.commit("later");
  expect(await readyOf(app)).toMatchObject({ base: { branch: null }, behind: 1 });
  expect((await act(app, "/merges")).finish).toMatchObject({ behind: 0 });
}, 40_000);

test("retired with what is only there: 409, then kept, and brought back as it was; also after its session was deleted", async () => {
  await using app = await agentApp();
  const { boo } = app;
  await app.run("[[write:kept.txt|one\n]]");
  await act(app, "/commits", { message: "kept" });
  await app.run("[[write:loose.txt|two\n]]");
  const { worktree } = await readyOf(app);
  const listed = await boo.get<{ worktrees: { status: object; size_bytes: number }[] }>("/worktrees?sizes=1");
  expect(listed.worktrees[0]).toMatchObject({ status: { dirty: 1, unmerged: 1, unpushed: 1 } });
  expect(listed.worktrees[0]!.size_bytes).toBeGreaterThan(0);
  await expect(boo.send("POST", `/worktrees/${worktree.id}/retirement`, {})).rejects.toThrow("answered 409");
  const page = await fetch(`${boo.url}/worktrees/${worktree.id}/retirement`, { headers: { accept: "text/html" } });
  expect(await page.text()).toContain("Retire it all the same");
  const gone = await form(app, `/worktrees/${worktree.id}/retirement`, { force: "1" });
  expect(gone.headers.get("location")).toBe("/worktrees");
  expect(existsSync(worktree.path)).toBe(false);
  await expect(boo.send("GET", at(app))).resolves.toMatchObject({ finish: { state: "none" } } as never);

  const bring = (id: string) => boo.send<{ worktree: Worktree }>("POST", `/worktrees/${id}/restoration`);
  const back = (await bring(worktree.id)).worktree;
  expect(back).toMatchObject({ session_id: app.session, branch: worktree.branch, state: "ready" });
  expect(await readFile(join(back.path, "loose.txt"), "utf8")).toBe("two\n");
  expect(await readyOf(app)).toMatchObject({ ahead: 1, files: { total: 1 } });
  expect(await changesOf(app)).toEqual(["kept.txt", "loose.txt"]);
  await expect(bring(worktree.id)).rejects.toThrow("Nothing is kept");

  await boo
    .send("DELETE", `/sessions/${app.session}?force=1`)
    .catch(() => boo.send("DELETE", `/sessions/${app.session}`, { force: true }));
  const { retired } = await boo.get<{ retired: Worktree[] }>("/worktrees");
  expect(retired).toMatchObject([{ id: back.id, session_id: null }]);
  const again = (await bring(back.id)).worktree;
  expect(again.session_id).not.toBe(app.session);
  expect(await readFile(join(again.path, "kept.txt"), "utf8")).toBe("one\n");
  expect(await readFile(join(again.path, "loose.txt"), "utf8")).toBe("two\n");
}, 60_000);
