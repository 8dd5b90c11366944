/** Throws changes of the working tree away, after what is lost was kept under a hidden ref. The index is not touched. */
import { realpath, rmdir, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Refusal } from "../refusal.ts";
import type { Repository } from "./exec.ts";
import { forget, forgetOld, keep, type Looked, type Lost, look, unchangedSince } from "./keep.ts";
import type { StatusRecord } from "./records.ts";
import { untrackedFiles } from "./stage.ts";
import { gitWrite, nulSeparated, PATHS_FROM_STDIN, refuseOwnFilters } from "./write.ts";

export interface Discarded {
  id: string;
  at: Date;
  paths: string[];
  /** What stayed, because it is not a file of this repository: other repositories in an untracked directory. */
  left: string[];
}

/**
 * Discards what the records say has changed in the working tree: changed and deleted files come back from the index,
 * untracked ones go. Records' paths are relative to the project.
 */
export async function discardChanges(repository: Repository, records: readonly StatusRecord[]): Promise<Discarded> {
  const { lost, left } = await whatIsLost(repository, records);
  if (lost.length === 0) throw nothing(left);
  await refuseOwnFilters(
    repository,
    lost.filter((file) => file.index !== null).map((file) => file.path),
  );
  // An untracked file that has gone since the list was made has nothing to lose.
  const looked = (await look(repository, lost)).filter((file) => file.index !== null || file.perm !== null);
  if (looked.length === 0) throw nothing(left);
  const at = new Date();
  const id = recordId(at);
  await keep(repository, id, at, looked);
  try {
    await unchangedSince(repository, looked);
  } catch (error) {
    await forget(repository, id);
    throw error;
  }
  await takeAway(repository, looked);
  await forgetOld(repository);
  return { id, at, paths: looked.map((file) => file.path), left };
}

async function whatIsLost(
  repository: Repository,
  records: readonly StatusRecord[],
): Promise<{ lost: Lost[]; left: string[] }> {
  for (const record of records) refuse(record);
  const untracked = records.filter((record) => record.type === "untracked").map((record) => record.path);
  const directories = untracked.filter((path) => path.endsWith("/"));
  // Secret files of a named directory go too: they are among what the list showed.
  const inside =
    directories.length > 0 ? await untrackedFiles(repository, directories, "secrets too") : { files: [], left_out: [] };
  const files = [...untracked.filter((path) => !path.endsWith("/")), ...inside.files];
  const tracked = records
    .filter((record) => record.type !== "untracked")
    .map(({ path, y, mode_index, oid_index }): Lost => {
      return { path, kind: y === "D" ? "deleted" : "modified", index: `${mode_index} ${oid_index}` };
    });
  return {
    lost: [...tracked, ...files.map((path): Lost => ({ path, kind: "untracked", index: null }))],
    left: inside.left_out,
  };
}

function refuse(record: StatusRecord): void {
  const why = record.lossy
    ? "its name is not valid UTF-8"
    : record.submodule
      ? "it is a submodule, which has its own changes"
      : record.type === "unmerged"
        ? "it is in conflict; resolve it, or abort what is under way in a terminal"
        : record.x === "." && record.y === "A"
          ? "it is only marked to be added; unstage it first"
          : null;
  if (why === null) return;
  throw new Refusal("invalid", "not discarded", `${record.path} cannot be discarded here: ${why}.`, { field: "path" });
}

async function takeAway(repository: Repository, looked: readonly Looked[]): Promise<void> {
  const tracked = looked.filter((file) => file.index !== null).map((file) => file.path);
  if (tracked.length > 0)
    await gitWrite(repository, ["restore", "--worktree", ...PATHS_FROM_STDIN], { stdin: nulSeparated(tracked) });
  const folders = new Set<string>();
  for (const file of looked) {
    if (file.index !== null) continue;
    const folder = dirname(join(repository.root, file.path));
    // A directory on the way may have been swapped for a link: then its files are not this project's.
    if ((await realpath(folder).catch(() => null)) !== folder) continue;
    await unlink(join(repository.root, file.path));
    folders.add(folder);
  }
  for (const folder of folders) await removeEmpty(repository.root, folder);
}

async function removeEmpty(root: string, folder: string): Promise<void> {
  for (let at = folder; at !== root && at.startsWith(`${root}/`); at = dirname(at)) {
    const gone = await rmdir(at).then(
      () => true,
      () => false,
    );
    if (!gone) return;
  }
}

/** Sorts by time: `20261123-142207-123`. */
const recordId = (at: Date) => at.toISOString().replaceAll(/[-:Z]/g, "").replaceAll(/[T.]/g, "-");

function nothing(left: readonly string[]): Refusal {
  return new Refusal(
    "conflict",
    "nothing to discard",
    left.length > 0
      ? `Nothing was discarded: ${left[0]} is a repository of its own.`
      : "There is nothing to discard there any more.",
  );
}
