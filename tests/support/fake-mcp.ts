/** The scripted MCP server as a program, and mcp.json of a program under test. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { McpServer } from "../../src/domain/mcp.ts";
import type { TestApp } from "./app.ts";
import { until } from "./until.ts";

const SCRIPT = join(import.meta.dir, "../../scripts/fake-mcp.ts");

/** Program and arguments. */
export const fakeMcpCommand = (...options: string[]): string[] => [process.execPath, SCRIPT, ...options];

/** An entry of mcp.json. */
export const fakeMcp = (...options: string[]) => ({ command: process.execPath, args: [SCRIPT, ...options] });

export async function writeMcp(boo: Pick<TestApp, "config">, mcpServers: Record<string, unknown>): Promise<void> {
  await writeFile(join(boo.config.home, "mcp.json"), JSON.stringify({ mcpServers }));
}

export async function mcpServer(boo: TestApp, name: string): Promise<McpServer> {
  const { servers } = await boo.get<{ servers: McpServer[] }>("/mcp-servers");
  return servers.find((server) => server.name === name)!;
}

/** The server once it was asked for its tools, however that ended. */
export const learned = (boo: TestApp, name: string): Promise<McpServer> =>
  until(async () => {
    const server = await mcpServer(boo, name);
    return server && server.state !== "starting" && server.state !== "unknown" ? server : null;
  }, 30_000);
