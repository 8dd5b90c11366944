/** The tools of a run: our own and those of MCP servers, as its chat, its mode and its session let. */
import type { ChatKind } from "../../domain/chat.ts";
import type { Run } from "../../domain/run.ts";
import type { Tool } from "../../domain/tool.ts";
import type { Core } from "../core.ts";
import { toolsFor } from "./registry.ts";

/** Read once at the start of a run: a prompt that goes on begins with the same tools. Never waits for a server. */
export async function offeredTools(core: Core, run: Pick<Run, "mode">, kind: ChatKind): Promise<Tool[]> {
  return toolsFor([...core.tools, ...(await core.mcp.tools())], kind, run.mode);
}
