/** Git's marks for the file tree, worked out once for a whole status. */
import type { TreeEntry, TreeMark } from "../domain/tree.ts";
import type { StatusRecord } from "../drivers/git/records.ts";
import { isGitInternal, isSecretPath } from "../lib/path-guard.ts";
import type { ProjectStatus } from "./git-status.ts";

/** A directory shows the strongest of what is below it; a deletion or a rename below is a change of the directory. */
const RANK: Record<TreeMark, number> = { U: 4, M: 3, D: 3, R: 3, A: 2, "?": 1 };

export class TreeMarks {
  private readonly marks = new Map<string, TreeMark>();
  /** Directories in which git knows nothing, each with "/" at its end. */
  private readonly untracked = new Set<string>();
  private readonly gone = new Map<string, string[]>();
  private readonly all_untracked: boolean;

  private constructor(records: readonly StatusRecord[]) {
    this.all_untracked = records.some((record) => record.type === "untracked" && record.path === "./");
    for (const record of records) this.add(record);
  }

  private static readonly made = new WeakMap<ProjectStatus, TreeMarks>();

  /** The marks of a status; made once for each. */
  static of(status: ProjectStatus): TreeMarks {
    const known = TreeMarks.made.get(status);
    if (known) return known;
    const marks = new TreeMarks(status.records);
    TreeMarks.made.set(status, marks);
    return marks;
  }

  /** The mark of a path as it really is on disk. */
  at(path: string): TreeMark | null {
    return this.marks.get(path) ?? (this.isUntracked(path) ? "?" : null);
  }

  /** Files of a directory that git has and the disk has not. */
  goneIn(directory: string): TreeEntry[] {
    return (this.gone.get(directory) ?? []).map((name) => {
      const path = directory === "" ? name : `${directory}/${name}`;
      const secret = isSecretPath(path) || isGitInternal(path);
      const rest = { link: null, size: null, ignored: false, lossy: false, gone: true, mark: "D" } as const;
      return { name, path, kind: "file", secret, ...rest };
    });
  }

  private isUntracked(path: string): boolean {
    if (this.all_untracked) return true;
    if (this.untracked.size === 0) return false;
    for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1))
      if (this.untracked.has(path.slice(0, at + 1))) return true;
    return this.untracked.has(`${path}/`);
  }

  private add(record: StatusRecord): void {
    const mark = markOf(record);
    if (record.path.endsWith("/")) this.untracked.add(record.path);
    const path = record.path.replace(/\/$/, "");
    this.marks.set(path, mark);
    if (record.y === "D" || (record.type === "unmerged" && record.mode_worktree === "000000")) this.addGone(path);
    for (let at = path.lastIndexOf("/"); at !== -1; at = path.lastIndexOf("/", at - 1)) {
      const folder = path.slice(0, at);
      const above = this.marks.get(folder);
      const wanted: TreeMark = mark === "D" || mark === "R" ? "M" : mark;
      if (above !== undefined && RANK[above] >= RANK[wanted]) return;
      this.marks.set(folder, wanted);
    }
  }

  private addGone(path: string): void {
    const cut = path.lastIndexOf("/");
    const folder = cut === -1 ? "" : path.slice(0, cut);
    const names = this.gone.get(folder) ?? [];
    names.push(path.slice(cut + 1));
    this.gone.set(folder, names);
  }
}

/** The working tree's letter first: it is what the reader has in front of them. */
function markOf({ type, x, y }: StatusRecord): TreeMark {
  if (type === "untracked") return "?";
  if (type === "unmerged") return "U";
  if (y === "D") return "D";
  if (x === "A" || x === "C" || y === "A") return "A";
  if (x === "R") return "R";
  return x === "D" && y === "." ? "D" : "M";
}
