/**
 * Applying: accepted hunks are written into the project. First the rows that say what every file held and is to hold,
 * then the files, then what became of them. One apply or rewind at a time in a project, and no proposal meanwhile.
 */
import type { Apply } from "../../domain/apply.ts";
import type { Project } from "../../domain/project.ts";
import { conflict, notFound, unavailable } from "../../lib/errors.ts";
import { counted } from "../../lib/format.ts";
import { newId } from "../../lib/ids.ts";
import {
  type ApplyFileRow,
  type ApplyRow,
  applyFiles,
  findApplyRow,
  insertApply,
  listApplyRows,
  moveApply,
  wholeApplies,
} from "../../store/applies.ts";
import { putBlob } from "../../store/blobs.ts";
import { listChangeRows } from "../../store/change-reads.ts";
import { type ChangeRow, findChangeRow, lockChange } from "../../store/changes.ts";
import { findSession } from "../../store/sessions.ts";
import { type Core, transact } from "../core.ts";
import { laneOf } from "../git.ts";
import { projectOf } from "../projects.ts";
import { emitApply } from "./emit.ts";
import { type Obstacle, type PlannedFile, planFile } from "./plan.ts";
import { laneOfChanges } from "./propose.ts";
import { settleApply, settleObstacles } from "./settle.ts";
import { type FileToWrite, NoRoom, type Outcome, writeFiles } from "./write.ts";

export type Applying = Pick<Core, "sql" | "journal" | "lanes" | "statuses" | "log" | "stopping">;

export interface ApplyInput {
  session_id: string;
  /** Only what this chat proposes, only these changes. */
  chat_id?: string | undefined;
  changes?: readonly string[] | undefined;
  run_id?: string | null | undefined;
  via: string;
}

const SECOND = "Another chat's change of this file was written first. Apply again to merge this one into it.";
const CHANGES_MAX = 10_000;
const APPLIES_SHOWN = 50;

/**
 * Writes what is accepted. What does not merge becomes stale, what cannot be written stays accepted with its reason; the
 * rest is written all the same. `conflict` when nothing is accepted; `unavailable` when the disk is full.
 */
export async function applyAccepted(core: Applying, input: ApplyInput): Promise<Apply> {
  const session = await findSession(core.sql, input.session_id);
  if (!session) throw notFound("session");
  const project = await projectOf(core, session.project_id);
  const rows = await rowsFor(core, input);
  return inProject(
    core,
    project,
    rows.map((r) => r.chat_id),
    async () => {
      const { files, obstacles } = await plan(core, project, rows);
      if (files.length + obstacles.length === 0) throw conflict("Nothing is accepted, so there is nothing to apply.");
      const intent = await intend(core, project, input, files, obstacles);
      return carryOut(core, project, intent, files);
    },
  );
}

async function rowsFor(core: Applying, input: ApplyInput): Promise<ChangeRow[]> {
  const filter = { session_id: input.session_id, chat_id: input.chat_id ?? null, closed: false };
  const rows = await listChangeRows(core.sql, filter, null, CHANGES_MAX);
  return input.changes ? rows.filter((row) => input.changes!.includes(row.id)) : rows;
}

/** The lane of everything that writes to the project, and those of the chats, so that no proposal comes in between. */
export function inProject<T>(
  core: Applying,
  project: Project,
  chatIds: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  const chats = [...new Set(chatIds)].sort().map(laneOfChanges);
  const nested = chats.reduceRight<() => Promise<T>>((inner, lane) => () => core.lanes.run(lane, inner), work);
  return core.lanes.run(laneOf(project.path), async () => {
    if (core.stopping) throw unavailable("BooCode is shutting down; nothing was written.");
    try {
      return await nested();
    } finally {
      core.statuses.forget(project.path);
    }
  });
}

