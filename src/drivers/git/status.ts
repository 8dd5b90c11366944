/** What differs from the last commit, file by file, and where the branch stands. */
import { shownPath } from "../../lib/path-guard.ts";
import { gitOk, pathScope, type Repository, withoutRepositoryFilters } from "./exec.ts";

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
  const settings = await withoutRepositoryFilters(repository.root, signal);
  const args = ["status", "--porcelain=v2", "--branch", "-z", "--untracked-files=normal", "--ignore-submodules=dirty"];
  const result = await gitOk(repository.root, [...args, ...pathScope(repository)], { signal, settings });
  return parse(result.stdout, result.truncated, repository.prefix);
}

function parse(out: string, truncated: boolean, prefix: string): Status {
  const status: Status = { branch: null, head: null, upstream: null, ahead: 0, behind: 0, entries: [], truncated };
  const records = out.split("\0");
  // Cut output ends in half a record.
  const end = records.length - 1;
  for (let i = 0; i < end; i++) {
    const record = records[i]!;
    if (record.startsWith("# ")) header(status, record);
    else if (record.startsWith("2 ")) status.entries.push(entry(record, prefix, records[++i] ?? ""));
    else if (record !== "") status.entries.push(entry(record, prefix, null));
  }
  return status;
}

function header(status: Status, record: string): void {
  const [, key, ...rest] = record.split(" ");
  const value = rest.join(" ");
  if (key === "branch.oid") status.head = value === "(initial)" ? null : value;
  if (key === "branch.head") status.branch = value === "(detached)" ? null : value;
  if (key === "branch.upstream") status.upstream = value;
  if (key === "branch.ab") {
    status.ahead = Math.abs(Number(rest[0]));
    status.behind = Math.abs(Number(rest[1]));
  }
}

/** Fields before the path: 8 in an ordinary record, 9 in a rename, 10 in a conflict. */
const FIELDS: Record<string, number> = { "1": 8, "2": 9, u: 10, "?": 1 };

function entry(record: string, prefix: string, from: string | null): StatusEntry {
  const type = record[0]!;
  const fields = record.split(" ");
  const path = told(fields.slice(FIELDS[type] ?? 1).join(" "), prefix);
  if (type === "?") return { path, from: null, staged: null, unstaged: "untracked" };
  if (type === "u") return { path, from: null, staged: null, unstaged: "conflict" };
  const [x, y] = fields[1]!;
  return {
    path,
    from: from === null ? null : told(from, prefix),
    staged: KINDS[x!] ?? null,
    unstaged: KINDS[y!] ?? null,
  };
}

const told = (path: string, prefix: string) => shownPath(path.startsWith(prefix) ? path.slice(prefix.length) : path);
