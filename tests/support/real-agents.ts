/** Real agents for a test file: installed, or skipped with a line that says why; each with a home of its own. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { commandLine, type RealAgent } from "../../scripts/real-agents/list.ts";
import { agentsForTests, install } from "../../scripts/real-agents.ts";
import { joinCommand } from "../../src/lib/command-line.ts";
import type { Developer } from "./developer.ts";
import type { TestLlm } from "./fake-llm.ts";

export interface InstalledAgent {
  agent: RealAgent;
  directory: string;
}

/** Those of TEST_AGENTS that can be had. */
export async function installedAgents(): Promise<InstalledAgent[]> {
  const tried = await Promise.all(
    agentsForTests().map(async (agent): Promise<InstalledAgent | null> => {
      try {
        return { agent, directory: await install(agent) };
      } catch (error) {
        console.log(`skipped: ${(error as Error).message}`);
        return null;
      }
    }),
  );
  return tried.filter((one) => one !== null);
}

/** Has the server start them, on the scripted model. `homes` is a directory for what they keep. */
export async function useAgents(
  developer: Developer,
  installed: readonly InstalledAgent[],
  homes: string,
  llm: Pick<TestLlm, "url">,
): Promise<void> {
  for (const { agent, directory } of installed) {
    const home = join(homes, agent.id);
    mkdirSync(home, { recursive: true });
    const env = agent.setUp(home, llm.url.replace(/\/v1$/, ""));
    const command = joinCommand(commandLine(agent, directory));
    await developer.call("PATCH", `/providers/${agent.id}`, { command, env });
  }
}
