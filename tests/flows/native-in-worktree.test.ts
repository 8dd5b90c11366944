/** Our own loop in a session whose agents have a worktree: it reads what they wrote, and builds on it. */
import { expect, test } from "bun:test";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import type { Apply } from "../../src/domain/apply.ts";
import type { Change } from "../../src/domain/change.ts";
import type { RunRequest } from "../../src/domain/request.ts";
import { type AgentApp, agentApp } from "../support/agent-app.ts";
import { fakeLlm, type TestLlm } from "../support/fake-llm.ts";
import { until } from "../support/until.ts";

const README = "# Relay\n\nDelivers webhooks.\n\nAt least once.\n";

interface Native extends AsyncDisposable {
  at: AgentApp;
  llm: TestLlm;
  /** What the calls answered, in order. */
  calls(kind: "chat" | "coder", ...calls: [string, Record<string, unknown>][]): Promise<string[]>;
  changes(): Promise<Change[]>;
  decide(change: Change): Promise<unknown>;
  apply(): Promise<Apply>;
  read(where: "checkout" | "worktree", path: string): Promise<string | null>;
}

/** The agent has written a file and the last line of another; a chat and a coder of our own stand beside it. */
async function native(): Promise<Native> {
  const llm = await fakeLlm();
  const at = await agentApp({ llm, files: { "README.md": README, "src/claim.ts": "export {};\n" } });
  const { boo, session } = at;
  await at.run("[[edit:README.md|At least once.|At most twice.]][[write:src/agent.ts|export const agent = 1;\n]]");
  const chats: Record<string, string> = {};
  for (const kind of ["chat", "coder"])
    chats[kind] = (await boo.send<{ chat: { id: string } }>("POST", `/sessions/${session}/chats`, { kind })).chat.id;
  const changes = async () => (await boo.get<{ changes: Change[] }>(`/sessions/${session}/changes`)).changes;
  return {
    ...{ at, llm, changes },
    async calls(kind, ...calls) {
      const text = calls.map(([name, args]) => `[[tool:${name} ${JSON.stringify(args)}]]`).join("");
      const { run } = await boo.ask(chats[kind]!, text);
      await boo.settled(run.id, session);
      const told = llm
        .chats()
        .at(-1)!
        .messages!.filter((m) => m.role === "tool");
      return told.slice(-calls.length).map((m) => String(m.content));
    },
    decide: ({ id }) => boo.send("PUT", `/changes/${id}/verdict`, { verdict: "accepted" }),
    apply: async () => (await boo.send<{ apply: Apply }>("POST", `/sessions/${session}/applies`, {})).apply,
    read: (where, path) =>
      Bun.file(join(where === "checkout" ? boo.repo.root : at.worktree(), path))
        .text()
        .catch(() => null),
    async [Symbol.asyncDispose]() {
      await at[Symbol.asyncDispose]();
      await llm[Symbol.asyncDispose]();
    },
  };
}
const edit = (old_string: string, new_string: string, file_path = "README.md") =>
  ["edit_file", { file_path, old_string, new_string }] as [string, Record<string, unknown>];
const soon = <T>(look: () => Promise<T>) => until(look, 10_000);

test("every reading tool sees the worktree, says so, and the checkout by its whole path", async () => {
  await using n = await native();
  const root = n.at.boo.repo.root;
  const read = await n.calls(
    "chat",
    ["view_file", { path: "README.md" }],
    ["list_dir", { path: "src" }],
    ["grep", { pattern: "At most" }],
    ["find_files", { glob: "**/agent.ts" }],
    ["git_status", {}],
    ["git_diff", {}],
    ["search_symbols", { query: "agent" }],
  );
  const found = ["At most twice", "agent.ts", "README.md:5", "src/agent.ts", "README.md", "+At most twice", "agent"];
  for (const [i, words] of found.entries()) expect(read[i]).toContain(words);
  for (const text of read)
    expect(text).toContain(`worktree, where its agents write; the project's own directory is ${root}.`);
  const [own] = await n.calls("chat", ["view_file", { path: join(root, "README.md") }]);
  expect(own).toContain("At least once.");
  const [plain] = await n.calls("chat", ["skill_find", { query: "review" }]);
  expect(plain).not.toContain("worktree");
});

test("the guard holds for the worktree: no way out of it, no link, no .git", async () => {
  await using n = await native();
  await symlink("/etc", join(n.at.worktree(), "out"));
  const refused = await n.calls(
    "coder",
    ["view_file", { path: "../../../etc/passwd" }],
    ["view_file", { path: "out/passwd" }],
    ["view_file", { path: ".git" }],
    ["create_file", { file_path: "out/new.txt", content: "x" }],
    ["create_file", { file_path: join(n.at.worktree(), "../new.txt"), content: "x" }],
  );
  for (const text of refused) expect(text).not.toMatch(/root:|Proposed/);
  expect((await n.changes()).map((c) => c.path).sort()).toEqual(["README.md", "src/agent.ts"]);
});

