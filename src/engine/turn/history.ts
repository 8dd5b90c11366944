/**
 * The transcript as the model is told of it. Built from rows alone and deterministic, so that the prefix of two turns is
 * equal byte for byte and the endpoint's cache holds.
 */
import type { ChatMessage, ToolCall } from "../../domain/llm.ts";
import type { Message, Part, ToolMeta } from "../../domain/message.ts";

/** Said when the history ends with the assistant's own words and it is asked to go on. */
const CONTINUE = "Continue where you stopped.";

export function buildHistory(system: string, messages: readonly Message[], parts: readonly Part[]): ChatMessage[] {
  const byMessage = new Map<string, Part[]>();
  for (const part of parts) {
    const list = byMessage.get(part.message_id);
    if (list) list.push(part);
    else byMessage.set(part.message_id, [part]);
  }
  const history: ChatMessage[] = [{ role: "system", content: system }];
  for (const message of messages) {
    const own = byMessage.get(message.id) ?? [];
    if (message.role === "user") history.push({ role: "user", content: textOf(own) });
    else history.push(...assistantTurns(own));
  }
  const last = history[history.length - 1];
  if (last?.role === "assistant") history.push({ role: "user", content: CONTINUE });
  return history;
}

function textOf(parts: readonly Part[]): string {
  return parts
    .filter((p) => p.kind === "text")
    .map((p) => p.text)
    .join("\n\n");
}

/** One assistant message per model call, followed by the results of its tool calls. */
function assistantTurns(parts: readonly Part[]): ChatMessage[] {
  const turns = new Map<number, Part[]>();
  for (const part of parts) {
    const list = turns.get(part.turn);
    if (list) list.push(part);
    else turns.set(part.turn, [part]);
  }
  return [...turns.values()].flatMap(oneTurn);
}

function oneTurn(parts: readonly Part[]): ChatMessage[] {
  const reasoning = parts
    .filter((p) => p.kind === "reasoning")
    .map((p) => p.text)
    .join("");
  // A call without a result is dropped: most endpoints refuse a history in which one is missing.
  const done = parts.filter((p) => p.kind === "tool" && (p.state === "closed" || p.state === "failed"));
  const calls: ToolCall[] = done.map((p) => {
    const meta = p.meta as ToolMeta;
    return { id: meta.call_id, name: meta.name, arguments: argumentsOf(meta.arguments) };
  });
  const content = textOf(parts);
  if (content === "" && calls.length === 0) return [];
  const said: ChatMessage = { role: "assistant", content };
  if (reasoning) said.reasoning = reasoning;
  if (calls.length > 0) said.tool_calls = calls;
  return [
    said,
    ...done.map((p) => ({ role: "tool" as const, tool_call_id: (p.meta as ToolMeta).call_id, content: p.text })),
  ];
}

function argumentsOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? {});
}
