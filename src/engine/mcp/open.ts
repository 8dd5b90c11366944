/** How an entry of mcp.json becomes a conversation: names of secrets are looked up, and a process is a row before it is there. */
import { connectMcp, type McpConnection, type McpTarget } from "../../drivers/mcp/connection.ts";
import { joinCommand } from "../../lib/command-line.ts";
import { newId } from "../../lib/ids.ts";
import { storable } from "../../lib/storable.ts";
import { insertProcess, setProcess } from "../../store/processes.ts";
import type { Core } from "../core.ts";
import { resolveEnv, resolveRefs } from "../env-refs.ts";
import type { McpSpec } from "./file.ts";

interface Opening {
  version: string;
  signal: AbortSignal;
  /** The row of its process, before that is started. */
  born(processId: string): void;
  changed(): void;
}

/** Throws Refusal, or unavailable for a variable that is not set. */
export async function openServer(
  core: Pick<Core, "config" | "sql" | "instance">,
  spec: McpSpec,
  { version, signal, born, changed }: Opening,
): Promise<McpConnection> {
  if (spec.argv === null) {
    const target = { url: resolveRefs("Its address", spec.url ?? ""), headers: resolveEnv(spec.headers) };
    return connectMcp({ label: spec.name, version, signal, changed, target: { transport: "http", ...target } });
  }
  const id = newId();
  const target: McpTarget = {
    transport: "stdio",
    line: {
      argv: spec.argv.map((word) => resolveRefs("An argument", word)),
      cwd: spec.cwd ?? core.config.home,
      env: resolveEnv(spec.env),
      marker: `${core.instance}:${id}`,
    },
  };
  const command = storable(joinCommand(spec.argv));
  await insertProcess(core.sql, { id, provider: `mcp:${spec.name}`, chat_id: null, command });
  born(id);
  const started = ({ pid, started }: { pid: number; started: string }) => setProcess(core.sql, id, { pid, started });
  return connectMcp({ label: spec.name, version, signal, changed, target, started });
}
