/** The protocol side of the scripted MCP server: one conversation, whatever carries it. */
import { type FakeTool, LIES, manyTools, TOOLS, text, type Wire } from "./tools.ts";

export interface FakeMcpOptions {
  /** So many further tools. */
  many?: number;
  /** What it does at its start or when its tools are listed. */
  fault?: string | null;
  /** Lists things that are no tools. */
  lies?: boolean;
  /** Only these. */
  only?: readonly string[];
  /** Tools a page. */
  page?: number;
}
type Message = { id?: unknown; method?: string; params?: Record<string, unknown> };

export class FakeConversation {
  private readonly calls = new Map<unknown, AbortController>();
  private further: FakeTool[] = [];

  constructor(
    private readonly options: FakeMcpOptions,
    private readonly wire: Wire,
  ) {}

  async take(message: Message): Promise<unknown> {
    const { id, method, params = {} } = message;
    const reply = (result: unknown) => this.wire.send({ jsonrpc: "2.0", id, result });
    if (method === "initialize") return this.initialize(reply, params);
    if (method === "ping") return this.options.fault === "silent" ? null : reply({});
    if (method === "tools/list") return this.list(reply, params);
    if (method === "tools/call") return this.call(id, params);
    if (method === "notifications/cancelled") return this.calls.get(params.requestId)?.abort();
    if (id !== undefined)
      this.wire.send({ jsonrpc: "2.0", id, error: { code: -32601, message: `no method ${method}` } });
    return null;
  }

  private initialize(reply: (result: unknown) => unknown, { protocolVersion }: Record<string, unknown>): unknown {
    const { fault } = this.options;
    if (fault === "start:hang") return null;
    if (fault === "start:die") {
      process.stderr.write("Error: the fake server died at its start\n");
      process.exit(7);
    }
    if (fault === "start:lies") return reply({ protocolVersion: 12, capabilities: "none" });
    return reply({
      protocolVersion,
      capabilities: { tools: { listChanged: true } },
      serverInfo: { name: "fake-mcp", version: "1.2.3" },
    });
  }

  private list(reply: (result: unknown) => unknown, { cursor }: Record<string, unknown>): unknown {
    const { fault, lies, page = 1_000 } = this.options;
    if (fault === "list:hang") return null;
    if (fault === "list:loop") return reply({ tools: [], nextCursor: `${Math.random()}` });
    if (fault === "list:lies") return reply({ tools: "all of them" });
    const all = [...this.tools().map(({ run: _, ...told }) => told), ...(lies ? LIES : [])];
    const from = Number(cursor ?? 0);
    const next = from + page;
    return reply({ tools: all.slice(from, next), ...(next < all.length && { nextCursor: String(next) }) });
  }

  private async call(id: unknown, params: Record<string, unknown>): Promise<void> {
    const name = String(params.name);
    const args = (params.arguments ?? {}) as Record<string, unknown>;
    if (name === "grow") return this.grow(id);
    const tool = this.tools().find((one) => one.name === name);
    const abort = new AbortController();
    this.calls.set(id, abort);
    const { progressToken } = (params._meta ?? {}) as Record<string, unknown>;
    const result = tool
      ? await tool.run({ id, args, progressToken, wire: this.wire, signal: abort.signal })
      : { ...text(`there is no ${name}`), isError: true };
    this.calls.delete(id);
    if (result !== null) this.wire.send({ jsonrpc: "2.0", id, result });
  }

  /** One tool more from now on, and it says so. */
  private grow(id: unknown): void {
    this.further = manyTools(this.further.length + 1).map((tool) => ({ ...tool, name: `grown_${tool.name}` }));
    this.wire.send({ jsonrpc: "2.0", method: "notifications/tools/list_changed" });
    this.wire.send({ jsonrpc: "2.0", id, result: text("grown") });
  }

  private tools(): FakeTool[] {
    const { many = 0, only } = this.options;
    const grow = {
      name: "grow",
      inputSchema: { type: "object" },
      annotations: { readOnlyHint: true },
      run: () => null,
    };
    const all = [...TOOLS, grow, ...manyTools(many), ...this.further];
    return only ? all.filter(({ name }) => only.includes(name)) : all;
  }
}
