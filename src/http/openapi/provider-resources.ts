/** Providers and what is known of them; part of RESOURCES. */
import { z } from "zod";
import type { AgentSession } from "../../domain/agent-session.ts";
import type { Carry, Finish, Push } from "../../domain/finish.ts";
import type { KeptList } from "../../domain/kept.ts";
import type * as domain from "../../domain/provider.ts";
import type { Worktree, WorktreeStatus } from "../../domain/worktree.ts";
import { change } from "./git-resources.ts";
import { at, count, id, type Of } from "./wire.ts";

const choice = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().nullable(),
}) satisfies Of<domain.AgentChoice>;
const command = z.object({
  name: z.string(),
  description: z.string(),
  hint: z.string().nullable(),
}) satisfies Of<domain.AgentCommand>;
const features = z.object({
  load: z.boolean().describe("Takes up a conversation again and tells what was said."),
  resume: z.boolean().describe("Takes one up again in silence."),
  list: z.boolean().describe("Lists those it has on disk."),
  close: z.boolean(),
  images: z.boolean(),
  embedded: z.boolean(),
}) satisfies Of<domain.AgentFeatures>;

const provider = z.object({
  id: z.string(),
  label: z.string(),
  source: z.enum(["native", "builtin", "file"]).describe("`file`: from providers.json."),
  enabled: z.boolean(),
  command: z.string().describe("What is started, as it would be typed."),
  env: z.array(z.string()).describe("Names of variables that it is given."),
  way: z
    .enum(["native", "acp", "json", "terminal"])
    .nullable()
    .describe("How it is spoken to; null while it is not installed."),
  state: z.enum(["unknown", "probing", "ready", "unavailable", "error"]),
  error: z.string().nullable(),
  hint: z.string().nullable().describe("A command that would help: its installation, its login."),
  binary: z.string().nullable(),
  version: z.string().nullable(),
  modes: z.array(choice),
  models: z.array(choice),
  thinking: z.array(choice),
  commands: z.array(command),
  features,
  logins: z
    .array(
      z.object({
        id: z.string(),
        name: z.string(),
        description: z.string().nullable(),
        by: z.enum(["agent", "terminal"]).describe("`agent`: it does that itself; `terminal`: its program asks there."),
        args: z.array(z.string()),
      }),
    )
    .describe("Ways to sign in that it names."),
  default_mode: z.string().nullable(),
  default_model: z.string().nullable(),
  default_thinking: z.string().nullable(),
  checked_at: at.nullable().describe("When its version was asked."),
  probed_at: at.nullable().describe("When a conversation was opened last."),
  probe_ms: count.nullable(),
}) satisfies Of<domain.Provider>;

const step = z.object({
  name: z.string(),
  result: z.enum(["ok", "failed", "skipped"]),
  detail: z.string(),
  ms: count.nullable(),
}) satisfies Of<domain.ProbeStep>;

