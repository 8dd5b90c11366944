/** Runs a command that a human allowed: the row first, then the process, and nothing of it outlives its run. */
import type { Run } from "../domain/run.ts";
import type { CommandResult } from "../domain/tool.ts";
import { killMarked } from "../drivers/agents/process-table.ts";
import { type ShellProcess, startShell } from "../drivers/shell.ts";
import { newId } from "../lib/ids.ts";
import { storable } from "../lib/storable.ts";
import { commandStarted, endCommand, endCommandsLeft, insertCommand } from "../store/commands.ts";
import { type Core, transact } from "./core.ts";
import { backToWork } from "./requests.ts";
import { steady } from "./steady.ts";

export interface CommandInput {
  run: Pick<Run, "id">;
  part_id: string;
  command: string;
  cwd: string;
  timeout_ms: number;
  signal: AbortSignal;
  onOutput(piece: string): void;
}

/** Throws Refusal when it cannot be started; resolves once nothing of the command is left. */
export async function runAllowed(core: Core, input: CommandInput): Promise<CommandResult> {
  // Nobody is waited for any more: the run is running before the command is.
  await backToWork(core, input.run.id);
  const id = newId();
  const { run, part_id, command, cwd } = input;
  await steady(core, () =>
    insertCommand(core.sql, { id, run_id: run.id, part_id, command: storable(command), cwd: storable(cwd) }),
  );
  const began = performance.now();
  const shell = await start(core, id, input);
  await steady(core, () => commandStarted(core.sql, id, shell.pid, shell.started));
  const { how, code } = await shell.ended;
  await steady(core, () => endCommand(core.sql, id, how, code));
  return { how, code, output: shell.output(), duration_ms: Math.round(performance.now() - began) };
}

async function start(core: Core, id: string, input: CommandInput): Promise<ShellProcess> {
  try {
    return await startShell({ ...input, marker: `${core.instance}:${id}` });
  } catch (error) {
    await steady(core, () => endCommand(core.sql, id, "failed", null));
    throw error;
  }
}

/** Boot: commands of a process that died are killed with all they started; only what bears our marker is touched. */
export async function reapCommands(core: Core): Promise<number> {
  const left = await transact(core, (tx) => endCommandsLeft(tx));
  for (const id of left) await killMarked(`${core.instance}:${id}`);
  return left.length;
}
