/** Runs by an outside agent, a real process, over the whole program: prompt, permission, worktree, changes, stop, restart. */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Change } from "../../src/domain/change.ts";
import type { Part, ToolPart } from "../../src/domain/message.ts";
import type { RunRequest } from "../../src/domain/request.ts";
import { markedProcesses } from "../../src/drivers/agents/process-table.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { fakeAgentCommand } from "../support/fake-agent.ts";
import { tempDir } from "../support/repo.ts";
import { endTmuxWithUs, plainShell } from "../support/terminal.ts";
import { until } from "../support/until.ts";

interface Told {
  messages: { id: string; role: string; parts: Part[] }[];
}

/** A program with the scripted agent as provider "fake", and a coder's chat that uses it. */
async function withAgent(options: string[] = [], env: Record<string, string> = {}) {
  const home = await tempDir();
  const boo = await testApp({ env: { BOOCODE_HOME: home.root, ...env } });
  await boo.send("POST", "/providers", {
    id: "fake",
    command: fakeAgentCommand("--home", join(home.root, "kept"), ...options).join(" "),
  });
  const made = await coder(boo);
  const ask = (text: string, more: Record<string, unknown> = {}) =>
    boo.ask(made.chat, text, { provider: "fake", ...more });
  const run = async (text: string, more: Record<string, unknown> = {}) => {
    const { run } = await ask(text, more);
    return boo.settled(run.id, made.session);
  };
  return {
    boo,
    home,
    ...made,
    ask,
    run,
    async [Symbol.asyncDispose]() {
      await boo[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

async function coder(boo: TestApp) {
  const { project } = await boo.chat();
  const made = await boo.send<{ session: { id: string }; chat: { id: string } }>(
    "POST",
    `/projects/${project}/sessions`,
    { kind: "coder" },
  );
  return { project, session: made.session.id, chat: made.chat.id };
}

const partsOf = async (boo: TestApp, chat: string): Promise<Part[]> =>
  (await boo.get<Told>(`/chats/${chat}`)).messages.filter((m) => m.role === "assistant").flatMap((m) => m.parts);
const textOf = (parts: Part[]) =>
  parts
    .filter((p) => p.kind === "text")
    .map((p) => p.text)
    .join("|");
const noticesOf = (parts: Part[]) =>
  parts
    .filter((p) => p.kind === "notice")
    .map((p) => p.text)
    .join("|");
const openRequest = (boo: TestApp) =>
  until(async () => (await boo.get<{ requests: RunRequest[] }>("/requests?state=open")).requests[0], 20_000);
const changesOf = async (boo: TestApp, session: string) =>
  (await boo.get<{ changes: Change[] }>(`/sessions/${session}/changes`)).changes;
const marked = (boo: TestApp) => markedProcesses(`${boo.app.core.instance}:`);

describe("a message to an agent", () => {
  test("text, thoughts, a plan and a write with its permission; what it wrote waits for review and is on no disk of ours", async () => {
    await using at = await withAgent();
    const { boo } = at;
    const { run } = await at.ask(
      "[[think:Let me see.]][[plan:look|write]][[say:I write. ]][[step:1]][[write:src/new.ts|export const a = 1;\n]][[say:Done.]]",
    );
    const request = await openRequest(boo);
    expect(request).toMatchObject({ kind: "permission", provider: "fake", title: "Write src/new.ts" });
    expect(request.options.map((o) => o.id)).toEqual(["allow-once", "allow-always", "reject"]);
    expect(JSON.stringify(request.detail)).toContain("export const a = 1;");
    expect(await boo.get(`/runs/${run.id}`)).toMatchObject({ run: { state: "waiting", provider: "fake" } } as never);
    await boo.send("POST", `/requests/${request.id}/answer`, { option_id: "allow-once" });
    const settled = await boo.settled(run.id, at.session);
    expect(settled).toMatchObject({ state: "completed", reason: "done", model: "fake-large" });
    const parts = await partsOf(boo, at.chat);
    expect(parts.map((p) => p.kind)).toEqual(["reasoning", "text", "tool", "text"]);
    const tool = parts.find((p): p is ToolPart => p.kind === "tool")!;
    expect(tool).toMatchObject({ state: "closed", meta: { name: "edit", shown: "src/new.ts", note: "+1 −0" } });
    expect(tool.text).toContain("+export const a = 1;");
    const [change] = await changesOf(boo, at.session);
    expect(change).toMatchObject({
      path: "src/new.ts",
      kind: "create",
      producer: "worktree",
      provider: "fake",
      state: "pending",
    });
    expect(change!.hunks[0]!.sources[0]).toMatchObject({ part_id: tool.id, provider: "fake", tool: "edit" });
    expect(existsSync(join(boo.repo.root, "src/new.ts"))).toBe(false);
  }, 40_000);

  test("a question that overtakes what was said before it tears no sentence apart", async () => {
    await using at = await withAgent();
    const { run } = await at.ask("[[say:I write ]][[askfirst:a.txt|x|it as one file.]][[say:Done.]]");
    const request = await openRequest(at.boo);
    await at.boo.send("POST", `/requests/${request.id}/answer`, { option_id: "allow-once" });
    await at.boo.settled(run.id, at.session);
    const parts = await partsOf(at.boo, at.chat);
    expect(parts.map((p) => (p.kind === "text" ? p.text : p.kind))).toEqual([
      "I write it as one file.",
      "tool",
      "Done.",
    ]);
    expect(parts[1]!.id).toBe(request.part_id!);
  }, 40_000);

  test("refused: the agent goes on or ends, nothing is written", async () => {
    await using at = await withAgent();
    const { run } = await at.ask("[[write:a.txt|x]][[say:So be it.]]");
    const request = await openRequest(at.boo);
    await at.boo.send("POST", `/requests/${request.id}/answer`, { option_id: "reject" });
    expect(await at.boo.settled(run.id, at.session)).toMatchObject({ state: "completed" });
    const parts = await partsOf(at.boo, at.chat);
    expect(parts.find((p) => p.kind === "tool")).toMatchObject({ state: "failed" });
    expect(await changesOf(at.boo, at.session)).toEqual([]);
  }, 40_000);

  test("edits, deletions and commands are one difference; a later run takes its place, decided hunks keep their verdict", async () => {
    await using at = await withAgent();
    const { boo } = at;
    await at.run("[[edit:README.md|Relay|Relais]][[delete:src/deliver.ts]][[bash:echo made > by-command.txt]]", {
      mode: "auto",
    });
    const first = await changesOf(boo, at.session);
    expect(first.map((c) => [c.path, c.kind])).toEqual([
      ["README.md", "edit"],
      ["by-command.txt", "create"],
      ["src/deliver.ts", "delete"],
    ]);
    const readme = first[0]!;
    await boo.send("PUT", `/changes/${readme.id}/verdict`, { verdict: "rejected" });
    await at.run("[[write:by-command.txt|other\n]][[bash:git checkout -q src/deliver.ts]]");
    const second = await changesOf(boo, at.session);
    expect(second.map((c) => [c.path, c.state])).toEqual([
      ["README.md", "rejected"],
      ["by-command.txt", "pending"],
    ]);
    expect(second[1]!.id).toBe(first[1]!.id);
  }, 60_000);

  test("one process and one conversation serve the chat's messages; another chat has its own", async () => {
    await using at = await withAgent();
    await at.run("[[say:one]]");
    await at.run("[[history]]");
    expect(textOf(await partsOf(at.boo, at.chat))).toContain("I remember 2 messages");
    const [only] = await at.boo.app.core.agents.view();
    expect(only).toMatchObject({ provider: "fake", busy: false, usage: { processes: 1 } });
    const { chat } = await at.boo.send<{ chat: { id: string } }>("POST", `/sessions/${at.session}/chats`, {
      kind: "coder",
    });
    const { run } = await at.boo.ask(chat.id, "[[history]]", { provider: "fake" });
    await at.boo.settled(run.id, at.session);
    expect(textOf(await partsOf(at.boo, chat.id))).toContain("I remember 0 messages");
    expect(at.boo.app.core.agents.count).toBe(2);
    expect(readdirSync(join(at.home.root, "worktrees")).length).toBe(1);
  }, 40_000);
});

describe("review", () => {
  test("what is applied is in the checkout and no proposal any more; rewound it is one again", async () => {
    await using at = await withAgent();
    const { boo } = at;
    await at.run("[[write:a.txt|one\n]][[write:b.txt|two\n]]", { mode: "auto" });
    const [a] = await changesOf(boo, at.session);
    await boo.send("PUT", `/changes/${a!.id}/verdict`, { verdict: "accepted" });
    const { apply } = await boo.send<{ apply: { id: string } }>("POST", `/sessions/${at.session}/applies`, {});
    expect(await readFile(join(boo.repo.root, "a.txt"), "utf8")).toBe("one\n");
    await at.run("[[say:x]]");
    expect((await changesOf(boo, at.session)).map((c) => c.path)).toEqual(["b.txt"]);
    await boo.send("POST", `/applies/${apply.id}/rewind`);
    expect(existsSync(join(boo.repo.root, "a.txt"))).toBe(false);
    await at.run("[[say:y]]");
    expect((await changesOf(boo, at.session)).map((c) => c.path)).toEqual(["a.txt", "b.txt"]);
  }, 60_000);
});

describe("picks", () => {
  test("mode, model and thinking are set, read back, remembered for the chat, and refused with what there is", async () => {
    await using at = await withAgent();
    await until(
      async () => (await at.boo.get<{ provider: { state: string } }>("/providers/fake")).provider.state === "ready",
      20_000,
    );
    const settled = await at.run("[[say:x]]", { mode: "plan", model: "fake-small", thinking: "high" });
    expect(settled).toMatchObject({ mode: "plan", agent_mode: "plan", model: "fake-small", thinking: "high" });
    const again = await at.boo.ask(at.chat, "[[say:y]]");
    expect(await at.boo.settled(again.run.id, at.session)).toMatchObject({
      provider: "fake",
      agent_mode: "plan",
      model: "fake-small",
    });
    const bad = (more: object) => at.boo.ask(at.chat, "x", more as Record<string, unknown>);
    expect(bad({ provider: "nobody" })).rejects.toThrow("There are: boocode, claude");
    expect(bad({ mode: "wild" })).rejects.toThrow("There are: ask, auto, plan");
    expect(bad({ model: "gpt" })).rejects.toThrow("There are: fake-large, fake-small");
    expect(bad({ provider: "goose" })).rejects.toThrow("Not installed");
    const plain = await at.boo.chat();
    expect(at.boo.ask(plain.chat, "x", { provider: "fake" })).rejects.toThrow("Only a chat of kind");
  }, 40_000);

  test("an agent that does not do what it was told fails the run, and says so", async () => {
    await using at = await withAgent(["--ignore", "options"]);
    const settled = await at.run("[[say:x]]", { model: "fake-small" });
    expect(settled).toMatchObject({ state: "failed", reason: "agent" });
    expect(settled.error).toContain("stayed with fake-large");
  }, 40_000);
});

describe("stop", () => {
  test("cancel ends the run, keeps what came, and the next message works on the same process", async () => {
    await using at = await withAgent();
    const { run } = await at.ask("[[slow:10]][[tokens:100000]]");
    await until(async () => textOf(await partsOf(at.boo, at.chat)).length > 20, 20_000);
    await at.boo.send("POST", `/runs/${run.id}/cancellation`);
    expect(await at.boo.settled(run.id, at.session)).toMatchObject({ state: "cancelled" });
    expect(await at.run("[[say:alive]]")).toMatchObject({ state: "completed" });
    expect(at.boo.app.core.agents.count).toBe(1);
  }, 40_000);

  test("while it waits for a permission: the request is cancelled and told to the agent", async () => {
    await using at = await withAgent();
    const { run } = await at.ask("[[write:a.txt|x]]");
    const request = await openRequest(at.boo);
    await at.boo.send("POST", `/runs/${run.id}/cancellation`);
    expect(await at.boo.settled(run.id, at.session)).toMatchObject({ state: "cancelled" });
    expect(await at.boo.get(`/requests/${request.id}`)).toMatchObject({ request: { state: "cancelled" } } as never);
    expect(await at.run("[[say:alive]]")).toMatchObject({ state: "completed" });
  }, 40_000);

  test("one that ignores it is killed with everything it started, and what it wrote is collected all the same", async () => {
    await using at = await withAgent(["--ignore", "cancel,term,eof"]);
    const { run } = await at.ask("[[bash:echo kept > kept.txt]][[stray:300]][[say:now]][[hang]]", { mode: "auto" });
    await until(async () => textOf(await partsOf(at.boo, at.chat)) === "now", 20_000);
    expect((await marked(at.boo)).length).toBeGreaterThan(1);
    await at.boo.send("POST", `/runs/${run.id}/cancellation`);
    expect(await at.boo.settled(run.id, at.session)).toMatchObject({ state: "cancelled" });
    expect((await changesOf(at.boo, at.session)).map((c) => c.path)).toEqual(["kept.txt"]);
    await until(async () => (await marked(at.boo)).length === 0, 20_000);
  }, 60_000);

  test.each([
    ["[[say:so far]][[die:3]]", "ended with code 3"],
    ["[[error:out of tokens]]", "Internal error (out of tokens)"],
    ["[[auth]]", "wants you to sign in"],
  ])(
    "%s ends in a failed run with a sentence",
    async (text, words) => {
      await using at = await withAgent();
      const settled = await at.run(text);
      expect(settled).toMatchObject({ state: "failed", reason: "agent" });
      expect(settled.error).toContain(words);
      expect(await at.run("[[say:again]]")).toMatchObject({ state: "completed" });
    },
    40_000,
  );

  test("a flood is stopped and the rest of the program goes on", async () => {
    await using at = await withAgent();
    const settled = await at.run("[[flood:6]]");
    expect(settled).toMatchObject({ state: "limited" });
    expect((await at.boo.get<{ ok: boolean }>("/health")).ok).toBe(true);
  }, 60_000);

  test("silence past the limit fails the run", async () => {
    await using at = await withAgent([], { BOOCODE_AGENT_SILENCE_S: "1" });
    expect(await at.run("[[say:x]][[hang]]")).toMatchObject({ state: "failed", reason: "stalled" });
  }, 40_000);
});

describe("restart", () => {
  test("a run is interrupted, nothing of it runs on, and the conversation is taken up again", async () => {
    const at = await withAgent();
    await at.run("[[say:first]]");
    const { run } = await at.ask("[[bash:echo half > half.txt]][[stray:300]][[say:now]][[hang]]", { mode: "auto" });
    await until(async () => textOf(await partsOf(at.boo, at.chat)).endsWith("now"), 20_000);
    await at.boo.stop();
    expect(await marked(at.boo)).toEqual([]);
    await using boo = await testApp({
      database: at.boo.database,
      repo: at.boo.repo,
      env: { BOOCODE_HOME: at.home.root },
    });
    expect(await boo.get(`/runs/${run.id}`)).toMatchObject({
      run: { state: "interrupted", reason: "restart" },
    } as never);
    expect((await changesOf(boo, at.session)).map((c) => c.path)).toEqual(["half.txt"]);
    const next = await boo.ask(at.chat, "[[history]]");
    await boo.settled(next.run.id, at.session);
    expect(textOf(await partsOf(boo, at.chat))).toMatch(/I remember [34] messages: \[\[say:first\]\]/);
    await boo.stop();
    await boo.database.drop();
    await boo.repo[Symbol.asyncDispose]();
    await at.home[Symbol.asyncDispose]();
  }, 60_000);

  test("what cannot be taken up is said, and what was said before goes along", async () => {
    await using at = await withAgent(["--no", "load,resume"]);
    await at.run("[[say:The answer is 42.]]");
    await at.boo.app.core.agents.dropWhere(() => true);
    await at.run("[[history]]");
    const parts = await partsOf(at.boo, at.chat);
    expect(noticesOf(parts)).toContain("could not take up its conversation again");
    const kept = readdirSync(join(at.home.root, "kept")).map((f) => join(at.home.root, "kept", f));
    const all = await Promise.all(kept.map((f) => readFile(f, "utf8")));
    expect(
      all.some(
        (text) => text.includes("The answer is 42.") && text.includes("What was said in this conversation before"),
      ),
    ).toBe(true);
  }, 40_000);
});

test("restored to a message: files, proposals and the agent's memory go back together", async () => {
  await using at = await withAgent();
  const { boo } = at;
  await at.run("[[write:a.txt|one\n]][[say:first]]", { mode: "auto" });
  const { message, run } = await at.ask("[[write:a.txt|two\n]][[write:b.txt|x\n]][[say:second]]");
  await boo.settled(run.id, at.session);
  expect((await changesOf(boo, at.session)).map((c) => c.path)).toEqual(["a.txt", "b.txt"]);
  await boo.send("POST", `/messages/${message.id}/restoration`);
  expect((await changesOf(boo, at.session)).map((c) => c.path)).toEqual(["a.txt"]);
  const dir = join(at.home.root, "worktrees", readdirSync(join(at.home.root, "worktrees"))[0]!);
  expect(await readFile(join(dir, "a.txt"), "utf8")).toBe("one\n");
  expect(existsSync(join(dir, "b.txt"))).toBe(false);
  await at.run("[[history]]");
  const parts = await partsOf(boo, at.chat);
  expect(textOf(parts)).toContain("I remember 0 messages");
  expect(noticesOf(parts)).toContain("messages that were put aside");
}, 60_000);

describe("worktrees", () => {
  test("a directory that was removed is made anew from its branch", async () => {
    await using at = await withAgent();
    await at.run("[[say:x]]");
    const dir = join(at.home.root, "worktrees", readdirSync(join(at.home.root, "worktrees"))[0]!);
    await rm(dir, { recursive: true });
    expect(await at.run("[[write:b.txt|y]]", { mode: "auto" })).toMatchObject({ state: "completed" });
    expect(noticesOf(await partsOf(at.boo, at.chat))).toContain("made anew from the branch");
    expect((await changesOf(at.boo, at.session)).map((c) => c.path)).toEqual(["b.txt"]);
  }, 40_000);

  test("a terminal of the session starts in it", async () => {
    await using at = await withAgent();
    endTmuxWithUs(at.home.root);
    await at.boo.send("PATCH", "/settings", { terminal_shell: plainShell(at.home.root) });
    await at.run("[[say:x]]");
    const dir = join(at.home.root, "worktrees", readdirSync(join(at.home.root, "worktrees"))[0]!);
    const made = await at.boo.send<{ terminal: { directory: string } }>(
      "POST",
      `/sessions/${at.session}/terminals`,
      {},
    );
    expect(made.terminal.directory.replace(/\/$/, "")).toBe(realpathSync(dir));
  }, 40_000);

  test("secrets, links and files outside are told of and not taken", async () => {
    await using at = await withAgent();
    await at.run(
      "[[write:.env.local|KEY=1]][[bash:ln -s /etc/passwd link]][[write:ok.txt|1]][[bash:echo x > ../stray.txt]]",
      { mode: "auto" },
    );
    expect((await changesOf(at.boo, at.session)).map((c) => c.path)).toEqual(["ok.txt"]);
    const said = noticesOf(await partsOf(at.boo, at.chat));
    expect(said).toContain("a file of secrets");
    expect(said).toContain("a symbolic link");
  }, 40_000);
});
