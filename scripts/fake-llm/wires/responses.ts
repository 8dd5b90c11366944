/** OpenAI's responses, as codex asks for them. */
import type { ServerResponse } from "node:http";
import type { ChatBody, Plan } from "../directives.ts";
import {
  answer,
  asList,
  asObject,
  type Events,
  eventsOn,
  gathered,
  newName,
  pieces,
  type Turn,
  tokensOf,
  userTurn,
  wordsOf,
} from "./shape.ts";

export function fromResponses(body: Record<string, unknown>): ChatBody {
  const input = typeof body.input === "string" ? [{ role: "user", content: body.input }] : asList(body.input);
  const tools = asList(body.tools).map((tool) => ({ function: { name: String(tool.name ?? tool.type) } }));
  return { model: String(body.model ?? ""), messages: gathered(input.flatMap(turnsOf)), tools };
}

export const schemaOfResponses = (body: Record<string, unknown>): unknown =>
  asObject(asObject(body.text).format).schema;

function turnsOf(item: Record<string, unknown>): Turn[] {
  const type = String(item.type ?? "message");
  if (type.endsWith("_output")) return [{ role: "tool", content: wordsOf(item.output) }];
  if (type.endsWith("_call") || item.role === "assistant") return [{ role: "assistant", content: "" }];
  if (item.role !== "user") return [];
  return userTurn(Array.isArray(item.content) ? item.content.map(wordsOf) : [wordsOf(item.content)]);
}

type Item = Record<string, unknown> & { id: string; type: string };

export async function playResponses(
  plan: Plan,
  body: Record<string, unknown>,
  response: ServerResponse,
): Promise<void> {
  const base = {
    id: newName("resp"),
    object: "response",
    created_at: 1_700_000_000,
    model: body.model,
    status: "in_progress",
    output: [] as Item[],
    error: null,
    incomplete_details: null,
    tools: [],
    tool_choice: "auto",
    parallel_tool_calls: true,
    metadata: {},
  };
  const writer = new ItemWriter(body.stream ? eventsOn(response) : null);
  writer.send("response.created", { response: base });
  let sent = 0;
  for await (const piece of pieces(plan, response)) {
    sent++;
    if (piece.kind === "tool") writer.call(piece.name, piece.arguments, isCustom(body, piece.name));
    else writer.say(piece.kind === "text" ? "message" : "reasoning", piece.text);
  }
  writer.close();
  const input_tokens = plan.usage?.in ?? tokensOf(body.input);
  const output_tokens = plan.usage?.out || sent;
  const usage = {
    input_tokens,
    input_tokens_details: { cached_tokens: plan.usage?.cached ?? 0 },
    output_tokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input_tokens + output_tokens,
  };
  const done = { ...base, status: "completed", output: writer.output, usage };
  if (!body.stream) return answer(response, done);
  writer.send("response.completed", { response: done });
  response.end();
}

const isCustom = (body: Record<string, unknown>, name: string) =>
  asList(body.tools).some((tool) => tool.name === name && tool.type === "custom");

class ItemWriter {
  readonly output: Item[] = [];
  private open: { item: Item; text: string } | null = null;
  private sequence_number = 0;

  constructor(private readonly events: Events | null) {}

  send(type: string, fields: object): void {
    this.events?.send({ type, sequence_number: this.sequence_number++, ...fields }, type);
  }

  say(type: "message" | "reasoning", text: string): void {
    if (this.open?.item.type !== type) this.begin(type);
    const open = this.open!;
    open.text += text;
    const at = { item_id: open.item.id, output_index: this.output.length };
    if (type === "message") this.send("response.output_text.delta", { ...at, content_index: 0, delta: text });
    else this.send("response.reasoning_summary_text.delta", { ...at, summary_index: 0, delta: text });
  }

  call(name: string, given: string, custom: boolean): void {
    this.close();
    const call = { call_id: newName("call"), name, status: "in_progress" };
    const field = custom ? "input" : "arguments";
    const text = custom ? String((JSON.parse(given) as { input?: unknown }).input ?? given) : given;
    const type = custom ? "custom_tool_call" : "function_call";
    const item: Item = { type, id: newName("fc"), ...call, [field]: "" };
    const at = { item_id: item.id, output_index: this.output.length };
    const event = custom ? "response.custom_tool_call_input" : "response.function_call_arguments";
    this.send("response.output_item.added", { output_index: at.output_index, item });
    this.send(`${event}.delta`, { ...at, delta: text });
    Object.assign(item, { [field]: text, status: "completed" });
    this.send(`${event}.done`, { ...at, [field]: text });
    this.done(item);
  }

  close(): void {
    if (!this.open) return;
    const { item, text } = this.open;
    this.open = null;
    const at = { item_id: item.id, output_index: this.output.length };
    if (item.type === "message") {
      const part = { type: "output_text", text, annotations: [] };
      Object.assign(item, { content: [part], status: "completed" });
      this.send("response.output_text.done", { ...at, content_index: 0, text });
      this.send("response.content_part.done", { ...at, content_index: 0, part });
    } else {
      const part = { type: "summary_text", text };
      Object.assign(item, { summary: [part] });
      this.send("response.reasoning_summary_text.done", { ...at, summary_index: 0, text });
      this.send("response.reasoning_summary_part.done", { ...at, summary_index: 0, part });
    }
    this.done(item);
  }

  private begin(type: "message" | "reasoning"): void {
    this.close();
    const item: Item =
      type === "message"
        ? { type, id: newName("msg"), role: "assistant", status: "in_progress", content: [] }
        : { type, id: newName("rs"), summary: [], encrypted_content: null };
    this.open = { item, text: "" };
    const at = { item_id: item.id, output_index: this.output.length };
    this.send("response.output_item.added", { output_index: at.output_index, item });
    if (type === "message")
      this.send("response.content_part.added", {
        ...at,
        content_index: 0,
        part: { type: "output_text", text: "", annotations: [] },
      });
    else
      this.send("response.reasoning_summary_part.added", {
        ...at,
        summary_index: 0,
        part: { type: "summary_text", text: "" },
      });
  }

  private done(item: Item): void {
    this.send("response.output_item.done", { output_index: this.output.length, item });
    this.output.push(item);
  }
}
