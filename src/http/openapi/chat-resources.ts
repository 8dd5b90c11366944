/** Chats, what is said in them, and runs; part of RESOURCES. */
import { z } from "zod";
import { ATTACHMENT_KINDS, type Attachment } from "../../domain/attachment.ts";
import { RUN_MODES } from "../../domain/change.ts";
import type { Chat } from "../../domain/chat.ts";
import type { Part as AnyPart, Message as MessageRow } from "../../domain/message.ts";
import { RUN_STATES, type Run, type Progress as RunProgress } from "../../domain/run.ts";
import { request } from "./request-resources.ts";
import { at, count, id, type Of } from "./wire.ts";

export const chat = z.object({
  id,
  session_id: id,
  kind: z.enum(["chat", "coder"]),
  title: z.string(),
  titled_by: z.enum(["auto", "human"]),
  number: z.number().int().min(1).describe("Number on the tab; never used again in its session."),
  provider: z.string().describe("Who answers the coming messages."),
  endpoint_id: id.nullable().describe("Picked for the next message; null takes the session's, then the default."),
  model: z.string().nullable(),
  mode: z.enum(RUN_MODES).describe("Of the coming messages, in a chat of kind coder."),
  agent: z.string().nullable().describe("Id of the persona of the coming messages; see /agents."),
  forked_from: id.nullable().describe("Last message that was copied from another chat, for a fork."),
  archived_at: at.nullable(),
  created_at: at,
}) satisfies Of<Chat>;

export const message = z.object({
  id,
  chat_id: id,
  role: z.enum(["user", "assistant"]),
  position: z.number().int().min(1),
  client_id: z.string().nullable(),
  created_at: at,
  superseded_at: at.nullable(),
}) satisfies Of<MessageRow>;

const attachmentFacts = {
  sha256: z.string().describe("Of its content, which is stored once."),
  name: z.string(),
  kind: z.enum(ATTACHMENT_KINDS).describe("As its bytes say: `file` is what is neither text nor a picture."),
  type: z.string().describe("Media type, as its bytes say."),
  size: count.describe("Bytes."),
  lines: count.nullable().describe("Of text."),
  width: count.nullable().describe("Of a picture, in pixels."),
  height: count.nullable(),
  project_id: id.nullable().describe("Where it comes from, with `path` and lines, when it comes from a project."),
  path: z.string().nullable(),
  from_line: count.nullable().describe("Null: all of the file."),
  to_line: count.nullable(),
};
export const attachment = z.object({ id, ...attachmentFacts, created_at: at }) satisfies Of<Attachment>;

const partBase = {
  id,
  message_id: id,
  chat_id: id,
  position: count,
  turn: count.describe("Model call of the run that made it, from 1; 0 in a user's message."),
  state: z.enum(["open", "closed", "failed", "cancelled"]),
  text: z.string().describe("Of a tool: the result as the model saw it."),
  opened_at: at,
  closed_at: at.nullable(),
};
const toolMeta = z.object({
  call_id: z.string(),
  name: z.string(),
  arguments: z.unknown(),
  arguments_text: z.string().describe("The arguments byte for byte as the model wrote them."),
  shown: z.string().describe("The one argument worth a line."),
  note: z.string().nullable().describe("The result in a few words."),
  duration_ms: count.nullable(),
  group_id: id.describe("First tool part of the unbroken row of calls that this one belongs to."),
  output_id: id.nullable().describe("Set when the result was cut; the model reads on with it."),
  images: z
    .array(z.object({ mime: z.string(), size: count.describe("Bytes.") }))
    .optional()
    .describe("Images in the result: `/parts/:id/images/1` and on."),
  agent: z
    .object({
      kind: z.enum(["read", "edit", "delete", "move", "search", "execute", "think", "fetch", "switch_mode", "other"]),
      locations: z.array(z.object({ path: z.string(), line: count.nullable() })),
      tail: z.string().nullable().describe("The end of what it wrote so far, while it goes on."),
      exit_code: z.number().int().nullable(),
      lines: z.object({ added: count, removed: count }).nullable(),
      said: z.string().optional().describe("What it said right before."),
    })
    .optional()
    .describe("Of a call of an outside agent."),
});
const compactionMeta = z.object({
  tier: z.enum(["results", "summary"]).describe("Old results of tools are hidden, or `text` is told instead."),
  cause: z
    .enum(["due", "refused", "asked"])
    .describe("Why: the window was nearly full, the endpoint refused, or /compact."),
  tokens_before: count,
  tokens_after: count.nullable(),
  stands_for: count.describe("Messages (each turn of an answer is one), or results that are hidden."),
  from_message: id.nullable().describe("Of a summary: the first message that is told as it was said."),
  from_turn: count.describe("In that message: the first turn that is told."),
  request: z.string().nullable().describe("The question that is told again, when the summary ends within its answer."),
  from_part: id.nullable().describe("Of hidden results: the first call whose result is still told."),
  by: z.enum(["model", "program"]).nullable().describe("Who wrote the summary."),
  error: z.string().optional().describe("Of one that failed."),
});
export const part = z.discriminatedUnion("kind", [
  z.object({
    ...partBase,
    kind: z.literal("text"),
    meta: z.object({ command: z.literal("compact").optional().describe("Of a message that is for BooCode.") }),
  }),
  z.object({ ...partBase, kind: z.literal("reasoning"), meta: z.object({ duration_ms: count.nullable() }) }),
  z.object({ ...partBase, kind: z.literal("tool"), meta: toolMeta }),
  z.object({
    ...partBase,
    kind: z.literal("attachment"),
    meta: z.object({ attachment_id: id, ...attachmentFacts }).describe("See GET /attachments/:id."),
  }),
  z.object({
    ...partBase,
    kind: z.literal("notice"),
    meta: z.object({
      notice: z.string(),
      apply_id: id.nullish().describe("Of `applied`: what the run wrote by itself."),
      skill: z
        .string()
        .optional()
        .describe("Of `skill`: the one that the message named; the text is what the model got."),
      file: z
        .string()
        .nullish()
        .describe("Of `notes`: the project's file that was told; null when there is none any more."),
    }),
  }),
  z.object({
    ...partBase,
    kind: z.literal("artifact"),
    meta: z.object({ session_id: id, title: z.string(), bytes: count.describe("Of the HTML document in the answer.") }),
  }),
  z.object({ ...partBase, kind: z.literal("compaction"), meta: compactionMeta }),
]) satisfies Of<AnyPart>;

