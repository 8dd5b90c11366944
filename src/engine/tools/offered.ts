/** The tools of a run: our own and those of MCP servers, as its chat, its mode and its session let. */
import type { RunMode } from "../../domain/change.ts";
import type { ChatKind } from "../../domain/chat.ts";
import type { Run } from "../../domain/run.ts";
import type { Tool } from "../../domain/tool.ts";
import type { Core } from "../core.ts";
import { steady } from "../steady.ts";
import { type WebSwitches, webSwitches } from "../web.ts";
import { toolsFor } from "./registry.ts";

/** Read once at the start of a run: a prompt that goes on begins with the same tools. Never waits for a server. */
export async function offeredTools(core: Core, run: Pick<Run, "mode" | "session_id">, kind: ChatKind): Promise<Tool[]> {
  return toolsWith(core, run.mode, kind, await steady(core, () => webSwitches(core, run.session_id)));
}

/** The same where it is known what its session lets. */
export async function toolsWith(
  core: Pick<Core, "tools" | "mcp">,
  mode: RunMode,
  kind: ChatKind,
  web: WebSwitches,
): Promise<Tool[]> {
  const own = core.tools.filter((tool) => tool.kind !== "web" || (tool.name === "web_search" ? web.search : web.fetch));
  return toolsFor([...own, ...(await core.mcp.tools())], kind, mode);
}
