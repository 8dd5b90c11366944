/**
 * Has the model summarise the beginning of a conversation. First in place: the very prompt of before with one more message, so
 * that the endpoint reads nothing anew. Where that does not fit, or gives nothing, in pieces with the summary so far. What no
 * model summarises the program does, badly but surely.
 */
import { DEMO_ENDPOINT_ID } from "../../domain/endpoint.ts";
import { type ChatMessage, PromptTooLong } from "../../domain/llm.ts";
import type { ToolSpec } from "../../domain/tool.ts";
import { storable } from "../../lib/storable.ts";
import { cutEnd } from "../../lib/text.ts";
import { type AskedModel, askModel, type SideCall } from "./ask-model.ts";
import prompt from "./compact.md" with { type: "text" };
import type { Gauge } from "./gauge.ts";
import type { Told } from "./history.ts";
import { outlineOf, piecesOf } from "./transcript-text.ts";

/** Share of the window that a summary may take, and its bounds in tokens. */
const SUMMARY_SHARE = 0.1;
const SUMMARY_TOKENS = { least: 300, most: 4_000 };
const WORDS_PER_TOKEN = 0.6;
/** A model that writes more than this many times what it was asked for is cut. */
const PATIENCE = 2;
/** Of the window: what a summary in place may fill, and one piece. */
const IN_PLACE_SHARE = 0.95;
const PIECE_SHARE = 0.45;
const SMALLEST_PIECE_TOKENS = 400;

export interface Summarising {
  /** The prompt up to where the verbatim tail begins; the system prompt first. */
  head: readonly Told[];
  tools: ToolSpec[];
  gauge: Gauge;
  /** Tokens that a prompt may have. */
  window: number;
  /** What the developer wants kept above all; "" for nothing. */
  focus: string;
}

export interface Summary {
  text: string;
  by: "model" | "program";
}

/** Never empty. Throws what ends the run: Stopped, or an endpoint that is away. */
export async function summarise(call: SideCall, from: Summarising): Promise<Summary> {
  // The demo model would take the instruction for a question.
  const text = call.endpoint.id === DEMO_ENDPOINT_ID ? "" : (await inPlace(call, from)) || (await inPieces(call, from));
  return text ? { text, by: "model" } : { text: outlineOf(from.head, summaryChars(from)), by: "program" };
}

const summaryTokens = ({ window }: Summarising): number =>
  Math.round(Math.min(SUMMARY_TOKENS.most, Math.max(SUMMARY_TOKENS.least, window * SUMMARY_SHARE)));
const summaryChars = (from: Summarising): number => from.gauge.chars(summaryTokens(from)) * PATIENCE;

function instruction(from: Summarising): string {
  const words = Math.round(summaryTokens(from) * WORDS_PER_TOKEN);
  const focus = from.focus ? `\n- The developer wants this kept above all: ${from.focus}` : "";
  return prompt.trim().replace("{{words}}", String(words)) + focus;
}

/** "" when it does not fit, or when nothing usable came. */
async function inPlace(call: SideCall, from: Summarising): Promise<string> {
  const said = from.head.map(({ message }) => message);
  const messages = withQuestion(said, instruction(from));
  if (from.gauge.prompt(messages) + summaryTokens(from) > from.window * IN_PLACE_SHARE) return "";
  try {
    return usable(await askModel(call, { messages, tools: from.tools, most_chars: summaryChars(from) }));
  } catch (error) {
    if (error instanceof PromptTooLong) return "";
    throw error;
  }
}

/** Many chat templates refuse two messages of one role in a row. */
function withQuestion(messages: ChatMessage[], content: string): ChatMessage[] {
  const last = messages.at(-1)!;
  if (last.role !== "user") return [...messages, { role: "user", content }];
  return [...messages.slice(0, -1), { role: "user", content: `${last.content}\n\n---\n\n${content}` }];
}

async function inPieces(call: SideCall, from: Summarising): Promise<string> {
  for (let size = from.window * PIECE_SHARE; size >= SMALLEST_PIECE_TOKENS; size /= 2) {
    try {
      return await rolling(call, from, piecesOf(from.head, from.gauge.chars(size)));
    } catch (error) {
      // Our figures were too high: smaller pieces.
      if (!(error instanceof PromptTooLong)) throw error;
    }
  }
  return "";
}

/** A piece that gives nothing is left out; the summary so far stays. */
async function rolling(call: SideCall, from: Summarising, pieces: readonly string[]): Promise<string> {
  let summary = "";
  for (const [at, piece] of pieces.entries()) {
    const part = pieces.length > 1 ? `, part ${at + 1} of ${pieces.length}` : "";
    const before = summary ? `The summary so far:\n\n${summary}\n\n---\n\n` : "";
    const content = `${before}The conversation${part}:\n\n${piece}\n\n---\n\nWrite the summary now.`;
    const messages: ChatMessage[] = [
      { role: "system", content: instruction(from) },
      { role: "user", content },
    ];
    const detail = pieces.length > 1 ? `part ${at + 1} of ${pieces.length}` : null;
    summary = usable(await askModel(call, { messages, tools: [], most_chars: summaryChars(from), detail })) || summary;
  }
  return summary;
}

/** What the model wrote without what it thought; "" where nothing is said. */
function usable({ text }: AskedModel): string {
  const said = storable(text.replace(/<think>[\s\S]*?(<\/think>|$)/g, "")).trim();
  return /[\p{L}\p{N}]{2}/u.test(said) ? cutEnd(said, SAID_LIMIT_CHARS) : "";
}
const SAID_LIMIT_CHARS = 64_000;
