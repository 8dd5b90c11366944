/** Staging and unstaging. Paths are relative to the project; untracked directories end in "/". */
import { isSecretPath } from "../../lib/path-guard.ts";
import { Refusal } from "../refusal.ts";
import { gitOk, pathScope, type Repository, withoutRepositoryFilters } from "./exec.ts";
import { type NulField, splitNul } from "./records.ts";
import { gitWrite, nulSeparated, PATHS_FROM_STDIN, refuseOwnFilters } from "./write.ts";

/** Untracked files that one command may take in. */
const FILES_MAX = 50_000;

export interface Staged {
  /** Untracked files of secrets and repositories inside the repository: never taken in with the rest. */
  left_out: string[];
}

/** Stages what is named. A file named by itself is staged whatever it is; of a directory, secret files stay out. */
export async function stagePaths(repository: Repository, paths: readonly string[]): Promise<Staged> {
  const directories = paths.filter((path) => path.endsWith("/"));
  const inside = directories.length > 0 ? await untrackedFiles(repository, directories) : NOTHING;
  const all = [...paths.filter((path) => !path.endsWith("/")), ...inside.files];
  await add(repository, all);
  return { left_out: inside.left_out };
}

/** Stages every change of the project but conflicts, which a person resolves one by one. */
export async function stageAll(repository: Repository): Promise<Staged> {
  const { files, left_out } = await untrackedFiles(repository, []);
  const changed = await changedFiles(repository);
  await add(repository, [...changed, ...files]);
  return { left_out };
}

export async function unstagePaths(repository: Repository, paths: readonly string[]): Promise<void> {
  await gitWrite(repository, ["reset", "--quiet", ...PATHS_FROM_STDIN], { stdin: nulSeparated(paths) });
}

export async function unstageAll(repository: Repository): Promise<void> {
  await gitWrite(repository, ["reset", "--quiet", ...pathScope(repository)]);
}

export interface Untracked {
  files: string[];
  left_out: string[];
}
const NOTHING: Untracked = { files: [], left_out: [] };

/** Untracked files below the given directories (all of the project without any), what git ignores left out. */
export async function untrackedFiles(
  repository: Repository,
  directories: readonly string[],
  secrets: "left out" | "secrets too" = "left out",
): Promise<Untracked> {
  const scope = directories.length > 0 ? ["--", ...directories] : pathScope(repository);
  const out = await gitOk(repository.root, ["ls-files", "-z", "--others", "--exclude-standard", ...scope]);
  const fields = splitNul(out.bytes);
  if (out.truncated || fields.length > FILES_MAX)
    throw new Refusal(
      "limit",
      "too many files",
      `There are more than ${FILES_MAX} untracked files. Do it in a terminal.`,
    );
  const found: Untracked = { files: [], left_out: [] };
  // A name that ends in "/" is a repository of its own: git would take it in as a link to a commit nobody else has.
  for (const { text, lossy } of fields) {
    const out = lossy || text.endsWith("/") || (secrets === "left out" && isSecretPath(text));
    (out ? found.left_out : found.files).push(text);
  }
  return found;
}

async function changedFiles(repository: Repository): Promise<string[]> {
  const unmerged = await list(repository, ["--unmerged"]); // "mode object stage<tab>path", one a side
  const conflicts = new Set(unmerged.map(({ text }) => text.slice(text.indexOf("\t") + 1)));
  const changed = await list(repository, ["--modified", "--deleted", "--deduplicate"]);
  return changed.flatMap(({ text, lossy }) => (lossy || conflicts.has(text) ? [] : [text]));
}

async function list(repository: Repository, options: readonly string[]): Promise<NulField[]> {
  const settings = await withoutRepositoryFilters(repository.root); // git compares contents through them
  const out = await gitOk(repository.root, ["ls-files", "-z", ...options, ...pathScope(repository)], { settings });
  if (out.truncated)
    throw new Refusal("limit", "too many files", "Too many files have changed. Stage them in a terminal.");
  return splitNul(out.bytes);
}

async function add(repository: Repository, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  await refuseOwnFilters(repository, paths);
  await gitWrite(repository, ["add", "--all", ...PATHS_FROM_STDIN], { stdin: nulSeparated(paths) });
}

/** How many staged files lie outside of a project that is a part of its repository. */
export async function stagedOutside(repository: Repository): Promise<number> {
  if (repository.prefix === "") return 0;
  const args = ["diff", "--cached", "--name-only", "--no-relative", "--no-renames", "--no-ext-diff", "-z"];
  const names = splitNul((await gitOk(repository.root, args)).bytes);
  return names.filter(({ text }) => !text.startsWith(repository.prefix)).length;
}