async function plan(
  core: Applying,
  project: Project,
  rows: readonly ChangeRow[],
): Promise<{ files: PlannedFile[]; obstacles: Obstacle[] }> {
  const files: PlannedFile[] = [];
  const obstacles: Obstacle[] = [];
  const taken = new Set<string>();
  // What our own loop proposed may build on what an agent wrote.
  const agentsFirst = rows.toSorted((a, b) => Number(b.producer === "worktree") - Number(a.producer === "worktree"));
  for (const { id } of agentsFirst) {
    // As it is now that nobody can change it any more.
    const row = await findChangeRow(core.sql, id);
    const planned = row?.closed_at === null ? await planFile(core.sql, project.path, row) : null;
    if (!planned) continue;
    // Two chats may want the same file: the second goes on top of what the first writes.
    if (taken.has(row!.path))
      obstacles.push({ ...(planned.ok ? planned.file : planned.obstacle), state: "failed", error: SECOND });
    else if (!planned.ok) obstacles.push(planned.obstacle);
    else files.push(planned.file);
    if (planned.ok) taken.add(row!.path);
  }
  return { files, obstacles };
}

async function intend(
  core: Applying,
  project: Project,
  input: ApplyInput,
  files: readonly PlannedFile[],
  obstacles: readonly Obstacle[],
): Promise<ApplyRow> {
  return transact(core, async (tx, emit) => {
    const id = newId();
    const rows: Omit<ApplyFileRow, "apply_id" | "state" | "error">[] = [];
    for (const [position, file] of files.entries()) {
      const row = await lockChange(tx, file.row.id);
      if (row?.closed_at !== null) throw conflict("A change was closed while it was to be applied. Look again.");
      rows.push({
        position,
        change_id: file.row.id,
        path: file.row.path,
        old_sha: await putBlob(tx, file.disk.bytes),
        new_sha: await putBlob(tx, file.target.bytes),
        old_mode: file.disk.mode,
        new_mode: file.target.mode,
        made: file.made,
      });
    }
    const chats = new Set([...files.map((f) => f.row.chat_id), ...obstacles.map((o) => o.row.chat_id)]);
    const apply = await insertApply(
      tx,
      {
        id,
        session_id: input.session_id,
        project_id: project.id,
        chat_id: chats.size === 1 ? [...chats][0]! : null,
        run_id: input.run_id ?? null,
        via: input.via,
        hunks: files.reduce((sum, f) => sum + f.taken.size, 0),
        rewinds: [],
        checkpoint_id: null,
      },
      rows,
    );
    await settleObstacles(tx, emit, id, files.length, obstacles);
    emitApply(emit, apply);
    return apply;
  });
}

/** The files, then the rows. A crash in between is settled by the next start from the same rows. */
async function carryOut(
  core: Applying,
  project: Project,
  apply: ApplyRow,
  files: readonly PlannedFile[],
): Promise<Apply> {
  const rows = (await applyFiles(core.sql, [apply.id])).filter((f) => f.state === "pending");
  const write = rows.map((row): FileToWrite => ({ ...row, bytes: files[row.position]!.target.bytes }));
  const outcomes = await attempt(project.path, write);
  if (outcomes instanceof NoRoom) {
    const error = "The disk is full; nothing was written.";
    await transact(core, async (tx, emit) => {
      const failed = await moveApply(tx, apply.id, "failed", error);
      if (failed) emitApply(emit, failed);
    });
    throw unavailable(error);
  }
  await transact(core, (tx, emit) => settleApply(tx, emit, apply, rows, outcomes));
  return readApply(core, apply.id);
}

async function attempt(root: string, files: readonly FileToWrite[]): Promise<Outcome[] | NoRoom> {
  try {
    return await writeFiles(root, files);
  } catch (error) {
    if (error instanceof NoRoom) return error;
    throw error;
  }
}

export async function readApply(core: Pick<Core, "sql">, id: string): Promise<Apply> {
  const row = await findApplyRow(core.sql, id);
  if (!row) throw notFound("apply");
  return (await wholeApplies(core.sql, [row]))[0]!;
}

/** The newest ones of a session. */
export async function appliesOf(core: Pick<Core, "sql">, sessionId: string): Promise<Apply[]> {
  if (!(await findSession(core.sql, sessionId))) throw notFound("session");
  return wholeApplies(core.sql, await listApplyRows(core.sql, sessionId, APPLIES_SHOWN));
}

/** "3 hunks in 2 files", for a sentence. */
export const toldApply = (apply: Apply): string =>
  `${counted(apply.hunks, "hunk")} in ${counted(apply.files.filter((f) => f.state === "written").length, "file")}`;
