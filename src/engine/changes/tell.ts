/**
 * What became of a coder's proposals, told to it once: as a part of the message that it is about to answer, so that the
 * prompts of before stay byte for byte as they were.
 */
import type { Tx } from "../../db/sql.ts";
import type { HunkState } from "../../domain/change.ts";
import { REVIEW_NOTICE } from "../../domain/message.ts";
import type { Run } from "../../domain/run.ts";
import { counted } from "../../lib/format.ts";
import { newId } from "../../lib/ids.ts";
import { shownPath } from "../../lib/path-guard.ts";
import { insertCheckpoint } from "../../store/checkpoints.ts";
import { insertPart, nextPartPosition } from "../../store/parts.ts";
import { markTold, type Untold, type UntoldComment, untoldComments, untoldHunks } from "../../store/tellings.ts";
import type { Emit } from "../core.ts";
import { emitChanges } from "./emit.ts";

/** As a run of a coder is claimed: a checkpoint, and the report as a part of the question, or of the answer that goes on. */
export async function beginCoderRun(tx: Tx, emit: Emit, run: Run, goesOn: boolean): Promise<void> {
  const { session_id, chat_id, question_id: message_id } = run;
  await insertCheckpoint(tx, { id: newId(), session_id, chat_id, message_id, run_id: run.id });
  const hunks = await untoldHunks(tx, chat_id);
  const comments = await untoldComments(tx, chat_id);
  if (hunks.length + comments.length === 0) return;
  const into = goesOn ? run.answer_id : run.question_id;
  await insertPart(tx, {
    id: newId(),
    message_id: into,
    chat_id,
    position: await nextPartPosition(tx, into),
    turn: 0,
    kind: "notice",
    state: "closed",
    text: reviewText(hunks, comments),
    meta: { notice: REVIEW_NOTICE },
  });
  await markTold(
    tx,
    chat_id,
    into,
    comments.map((c) => c.id),
  );
  emitChanges(emit, session_id);
}

const SECTIONS: readonly { states: readonly HunkState[]; head: string }[] = [
  { states: ["applied"], head: "Applied, now on disk:" },
  { states: ["accepted"], head: "Accepted, to be applied:" },
  { states: ["rejected"], head: "Rejected; do not propose it again unless asked:" },
  { states: ["reverted"], head: "Applied and taken back by the developer:" },
  {
    states: ["stale"],
    head: "Stale: the file was changed meanwhile and this does not merge; read it again before you change it:",
  },
  { states: ["pending"], head: "Open again:" },
];
/** Lines of one section. */
const NAMED = 60;

/** One line a file; what is not named is counted. */
export function reviewText(hunks: readonly Untold[], comments: readonly UntoldComment[]): string {
  const out = ["[Review of your proposals]"];
  for (const { states, head } of SECTIONS) {
    const own = hunks.filter((h) => states.includes(h.state));
    if (own.length > 0)
      out.push(head, ...shortened([...Map.groupBy(own, (h) => h.path)].map(([path, list]) => fileLine(path, list))));
  }
  if (comments.length > 0) out.push("Comments of the developer; answer each:", ...shortened(comments.map(commentLine)));
  out.push("[End of the review]");
  return out.join("\n");
}

function shortened(lines: string[]): string[] {
  return lines.length <= NAMED
    ? lines
    : [...lines.slice(0, NAMED), `- and ${counted(lines.length - NAMED, "further one")}`];
}

function fileLine(path: string, hunks: readonly Untold[]): string {
  const [first] = hunks;
  if (first!.change_kind !== "edit")
    return `- ${shownPath(path)} (${first!.change_kind === "create" ? "new file" : "deletion"})`;
  const places = hunks.slice(0, NAMED).map((h) => {
    const last = h.new_start + Math.max(1, h.new_count) - 1;
    return `${h.new_start}-${last}${h.section ? ` in ${h.section}` : ""}`;
  });
  return `- ${shownPath(path)}: lines ${places.join("; ")}`;
}

function commentLine({ path, line, side, text, section }: UntoldComment): string {
  const where = line !== null ? `:${line}${side === "old" ? " (as it was)" : ""}` : section ? ` (${section})` : "";
  return `- ${shownPath(path)}${where}: ${text.replaceAll("\n", "\n  ")}`;
}
