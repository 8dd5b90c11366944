/** What became of an apply, written down: hunks applied or stale, and the rest of a change on top of what was written. */
import type { Tx } from "../../db/sql.ts";
import { newId } from "../../lib/ids.ts";
import { type ApplyFileRow, type ApplyRow, insertApplyFile, moveApply, setApplyFile } from "../../store/applies.ts";
import { putBlob, readBlob } from "../../store/blobs.ts";
import {
  type ChangeRow,
  closeChange,
  findChangeRow,
  insertChange,
  setObstacle,
  updateChange,
} from "../../store/changes.ts";
import { copyEdits } from "../../store/edits.ts";
import { type HunkRow, hunkRows, insertHunks, moveHunks, removeHunks } from "../../store/hunks.ts";
import type { Emit } from "../core.ts";
import { type Content, compare, hunkRowsOf, kindOf, mergeContents, partOf, sameContent } from "./content.ts";
import { emitApply, emitChange } from "./emit.ts";
import type { Obstacle } from "./plan.ts";

import { contentsOf } from "./read.ts";
import type { Outcome } from "./write.ts";

/** `files` and `outcomes` go together. */
export async function settleApply(
  tx: Tx,
  emit: Emit,
  apply: ApplyRow,
  files: readonly ApplyFileRow[],
  outcomes: readonly Outcome[],
): Promise<void> {
  for (const [i, file] of files.entries()) {
    const { state, error } = outcomes[i]!;
    await setApplyFile(tx, file, state, error);
    const row = file.change_id === null ? null : await findChangeRow(tx, file.change_id);
    if (!row) continue;
    if (state === "written") await written(tx, emit, row, await targetOf(tx, file));
    else if (state === "stale") await stale(tx, row, null, error);
    else await setObstacle(tx, row.id, error, null);
    emitChange(emit, row);
  }
  const isDone = outcomes.some((o) => o.state === "written");
  const settled = await moveApply(
    tx,
    apply.id,
    isDone ? "done" : "failed",
    isDone ? null : "Nothing could be written.",
  );
  if (settled) emitApply(emit, settled);
}

const targetOf = async (tx: Tx, file: ApplyFileRow): Promise<Content> => ({
  bytes: await readBlob(tx, file.new_sha),
  mode: file.new_mode,
});

/** Changes that could not even be tried, as files of the apply that say why. */
export async function settleObstacles(
  tx: Tx,
  emit: Emit,
  applyId: string,
  from: number,
  obstacles: readonly Obstacle[],
): Promise<void> {
  for (const [i, { row, state, error, disk }] of obstacles.entries()) {
    const sha = disk === null ? null : await putBlob(tx, disk.bytes);
    const file = { apply_id: applyId, position: from + i, change_id: row.id, path: row.path, state, error };
    await insertApplyFile(tx, {
      ...file,
      old_sha: sha,
      new_sha: sha,
      old_mode: disk?.mode ?? null,
      new_mode: disk?.mode ?? null,
      made: [],
    });
    if (state === "stale") await stale(tx, row, sha, error);
    else await setObstacle(tx, row.id, error, null);
    emitChange(emit, row);
  }
}

/** The accepted hunks do not merge; the file as it was found is kept, so that both sides can be shown. */
async function stale(tx: Tx, row: ChangeRow, theirs: string | null, error: string | null): Promise<void> {
  await moveHunks(tx, [row.id], null, ["accepted"], "stale");
  await setObstacle(tx, row.id, error, theirs);
}

/** The accepted hunks are in the file: they close with their change, and the others become a change of their own. */
async function written(tx: Tx, emit: Emit, row: ChangeRow, target: Content): Promise<void> {
  const applied = await moveHunks(tx, [row.id], null, ["accepted"], "applied");
  const hunks = await hunkRows(tx, [row.id]);
  const taken = new Set(applied.map((h) => h.id));
  const rest = hunks.filter((h) => !taken.has(h.id));
  if (rest.length === 0) return closeChange(tx, row.id);
  const [base, next] = await contentsOf(tx, row);
  const wanted = partOf(compare(row.path, base, next), (id) => taken.has(id));
  await removeHunks(
    tx,
    row.id,
    rest.map((h) => h.id),
  );
  await updateChange(tx, row.id, { ...(await contentsAs(tx, base, wanted)), is_binary: row.binary });
  await closeChange(tx, row.id);
  const made = await splitOff(tx, row, rest, wanted, next, target);
  if (made) emitChange(emit, made);
}

async function contentsAs(tx: Tx, base: Content, next: Content) {
  return {
    kind: kindOf(base, next),
    base_sha: await putBlob(tx, base.bytes),
    new_sha: await putBlob(tx, next.bytes),
    base_mode: base.mode,
    new_mode: next.mode,
  };
}

/** The hunks that were not written, on top of what was; where that cannot be, they are stale. */
async function splitOff(
  tx: Tx,
  row: ChangeRow,
  rest: readonly HunkRow[],
  wanted: Content,
  next: Content,
  target: Content,
): Promise<ChangeRow | null> {
  const merged = mergeContents(wanted, target, next);
  const [base, goal] = merged.ok ? [target, merged.content] : [wanted, next];
  if (sameContent(base, goal)) return null;
  const sides = compare(row.path, base, goal);
  const { session_id, chat_id, project_id, run_id, producer, provider, path, base_ref, generated } = row;
  const owner = { session_id, chat_id, project_id, run_id, producer, provider, path, base_ref, generated };
  const contents = await contentsAs(tx, base, goal);
  const made = await insertChange(tx, {
    ...owner,
    ...contents,
    id: newId(),
    is_binary: sides.text === null,
    rest_of: row.id,
  });
  const edits = await copyEdits(tx, row.id, made.id);
  const known = new Map(rest.map((h) => [h.id, h]));
  const sourcesOf = (id: string) =>
    (known.get(id)?.edit_ids ?? rest.flatMap((h) => h.edit_ids)).flatMap((e) => edits.get(e) ?? []);
  const rows = hunkRowsOf(sides, (hunk) => [...new Set(sourcesOf(hunk.id))]);
  const stateOf = (id: string) => (merged.ok ? (known.get(id)?.state ?? "pending") : "stale");
  await insertHunks(
    tx,
    made.id,
    rows.map((h) => ({ ...h, state: stateOf(h.id), told: known.get(h.id)?.told ?? null })),
  );
  if (!merged.ok) await setObstacle(tx, made.id, "What was written lies across this.", await putBlob(tx, target.bytes));
  return made;
}
