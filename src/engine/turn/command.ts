/** Messages that are for BooCode and not for the model: `/compact`. They are runs like others: queued, watched, stopped, settled. */
import type { Db } from "../../db/sql.ts";
import { compactCommand } from "../../domain/compaction.ts";
import { readParts } from "../../store/messages.ts";
import type { Core } from "../core.ts";
import type { LiveRun } from "../live-runs.ts";
import { compactByHand } from "./compact.ts";
import { compactingFor, type Ending, type LoopInput, mayCall } from "./loop.ts";
import type { PartWriter } from "./parts.ts";

export interface Command {
  name: "compact";
  /** What stands behind its name. */
  rest: string;
}

/** The command that a question is; null for one that is for the model. */
export async function commandOf(db: Db, questionId: string): Promise<Command | null> {
  const text = (await readParts(db, [questionId])).find((part) => part.kind === "text");
  if (text?.kind !== "text" || text.meta.command !== "compact") return null;
  return { name: "compact", rest: compactCommand(text.text)?.rest ?? "" };
}

export async function runCommand(
  core: Core,
  live: LiveRun,
  writer: PartWriter,
  input: Omit<LoopInput, "standing">,
  { rest }: Command,
): Promise<Ending> {
  const at = await compactingFor(core, live, writer, input);
  if (!(await mayCall(at))) return { state: "limited", reason: "budget" };
  if (!(await compactByHand(at, rest)))
    await writer.notice(0, "There is nothing to compact: nothing was said since the last time.", { notice: "compact" });
  return { state: "completed", reason: "done" };
}
