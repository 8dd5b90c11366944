/**
 * A scripted MCP server on standard input and output, or with --http on a port:
 * `bun scripts/fake-mcp.ts [--many 200] [--lies] [--fault start:hang] [--only echo,add] [--page 50] [--http 9700]`.
 * Faults: start:hang, start:die, start:lies, list:hang, list:loop, list:lies, silent (answers no ping), cut (over HTTP: no
 * answer to a call).
 */
import { parseArgs } from "node:util";
import { FakeConversation, type FakeMcpOptions } from "./fake-mcp/serve.ts";

export interface FakeHttp {
  url: string;
  /** Headers of every request. */
  requests: { method: string; headers: Headers }[];
  /** Forgets all conversations, as a server does that was started again. */
  forget(): void;
  close(): Promise<void>;
}

/** Streamable HTTP: every answer is a stream of events. */
export function startFakeMcpHttp(options: FakeMcpOptions = {}, port = 0): FakeHttp {
  const sessions = new Set<string>();
  const requests: FakeHttp["requests"] = [];
  const conversations = new Map<string, FakeConversation>();
  let write: (message: unknown) => void = () => {};
  const server = Bun.serve({
    port,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    async fetch(request) {
      requests.push({ method: request.method, headers: request.headers });
      if (request.method === "DELETE") return new Response(null, { status: 200 });
      if (request.method !== "POST") return new Response("no", { status: 405 });
      const message = (await request.json()) as { id?: unknown; method?: string };
      const given = request.headers.get("mcp-session-id");
      if (message.method !== "initialize" && !sessions.has(given ?? "")) return new Response("gone", { status: 404 });
      const session = given ?? crypto.randomUUID();
      sessions.add(session);
      let conversation = conversations.get(session);
      if (!conversation) {
        conversation = new FakeConversation(options, { send: (m) => write(m), raw: () => {} });
        conversations.set(session, conversation);
      }
      const talking = conversation;
      if (message.id === undefined) {
        void talking.take(message as never);
        return new Response(null, { status: 202 });
      }
      const encoder = new TextEncoder();
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          write = (m) => {
            if (request.signal.aborted) return;
            controller.enqueue(encoder.encode(`event: message\ndata: ${JSON.stringify(m)}\n\n`));
            if ((m as { id?: unknown }).id === message.id) controller.close();
          };
          // Closed in the middle of an answer; a flood goes on until it is.
          if (options.fault === "cut" && message.method === "tools/call" && !JSON.stringify(message).includes("flood"))
            return controller.close();
          void talking.take(message as never);
        },
      });
      return new Response(body, { headers: { "content-type": "text/event-stream", "mcp-session-id": session } });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}/mcp`,
    requests,
    forget: () => {
      sessions.clear();
      conversations.clear();
    },
    close: () => server.stop(true),
  };
}

function serveStdio(options: FakeMcpOptions): void {
  const raw = (line: string) => void process.stdout.write(line);
  const conversation = new FakeConversation(options, { send: (m) => raw(`${JSON.stringify(m)}\n`), raw });
  let rest = "";
  process.stdin.on("data", (chunk) => {
    rest += chunk;
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim()) void conversation.take(JSON.parse(line));
  });
  process.stdin.on("end", () => process.exit(0));
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      many: { type: "string" },
      lies: { type: "boolean" },
      fault: { type: "string" },
      only: { type: "string" },
      page: { type: "string" },
      http: { type: "string" },
    },
  });
  const options: FakeMcpOptions = {
    ...(values.many && { many: Number(values.many) }),
    ...(values.lies && { lies: true }),
    ...(values.page && { page: Number(values.page) }),
    ...(values.only && { only: values.only.split(",") }),
    fault: values.fault ?? null,
  };
  if (values.http === undefined) serveStdio(options);
  else console.log(startFakeMcpHttp(options, Number(values.http)).url);
}
