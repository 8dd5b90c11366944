/** Which files were committed together with some. */
import { mayTell } from "../files/guard.ts";
import { findRepository, git } from "./exec.ts";

const COMMITS_MAX = 300;
/** Commits of more files say nothing about which belong together: renamings, formatters. */
const FILES_A_COMMIT = 40;
const TIMEOUT_MS = 6_000;
const OUTPUT_LIMIT_BYTES = 2_000_000;
/** Begins the line of a commit; no path has it. */
const MARK = "\x1e";

export interface CoChange {
  /** Commits that changed one of the paths and not too much else. */
  commits: number;
  /** In how many of them another file was changed, too, by its path in the project. */
  files: Map<string, number>;
  /** The history was longer than what was looked at. */
  truncated: boolean;
}

/** Null where there is no repository, or no commit; the newest commits of the last years are looked at. */
export async function coChanges(
  root: string,
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<CoChange | null> {
  const repository = await findRepository(root, signal);
  if (!repository) return null;
  const result = await git(
    root,
    [
      "log",
      `--max-count=${COMMITS_MAX}`,
      "--no-merges",
      "--no-renames",
      "--full-diff",
      "--name-only",
      "--relative",
      "-z",
      "--format=tformat:%x1e",
      "--",
      ...paths,
    ],
    { signal, timeout_ms: TIMEOUT_MS, stdout_limit_bytes: OUTPUT_LIMIT_BYTES },
  );
  if (result.code !== 0 && !result.truncated) return null;
  const own = (path: string) => paths.some((some) => some === "." || path === some || path.startsWith(`${some}/`));
  const files = new Map<string, number>();
  let commits = 0;
  for (const commit of result.stdout.split(MARK).slice(1)) {
    const names = commit
      .split("\0")
      .map((name) => name.replace(/^\n+/, ""))
      .filter(Boolean);
    if (names.length > FILES_A_COMMIT) continue;
    commits++;
    for (const name of names) if (!own(name) && mayTell(name)) files.set(name, (files.get(name) ?? 0) + 1);
  }
  return { commits, files, truncated: result.truncated };
}
