/** An agent started for one thing beside a chat: to list its conversations, to read one, to sign in. Nothing of it stays. */
import type { AgentEvent } from "../../domain/agent-event.ts";
import { type AcpAgent, connectAgent } from "../../drivers/acp/connection.ts";
import { translate } from "../../drivers/acp/translate.ts";
import type { AgentProcess } from "../../drivers/agents/agent-process.ts";
import { invalid, notFound, unavailable } from "../../lib/errors.ts";
import type { Core } from "../core.ts";
import { findProgram, findSpec, type KnownSpec, startEnv } from "./registry.ts";

const VISIT_TIMEOUT_MS = 60_000;
/** Agents take some hundred megabytes each: these are started one after another. */
const LANE = "providers:visit";

export interface Visit {
  agent: AcpAgent;
  spec: KnownSpec;
  signal: AbortSignal;
}

export type VisitCore = Pick<Core, "agents" | "config" | "log" | "lanes" | "instance" | "closing">;

/**
 * Errors: not_found for a provider that there is not; invalid (field provider) for one that does not speak the protocol;
 * unavailable when it is not installed, or fails, with its reason.
 */
export async function visitAgent<T>(
  core: VisitCore,
  providerId: string,
  cwd: string,
  work: (visit: Visit) => Promise<T>,
  hear: (event: AgentEvent) => void = () => {},
): Promise<T> {
  const spec = await findSpec(core, providerId);
  if (!spec) throw notFound(`provider "${providerId}"`);
  const found = findProgram(spec);
  if (!found) throw unavailable(`${spec.label} is not installed${spec.install ? `: ${spec.install}` : "."}`);
  if (found.way !== "acp")
    throw invalid(`${spec.label} does not speak the agent client protocol here, which this needs.`, "provider");
  return core.lanes.run(LANE, () => visit(core, spec, found.argv, cwd, work, hear));
}

async function visit<T>(
  core: VisitCore,
  spec: KnownSpec,
  argv: readonly string[],
  cwd: string,
  work: (visit: Visit) => Promise<T>,
  hear: (event: AgentEvent) => void,
): Promise<T> {
  using own = core.agents.own();
  let child: AgentProcess | null = null;
  const stop = () => void child?.end("now");
  core.closing.throwIfAborted();
  core.closing.addEventListener("abort", stop, { once: true });
  try {
    const agent = await connectAgent({
      label: spec.label,
      line: { argv, cwd, ...startEnv(spec), marker: `${core.instance}:${own.id}` },
      client: { permission: async () => ({ outcome: { outcome: "cancelled" } }) },
      update: (params) => {
        const said = translate(params);
        if (said) hear(said.event);
      },
      started: (process) => {
        child = process;
      },
      timeout_ms: VISIT_TIMEOUT_MS,
    });
    try {
      return await work({ agent, spec, signal: core.closing });
    } finally {
      await agent.end();
    }
  } finally {
    core.closing.removeEventListener("abort", stop);
  }
}
