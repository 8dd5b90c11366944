/** Codex' `exec --json`: items that begin, change and end, and the end of the turn. */
import { z } from "zod";
import type { AgentEvent, PlanEntry } from "../../domain/agent-event.ts";
import {
  callName,
  count,
  maybe,
  read,
  type StreamEvent,
  type StreamReader,
  sessionName,
  text,
  toolEvent,
} from "./shape.ts";

const Line = z.looseObject({ type: z.string() });
const Status = z
  .enum(["in_progress", "completed", "failed", "declined"])
  .catch("in_progress")
  .transform((s) => (s === "declined" ? ("failed" as const) : s));
const Item = z.discriminatedUnion("type", [
  z.object({ type: z.literal("agent_message"), id: callName, text }),
  z.object({ type: z.literal("reasoning"), id: callName, text }),
  z.object({ type: z.literal("error"), id: callName, message: text }),
  z.object({
    type: z.literal("command_execution"),
    id: callName,
    command: text,
    aggregated_output: text.catch(""),
    exit_code: z.number().nullish().catch(null),
    status: Status,
  }),
  z.object({
    type: z.literal("file_change"),
    id: callName,
    changes: z.array(z.object({ path: z.string().min(1).max(4_096), kind: z.string().catch("update") })).catch([]),
    status: Status,
  }),
  z.object({
    type: z.literal("mcp_tool_call"),
    id: callName,
    server: z.string().catch(""),
    tool: z.string().catch(""),
    arguments: z.unknown(),
    status: Status,
  }),
  z.object({ type: z.literal("web_search"), id: callName, query: z.string().catch("") }),
  z.object({
    type: z.literal("todo_list"),
    id: callName,
    items: z.array(z.object({ text: z.string(), completed: z.boolean().catch(false) })).catch([]),
  }),
]);
const Usage = z.object({
  usage: z.object({ input_tokens: count, output_tokens: count, cached_input_tokens: count }).nullish().catch(null),
});
const Failed = z.object({ error: z.object({ message: text }).nullish().catch(null), message: maybe });

export function codexReader(): StreamReader {
  /** Of an item that grows only what is new is said. */
  const said = new Map<string, number>();
  return (value) => {
    const line = read(Line, value);
    switch (line?.type) {
      case "thread.started": {
        const id = read(z.object({ thread_id: sessionName }), value)?.thread_id;
        return id ? [{ kind: "session", id, model: null }] : [];
      }
      case "item.started":
      case "item.updated":
      case "item.completed": {
        const item = read(z.object({ item: Item }), value)?.item;
        return item ? itemEvents(item, line.type === "item.completed", said) : [];
      }
      case "turn.completed":
        return [ended(value, null)];
      case "turn.failed":
      case "error": {
        const failed = read(Failed, value);
        const why = failed?.error?.message ?? failed?.message ?? "it failed without a word";
        // A plain error may be followed by another try.
        return line.type === "error" ? [{ kind: "notice", text: why }] : [ended(value, why.slice(0, 400))];
      }
      default:
        return [];
    }
  };
}

function ended(value: unknown, error: string | null): StreamEvent {
  const usage = read(Usage, value)?.usage;
  return {
    kind: "end",
    error,
    tokens_in: usage?.input_tokens ?? null,
    tokens_out: usage?.output_tokens ?? null,
    tokens_cached: usage?.cached_input_tokens ?? null,
    cost_usd: null,
  };
}

function itemEvents(item: z.output<typeof Item>, done: boolean, said: Map<string, number>): AgentEvent[] {
  const fresh = !said.has(item.id);
  switch (item.type) {
    case "agent_message":
    case "reasoning": {
      const news = item.text.slice(said.get(item.id) ?? 0);
      said.set(item.id, item.text.length);
      // Messages of one turn are paragraphs of one answer.
      const piece = done && news !== "" ? `${news}\n\n` : news;
      return piece === "" ? [] : [{ kind: item.type === "reasoning" ? "thought" : "text", text: piece }];
    }
    case "error":
      return [{ kind: "notice", text: item.message }];
    case "todo_list":
      return [{ kind: "plan", entries: planOf(item.items) }];
    default:
      said.set(item.id, 0);
      return [callEvent(item, fresh, done)];
  }
}

type CallItem = Extract<
  z.output<typeof Item>,
  { type: "command_execution" | "file_change" | "mcp_tool_call" | "web_search" }
>;

function callEvent(item: CallItem, fresh: boolean, done: boolean): AgentEvent {
  const end = (status: "in_progress" | "completed" | "failed") =>
    done && status === "in_progress" ? ("completed" as const) : status;
  switch (item.type) {
    case "command_execution": {
      const command = unwrapped(item.command);
      return toolEvent(item.id, fresh, {
        title: command.slice(0, 300),
        kind: "execute",
        status: end(item.status),
        input: JSON.stringify({ command }),
        output: item.aggregated_output || null,
        exit_code: item.exit_code ?? null,
      });
    }
    case "file_change": {
      const [first] = item.changes;
      return toolEvent(item.id, fresh, {
        title: `Change ${first?.path ?? "files"}`,
        kind: item.changes.every((c) => c.kind === "delete") && first ? "delete" : "edit",
        status: end(item.status),
        locations: item.changes.map(({ path }) => ({ path, line: null })),
      });
    }
    case "mcp_tool_call":
      return toolEvent(item.id, fresh, {
        title: `${item.server} ${item.tool}`.trim().slice(0, 300),
        kind: "other",
        status: end(item.status),
        input: JSON.stringify(item.arguments ?? null).slice(0, 20_000),
      });
    default:
      return toolEvent(item.id, fresh, { title: item.query.slice(0, 300), kind: "fetch", status: end("in_progress") });
  }
}

function planOf(items: { text: string; completed: boolean }[]): PlanEntry[] {
  const now = items.findIndex((item) => !item.completed);
  return items.map(({ text: content, completed }, i) => ({
    content,
    status: completed ? "completed" : i === now ? "in_progress" : "pending",
    priority: "medium",
  }));
}

/** /bin/bash -lc 'the command' */
function unwrapped(command: string): string {
  const inner = /^\S*sh -l?c (['"])([\s\S]*)\1$/.exec(command);
  return inner ? inner[2]!.replaceAll("'\\''", "'") : command;
}
