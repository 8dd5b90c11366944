/** Where a run stands that waited for an answer over a restart: read from its parts, since nothing else is left of it. */
import type { ToolCall } from "../../domain/llm.ts";
import type { ToolPart } from "../../domain/message.ts";
import type { Run } from "../../domain/run.ts";
import { readParts } from "../../store/messages.ts";
import type { Core } from "../core.ts";
import { steady } from "../steady.ts";
import type { OpenCall } from "./calls.ts";

export interface Standing {
  /** The last turn that was begun; the calls it still owes come before the next one. */
  turn: number;
  /** Every call so far, for the limits of the run. */
  calls: ToolCall[];
  open: OpenCall[];
  /** Of the next part; the group of tool rows that goes on where the last part is one. */
  position: number;
  group: string | null;
}

export async function standingOf(core: Core, run: Pick<Run, "answer_id" | "turns">): Promise<Standing> {
  const parts = await steady(core, () => readParts(core.sql, [run.answer_id]));
  const tools = parts.filter((part): part is ToolPart => part.kind === "tool");
  const last = parts.at(-1);
  return {
    turn: Math.max(run.turns, ...parts.map((part) => part.turn)),
    calls: tools.map(callOf),
    open: tools
      .filter((part) => part.state === "open")
      .map((part) => ({ part: part.id, call: callOf(part), turn: part.turn })),
    position: (last?.position ?? -1) + 1,
    group: last?.kind === "tool" ? last.meta.group_id : null,
  };
}

const callOf = ({ meta }: ToolPart): ToolCall => ({
  id: meta.call_id,
  name: meta.name,
  arguments: meta.arguments_text,
});
