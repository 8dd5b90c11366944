/**
 * What an agent says about its work (`session/update`) in our words. Everything is checked and cut: it comes from a
 * program that nobody vouches for. What is of no use here, or unknown, is null.
 */
import { z } from "zod";
import type { AgentEvent, PlanEntry, ToolContent, ToolPatch } from "../../domain/agent-event.ts";
import type { AgentCommand } from "../../domain/provider.ts";

/** Of one update; a longer one is cut. */
const TEXT_CHARS = 1_000_000;
const TITLE_CHARS = 300;
const PATH_CHARS = 4_096;
const INPUT_CHARS = 20_000;
const LOCATIONS_MAX = 50;
const CONTENTS_MAX = 50;
const PLAN_MAX = 200;
const COMMANDS_MAX = 500;

const text = z.string().transform((s) => s.slice(0, TEXT_CHARS));
const title = z.string().transform((s) => s.replace(/\s+/g, " ").trim().slice(0, TITLE_CHARS));
const path = z.string().min(1).max(PATH_CHARS);
const count = z.number().nonnegative();

const Block = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text }),
  z.object({ type: z.literal("image"), mimeType: z.string().max(100).catch("image") }),
  z.object({ type: z.literal("audio") }),
  z.object({ type: z.literal("resource_link"), uri: z.string().max(PATH_CHARS), name: title.nullish().catch(null) }),
  z.object({
    type: z.literal("resource"),
    resource: z.object({ uri: z.string().max(PATH_CHARS), text: text.nullish().catch(null) }),
  }),
]);
const Chunk = z.object({ content: Block });

const Content = z.discriminatedUnion("type", [
  z.object({ type: z.literal("content"), content: Block }),
  z.object({ type: z.literal("diff"), path, oldText: text.nullish().catch(null), newText: text }),
  z.object({ type: z.literal("terminal"), terminalId: z.string().max(200) }),
]);
const Location = z.object({ path, line: z.number().int().nonnegative().nullish().catch(null) });
const list = <T extends z.ZodType>(schema: T, most: number) =>
  z.array(z.unknown()).transform((all) =>
    all.slice(0, most).flatMap((one) => {
      const read = schema.safeParse(one);
      return read.success ? [read.data as z.output<T>] : [];
    }),
  );
const KINDS = [
  "read",
  "edit",
  "delete",
  "move",
  "search",
  "execute",
  "think",
  "fetch",
  "switch_mode",
  "other",
] as const;
const ToolFields = z.object({
  toolCallId: z.string().min(1).max(200),
  title: title.nullish().catch(null),
  kind: z.enum(KINDS).nullish().catch(null),
  status: z.enum(["pending", "in_progress", "completed", "failed"]).nullish().catch(null),
  locations: list(Location, LOCATIONS_MAX).nullish().catch(null),
  content: list(Content, CONTENTS_MAX).nullish().catch(null),
  rawInput: z.unknown().optional(),
  rawOutput: z.unknown().optional(),
  _meta: z.record(z.string(), z.unknown()).nullish().catch(null),
});
const Entry = z.object({
  content: z.string().transform((s) => s.slice(0, TITLE_CHARS)),
  status: z.enum(["pending", "in_progress", "completed"]).catch("pending"),
  priority: z.enum(["high", "medium", "low"]).catch("medium"),
});
const Command = z.object({
  name: z.string().min(1).max(100),
  description: title.catch(""),
  input: z
    .object({ hint: title.nullish().catch(null) })
    .nullish()
    .catch(null),
});
const Usage = z.object({
  used: count,
  size: count,
  cost: z.object({ amount: count, currency: z.string() }).nullish().catch(null),
});

const READERS: Record<string, (update: unknown) => AgentEvent | null> = {
  user_message_chunk: (u) => chunk(u, "user"),
  agent_message_chunk: (u) => chunk(u, "text"),
  agent_thought_chunk: (u) => chunk(u, "thought"),
  tool_call: (u) => toolEvent(u, true),
  tool_call_update: (u) => toolEvent(u, false),
  plan: (u) => {
    const entries = read(z.object({ entries: list(Entry, PLAN_MAX) }), u)?.entries as PlanEntry[] | undefined;
    return entries ? { kind: "plan", entries } : null;
  },
  available_commands_update: (u) => {
    const given = read(z.object({ availableCommands: list(Command, COMMANDS_MAX) }), u);
    return given ? { kind: "commands", commands: given.availableCommands.map(asCommand) } : null;
  },
  current_mode_update: (u) => {
    const mode = read(z.object({ currentModeId: z.string().max(TITLE_CHARS) }), u)?.currentModeId;
    return mode ? { kind: "mode", mode } : null;
  },
  config_option_update: (u) => ({ kind: "config", reply: u }),
  session_info_update: (u) => {
    const name = read(z.object({ title: title.nullish() }), u)?.title;
    return name ? { kind: "title", title: name } : null;
  },
  usage_update: (u) => {
    const usage = read(Usage, u);
    if (!usage) return null;
    const dollars = usage.cost?.currency.toUpperCase() === "USD" ? usage.cost.amount : null;
    return { kind: "usage", used: usage.used, size: usage.size, cost_usd: dollars };
  },
  notice: (u) => {
    const notice = read(z.object({ title, description: title.nullish().catch(null) }), u);
    return notice ? { kind: "notice", text: [notice.title, notice.description].filter(Boolean).join(": ") } : null;
  },
  compaction_update: (u) => {
    const status = read(z.object({ status: z.string().max(40), error: title.nullish().catch(null) }), u);
    return status ? { kind: "notice", text: compactionWords(status.status, status.error ?? null) } : null;
  },
};

