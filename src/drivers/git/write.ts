/** git commands that change a repository: they wait a moment for a lock that somebody else holds, and say so when it stays. */

import type { Finished } from "../proc.ts";
import { Refusal } from "../refusal.ts";
import { type GitOptions, git, gitFailed, gitOk, type Repository, withoutRepositoryFilters } from "./exec.ts";
import { splitNul } from "./records.ts";

/** Pauses before the tries after the first, milliseconds: an editor's git is done long before they are over. */
const LOCK_PAUSES_MS = [80, 200, 400, 800];
/** Paths given to one command as arguments. */
const ARGUMENTS_MAX = 500;

export interface WriteOptions extends GitOptions {
  /** Makes the error of a command that failed; git's first complaint otherwise. */
  failed?: (result: Finished) => Error;
}

/** As gitOk. Filters that the repository's own configuration names are off; `refuseOwnFilters` keeps that harmless. */
export async function gitWrite(
  repository: Repository,
  args: readonly string[],
  { failed, ...options }: WriteOptions = {},
): Promise<Finished> {
  const settings = [...(await withoutRepositoryFilters(repository.root)), ...(options.settings ?? [])];
  for (const pause of [...LOCK_PAUSES_MS, null]) {
    const result = await git(repository.root, args, { ...options, settings });
    if (result.code === 0) return result;
    const lock = /Unable to create '(.+\.lock)': File exists/.exec(result.stderr)?.[1];
    if (lock === undefined) throw failed?.(result) ?? gitFailed(result.stderr || result.stdout);
    if (pause === null) throw locked(lock);
    await Bun.sleep(pause);
  }
  throw new Error("unreachable");
}

/** The form in which git takes any number of paths with any characters in them. */
export const PATHS_FROM_STDIN = ["--pathspec-from-file=-", "--pathspec-file-nul"] as const;
export const nulSeparated = (paths: readonly string[]): string => paths.map((path) => `${path}\0`).join("");

/** For commands that take paths as arguments only. */
export function inChunks<T>(paths: readonly T[], size = ARGUMENTS_MAX): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < paths.length; at += size) chunks.push(paths.slice(at, at + size));
  return chunks;
}

/**
 * Refuses paths that pass a filter of the repository's own configuration (git-crypt, a local git-lfs). Running it would
 * run a program of the repository's choice; leaving it out would store the file as it must not be stored.
 */
export async function refuseOwnFilters(repository: Repository, paths: readonly string[]): Promise<void> {
  const own = new Set(
    (await withoutRepositoryFilters(repository.root)).map(([key]) => key.replace(/^filter\.(.*)\.[^.]*$/s, "$1")),
  );
  if (own.size === 0 || paths.length === 0) return;
  const out = await gitOk(repository.root, ["check-attr", "-z", "--stdin", "filter"], { stdin: nulSeparated(paths) });
  const fields = splitNul(out.bytes);
  for (let i = 0; i + 2 < fields.length; i += 3) {
    const filter = fields[i + 2]!.text;
    if (own.has(filter)) throw ownFilter(fields[i]!.text, filter);
  }
}

function ownFilter(path: string, filter: string): Refusal {
  return new Refusal(
    "forbidden",
    "needs a filter",
    `${path} passes the filter "${filter}", a program that this repository's own configuration names. BooCode does not run it; use git in a terminal for this file.`,
    { field: "path" },
  );
}

function locked(lock: string): Refusal {
  const name = lock.slice(lock.lastIndexOf("/.git/") + 1);
  return new Refusal(
    "conflict",
    "git is busy here",
    `Another git process is working in this repository (${name} exists). Try again when it has finished; if none is running, that file was left behind and can be removed.`,
  );
}
