/** Agents that a dead server left behind: found by the marker in their environment, and only ours. */
import { killFound, killMarked, markedProcesses } from "../../drivers/agents/process-table.ts";
import { notFound } from "../../lib/errors.ts";
import { openCommands } from "../../store/commands.ts";
import { settleProcesses } from "../../store/processes.ts";
import { PARSER_MARK } from "../code/trees.ts";
import { type Core, transact } from "../core.ts";
import { PROBE } from "../providers/probes.ts";
import type { AgentProcessView } from "./live-agents.ts";

/** Ends whatever bears this instance's marker; at a start nothing of ours may be running yet. Returns how many. */
export async function reapOrphans(core: Pick<Core, "sql" | "log" | "journal" | "instance">): Promise<number> {
  const killed = await killMarked(`${core.instance}:`);
  const rows = await transact(core, settleProcesses);
  if (killed + rows > 0) core.log.info("agents.orphans", { killed, rows });
  return killed;
}

type StrayCore = Pick<Core, "sql" | "instance" | "agents" | "mcp">;

/** How many processes bear our marker and are nobody's any more. */
export async function countStrays(core: StrayCore): Promise<number> {
  return (await straysOf(core)).length;
}

/** On demand: ends what bears our marker and is nobody's any more. Returns how many were ended. */
export async function reapStrays(core: StrayCore): Promise<number> {
  return killFound(await straysOf(core));
}

/** First looked for, then asked whose they are: what begins meanwhile had its name before it was started. */
async function straysOf(core: StrayCore) {
  const prefix = `${core.instance}:`;
  const found = await markedProcesses(prefix);
  const owned = await ownedMarkers(core);
  return found.filter(({ marker }) => !isOwned(owned, marker.slice(prefix.length)));
}

/** Agents and MCP servers that live, are being started or visited, the parser, and commands of our own loop that run right now. */
async function ownedMarkers(core: StrayCore): Promise<Set<string>> {
  return new Set([PARSER_MARK, ...core.agents.ids(), ...core.mcp.processIds(), ...(await openCommands(core.sql))]);
}

const isOwned = (owned: ReadonlySet<string>, marker: string) => owned.has(marker) || marker.startsWith(PROBE);

/** What runs; of one at work it is told when its run heard something last. */
export async function agentProcesses(core: Pick<Core, "agents" | "live">): Promise<AgentProcessView[]> {
  return (await core.agents.view()).map((agent) => {
    const heard = agent.busy ? core.live.heardOfChat(agent.chat_id) : null;
    return heard === null ? agent : { ...agent, heard_at: new Date(heard) };
  });
}

/** Ends one agent with everything it started; a run that uses it is stopped first, and what came is kept. */
export async function endAgent(core: Pick<Core, "agents" | "live">, id: string): Promise<void> {
  const agent = (await core.agents.view()).find((one) => one.id === id);
  if (!agent) throw notFound("process");
  if (agent.busy) await core.live.stopWhere((run) => run.chat_id === agent.chat_id, "cancelled");
  await core.agents.dropWhere((warm) => warm.process_id === id);
}
