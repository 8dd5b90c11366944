/**
 * Agents of one session share its worktree and may write in it at the same time; whichever ends first collects what all of
 * them wrote. Whose a file is then say the calls: an edit that names it, else a command that does.
 */
import type { Db } from "../../db/sql.ts";
import type { AgentToolKind } from "../../domain/agent-event.ts";
import type { Run } from "../../domain/run.ts";
import { type AgentCall, callsBeside } from "../../store/agent-calls.ts";
import { commandOf, inWords } from "../dispatch/call.ts";

export interface Writer {
  run: Pick<Run, "id" | "chat_id" | "session_id" | "provider" | "model">;
  part_id: string | null;
  tool: string | null;
  said: string;
}

/** Calls that are looked through; with more of them the newest decide. */
const CALLS_MAX = 5_000;
const WRITES: readonly AgentToolKind[] = ["edit", "delete", "move", "other"];

/** `root` is where the agents work. A file that no call names is the run's that ended. */
export async function writersIn(db: Db, run: Writer["run"], root: string): Promise<(path: string) => Writer> {
  const calls = await callsBeside(db, run, CALLS_MAX);
  const edits = new Map<string, AgentCall>();
  const commands: [string, AgentCall][] = [];
  for (const call of calls) {
    const kind = call.meta.agent?.kind;
    if (kind === "execute") commands.push([inWords(commandOf(call.meta.arguments_text) ?? "", root), call]);
    if (kind !== "execute" && !WRITES.includes(kind!)) continue;
    for (const { path } of call.meta.agent!.locations) if (!edits.has(path)) edits.set(path, call);
  }
  return (path) => {
    const call = edits.get(path) ?? commands.find(([command]) => names(command, path))?.[1];
    if (!call) return { run, part_id: null, tool: null, said: "" };
    const { part_id, meta } = call;
    return { run: call.run, part_id, tool: meta.name, said: meta.agent?.said ?? "" };
  };
}

/** As a word of its own, so that `a.ts` is not found in `lib/a.ts` or `a.tsx`. */
function names(command: string, path: string): boolean {
  for (let at = command.indexOf(path); at !== -1; at = command.indexOf(path, at + 1)) {
    const before = command.slice(0, at).replace(/\.\/$/, "").at(-1) ?? " ";
    const after = command[at + path.length] ?? " ";
    if (!/[\w./-]/.test(before) && !/[\w/-]/.test(after)) return true;
  }
  return false;
}