test("an edit of what an agent wrote waits until that is applied, then goes on top of it", async () => {
  await using n = await native();
  const [told] = await n.calls(
    "coder",
    edit("At most twice.", "At most thrice.", join(n.at.boo.repo.root, "README.md")),
  );
  expect(told).toContain("Proposed a change of README.md");
  const [theirs, ours] = (await n.changes()).filter((c) => c.path === "README.md");
  expect([theirs!.producer, ours!.producer].sort()).toEqual(["native", "worktree"]);
  const ours_ = [theirs!, ours!].find((c) => c.producer === "native")!;
  await n.decide(ours_);
  const first = await n.apply();
  expect(first.files[0]).toMatchObject({ state: "failed", error: expect.stringContaining("what fake wrote") });
  expect(await n.read("checkout", "README.md")).toBe(README);

  for (const change of await n.changes()) if (change.producer === "worktree") await n.decide(change);
  await n.apply();
  expect(await n.read("checkout", "README.md")).toContain("At most twice.");
  await n.apply();
  expect(await n.read("checkout", "README.md")).toContain("At most thrice.");
  await soon(async () => (await n.read("worktree", "README.md"))?.includes("At most thrice."));
  await n.at.run("[[say:nothing to do]]");
  expect(await n.changes()).toEqual([]);
});

test("what was applied of ours is in the worktree, for agents and for our own reads, and leaves it when it is rewound", async () => {
  await using n = await native();
  await n.calls("coder", edit("# Relay", "# Relays"), [
    "create_file",
    { file_path: "lib/new.ts", content: "export {};\n" },
  ]);
  const [, proposed] = await n.calls("coder", ["grep", { pattern: "Relays" }], ["view_file", { path: "README.md" }]);
  expect(proposed).toContain("# Relays");
  expect(proposed).toContain("At most twice.");
  expect(await n.read("worktree", "README.md")).toStartWith("# Relay\n");
  for (const change of await n.changes()) if (change.producer === "native") await n.decide(change);
  const apply = await n.apply();
  expect(await n.read("checkout", "README.md")).toBe(README.replace("Relay", "Relays"));
  await soon(async () => (await n.read("worktree", "README.md"))?.startsWith("# Relays\n"));
  expect(await n.read("worktree", "README.md")).toContain("At most twice.");
  await soon(async () => (await n.read("worktree", "lib/new.ts")) === "export {};\n");
  await n.at.run("[[say:nothing to do]]");
  expect((await n.changes()).map((c) => c.path).sort()).toEqual(["README.md", "src/agent.ts"]);

  await n.at.boo.send("POST", `/applies/${apply.id}/rewind`);
  await soon(async () => (await n.read("worktree", "README.md"))?.startsWith("# Relay\n"));
  await soon(async () => (await n.read("worktree", "lib/new.ts")) === null);
  expect(await n.read("worktree", "README.md")).toContain("At most twice.");
});

test("what does not merge in the worktree stays out of it, and is no proposal to undo it", async () => {
  await using n = await native();
  await n.calls("coder", edit("# Relay", "# Relays"));
  await n.at.run("[[edit:README.md|# Relay|# Router]]");
  for (const change of await n.changes()) if (change.producer === "native") await n.decide(change);
  await n.apply();
  expect(await n.read("checkout", "README.md")).toStartWith("# Relays\n");
  await n.at.run("[[say:nothing to do]]");
  expect(await n.read("worktree", "README.md")).toStartWith("# Router\n");
  const [left] = (await n.changes()).filter((c) => c.path === "README.md");
  expect(JSON.stringify(left!.hunks)).not.toContain("Relays");
});

test("a chat that goes back with its agent's files does not take back what another chat applied since", async () => {
  await using n = await native();
  const { boo, chat } = n.at;
  await n.at.run("[[write:late.txt|1\n]]");
  const { messages } = await boo.get<{ messages: { id: string; role: string }[] }>(`/chats/${chat}`);
  await n.calls("coder", edit("# Relay", "# Relays"));
  for (const change of await n.changes()) if (change.producer === "native") await n.decide(change);
  await n.apply();
  await soon(async () => (await n.read("worktree", "README.md"))?.startsWith("# Relays\n"));
  await boo.send("POST", `/messages/${messages.findLast((m) => m.role === "user")!.id}/restoration`);
  expect(await n.read("worktree", "late.txt")).toBeNull();
  expect(await n.read("worktree", "README.md")).toStartWith("# Relays\n");
  const [left] = (await n.changes()).filter((c) => c.path === "README.md");
  expect(JSON.stringify(left!.hunks)).not.toContain("Relays");
});

test("a command runs where the tools read, and says which place it was", async () => {
  await using n = await native();
  const { boo } = n.at;
  const run = async (where?: string) => {
    const calls = n.calls("coder", ["run_command", { command: "cat src/agent.ts; pwd", ...(where && { where }) }]);
    const request = await soon(
      async () => (await boo.get<{ requests: RunRequest[] }>("/requests?state=open")).requests[0],
    );
    await boo.send("POST", `/requests/${request!.id}/answer`, { option_id: "once" });
    return (await calls)[0]!;
  };
  expect(await run()).toMatch(/export const agent[\s\S]*Ran in the worktree/);
  expect(await run("project")).toMatch(/No such file[\s\S]*Ran in the project's own directory/);
});
