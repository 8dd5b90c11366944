/**
 * What an agent wrote in its worktree becomes changes for review: the difference to the session's base, file by file.
 * It takes the place of what was collected before and not reviewed; hunks that were decided keep their verdict.
 */
import type { Tx } from "../../db/sql.ts";
import { CHANGE_BYTES_MAX, isGenerated } from "../../domain/change.ts";
import type { Project } from "../../domain/project.ts";
import { gitDirectories, operationUnderWay } from "../../drivers/git/config.ts";
import { conflictOf } from "../../drivers/git/conflicts.ts";
import { gitOk, type Repository } from "../../drivers/git/exec.ts";
import { splitNul } from "../../drivers/git/records.ts";
import { readStatus } from "../../drivers/git/status.ts";
import { bitsOf, leftOut, readObjects, type TreeEntry, treeDifferences } from "../../drivers/git/tree-diff.ts";
import { refCommit, treeOf } from "../../drivers/git/worktree.ts";
import { nulSeparated } from "../../drivers/git/write.ts";
import { newId } from "../../lib/ids.ts";
import { shownPath } from "../../lib/path-guard.ts";
import { putBlob } from "../../store/blobs.ts";
import { collectedOf } from "../../store/change-reads.ts";
import { type ChangeRow, deleteChange, findOpenChange, insertChange, updateChange } from "../../store/changes.ts";
import { insertEdit } from "../../store/edits.ts";
import { hunkRows, knownRejected, replaceHunks } from "../../store/hunks.ts";
import { ABSENT, type Content, compare, hunkRowsOf, kindOf, sameContent } from "../changes/content.ts";
import { emitChanges } from "../changes/emit.ts";
import { type Core, transact } from "../core.ts";
import { followInLane, settleMerge } from "./base.ts";
import { baseRef } from "./make.ts";
import { type Writer, writersIn } from "./whose.ts";

/** Files of one collect; more are counted and left out, with a sentence. */
export const COLLECT_FILES_MAX = 2_000;
const NAMED_MAX = 8;

export interface Collected {
  files: number;
  /** Sentences about what was not taken. */
  left_out: string[];
}

export interface CollectInput {
  run: Writer["run"];
  project: Project;
  /** The project's directory in the worktree. */
  repository: Repository;
}

interface File {
  path: string;
  base: Content;
  next: Content;
}

export async function collectChanges(
  core: Pick<Core, "sql" | "journal" | "log">,
  input: CollectInput,
): Promise<Collected> {
  const { repository, run, project } = input;
  await followInLane(core, run.session_id);
  await settleMerge(repository, run.session_id);
  const base = await refCommit(repository.root, baseRef(run.session_id));
  if (base === null) return { files: 0, left_out: ["The session's base is gone, so its changes cannot be told."] };
  const entries = await treeDifferences(repository, base, await treeOf(repository));
  const { taken, left_out } = await sorted(repository, entries);
  const files = await contentsOf(repository, taken, left_out);
  await transact(core, async (tx, emit) => {
    const before = await collectedOf(tx, run.session_id);
    const writerOf = await writersIn(tx, run, repository.root);
    for (const file of files) {
      const known = before.find((row) => row.path === file.path) ?? null;
      await store(tx, { project, base, file, known, by: writerOf(file.path) });
    }
    const there = new Set(files.map((file) => file.path));
    for (const row of before) if (!there.has(row.path)) await deleteChange(tx, row.id);
    if (files.length + before.length > 0) emitChanges(emit, run.session_id);
  });
  return { files: files.length, left_out };
}

async function sorted(repository: Repository, entries: readonly TreeEntry[]) {
  const left = new Map<string, string[]>();
  const leave = (path: string, why: string) => left.set(why, [...(left.get(why) ?? []), path]);
  const filtered = await filteredPaths(repository, entries);
  const clashing = await clashingPaths(repository);
  const taken: TreeEntry[] = [];
  for (const entry of entries) {
    const why =
      leftOut(entry) ??
      (entry.path.startsWith(repository.prefix) ? null : "outside the project") ??
      (filtered.has(entry.path) ? "a file that git stores through a filter" : null) ??
      (clashing.has(entry.path) ? "still in conflict" : null) ??
      (taken.length >= COLLECT_FILES_MAX ? `past ${COLLECT_FILES_MAX} files` : null);
    if (why === null) taken.push(entry);
    else leave(entry.path, why);
  }
  return { taken, left_out: [...left].map(([why, paths]) => `Not taken for review (${why}): ${named(paths)}.`) };
}

function named(paths: readonly string[]): string {
  const shown = paths.slice(0, NAMED_MAX).map(shownPath).join(", ");
  return paths.length > NAMED_MAX ? `${shown} and ${paths.length - NAMED_MAX} more` : shown;
}

