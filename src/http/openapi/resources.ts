/**
 * The resources as JSON brings them: the one place where answers are described. Each is held against its domain type by
 * the compiler and against real answers by tests/docs/examples.test.ts. Loaded when the description is first asked for.
 */
import { z } from "zod";
import type { Artifact } from "../../domain/artifact.ts";
import type { Endpoint, EndpointCheck, Model } from "../../domain/endpoint.ts";
import type { FileInWorktree, FileView } from "../../domain/file.ts";
import type { AccessToken } from "../../domain/identity.ts";
import type * as nav from "../../domain/nav.ts";
import { NEED_KINDS } from "../../domain/nav.ts";
import { DENSITIES, FONT_SIZES, THEMES } from "../../domain/page.ts";
import type { PaletteItem } from "../../domain/palette.ts";
import { Layout } from "../../domain/pane.ts";
import type { Project } from "../../domain/project.ts";
import { SEARCH_KINDS, type SearchFacets, type SearchHit } from "../../domain/search.ts";
import type { Session } from "../../domain/session.ts";
import type { TerminalNow } from "../../domain/terminal.ts";
import { CHANGE_RESOURCES } from "./change-resources.ts";
import { attachment, chat, entry, liveRun, message, part, progress, run } from "./chat-resources.ts";
import { GIT_RESOURCES } from "./git-resources.ts";
import { MCP_RESOURCES } from "./mcp-resources.ts";
import { PROVIDER_RESOURCES } from "./provider-resources.ts";
import { grant, request, rule } from "./request-resources.ts";
import { SKILL_RESOURCES } from "./skill-resources.ts";
import { USAGE_RESOURCES } from "./usage-resources.ts";
import { at, count, id, type Of } from "./wire.ts";

const project = z.object({
  id,
  path: z.string().describe("Real path of the directory."),
  name: z.string(),
  is_git: z.boolean(),
  created_at: at,
}) satisfies Of<Project>;

const session = z.object({
  id,
  project_id: id,
  title: z.string(),
  titled_by: z.enum(["auto", "human"]),
  provider: z.string(),
  model: z.string().nullable().describe("Model of its chats that picked none."),
  web_tools: z.boolean(),
  archived_at: at.nullable(),
  created_at: at,
  active_at: at.describe("Last message or run."),
}) satisfies Of<Session>;

const status = z.enum(["needs", "running", "silent", "queued", "idle", "done", "failed", "stopped"]);
const sessionLine = z.object({
  id,
  project_id: id,
  title: z.string(),
  status,
  active_at: at,
}) satisfies Of<nav.NavSession>;

const model = z.object({
  id: z.string(),
  context_window: count.nullable().describe("Tokens; null when the endpoint does not tell."),
  price_in: z.number().nullish().describe("US dollars for a million tokens, as set here."),
  price_out: z.number().nullish(),
  loaded: z.boolean().nullable(),
  vision: z.boolean().nullable(),
}) satisfies Of<Model>;
const endpoint = z.object({
  id,
  label: z.string(),
  url: z.string(),
  source: z.enum(["environment", "setting", "found", "builtin"]),
  kind: z.enum(["llama-swap", "llama.cpp", "ollama", "vllm", "lm-studio", "openai", "demo", "unknown"]),
  has_key: z.boolean(),
  enabled: z.boolean(),
  state: z.enum(["unknown", "ready", "unavailable", "error"]),
  error: z.string().nullable(),
  checked_at: at.nullable(),
  models: z.array(model),
}) satisfies Of<Endpoint>;
const check = z.object({
  label: z.string(),
  url: z.string(),
  ok: z.boolean(),
  note: z.string(),
}) satisfies Of<EndpointCheck>;

const token = z.object({
  id,
  label: z.string(),
  created_at: at,
  last_used_at: at.nullable().describe("Exact to about a minute."),
  revoked_at: at.nullable(),
}) satisfies Of<AccessToken>;

const file = z.object({
  path: z.string(),
  size_bytes: count,
  lines: z.array(z.string()),
  from: z.number().int().min(1),
  total_lines: count.nullable(),
  next: z.number().int().nullable(),
  binary: z.boolean(),
  image: z.boolean(),
  marked: z.number().int().nullable(),
  marked_to: z.number().int().nullable(),
}) satisfies Of<FileView>;

const fileInWorktree = z.object({
  chat_id: id,
  session_id: id,
  session_title: z.string(),
  beside: z
    .enum(["same", "differs", "only", "missing"])
    .describe("How it stands to the project's own; `missing`: the worktree has no such file, this is the project's."),
}) satisfies Of<FileInWorktree>;

const artifact = z.object({
  message_id: id,
  chat_id: id,
  project_id: id,
  title: z.string(),
  markdown: z.string(),
  html: z.string().nullable().describe("The one HTML document in it, at most 1 MB."),
  created_at: at,
}) satisfies Of<Artifact>;

const terminal = z.object({
  id,
  session_id: id,
  number: count.describe("On its tab."),
  name: z.string().nullable().describe("Given by a human; null is named after what runs in it."),
  target: z.string().nullable().describe("ssh target; null is a shell of this machine."),
  argv: z.array(z.string()).nullable().describe("Runs instead of the shell."),
  directory: z.string(),
  state: z.enum(["open", "exited", "closed"]),
  title: z.string().nullable().describe("What a program in it calls itself."),
  command: z.string().nullable().describe("Command line seen last in its foreground."),
  exit_code: z.number().int().nullable(),
  exit_signal: z.string().nullable(),
  output_at: at.nullable().describe("Last output, exact to a second or two."),
  created_at: at,
  ended_at: at.nullable(),
  live: z
    .object({
      cols: count,
      rows: count,
      viewers: count,
      running: z.string().nullable().describe("Null while the shell waits for a command."),
      mouse: z.boolean().describe("The program wants the mouse."),
      scrolled: z.boolean(),
    })
    .nullable()
    .describe("What tmux says now; null once it has exited."),
}) satisfies Of<TerminalNow>;

