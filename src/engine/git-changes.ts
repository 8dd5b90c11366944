/** git's records as the panel lists them: in groups, bounded, with honest totals. */
import { CHANGES_SHOWN, type ChangeGroup, type ChangeMark, type GitChange, type GitState } from "../domain/git.ts";
import type { StatusRecord } from "../drivers/git/records.ts";
import { isGitInternal, isSecretPath } from "../lib/path-guard.ts";

/** A file that is staged and changed again is in two groups. */
export function changesOf(
  records: readonly StatusRecord[],
): Pick<GitState, "conflicts" | "staged" | "unstaged" | "untracked"> {
  const tracked = records.filter((record) => record.type === "ordinary" || record.type === "renamed");
  const by = (letter: "x" | "y") => tracked.filter((r) => r[letter] !== ".").map((r) => change(r, letter));
  return {
    conflicts: group(records.filter((r) => r.type === "unmerged").map((r) => change(r, "y"))),
    staged: group(by("x")),
    unstaged: group(by("y")),
    untracked: group(records.filter((r) => r.type === "untracked").map((r) => change(r, "y"))),
  };
}

/** Changes when anything is staged or unstaged. */
export function stagedKey(records: readonly StatusRecord[]): string {
  const staged = records
    .filter((r) => r.x !== "." && (r.type === "ordinary" || r.type === "renamed"))
    .map((r) => `${r.mode_index} ${r.oid_index} ${r.from ?? ""}\0${r.path}`);
  return Bun.hash(staged.join("\0\0")).toString(36);
}

function group(changes: readonly GitChange[]): ChangeGroup {
  return { changes: changes.slice(0, CHANGES_SHOWN), total: changes.length };
}

const CONFLICTS: Record<string, string> = {
  DD: "deleted on both sides",
  AU: "added by us",
  UD: "deleted by them",
  UA: "added by them",
  DU: "deleted by us",
  AA: "added on both sides",
  UU: "changed on both sides",
};

function change(record: StatusRecord, letter: "x" | "y"): GitChange {
  const { type, path, x, y, submodule, lossy } = record;
  // Whatever the name was, what it was is told by the staged side only.
  const from = letter === "x" ? record.from : null;
  return {
    path,
    from,
    mark: type === "unmerged" ? "U" : (record[letter] as ChangeMark),
    conflict: type === "unmerged" ? (CONFLICTS[x + y] ?? "in conflict") : null,
    submodule,
    secret: isSecretPath(path) || isGitInternal(path),
    lossy,
  };
}
