/** The scripted agent as a command line, and a conversation with it that remembers what was heard. */
import { join } from "node:path";
import type { AgentEvent } from "../../src/domain/agent-event.ts";
import { type AcpAgent, type ClientSide, type ConnectOptions, connectAgent } from "../../src/drivers/acp/connection.ts";
import { translate } from "../../src/drivers/acp/translate.ts";

export const FAKE_AGENT = join(import.meta.dir, "../../scripts/fake-agent.ts");

/** Program and arguments, as providers.json has them. */
export const fakeAgentCommand = (...options: string[]): string[] => [process.execPath, FAKE_AGENT, ...options];

export interface Heard extends AsyncDisposable {
  agent: AcpAgent;
  events: AgentEvent[];
  noise: string[];
  /** All text that was said so far. */
  text(): string;
}

/** Connects to the scripted agent; permissions are allowed once unless `client` says otherwise. */
export async function hear(
  cwd: string,
  options: string[],
  more: Partial<Pick<ConnectOptions, "timeout_ms" | "ready">> & { client?: Partial<ClientSide> } = {},
): Promise<Heard> {
  const events: AgentEvent[] = [];
  const noise: string[] = [];
  const { client, ...rest } = more;
  const agent = await connectAgent({
    label: "Fake",
    line: { argv: fakeAgentCommand(...options), cwd, env: {}, marker: `test:${crypto.randomUUID()}` },
    client: { permission: async () => ({ outcome: { outcome: "selected", optionId: "allow-once" } }), ...client },
    update: (params) => {
      const said = translate(params);
      if (said) events.push(said.event);
    },
    log: (_, { line }) => noise.push(String(line)),
    ...rest,
  });
  return {
    agent,
    events,
    noise,
    text: () => events.map((e) => (e.kind === "text" ? e.text : "")).join(""),
    async [Symbol.asyncDispose]() {
      await agent.end("now");
    },
  };
}