export const run = z.object({
  id,
  chat_id: id,
  session_id: id,
  project_id: id,
  question_id: id.describe("The user's message that it answers."),
  answer_id: id.describe("The message that it writes."),
  state: z.enum(RUN_STATES),
  reason: z
    .enum([
      "done",
      "step_cap",
      "tool_cap",
      "repeated_call",
      "token_limit",
      "budget",
      "stalled",
      "endpoint",
      "cancelled",
      "superseded",
      "restart",
      "agent",
      "internal",
    ])
    .nullable(),
  error: z.string().nullable().describe("A sentence for a human, when it failed."),
  provider: z.string(),
  endpoint_id: id.nullable(),
  model: z.string().nullable(),
  via: z.enum(["browser", "api", "cli", "mcp"]),
  mode: z.enum(RUN_MODES),
  agent_mode: z.string().nullable().describe("Of an outside agent: its own mode, where one was picked."),
  thinking: z.string().nullable(),
  agent: z.string().nullable().describe("Id of the persona it was asked with."),
  turns: count,
  tool_calls: count,
  tokens_in: count,
  tokens_out: count,
  tokens_cached: count,
  ttft_ms: count.nullable().describe("From claim to first token."),
  generation_ms: count,
  context_used: count.nullable(),
  context_window: count.nullable(),
  cost_usd: z.number().nullable().describe("US dollars by the prices set for the model; null where none is known."),
  created_at: at,
  started_at: at.nullable(),
  ended_at: at.nullable(),
}) satisfies Of<Run>;

export const progress = z.object({
  phase: z.enum([
    "queued",
    "connecting",
    "loading",
    "prompt",
    "thinking",
    "writing",
    "tools",
    "compacting",
    "retrying",
    "waiting",
  ]),
  detail: z.string().nullable(),
  percent: z.number().min(0).max(100).nullable(),
  tokens_out: count,
  tokens_per_s: z.number().nullable(),
  last_byte_at: z.number().describe("Epoch milliseconds, as `since`."),
  since: z.number(),
  queue_position: count.nullable(),
}) satisfies Of<RunProgress>;
export const liveRun = run.extend({ progress: progress.nullable().describe("Null when it does not run.") });
export const entry = message.extend({
  parts: z.array(part),
  requests: z.array(request).describe("What its run asked a human."),
  run: run.nullable().describe("The run that asked it (user) or wrote it (assistant)."),
  restorable: z.literal(true).optional().describe("The chat can go back to before it: POST /messages/:id/restoration."),
  earlier: count.optional().describe("Messages that were put aside for this one: GET /messages/:id/earlier."),
});
