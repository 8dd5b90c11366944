/**
 * Rewinding: what an apply wrote is taken back while the files still hold it. All or nothing: first every file is looked
 * at, and what stands in the way is told; then the files are written by the same steps as an apply.
 */
import type { Tx } from "../../db/sql.ts";
import type { Apply } from "../../domain/apply.ts";
import { CHANGE_BYTES_MAX } from "../../domain/change.ts";
import type { Project } from "../../domain/project.ts";
import { readWhole } from "../../drivers/files/whole.ts";
import { resolveWrite } from "../../drivers/files/write-guard.ts";
import { AppError, conflict, notFound, unavailable } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import { shownPath } from "../../lib/path-guard.ts";
import {
  type ApplyFileRow,
  type ApplyRow,
  applyFiles,
  findApplyRow,
  insertApply,
  laterApply,
  moveApply,
  setApplyFile,
  undoFiles,
} from "../../store/applies.ts";
import { readBlob, shaOf } from "../../store/blobs.ts";
import { findChangeRow } from "../../store/changes.ts";
import { moveHunks } from "../../store/hunks.ts";
import { type Emit, transact } from "../core.ts";
import { projectOf } from "../projects.ts";
import { type Applying, inProject, readApply } from "./apply.ts";
import { emitApply, emitChange } from "./emit.ts";
import { restoreRows } from "./restore-rows.ts";
import { type FileToWrite, NoRoom, type Outcome, sentenceOf, writeFiles } from "./write.ts";

/** Why a file cannot be taken back. */
export interface Blocked {
  path: string;
  why: string;
  /** The later apply that has to be rewound first. */
  apply_id: string | null;
}

/** `conflict` with `blocked` in `current` when a file was changed since, or by a later apply; then nothing is written. */
export async function rewindApply(
  core: Applying,
  id: string,
  by: { via: string; run_id?: string | null },
): Promise<Apply> {
  const known = await rewindable(core, id);
  const project = await projectOf(core, known.project_id);
  const chats = await chatsOfFiles(core, await applyFiles(core.sql, [id]));
  await inProject(core, project, chats, async () => {
    const apply = await rewindable(core, id);
    await takeBack(core, project, [apply], { ...by, checkpoint_id: null, chat_id: apply.chat_id });
  });
  return readApply(core, id);
}

async function rewindable(core: Applying, id: string): Promise<ApplyRow> {
  const apply = await findApplyRow(core.sql, id);
  if (!apply || apply.rewinds.length > 0) throw notFound("apply");
  if (apply.state === "undone") throw conflict("This apply was rewound already.", await readApply(core, id));
  if (apply.state === "failed") throw conflict("Nothing of this apply was written.", await readApply(core, id));
  if (apply.state === "writing") throw conflict("This apply is still being written.", await readApply(core, id));
  return apply;
}

export async function chatsOfFiles(core: Applying, files: readonly ApplyFileRow[]): Promise<string[]> {
  const rows = await Promise.all(
    files.map((f) => (f.change_id === null ? null : findChangeRow(core.sql, f.change_id))),
  );
  return rows.flatMap((row) => (row ? [row.chat_id] : []));
}

interface TakeBack {
  via: string;
  run_id?: string | null;
  chat_id: string | null;
  checkpoint_id: string | null;
}

/** Rewinds these applies, newest first, as one write. In the project's lane. Does nothing without files. */
export async function takeBack(
  core: Applying,
  project: Project,
  applies: readonly ApplyRow[],
  by: TakeBack,
): Promise<void> {
  const paths = await pathsOf(core, applies);
  const blocked = await obstaclesOf(core, project, applies, paths);
  if (blocked.length > 0) throw conflict(told(blocked), { blocked });
  const files = paths.map(
    ({ newest, oldest }, position): Omit<ApplyFileRow, "apply_id" | "state" | "error"> => ({
      position,
      change_id: newest.change_id,
      path: newest.path,
      old_sha: newest.new_sha,
      old_mode: newest.new_mode,
      new_sha: oldest.old_sha,
      new_mode: oldest.old_mode,
      made: oldest.made,
    }),
  );
  const row = await transact(core, async (tx, emit) => {
    const made = await insertApply(
      tx,
      {
        id: newId(),
        session_id: applies[0]!.session_id,
        project_id: project.id,
        chat_id: by.chat_id,
        run_id: by.run_id ?? null,
        via: by.via,
        hunks: 0,
        rewinds: applies.map((a) => a.id),
        checkpoint_id: by.checkpoint_id,
      },
      files,
    );
    emitApply(emit, made);
    return made;
  });
  const rows = await applyFiles(core.sql, [row.id]);
  const write = await Promise.all(
    rows.map(async (f): Promise<FileToWrite> => ({ ...f, bytes: await readBlob(core.sql, f.new_sha) })),
  );
  const outcomes = await writeFiles(project.path, write).catch((error: unknown) => {
    if (error instanceof NoRoom) return null;
    throw error;
  });
  if (outcomes === null) {
    await transact(core, (tx) => moveApply(tx, row.id, "failed", "The disk is full; nothing was written."));
    throw unavailable("The disk is full; nothing was written.");
  }
  await transact(core, (tx, emit) => settleRewind(tx, emit, row, rows, outcomes));
  const left = outcomes.findIndex((o) => o.state !== "written");
  if (left >= 0) throw conflict(`${shownPath(rows[left]!.path)} was not taken back: ${outcomes[left]!.error}`);
}

