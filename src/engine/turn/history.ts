/**
 * The transcript as the model is told of it. Built from rows alone and deterministic, so that the prefix of two turns is
 * equal byte for byte and the endpoint's cache holds.
 */
import type { ChatMessage, ToolCall } from "../../domain/llm.ts";
import { type Message, type Part, REVIEW_NOTICE, SKILL_NOTICE, type ToolMeta } from "../../domain/message.ts";

/** Said where an answer goes on after the assistant's own words: at a Continue, then and in every later prompt. */
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
    if (message.role === "user") {
      history.push({ role: "user", content: [...reviewsOf(own), ...skillsOf(own), textOf(own)].join("\n\n") });
      continue;
    }
    const turns = assistantTurns(own);
    // The last message is the answer that is being written.
    const asked = turns.length > 0 || message === messages.at(-1);
    const reviews = reviewsOf(own);
    const before = history.at(-1);
    if (asked && before?.role === "assistant")
      history.push({ role: "user", content: [...reviews, CONTINUE].join("\n\n") });
    // An answer of which nothing came before leaves the question last: what is told goes on it.
    else if (asked && before?.role === "user") before.content = [before.content, ...reviews].join("\n\n");
    history.push(...turns);
  }
  return history;
}

/** What became of the proposals: stored with the message that it is told with. */
const reviewsOf = (parts: readonly Part[]): string[] =>
  parts.flatMap((p) => (p.kind === "notice" && p.meta.notice === REVIEW_NOTICE ? [p.text] : []));

/** The skill that a message named, as it was then. */
const skillsOf = (parts: readonly Part[]): string[] =>
  parts.flatMap((p) => (p.kind === "notice" && p.meta.notice === SKILL_NOTICE ? [p.text] : []));

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
    return { id: meta.call_id, name: meta.name, arguments: meta.arguments_text };
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
