/** How many tokens a prompt has for its model: our estimate, corrected by what the endpoint counted last. */
import { tokensOf } from "../../domain/attachment.ts";
import type { ChatMessage } from "../../domain/llm.ts";
import { estimateTokens } from "../../lib/tokens.ts";

/** What a chat template puts around each message. */
const PER_MESSAGE_TOKENS = 6;
/** A count that is further off than this is of something else: a server that counts only what was not cached. */
const FACTOR = { least: 0.5, most: 3 };

export class Gauge {
  private factor = 1;

  constructor(
    /** The tools as text: they are part of every prompt. */
    private readonly tools: string,
    /** Of an earlier call of the same model. */
    known: { tokens_in: number; estimated_in: number } | null,
  ) {
    if (known) this.learn(known.estimated_in, known.tokens_in);
  }

  learn(estimated: number, counted: number | null): void {
    if (!counted || estimated <= 0) return;
    const factor = counted / estimated;
    if (factor >= FACTOR.least && factor <= FACTOR.most) this.factor = factor;
  }

  /** Our own estimate of a whole prompt. */
  estimate(messages: readonly ChatMessage[], tools = true): number {
    const said = messages.reduce((sum, message) => sum + estimateMessage(message), 0);
    return said + (tools ? estimateTokens(this.tools) : 0);
  }

  /** Tokens that the model is going to count for a whole prompt. */
  prompt(messages: readonly ChatMessage[]): number {
    return Math.round(this.estimate(messages) * this.factor);
  }

  /** Of some messages, without the tools. */
  messages(messages: readonly ChatMessage[]): number {
    return Math.round(this.estimate(messages, false) * this.factor);
  }

  /** Characters of plain text that come to so many tokens. */
  chars(tokens: number): number {
    return Math.floor((tokens / this.factor) * 3);
  }

  text(text: string): number {
    return Math.round(estimateTokens(text) * this.factor);
  }
}

function estimateMessage(message: ChatMessage): number {
  let tokens = PER_MESSAGE_TOKENS + estimateTokens(message.content);
  if (message.role === "user")
    for (const image of message.images ?? []) tokens += tokensOf({ kind: "image", size: 0, ...image });
  if (message.role !== "assistant") return tokens;
  if (message.reasoning) tokens += estimateTokens(message.reasoning);
  for (const call of message.tool_calls ?? [])
    tokens += PER_MESSAGE_TOKENS + estimateTokens(call.name) + estimateTokens(call.arguments);
  return tokens;
}