interface PathToRewind {
  newest: ApplyFileRow;
  oldest: ApplyFileRow;
}

/** Each file once: what the newest of these applies left there, and what the oldest found. */
async function pathsOf(core: Applying, applies: readonly ApplyRow[]): Promise<PathToRewind[]> {
  const order = applies.map((a) => a.id);
  const files = (await applyFiles(core.sql, order)).filter((f) => f.state === "written");
  files.sort((a, b) => order.indexOf(a.apply_id) - order.indexOf(b.apply_id) || a.position - b.position);
  return [...Map.groupBy(files, (f) => f.path).values()].map((own) => ({ newest: own[0]!, oldest: own.at(-1)! }));
}

async function obstaclesOf(
  core: Applying,
  project: Project,
  applies: readonly ApplyRow[],
  paths: readonly PathToRewind[],
): Promise<Blocked[]> {
  const ids = applies.map((a) => a.id);
  const blocked: Blocked[] = [];
  for (const { newest, oldest } of paths) {
    const { path } = newest;
    const later = await laterApply(core.sql, project.id, path, oldest.apply_id, ids);
    if (later) blocked.push({ path, why: "a later apply wrote to it; rewind that one first", apply_id: later.id });
    else if (!(await stillHolds(project.path, newest)))
      blocked.push({ path, why: "it was changed since it was written", apply_id: null });
  }
  return blocked;
}

async function stillHolds(root: string, file: ApplyFileRow): Promise<boolean> {
  try {
    const place = await resolveWrite(root, file.path);
    if (place.path !== file.path || place.linked) return false;
    const { bytes } = await readWhole(place, CHANGE_BYTES_MAX);
    return (bytes === null ? null : shaOf(bytes)) === file.new_sha;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw new AppError("unavailable", sentenceOf(error), { cause: error });
  }
}

const NAMED = 5;
function told(blocked: readonly Blocked[]): string {
  const names = blocked.slice(0, NAMED).map((b) => `${shownPath(b.path)}: ${b.why}`);
  const more = blocked.length > NAMED ? `, and ${blocked.length - NAMED} more` : "";
  return `Nothing was rewound. ${names.join("; ")}${more}.`;
}

/** Also after a crash, from the rows alone. */
export async function settleRewind(
  tx: Tx,
  emit: Emit,
  row: ApplyRow,
  files: readonly ApplyFileRow[],
  outcomes: readonly Outcome[],
): Promise<void> {
  const back: string[] = [];
  for (const [i, file] of files.entries()) {
    const { state, error } = outcomes[i]!;
    await setApplyFile(tx, file, state, error);
    if (state === "written") back.push(file.path);
  }
  const { changes, done } = await undoFiles(tx, row.rewinds, back);
  for (const id of changes) {
    await moveHunks(tx, [id], null, ["applied"], "reverted");
    const change = await findChangeRow(tx, id);
    if (change) emitChange(emit, change);
  }
  for (const id of done) {
    const undone = await moveApply(tx, id, "undone");
    if (undone) emitApply(emit, undone);
  }
  const whole = back.length === files.length;
  await moveApply(tx, row.id, whole ? "done" : "failed", whole ? null : "Not everything could be taken back.");
  if (whole && row.checkpoint_id !== null) await restoreRows(tx, emit, row.checkpoint_id);
}