/** Large files behind a filter (LFS) are pointers in git: what it stores is not what the file is to hold. */
async function filteredPaths(repository: Repository, entries: readonly TreeEntry[]): Promise<Set<string>> {
  if (entries.length === 0) return new Set();
  const stdin = nulSeparated(entries.map((entry) => entry.path));
  const out = await gitOk(repository.root, ["-C", topDirectory(repository), "check-attr", "-z", "--stdin", "filter"], {
    stdin,
  });
  const fields = splitNul(out.bytes).map((field) => field.text);
  const found = new Set<string>();
  for (let i = 0; i + 2 < fields.length; i += 3)
    if (!["unspecified", "unset"].includes(fields[i + 2]!)) found.add(fields[i]!);
  return found;
}

/** Files in which a merge left conflicts that nobody resolved: markers are no proposal. */
async function clashingPaths(repository: Repository): Promise<Set<string>> {
  if ((await operationUnderWay(await gitDirectories(repository))) === null) return new Set();
  const top = { root: topDirectory(repository), prefix: "" };
  const { records } = await readStatus(top);
  const unmerged = records.filter((record) => record.type === "unmerged");
  const conflicts = await Promise.all(unmerged.map((record) => conflictOf(top.root, record)));
  return new Set(conflicts.filter((conflict) => !conflict.settled).map((conflict) => conflict.path));
}

const topDirectory = ({ root, prefix }: Repository) => (prefix === "" ? root : root.slice(0, -prefix.length));

async function contentsOf(repository: Repository, entries: readonly TreeEntry[], left_out: string[]): Promise<File[]> {
  const objects = entries.flatMap(({ status, old_object, new_object }) => [
    ...(status === "A" ? [] : [old_object]),
    ...(status === "D" ? [] : [new_object]),
  ]);
  const bytes = await readObjects(repository, objects, CHANGE_BYTES_MAX);
  const large: string[] = [];
  const files = entries.flatMap((entry): File[] => {
    const side = (there: boolean, object: string, mode: string): Content | null => {
      if (!there) return ABSENT;
      const found = bytes.get(object);
      return found ? { bytes: found, mode: bitsOf(mode) } : null;
    };
    const base = side(entry.status !== "A", entry.old_object, entry.old_mode);
    const next = side(entry.status !== "D", entry.new_object, entry.new_mode);
    if (base && next) return [{ path: entry.path.slice(repository.prefix.length), base, next }];
    large.push(entry.path);
    return [];
  });
  if (large.length > 0) left_out.push(`Not taken for review (larger than 10 MB): ${named(large)}.`);
  return files;
}

interface Found {
  project: Project;
  /** Of the session's difference. */
  base: string;
  file: File;
  known: ChangeRow | null;
  by: Writer;
}

async function store(tx: Tx, { project, base: base_ref, file, known, by }: Found): Promise<void> {
  const { run, part_id, tool, said } = by;
  const { path, base, next } = file;
  // A proposal of our own loop on the same file: the agent's is the later word.
  const row = known ?? (await findOpenChange(tx, run.chat_id, path));
  const sides = compare(path, base, next);
  const contents = {
    kind: kindOf(base, next),
    base_sha: await putBlob(tx, base.bytes),
    new_sha: await putBlob(tx, next.bytes),
    base_mode: base.mode,
    new_mode: next.mode,
    is_binary: sides.text === null,
  };
  const whose = { run_id: run.id, producer: "worktree" as const, provider: run.provider, base_ref };
  if (sameContent(base, next)) {
    if (row) await deleteChange(tx, row.id);
    return;
  }
  if (row && isSame(row, contents)) return;
  const change = row
    ? await updateChange(tx, row.id, { ...contents, ...whose })
    : await insertChange(tx, {
        ...contents,
        ...whose,
        id: newId(),
        session_id: run.session_id,
        chat_id: run.chat_id,
        project_id: project.id,
        path,
        generated: isGenerated(path),
      });
  const edit = newId();
  await insertEdit(tx, {
    id: edit,
    change_id: change.id,
    run_id: run.id,
    part_id,
    turn: 1,
    tool,
    provider: run.provider,
    model: run.model,
    said,
  });
  const before = new Map((await hunkRows(tx, [change.id])).map((hunk) => [hunk.id, hunk.edit_ids]));
  const rows = hunkRowsOf(sides, (hunk) => before.get(hunk.id) ?? [edit]);
  const rejected = await knownRejected(
    tx,
    change.chat_id,
    rows.map((r) => r.id),
  );
  await replaceHunks(tx, change.id, rows, rejected);
}

const isSame = (row: ChangeRow, to: Pick<ChangeRow, "base_sha" | "new_sha" | "base_mode" | "new_mode">) =>
  row.base_sha === to.base_sha &&
  row.new_sha === to.new_sha &&
  row.base_mode === to.base_mode &&
  row.new_mode === to.new_mode;
