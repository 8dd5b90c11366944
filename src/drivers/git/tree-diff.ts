/** What differs between two trees, file by file, with the bytes of the older side. */
import { isSecretPath } from "../../lib/path-guard.ts";
import { gitOk, type Repository } from "./exec.ts";
import { splitNul } from "./records.ts";
import { topOf } from "./worktree.ts";

export interface TreeEntry {
  /** From the top of the working tree. */
  path: string;
  status: "A" | "M" | "D" | "T";
  old_mode: string;
  new_mode: string;
  old_object: string;
  new_object: string;
}

const GIT_FILE = /^100/;
/** Permission bits that git keeps. */
export const bitsOf = (mode: string): number | null =>
  GIT_FILE.test(mode) ? Number.parseInt(mode.slice(-3), 8) : null;

/** Without renames: a file that moved is one that went and one that came. */
export async function treeDifferences(repository: Repository, from: string, to: string): Promise<TreeEntry[]> {
  const args = ["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", "--no-ext-diff", "--no-textconv"];
  const out = await gitOk(topOf(repository), [...args, from, to]);
  const fields = splitNul(out.bytes).map((field) => field.text);
  const entries: TreeEntry[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [old_mode = "", new_mode = "", old_object = "", new_object = "", status = ""] =
      fields[i]!.slice(1).split(" ");
    entries.push({
      path: fields[i + 1]!,
      status: status[0] as TreeEntry["status"],
      old_mode,
      new_mode,
      old_object,
      new_object,
    });
  }
  return entries;
}

/** Why an entry is not taken for review, in a few words; null when it is. */
export function leftOut(entry: TreeEntry): string | null {
  if (entry.old_mode === "160000" || entry.new_mode === "160000") return "a submodule";
  if (entry.old_mode === "120000" || entry.new_mode === "120000") return "a symbolic link";
  if (isSecretPath(entry.path)) return "a file of secrets";
  return null;
}

/** Bytes of these objects, as the repository has them. Larger ones than `limit` are null. */
export async function readObjects(
  repository: Repository,
  objects: readonly string[],
  limit: number,
): Promise<Map<string, Uint8Array<ArrayBuffer> | null>> {
  const found = new Map<string, Uint8Array<ArrayBuffer> | null>();
  for (const object of new Set(objects)) {
    const size = Number((await gitOk(repository.root, ["cat-file", "-s", object])).stdout.trim());
    if (size > limit) found.set(object, null);
    else {
      const out = await gitOk(repository.root, ["cat-file", "blob", object], { stdout_limit_bytes: limit + 1 });
      found.set(object, new Uint8Array(out.bytes));
    }
  }
  return found;
}
