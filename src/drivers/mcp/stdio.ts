/**
 * The SDK's transport over a child process of ours: its own process group, marker and tail of complaints, as agents have
 * them. (The SDK's own transport ends the process alone, with its children left, and holds no more than 10 MB.)
 */
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { chunksOf } from "../../lib/stream-chunks.ts";
import type { AgentProcess } from "../agents/agent-process.ts";
import { Refusal } from "../refusal.ts";
import { Flood } from "./flood.ts";

/** A message longer than this ends the conversation: the memory is ours. */
export const MESSAGE_LIMIT_CHARS = 128_000_000;
/** Time for others after so much work on what a server says. */
const SLICE_MS = 8;
const NOISE_CHARS = 300;
const NOISE_TOLD = 20;

export class StdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  /** Lines that were no messages: the first ones, and how many. */
  readonly noise: { told: string[]; count: number } = { told: [], count: 0 };
  /** Why it was ended by us; null when it was not. */
  fault: Refusal | null = null;
  private readonly flood = new Flood();
  private closed = false;

  constructor(
    private readonly child: AgentProcess,
    /** The list of tools changed: told however much else is said. */
    private readonly changed: () => void,
  ) {}

  async start(): Promise<void> {
    void this.read();
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (this.closed) throw new Refusal("unavailable", "it ended", "It has ended.");
    this.child.stdin.write(`${JSON.stringify(message)}\n`);
    await this.child.stdin.flush();
  }

  async close(): Promise<void> {
    this.over();
    await this.child.end("gently");
  }

  private over(): void {
    if (this.closed) return;
    this.closed = true;
    this.onclose?.();
  }

  private async read(): Promise<void> {
    let began = performance.now();
    try {
      for await (const line of linesOf(this.child.stdout)) {
        if (this.closed) continue;
        this.take(line);
        if (performance.now() - began < SLICE_MS) continue;
        await new Promise((resolve) => setImmediate(resolve));
        began = performance.now();
      }
    } catch (error) {
      this.fault =
        error instanceof Refusal ? error : new Refusal("unavailable", "unreadable", "What it writes cannot be read.");
      void this.child.end("now");
    }
    // The reason of its death is known a moment after its output has ended.
    await Promise.race([this.child.exited, Bun.sleep(SLICE_MS * 50)]);
    this.over();
  }

  private take(line: string): void {
    const text = line.trim();
    if (text === "") return;
    const message = parsed(text);
    if (message === null) {
      this.flood.hears();
      this.noise.count++;
      if (this.noise.told.length < NOISE_TOLD) this.noise.told.push(text.slice(0, NOISE_CHARS));
      return;
    }
    if ("method" in message) {
      const heard = this.flood.hears();
      const isChange = message.method === "notifications/tools/list_changed";
      if (isChange) this.changed();
      if (isChange || !heard) return;
    }
    this.onmessage?.(message);
  }
}

function parsed(text: string): JSONRPCMessage | null {
  try {
    const value: unknown = JSON.parse(text);
    const isMessage = typeof value === "object" && value !== null && "jsonrpc" in value;
    return isMessage ? (value as JSONRPCMessage) : null;
  } catch {
    return null;
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let pieces: string[] = [];
  let size = 0;
  for await (const chunk of chunksOf(stream)) {
    const text = decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", from)) {
      pieces.push(text.slice(from, end));
      yield pieces.join("");
      pieces = [];
      size = 0;
      from = end + 1;
    }
    pieces.push(text.slice(from));
    size += text.length - from;
    if (size > MESSAGE_LIMIT_CHARS)
      throw new Refusal(
        "limit",
        "message too long",
        `It wrote a message of more than ${MESSAGE_LIMIT_CHARS / 1_000_000} MB and was ended.`,
      );
  }
}
