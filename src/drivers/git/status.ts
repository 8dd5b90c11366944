/** What differs from the last commit, file by file, and where the branch stands. */
import { shownPath } from "../../lib/path-guard.ts";
import { gitOk, pathScope, type Repository, withoutRepositoryFilters } from "./exec.ts";
import { parseStatus, type StatusRecord, type StatusRecords } from "./records.ts";

export type StatusKind =
  | "modified"
  | "added"
  | "deleted"
  | "renamed"
  | "copied"
  | "type changed"
  | "conflict"
  | "untracked";
export interface StatusEntry {
  /** Relative to the project, fit for one line. */
  path: string;
  /** Former path of a rename. */
  from: string | null;
  /** State in the index and in the working tree; null where it does not differ. */
  staged: StatusKind | null;
  unstaged: StatusKind | null;
}
export interface Status {
  /** Null when HEAD is detached. */
  branch: string | null;
  /** Full hash; null before the first commit. */
  head: string | null;
  upstream: string | null;
  ahead: number;
  behind: number;
  entries: StatusEntry[];
  /** The output limit was reached: there are more entries. */
  truncated: boolean;
}

const KINDS: Record<string, StatusKind> = {
  M: "modified",
  A: "added",
  D: "deleted",
  R: "renamed",
  C: "copied",
  T: "type changed",
};

export async function gitStatus(repository: Repository, signal?: AbortSignal): Promise<Status> {
  const { records, truncated, ...where } = await readStatus(repository, signal);
  const { branch, head, upstream } = where;
  const entries = records.map((record) => entry(record, repository.prefix));
  return { branch, head, upstream, ahead: where.ahead ?? 0, behind: where.behind ?? 0, entries, truncated };
}

/** With "all" each file of an untracked directory is told. The records as git gives them, of the project's part of the repository; paths are relative to the repository's top. */
export async function readStatus(
  repository: Repository,
  signal?: AbortSignal,
  untracked: "normal" | "all" = "normal",
): Promise<StatusRecords & { truncated: boolean }> {
  const settings = await withoutRepositoryFilters(repository.root, signal);
  const args = [
    "status",
    "--porcelain=v2",
    "--branch",
    "-z",
    `--untracked-files=${untracked}`,
    "--ignore-submodules=dirty",
  ];
  const result = await gitOk(repository.root, [...args, ...pathScope(repository)], { signal, settings });
  return { ...parseStatus(result.bytes), truncated: result.truncated };
}

function entry({ type, path, from, x, y }: StatusRecord, prefix: string): StatusEntry {
  const told = (name: string) => shownPath(name.startsWith(prefix) ? name.slice(prefix.length) : name);
  const where = { path: told(path), from: from === null ? null : told(from) };
  if (type === "untracked") return { ...where, staged: null, unstaged: "untracked" };
  if (type === "unmerged") return { ...where, staged: null, unstaged: "conflict" };
  return { ...where, staged: KINDS[x] ?? null, unstaged: KINDS[y] ?? null };
}
