/** Agents that a dead server left behind: found by the marker in their environment, and only ours. */
import { killMarked, killMarkedBut } from "../../drivers/agents/process-table.ts";
import { settleProcesses } from "../../store/processes.ts";
import { type Core, transact } from "../core.ts";

/** Ends whatever bears this instance's marker; at a start nothing of ours may be running yet. Returns how many. */
export async function reapOrphans(core: Pick<Core, "sql" | "log" | "journal" | "instance">): Promise<number> {
  const killed = await killMarked(`${core.instance}:`);
  const rows = await transact(core, settleProcesses);
  if (killed + rows > 0) core.log.info("agents.orphans", { killed, rows });
  return killed;
}

/** On demand: what bears our marker and belongs to no agent and no MCP server that lives now. Returns how many were ended. */
export async function reapStrays(core: Pick<Core, "instance" | "agents" | "mcp">): Promise<number> {
  return killMarkedBut(`${core.instance}:`, new Set([...core.agents.ids(), ...core.mcp.processIds()]));
}
