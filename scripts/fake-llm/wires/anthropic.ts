/** Anthropic's messages, as Claude Code asks for them. */
import type { ServerResponse } from "node:http";
import type { ChatBody, Plan } from "../directives.ts";
import {
  answer,
  asList,
  asObject,
  eventsOn,
  gathered,
  newName,
  type Piece,
  pieces,
  type Turn,
  tokensOf,
  userTurn,
  wordsOf,
} from "./shape.ts";

export function fromAnthropic(body: Record<string, unknown>): ChatBody {
  const messages = gathered(asList(body.messages).flatMap(turnsOf));
  const tools = asList(body.tools).map((tool) => ({ function: { name: String(tool.name) } }));
  return { model: String(body.model ?? ""), messages, tools };
}

export function schemaOfAnthropic(body: Record<string, unknown>): unknown {
  const { format } = asObject(body.output_config);
  return asObject(format ?? body.output_format).schema;
}

function turnsOf({ role, content }: Record<string, unknown>): Turn[] {
  if (role === "assistant") return [{ role: "assistant", content: "" }];
  if (typeof content === "string") return userTurn([content]);
  const blocks = asList(content);
  const results = blocks.filter((b) => b.type === "tool_result");
  const texts = blocks.filter((b) => b.type === "text").map((b) => String(b.text));
  return [...results.map((b): Turn => ({ role: "tool", content: wordsOf(b.content) })), ...userTurn(texts)];
}

export async function playAnthropic(
  plan: Plan,
  body: Record<string, unknown>,
  response: ServerResponse,
): Promise<void> {
  const calls = plan.steps.some((step) => step.kind === "tool");
  const usage = (output_tokens: number) => ({
    input_tokens: plan.usage?.in ?? tokensOf(body.messages),
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: plan.usage?.out || output_tokens,
  });
  const message = {
    id: newName("msg"),
    type: "message",
    role: "assistant",
    model: body.model,
    stop_sequence: null,
  };
  const stop_reason = calls ? "tool_use" : "end_turn";
  if (!body.stream) {
    const content: unknown[] = [];
    for await (const piece of pieces(plan, response)) content.push(blockOf(piece));
    return answer(response, { ...message, content: joined(content), stop_reason, usage: usage(content.length) });
  }
  const events = eventsOn(response);
  const send = (type: string, fields: object) => events.send({ type, ...fields }, type);
  send("message_start", { message: { ...message, content: [], stop_reason: null, usage: usage(1) } });
  let index = -1;
  let open: string | null = null;
  let sent = 0;
  const close = () => {
    if (open === "think")
      send("content_block_delta", { index, delta: { type: "signature_delta", signature: "ZmFrZQ==" } });
    if (open !== null) send("content_block_stop", { index });
    open = null;
  };
  for await (const piece of pieces(plan, response)) {
    sent++;
    if (piece.kind !== open || piece.kind === "tool") {
      close();
      index++;
      open = piece.kind;
      send("content_block_start", { index, content_block: emptyBlock(piece) });
    }
    send("content_block_delta", { index, delta: deltaOf(piece) });
  }
  close();
  send("message_delta", { delta: { stop_reason, stop_sequence: null }, usage: usage(sent) });
  send("message_stop", {});
  events.end();
}

const emptyBlock = (piece: Piece) =>
  piece.kind === "text"
    ? { type: "text", text: "" }
    : piece.kind === "think"
      ? { type: "thinking", thinking: "", signature: "" }
      : { type: "tool_use", id: newName("toolu"), name: piece.name, input: {} };

const deltaOf = (piece: Piece) =>
  piece.kind === "text"
    ? { type: "text_delta", text: piece.text }
    : piece.kind === "think"
      ? { type: "thinking_delta", thinking: piece.text }
      : { type: "input_json_delta", partial_json: piece.arguments };

const blockOf = (piece: Piece) =>
  piece.kind === "tool"
    ? { type: "tool_use", id: newName("toolu"), name: piece.name, input: JSON.parse(piece.arguments) as unknown }
    : piece.kind === "text"
      ? { type: "text", text: piece.text }
      : { type: "thinking", thinking: piece.text, signature: "ZmFrZQ==" };

/** Words of one text are one block. */
function joined(blocks: unknown[]): unknown[] {
  const whole: Record<string, unknown>[] = [];
  for (const block of asList(blocks)) {
    const before = whole.at(-1);
    if (block.type === "text" && before?.type === "text") before.text = `${before.text}${block.text}`;
    else whole.push(block);
  }
  return whole;
}