const worktree = z.object({
  id,
  session_id: id.nullable().describe("Null once the session is deleted."),
  project_id: id,
  path: z.string(),
  prefix: z.string(),
  branch: z.string().nullable().describe("Null where agents work in the project's directory itself."),
  base: z.string().nullable(),
  base_branch: z.string().nullable().describe("Branch of the checkout it was made from; null where HEAD was detached."),
  state: z.enum(["creating", "ready", "lost", "retired"]),
  note: z.string().nullable(),
  snapshot_ref: z.string().nullable().describe("Hidden ref with what was not committed when it was retired."),
  created_at: at,
  retired_at: at.nullable(),
}) satisfies Of<Worktree>;
const worktreeStatus = z.object({
  dirty: count.describe("Files that are not committed."),
  unpushed: count,
  unmerged: count.describe("Commits that the project's own branch has not."),
  behind: count,
  conflicts: z.array(z.string()),
}) satisfies Of<WorktreeStatus>;
const uncommitted = z.object({
  files: count.describe("Of the checkout, not committed."),
  carried_at: at.nullable().describe("When they were carried over last."),
}) satisfies Of<Carry>;
const carry = uncommitted.nullable();
const finish = z.discriminatedUnion("state", [
  z.object({ state: z.literal("none"), worktree: worktree.nullable(), reason: z.string(), carry }),
  z.object({
    state: z.literal("ready"),
    worktree,
    branch: z.string().nullable().describe("What HEAD names in the worktree; null when it is detached."),
    head: z.string(),
    base: z
      .object({ branch: z.string().nullable(), commit: z.string(), upstream: z.string().nullable() })
      .nullable()
      .describe("The branch it was made from, or what the checkout is on now."),
    ahead: count.describe("Commits that the base has not."),
    behind: count.describe("Commits of the base that are not here."),
    files: z.object({ changes: z.array(change).describe("At most 200."), total: count }),
    operation: z.enum(["merge", "rebase", "cherry-pick", "revert", "bisect"]).nullable(),
    conflicts: z.array(
      z.object({
        path: z.string(),
        what: z.string(),
        places: z
          .array(z.object({ line: count, ours: z.array(z.string()), theirs: z.array(z.string()), cut: z.boolean() }))
          .nullable()
          .describe("Null where there is no text to show."),
        settled: z.boolean().describe("No conflict markers are left in it."),
      }),
    ),
    upstream: z.object({ remote: z.string(), branch: z.string(), ahead: count, behind: count }).nullable(),
    unpushed: count.describe("Commits that no remote has."),
    remotes: z.array(
      z.object({
        name: z.string(),
        url: z.string(),
        forge: z.enum(["github", "gitlab", "bitbucket", "gitea"]).nullable(),
        request_url: z.string().nullable().describe("Where a pull request of the branch is opened."),
      }),
    ),
    identity: z.object({ name: z.string(), email: z.string() }).nullable(),
    unsigned: z.boolean(),
    hooks: z.object({ names: z.array(z.string()), trusted: z.boolean() }),
    programs: z
      .array(z.string())
      .describe("Keys of the repository's own configuration that name programs for remotes."),
    unreviewed: z.object({ pending: count, rejected: count }).describe("Hunks that a commit would take along."),
    proposed_message: z.string(),
    carry,
    agent_chat: id.nullable().describe("The chat whose agent worked here last."),
    busy: z.boolean().describe("A run has begun and not ended: nothing here is changed meanwhile."),
  }),
]) satisfies Of<Finish>;
const push = z.object({
  remote: z.string(),
  branch: z.string(),
  moved: z.boolean().describe("False when the remote had everything already."),
  said: z.string().describe("What the remote said."),
  request_url: z.string().nullable(),
}) satisfies Of<Push>;
const agentSession = z.object({
  id,
  chat_id: id,
  provider: z.string(),
  agent_id: z.string().nullable().describe("Name of the conversation on the agent's side."),
  cwd: z.string().nullable(),
  mode: z.string().nullable().describe("Picked; null takes what the agent begins with."),
  model: z.string().nullable(),
  thinking: z.string().nullable(),
  current: z.object({
    mode: z.string().nullish(),
    model: z.string().nullish(),
    thinking: z.string().nullish(),
  }),
  commands: z.array(command),
  told_position: count,
  terminal_id: id.nullable().describe("Where it runs, of one that has no protocol."),
  created_at: at,
  used_at: at,
}) satisfies Of<AgentSession>;

export const PROVIDER_RESOURCES = {
  Worktree: worktree,
  WorktreeStatus: worktreeStatus,
  WorktreeView: z.object({
    worktree,
    status: worktreeStatus.nullable(),
    size_bytes: count.nullable().describe("Null unless asked for with `sizes`."),
  }),
  Carry: uncommitted,
  Finish: finish,
  Push: push,
  WorktreeSettings: z.object({ in_place: z.boolean(), copy_files: z.string(), setup_command: z.string() }),
  KeptList: z.object({
    provider: z.string(),
    label: z.string(),
    can: z.object({ list: z.boolean(), load: z.boolean() }).describe("Without `load` none can be adopted."),
    conversations: z.array(
      z.object({
        id: z.string(),
        title: z.string().nullable(),
        cwd: z.string(),
        updated_at: at.nullable(),
        chat_id: id.nullable().describe("The chat that it is already."),
      }),
    ),
  }) satisfies Of<KeptList>,
  AgentSession: agentSession,
  AgentProcess: z.object({
    id,
    provider: z.string(),
    chat_id: id,
    pid: count,
    busy: z.boolean(),
    started_at: at,
    heard_at: at.nullable().describe("When it said something last."),
    usage: z.object({ processes: count, rss_bytes: count, cpu_ms: count }),
  }),
  Provider: provider,
  ProbeStep: step,
} as const;
