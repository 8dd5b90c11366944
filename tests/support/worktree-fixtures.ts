/** A worktree in every state of its finish, and agents' processes, as the engine would tell them. */
import type { Finish, ReadyFinish } from "../../src/domain/finish.ts";
import type { Worktree } from "../../src/domain/worktree.ts";
import type { ListedProcess } from "../../views/processes/processes.tsx";
import type { ListedWorktree } from "../../views/worktrees/list.tsx";
import { ago } from "./chat-fixtures.ts";

const LONG = "boocode/a-branch-whose-name-goes-on-and-on-and-on-and-on-and-on-k3v9qa";

export const worktree: Worktree = {
  id: "w1",
  session_id: "s1",
  project_id: "p1",
  path: "/home/me/.boocode/worktrees/relay-mx1vneiyc3a50nzf",
  prefix: "",
  branch: "boocode/lease-based-claims-a50nzf",
  base: "8f3a51c0d2b94e7fa6c1d5e803b72f49c6a1e0d7",
  base_branch: "main",
  state: "ready",
  note: "Set up with: bun install.",
  snapshot_ref: null,
  created_at: ago(7_200_000),
  retired_at: null,
};

const change = (path: string, mark: "M" | "?" | "D") =>
  ({ path, from: null, mark, conflict: null, submodule: false, secret: path === ".env", lossy: false }) as const;

/** Something of everything: uncommitted files, a base that moved on, a remote, hooks, programs. */
export const dirtyFinish: ReadyFinish = {
  state: "ready",
  worktree,
  branch: worktree.branch,
  head: "1c9d51c0d2b94e7fa6c1d5e803b72f49c6a1e0d7",
  base: { branch: "main", commit: worktree.base!, upstream: "origin/main" },
  ahead: 3,
  behind: 2,
  files: { changes: [change("src/lease.ts", "M"), change("src/old.ts", "D"), change(".env", "?")], total: 3 },
  operation: null,
  conflicts: [],
  upstream: { remote: "origin", branch: worktree.branch!, ahead: 1, behind: 0 },
  unpushed: 1,
  remotes: [
    {
      name: "origin",
      url: "git@github.com:ada/relay.git",
      forge: "github",
      request_url: "https://github.com/ada/relay/compare/main...boocode/lease-based-claims-a50nzf?expand=1",
    },
    { name: "nas", url: `/srv/git/${"deep/".repeat(20)}relay.git`, forge: null, request_url: null },
  ],
  identity: { name: "Ada", email: "ada@example.org" },
  unsigned: true,
  hooks: { names: ["pre-commit"], trusted: false },
  programs: ["credential.helper"],
  unreviewed: { pending: 3, rejected: 1 },
  proposed_message: "Lease-based claims",
  carry: { files: 2, carried_at: ago(300_000) },
  agent_chat: "c1",
  busy: false,
};

export const conflictFinish: ReadyFinish = {
  ...dirtyFinish,
  files: { changes: [], total: 0 },
  operation: "merge",
  proposed_message: `Merge main into ${worktree.branch}`,
  conflicts: [
    {
      path: "src/lease.ts",
      what: "changed on both sides",
      places: [{ line: 12, ours: ["const seconds = 30;"], theirs: [`const ${"seconds".repeat(30)} = 60;`], cut: true }],
      settled: false,
    },
    { path: "src/old.ts", what: "deleted by us", places: null, settled: false },
    { path: "README.md", what: "changed on both sides", places: [], settled: true },
  ],
};

export const noFinish: Finish = {
  state: "none",
  worktree: null,
  reason: "This session has no worktree yet.",
  carry: { files: 1, carried_at: null },
};

const safe = { dirty: 0, unpushed: 0, unmerged: 0, behind: 0, conflicts: [] };
export const worktrees: ListedWorktree[] = [
  { worktree, status: { ...safe, dirty: 3, unmerged: 3, unpushed: 1, behind: 2 }, size_bytes: 41_000_000 },
  { worktree: { ...worktree, id: "w2", session_id: "s2", branch: LONG }, status: safe, size_bytes: null },
  { worktree: { ...worktree, id: "w3", session_id: null, state: "lost" }, status: null, size_bytes: null },
];
export const retired: Worktree[] = [
  { ...worktree, id: "w4", state: "retired", snapshot_ref: "refs/boocode/retired/w4", retired_at: ago(86_400_000) },
];

export const processes: ListedProcess[] = [
  {
    ...{ id: "r1", provider: "claude", chat_id: "c1", pid: 48_211, busy: true },
    ...{ started_at: ago(3_600_000), heard_at: ago(14_000) },
    usage: { processes: 4, rss_bytes: 612_000_000, cpu_ms: 93_000 },
  },
  {
    ...{ id: "r2", provider: "opencode", chat_id: "c2", pid: 48_300, busy: false },
    ...{ started_at: ago(600_000), heard_at: null },
    usage: { processes: 1, rss_bytes: 184_000_000, cpu_ms: 4_100 },
  },
];
