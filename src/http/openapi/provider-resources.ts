/** Providers and what is known of them; part of RESOURCES. */
import { z } from "zod";
import type { AgentSession } from "../../domain/agent-session.ts";
import type * as domain from "../../domain/provider.ts";
import type { Worktree, WorktreeStatus } from "../../domain/worktree.ts";
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
  WorktreeView: z.object({ worktree, status: worktreeStatus.nullable() }),
  WorktreeSettings: z.object({ in_place: z.boolean(), copy_files: z.string(), setup_command: z.string() }),
  AgentSession: agentSession,
  AgentProcess: z.object({
    id,
    provider: z.string(),
    chat_id: id,
    pid: count,
    busy: z.boolean(),
    usage: z.object({ processes: count, rss_bytes: count, cpu_ms: count }),
  }),
  Provider: provider,
  ProbeStep: step,
} as const;
