/** MCP servers in every state, for views. */
import type { McpServer, McpTool } from "../../src/domain/mcp.ts";

const tool = (called: string, more: Partial<McpTool> = {}): McpTool => ({
  name: called.slice(called.indexOf("_") + 1),
  called,
  title: null,
  description: "Looks up documentation of a library.",
  parameters: { type: "object", properties: { query: { type: "string" } } },
  effect: "reads",
  problem: null,
  left_out: null,
  ...more,
});
const server = (name: string, more: Partial<McpServer>): McpServer => ({
  name,
  transport: "stdio",
  enabled: true,
  target: `npx -y mcp-${name}`,
  given: [],
  state: "ready",
  error: null,
  running: false,
  pid: null,
  version: `${name} 1.4.0`,
  tools: [],
  problems: [],
  start_ms: 210,
  checked_at: new Date("2026-11-23T14:00:00Z"),
  ...more,
});

export const mcpServers: McpServer[] = [
  server("context7", {
    transport: "http",
    target: "https://mcp.context7.com/mcp?…",
    given: ["Authorization"],
    running: true,
    tools: [tool("context7_docs"), tool("context7_resolve")],
  }),
  server("home", {
    transport: "http",
    target: "http://10.0.0.4:8123/mcp",
    state: "error",
    error: "home cannot be reached.",
    version: null,
    start_ms: null,
  }),
  server("postgres", {
    running: true,
    pid: 4410,
    tools: [
      tool("postgres_query", { effect: "unsaid", description: "Runs <script>alert(1)</script> a query." }),
      tool("postgres_schema"),
      tool("postgres_execute", { effect: "writes" }),
      tool("postgres_drop", { effect: "writes", left_out: "not chosen" }),
      tool("postgres_odd", { problem: "its arguments are not described", description: "" }),
    ],
    problems: ['Number 6 of its list is no tool: "name" is missing.'],
  }),
  server("browser", { state: "starting", start_ms: null }),
  server("old", { enabled: false }),
];
