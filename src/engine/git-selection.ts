/** From the paths that a human named to git's records of them: only what git says has changed can be acted upon. */
import type { Repository } from "../drivers/git/exec.ts";
import type { StatusRecord } from "../drivers/git/records.ts";
import { untrackedFiles } from "../drivers/git/stage.ts";
import { AppError, invalid } from "../lib/errors.ts";
import { shownPath } from "../lib/path-guard.ts";
import type { ProjectStatus } from "./git-status.ts";

/** True if a record is among the staged changes, or among those of the working tree. */
export const isShown = (record: StatusRecord, staged: boolean) =>
  staged ? record.x !== "." && record.type !== "untracked" : record.y !== "." || record.type === "unmerged";

/** git's record of each path. A path inside an untracked directory gets one of its own. */
export async function recordsFor(
  status: ProjectStatus,
  paths: readonly string[],
  fits: (record: StatusRecord) => boolean,
  missing: "conflict" | "not_found" = "conflict",
): Promise<StatusRecord[]> {
  if (paths.length === 0) throw invalid("Name at least one path.", "paths");
  const records = status.records.filter(fits);
  const found: StatusRecord[] = [];
  for (const path of paths) {
    const record = namedRecord(records, path) ?? (await insideUntracked(status.repository, records, path));
    if (!record) throw new AppError(missing, `There is no such change at ${shownPath(path)} any more.`);
    if (record.lossy)
      throw invalid(
        `The name ${shownPath(record.path)} is not valid UTF-8, so it cannot be told exactly from here. Use git in a terminal.`,
        "path",
      );
    found.push(record);
  }
  return found;
}

/** A browser's form turns a lone CR or LF into CR LF, and parseBody that into LF. */
function namedRecord(records: readonly StatusRecord[], path: string): StatusRecord | null {
  const plain = (name: string) => name.replace(/\r\n?/g, "\n");
  const exact = records.find((record) => record.path === path);
  if (exact || !path.includes("\n")) return exact ?? null;
  const alike = records.filter((record) => plain(record.path) === plain(path));
  return alike.length === 1 ? alike[0]! : null;
}

async function insideUntracked(
  repository: Repository,
  records: readonly StatusRecord[],
  path: string,
): Promise<StatusRecord | null> {
  const above = records.find((r) => r.type === "untracked" && r.path.endsWith("/") && path.startsWith(r.path));
  if (!above || path.endsWith("/")) return null;
  const { files } = await untrackedFiles(repository, [path], "secrets too");
  return files.includes(path) ? { ...above, path, lossy: false } : null;
}
