/** Chats as the views get them, for tests and for looking at: one full conversation and every way a run can be. */

import type { Chat } from "../../src/domain/chat.ts";
import type { CompactionMeta } from "../../src/domain/compaction.ts";
import type { Endpoint } from "../../src/domain/endpoint.ts";
import type {
  CompactionPart,
  Entry,
  Part,
  ReasoningPart,
  TextPart,
  ToolMeta,
  ToolPart,
} from "../../src/domain/message.ts";
import type { ChatView, QueueItem } from "../../src/domain/page.ts";
import type { Project } from "../../src/domain/project.ts";
import type { Progress, Run } from "../../src/domain/run.ts";
import type { Session } from "../../src/domain/session.ts";

export const NOW = new Date(2026, 10, 23, 14, 22, 7).getTime();
export const ago = (ms: number): Date => new Date(NOW - ms);
const MINUTE = 60_000;

export const project: Project = {
  id: "p1",
  path: "/srv/code/relay",
  name: "relay",
  is_git: true,
  created_at: ago(9e8),
};
export const session: Session = {
  id: "s1",
  project_id: "p1",
  title: "Double deliveries after restart",
  titled_by: "human",
  provider: "boocode",
  model: null,
  web_tools: false,
  archived_at: null,
  created_at: ago(9e6),
  active_at: ago(1000),
};

export const aChat = (over: Partial<Chat> = {}): Chat => ({
  id: "c1",
  session_id: "s1",
  kind: "chat",
  title: "Double deliveries",
  titled_by: "auto",
  number: 1,
  provider: "boocode",
  endpoint_id: null,
  model: null,
  mode: "ask",
  agent: null,
  forked_from: null,
  archived_at: null,
  created_at: ago(9e6),
  ...over,
});

export const local: Endpoint = {
  id: "e1",
  label: "local",
  url: "http://127.0.0.1:8080/v1",
  source: "found",
  kind: "llama-swap",
  has_key: false,
  enabled: true,
  state: "ready",
  error: null,
  checked_at: ago(5000),
  models: [
    { id: "qwen3-coder-30b", context_window: 131_072, loaded: true, vision: false },
    { id: "devstral-24b", context_window: 131_072, loaded: false, vision: null },
    { id: "unsloth/gpt-oss-20b.Q4_K_M.gguf", context_window: 32_768, loaded: false, vision: true },
  ],
};
export const away: Endpoint = {
  ...local,
  id: "e2",
  label: "workstation",
  state: "unavailable",
  error: "connection refused",
  models: [],
};
export const demo: Endpoint = {
  ...local,
  id: "demo",
  label: "Demo",
  source: "builtin",
  kind: "demo",
  models: [{ id: "demo", context_window: null, loaded: true, vision: false }],
};

export const aRun = (over: Partial<Run> = {}): Run => ({
  id: "r1",
  chat_id: "c1",
  session_id: "s1",
  project_id: "p1",
  question_id: "m1",
  answer_id: "m2",
  state: "completed",
  reason: "done",
  error: null,
  provider: "boocode",
  endpoint_id: "e1",
  model: "qwen3-coder-30b",
  via: "browser",
  mode: "ask",
  agent_mode: null,
  thinking: null,
  agent: null,
  turns: 3,
  tool_calls: 6,
  tokens_in: 80_214,
  tokens_out: 3180,
  tokens_cached: 71_020,
  ttft_ms: 412,
  generation_ms: 77_560,
  context_used: 80_214,
  context_window: 131_072,
  cost_usd: null,
  created_at: ago(16 * MINUTE),
  started_at: ago(16 * MINUTE),
  ended_at: ago(15 * MINUTE),
  ...over,
});

export const aProgress = (over: Partial<Progress> = {}): Progress => ({
  phase: "writing",
  detail: null,
  percent: null,
  tokens_out: 3180,
  tokens_per_s: 41.3,
  last_byte_at: NOW - 400,
  since: NOW - 12_000,
  queue_position: null,
  ...over,
});

const base = (id: string, over: Partial<Part>) => ({
  id,
  message_id: "m2",
  chat_id: "c1",
  position: 1,
  state: "closed" as const,
  text: "",
  opened_at: ago(15 * MINUTE),
  closed_at: ago(15 * MINUTE),
  ...over,
});
export const textPart = (id: string, text: string, over: Partial<TextPart> = {}) =>
  ({ ...base(id, over as Partial<Part>), kind: "text", text, meta: {} }) as TextPart;
export const reasoningPart = (id: string, text: string, over: Partial<ReasoningPart> = {}) =>
  ({ ...base(id, {}), kind: "reasoning", text, meta: { duration_ms: 18_000 }, ...over }) as ReasoningPart;
export const toolPart = (id: string, meta: Partial<ToolMeta>, over: Partial<ToolPart> = {}) =>
  ({
    ...base(id, over as Partial<Part>),
    kind: "tool",
    meta: {
      call_id: id,
      name: "view_file",
      arguments: {},
      shown: "",
      note: null,
      duration_ms: 20,
      group_id: "t1",
      output_id: null,
      ...meta,
    },
  }) as ToolPart;

export const compactionPart = (id: string, meta: Partial<CompactionMeta> = {}, over: Partial<CompactionPart> = {}) =>
  ({
    ...base(id, over as Partial<Part>),
    kind: "compaction",
    text: "## Goal\nExplain and stop repeated webhook deliveries.\n## Decisions\nDelivery stays at-least-once; the SDK is out of scope.\n## Files\n- `src/worker/claim.ts:46` the claim",
    ...over,
    meta: {
      tier: "summary",
      cause: "due",
      tokens_before: 96_410,
      tokens_after: 11_204,
      stands_for: 41,
      from_message: "m1",
      from_turn: 0,
      request: null,
      from_part: null,
      by: "model",
      ...meta,
    },
  }) as CompactionPart;

export const asked = (text: string, over: Partial<Entry["message"]> = {}): Entry => {
  const id = over.id ?? "m1";
  const message = {
    id,
    chat_id: "c1",
    role: "user" as const,
    position: 1,
    client_id: null,
    created_at: ago(16 * MINUTE),
    superseded_at: null,
    ...over,
  };
  return { message, parts: [textPart(`${id}-t`, text, { message_id: id })], requests: [], run: null };
};
export const answered = (parts: Part[], run: Run, over: Partial<Entry["message"]> = {}): Entry => ({
  message: {
    id: run.answer_id,
    chat_id: "c1",
    role: "assistant",
    position: 2,
    client_id: null,
    created_at: ago(16 * MINUTE),
    superseded_at: null,
    ...over,
  },
  parts,
  requests: [],
  run,
});

export const queued = (id: string, text: string): QueueItem => ({
  run: aRun({ id, state: "queued", reason: null, ended_at: null, started_at: null }),
  text,
  attachments: [],
});

export const aView = (over: Partial<ChatView> = {}): ChatView => ({
  project,
  session,
  chats: [aChat()],
  chat: aChat(),
  entries: [],
  older: null,
  queue: [],
  live: null,
  progress: null,
  last: null,
  endpoints: [local],
  pick: { endpoint: local, model: "qwen3-coder-30b" },
  branch: "debug/doubles",
  ...over,
});