const paletteItem = z.object({
  kind: z.enum(["session", "chat", "project", "file", "action", "command"]),
  title: z.string(),
  hint: z.string(),
  url: z.string(),
  tab: z.object({ session_id: id, path: z.string() }).optional(),
  insert: z
    .object({ chat_id: id, text: z.string() })
    .optional()
    .describe("Of a command: what goes to the front of that chat's field."),
}) satisfies Of<PaletteItem>;

const searchHit = z.object({
  kind: z.enum(SEARCH_KINDS),
  project_id: id,
  project_name: z.string(),
  session_id: id.nullable(),
  session_title: z.string().nullable(),
  chat_id: id.nullable(),
  chat_title: z.string().nullable(),
  message_id: id.nullable(),
  part_id: id.nullable(),
  role: z.enum(["user", "assistant"]).nullable(),
  model: z.string().nullable(),
  at,
  label: z.string().nullable().describe("The title, the path, what a call was asked; null for text."),
  snippet: z.array(z.object({ text: z.string(), hit: z.boolean() })),
  line: z.number().int().nullable().describe("Line of a tool's result."),
  archived: z.boolean(),
}) satisfies Of<SearchHit>;
const counts = z.array(z.object({ value: z.string(), label: z.string(), count }));
const searchFacets = z
  .object({ kind: counts, project: counts, model: counts, role: counts, age: counts })
  .describe("What each value would leave, beside the other filters.") satisfies Of<SearchFacets>;

const need = z.object({
  kind: z.enum(NEED_KINDS),
  run,
  request: request.nullable().describe("What is asked; null when the run only stopped."),
  title: z.string(),
  who: z.string(),
  since: at,
}) satisfies Of<nav.NeedRow>;
const desk = z.object({
  needs: z.array(need),
  running: z.array(
    z.object({
      run,
      session_title: z.string(),
      chat_title: z.string(),
      project_name: z.string(),
      progress: progress.nullable(),
    }),
  ),
  recent: z.array(z.object({ session: sessionLine, project_name: z.string(), note: z.string() })),
  total_sessions: count,
}) satisfies Of<nav.Desk>;

const error = z.object({
  code: z.enum(["invalid", "unauthorized", "forbidden", "not_found", "conflict", "limit", "unavailable", "internal"]),
  message: z.string().describe("A sentence for people; may change."),
  field: z.string().optional().describe("What was wrong in the input."),
  current: z.unknown().optional().describe("With conflict: the state as it is now."),
});

/** By the names that routes give to their answers (describe.ts). Lower case: values that need no name of their own. */
export const RESOURCES = {
  string: z.string(),
  integer: z.number().int(),
  boolean: z.boolean(),
  Project: project,
  Session: session,
  SessionLine: sessionLine.extend({ archived_at: at.nullable() }),
  Chat: chat,
  Message: message,
  Entry: entry,
  Part: part,
  Run: run,
  LiveRun: liveRun,
  Request: request,
  Rule: rule,
  Grant: grant,
  Queued: z.object({ run, text: z.string(), attachments: z.array(part) }),
  Cursor: z.object({
    before: count.nullable().describe("Position for `before`; null at the beginning."),
    after: count.nullable().describe("Position for `after`; null in the newest window."),
  }),
  Desk: desk,
  Need: need,
  Endpoint: endpoint,
  EndpointCheck: check,
  Settings: z.object({
    theme: z.enum(THEMES),
    density: z.enum(DENSITIES),
    font_size: z.enum(FONT_SIZES),
    onboarded: z.boolean(),
    default_model: z.string().nullable(),
    fast_model: z.string().nullable(),
    steps: z.number().int(),
    tool_calls: z.number().int(),
    ask_minutes: z.number(),
    searxng_url: z.string().nullable(),
    terminal_shell: z.string().nullable(),
    terminal_env: z.string(),
    terminal_targets: z.string(),
    terminal_font_px: z.number(),
    terminal_scrollback: z.number().int(),
  }),
  Token: token,
  NewToken: token.extend({ secret: z.string().describe("Shown in this answer only.") }),
  Door: z.object({ mode: z.enum(["loopback", "token", "proxy"]), name: z.string().nullable() }),
  Login: z.object({ name: z.string(), expires_at: at }),
  File: file,
  FileInWorktree: fileInWorktree,
  Attachment: attachment,
  ...GIT_RESOURCES,
  ...CHANGE_RESOURCES,
  Layout,
  Artifact: artifact,
  ...PROVIDER_RESOURCES,
  ...SKILL_RESOURCES,
  ...USAGE_RESOURCES,
  ...MCP_RESOURCES,
  Terminal: terminal,
  Scrollback: z.object({ text: z.string(), lines: count }),
  ScrollbackHit: z.object({ line: count.describe("1 is the oldest."), text: z.string() }),
  Line: z.number().int().nullable(),
  PaletteItem: paletteItem,
  SearchHit: searchHit.extend({ url: z.string().describe("Leads to the row itself.") }),
  SearchFacets: searchFacets,
  DatabaseState: z.object({ ok: z.boolean(), error: z.string().optional(), version: z.string() }),
  EndpointState: z.object({
    id,
    label: z.string(),
    state: z.enum(["unknown", "ready", "unavailable", "error"]),
    error: z.string().nullable(),
    models: count,
  }),
  Program: z.object({ name: z.string(), version: z.string().nullable() }),
  Error: error,
} as const satisfies Record<string, z.ZodType>;

export type ResourceName = keyof typeof RESOURCES;