/** The params of a `session/update` notification; null when it is of no use or not understood. */
export function translate(params: unknown): { session: string; event: AgentEvent } | null {
  const outer = read(z.object({ sessionId: z.string(), update: z.looseObject({ sessionUpdate: z.string() }) }), params);
  if (!outer) return null;
  const event = READERS[outer.update.sessionUpdate]?.(outer.update) ?? null;
  return event ? { session: outer.sessionId, event } : null;
}

/** The call a permission is asked for; its content shows what would be done. */
export function toolOf(call: unknown): (ToolPatch & { id: string }) | null {
  const fields = read(ToolFields, call);
  return fields ? { id: fields.toolCallId, ...patchOf(fields) } : null;
}

function read<T extends z.ZodType>(schema: T, value: unknown): z.output<T> | null {
  const result = schema.safeParse(value);
  return result.success ? result.data : null;
}

function chunk(update: unknown, kind: "user" | "text" | "thought"): AgentEvent | null {
  const block = read(Chunk, update)?.content;
  const said = block ? wordsOf(block) : "";
  return said === "" ? null : { kind, text: said };
}

function wordsOf(block: z.output<typeof Block>): string {
  switch (block.type) {
    case "text":
      return block.text;
    case "image":
      return `\n\n*(an image, ${block.mimeType})*\n\n`;
    case "audio":
      return "\n\n*(audio)*\n\n";
    case "resource_link":
      return `\`${block.uri}\``;
    default:
      return block.resource.text ?? `\`${block.resource.uri}\``;
  }
}

function toolEvent(update: unknown, fresh: boolean): AgentEvent | null {
  const fields = read(ToolFields, update);
  return fields ? { kind: "tool", id: fields.toolCallId, fresh, patch: patchOf(fields) } : null;
}

function patchOf(fields: z.output<typeof ToolFields>): ToolPatch {
  const content = fields.content?.map(asContent) ?? null;
  const terminal = terminalOf(fields._meta ?? {});
  return {
    title: fields.title || null,
    kind: fields.kind ?? null,
    status: fields.status ?? null,
    locations: fields.locations?.map(({ path: at, line }) => ({ path: at, line: line ?? null })) ?? null,
    content: content && content.length > 0 ? content : null,
    input: inputOf(fields.rawInput),
    output: content?.some((c) => c.type === "text") ? null : outputOf(fields.rawOutput),
    ...terminal,
  };
}

function asContent(content: z.output<typeof Content>): ToolContent {
  if (content.type === "content") return { type: "text", text: wordsOf(content.content) };
  if (content.type === "terminal") return { type: "terminal", id: content.terminalId };
  return { type: "diff", path: content.path, old: content.oldText ?? null, new: content.newText };
}

/** Arguments as JSON text; null where none were given, or only an empty object before the real ones. */
function inputOf(raw: unknown): string | null {
  if (raw === undefined || raw === null) return null;
  if (typeof raw === "object" && Object.keys(raw).length === 0) return null;
  try {
    return JSON.stringify(raw)?.slice(0, INPUT_CHARS) ?? null;
  } catch {
    return null;
  }
}

/** Agents put a result where they like; text of it is worth showing when the content has none. */
function outputOf(raw: unknown): string | null {
  if (typeof raw === "string") return raw.slice(0, TEXT_CHARS) || null;
  if (typeof raw !== "object" || raw === null) return null;
  for (const name of [
    "output",
    "aggregated_output",
    "formatted_output",
    "stdout",
    "content",
    "detailedContent",
    "error",
    "message",
  ]) {
    const value = (raw as Record<string, unknown>)[name];
    if (typeof value === "string" && value !== "") return value.slice(0, TEXT_CHARS);
  }
  return null;
}

const TerminalMeta = z.object({
  terminal_output: z.object({ terminal_id: z.string().optional(), data: text }).nullish().catch(null),
  terminal_exit: z
    .object({ exit_code: z.number().nullish().catch(null) })
    .nullish()
    .catch(null),
});

/** claude's and codex's adapters run commands themselves and send the output piece by piece beside the protocol. */
function terminalOf(meta: Record<string, unknown>): Pick<ToolPatch, "appended" | "exit_code"> {
  const given = read(TerminalMeta, meta);
  return { appended: given?.terminal_output?.data ?? null, exit_code: given?.terminal_exit?.exit_code ?? null };
}

const asCommand = ({ name, description, input }: z.output<typeof Command>): AgentCommand => ({
  name: name.replace(/^\//, ""),
  description,
  hint: input?.hint ?? null,
});

function compactionWords(status: string, error: string | null): string {
  if (error) return `The agent could not make its history shorter: ${error}`;
  if (status === "completed") return "The agent made its history shorter: what was said before is now a summary to it.";
  return "The agent is making its history shorter.";
}
