/** MCP servers and their tools; part of RESOURCES. */
import { z } from "zod";
import type * as domain from "../../domain/mcp.ts";
import { at, count, type Of } from "./wire.ts";

const tool = z.object({
  name: z.string().describe("As its server calls it."),
  called: z.string().describe("As models call it."),
  title: z.string().nullable(),
  description: z.string(),
  parameters: z.record(z.string(), z.unknown()).describe("JSON schema of its arguments."),
  effect: z.enum(["reads", "writes", "unsaid"]).describe("By its server's account, or yours."),
  problem: z.string().nullable().describe("What was wrong with its description."),
  left_out: z.string().nullable().describe("Why models are not offered it; null when they are."),
}) satisfies Of<domain.McpTool>;

const server = z.object({
  name: z.string(),
  transport: z.enum(["stdio", "http"]),
  enabled: z.boolean(),
  target: z.string().describe("What is started, or the address; keys in an address are left out."),
  given: z.array(z.string()).describe("Names of variables or headers that it is given."),
  state: z.enum(["unknown", "starting", "ready", "error"]),
  error: z.string().nullable(),
  running: z.boolean().describe("A process lives, or a conversation is open."),
  pid: count.nullable(),
  version: z.string().nullable(),
  tools: z.array(tool),
  problems: z.array(z.string()).describe("What was left out of its list because it is no tool."),
  start_ms: count.nullable(),
  checked_at: at.nullable(),
}) satisfies Of<domain.McpServer>;

export const MCP_RESOURCES = { McpServer: server } as const;
