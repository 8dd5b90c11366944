/**
 * Claude Code's `--output-format stream-json`, which qwen writes as well, and cursor with calls of its own kind. With
 * `--include-partial-messages` text comes in pieces and then once more as a whole, which is passed over.
 */
import { z } from "zod";
import type { AgentEvent, PlanEntry } from "../../domain/agent-event.ts";
import {
  callName,
  callPatch,
  count,
  maybe,
  read,
  type StreamEvent,
  type StreamReader,
  sessionName,
  text,
  toolEvent,
} from "./shape.ts";

const Line = z.looseObject({ type: z.string(), subtype: z.string().nullish().catch(null) });
const Init = z.object({ session_id: sessionName, model: maybe });
const Piece = z.object({
  event: z.object({
    type: z.literal("content_block_delta"),
    delta: z.union([
      z.object({ type: z.literal("text_delta"), text }),
      z.object({ type: z.literal("thinking_delta"), thinking: text }),
    ]),
  }),
});
const Block = z.union([
  z.object({ type: z.literal("text"), text }),
  z.object({ type: z.literal("thinking"), thinking: text }),
  z.object({ type: z.literal("tool_use"), id: callName, name: z.string().max(200), input: z.unknown() }),
  z.object({
    type: z.literal("tool_result"),
    tool_use_id: callName,
    content: z.unknown(),
    is_error: z.boolean().nullish().catch(null),
  }),
]);
const Message = z.object({ message: z.object({ content: z.union([text, z.array(z.unknown())]) }) });
const Result = z.object({
  is_error: z.boolean().nullish().catch(null),
  result: maybe,
  errors: z.array(z.string()).nullish().catch(null),
  total_cost_usd: count,
  usage: z.object({ input_tokens: count, output_tokens: count, cache_read_input_tokens: count }).nullish().catch(null),
});
const Todos = z.object({
  todos: z.array(
    z.object({ content: z.string(), status: z.enum(["pending", "in_progress", "completed"]).catch("pending") }),
  ),
});
const CursorCall = z.object({ call_id: callName, tool_call: z.record(z.string(), z.unknown()) });

export function claudeReader(): StreamReader {
  /** Text of the message that is being written came in pieces. */
  let inPieces = false;
  return (value) => {
    const line = read(Line, value);
    switch (line?.type) {
      case "system":
        return line.subtype === "init" ? begun(value) : [];
      case "stream_event": {
        const events = pieceOf(value);
        inPieces ||= events.length > 0;
        return events;
      }
      case "assistant":
        return blocksOf(value).flatMap((block) => saidBy(block, inPieces));
      case "user":
        // What follows a result is a new message of the model.
        inPieces = false;
        return blocksOf(value).flatMap(resultBy);
      case "tool_call":
        return cursorCall(value, line.subtype ?? "");
      case "result":
        return endOf(value);
      default:
        return [];
    }
  };
}

function begun(value: unknown): StreamEvent[] {
  const init = read(Init, value);
  return init ? [{ kind: "session", id: init.session_id, model: init.model ?? null }] : [];
}

function pieceOf(value: unknown): StreamEvent[] {
  const delta = read(Piece, value)?.event.delta;
  if (!delta) return [];
  return delta.type === "text_delta"
    ? [{ kind: "text", text: delta.text }]
    : [{ kind: "thought", text: delta.thinking }];
}

function blocksOf(value: unknown): z.output<typeof Block>[] {
  const content = read(Message, value)?.message.content;
  if (typeof content === "string") return [{ type: "text", text: content }];
  return (content ?? []).flatMap((block) => read(Block, block) ?? []);
}

function saidBy(block: z.output<typeof Block>, known: boolean): AgentEvent[] {
  if (block.type === "text") return known ? [] : [{ kind: "text", text: block.text }];
  if (block.type === "thinking") return known ? [] : [{ kind: "thought", text: block.thinking }];
  if (block.type !== "tool_use") return [];
  const plan = /^todo_?write$/i.test(block.name) ? planOf(block.input) : [];
  return [...plan, toolEvent(block.id, true, callPatch(block.name, block.input))];
}

function planOf(input: unknown): AgentEvent[] {
  const todos = read(Todos, input)?.todos;
  if (!todos) return [];
  const entries = todos.map(({ content, status }): PlanEntry => ({ content, status, priority: "medium" }));
  return [{ kind: "plan", entries }];
}

function resultBy(block: z.output<typeof Block>): AgentEvent[] {
  if (block.type !== "tool_result") return [];
  const status = block.is_error ? ("failed" as const) : ("completed" as const);
  return [toolEvent(block.tool_use_id, false, { status, output: wordsOf(block.content) })];
}

/** A result is text, or a list of blocks of which the text counts. */
function wordsOf(content: unknown): string | null {
  if (typeof content === "string") return content.slice(0, 1_000_000);
  if (!Array.isArray(content)) return null;
  const words = content.flatMap((block) => read(z.object({ text }), block)?.text ?? []);
  return words.length > 0 ? words.join("\n") : null;
}

/** `{ readToolCall: { args, result? } }`: the one key names the tool. */
function cursorCall(value: unknown, subtype: string): AgentEvent[] {
  const call = read(CursorCall, value);
  const [key, given] = Object.entries(call?.tool_call ?? {})[0] ?? [];
  if (!call || !key) return [];
  const { args, result } = read(z.object({ args: z.unknown(), result: z.unknown() }), given) ?? {};
  if (subtype === "started") return [toolEvent(call.call_id, true, callPatch(key.replace(/ToolCall$/, ""), args))];
  const failed = typeof result === "object" && result !== null && "error" in result;
  return [toolEvent(call.call_id, false, { status: failed ? "failed" : "completed" })];
}

function endOf(value: unknown): StreamEvent[] {
  const end = read(Result, value);
  if (!end) return [];
  const { usage } = end;
  const error = end.is_error ? (end.errors?.[0] ?? end.result ?? "it failed without a word") : null;
  return [
    {
      kind: "end",
      error: error?.slice(0, 400) ?? null,
      tokens_in: usage?.input_tokens ?? null,
      tokens_out: usage?.output_tokens ?? null,
      tokens_cached: usage?.cache_read_input_tokens ?? null,
      cost_usd: end.total_cost_usd ?? null,
    },
  ];
}
