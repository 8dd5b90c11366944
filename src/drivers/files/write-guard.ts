/**
 * The path guard for writes: where a proposed file would really be written, asked when it is proposed and again when it
 * is applied. What it gives back has no symbolic link left in it, so that an apply can insist on exactly that place.
 *
 * Stricter than the guard for reads: no backslash, no control character, nothing outside the project (grants are for
 * reading), no link that leads nowhere.
 */
import type { Stats } from "node:fs";
import { lstat, realpath, stat } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { isGitInternal, isSecretPath, pathProblem, relativeInside, shownPath } from "../../lib/path-guard.ts";
import { ellipsis } from "../../lib/text.ts";
import { errnoOf, Refusal } from "../refusal.ts";

export interface WritePlace {
  /** Relative to the project, through no symbolic link. */
  path: string;
  /** Absolute; the file need not exist, nor all of its directories. */
  real: string;
  /** Of the file; null when there is none yet. */
  stats: Stats | null;
  /** The name that was asked for is a symbolic link to this file. */
  linked: boolean;
}

const SHOWN_CHARS = 200;

/** `root` is the project's real path. Throws Refusal for everything that may not be written. */
export async function resolveWrite(root: string, path: string): Promise<WritePlace> {
  const named = namedInside(root, path);
  refuseName(named, path);
  const absolute = join(root, named);
  const there = await statOf(absolute, path);
  const real = there ? await realpath(absolute).catch((e) => refuseErrno(e, path)) : await wouldBe(absolute, path);
  const inside = relativeInside(root, real);
  if (inside === null) throw leadsOut(path);
  if (inside === "") throw isDirectory(path);
  refuseName(inside, path);
  const stats = there?.isSymbolicLink() ? await stat(real).catch((e) => refuseErrno(e, path)) : there;
  if (stats?.isDirectory()) throw isDirectory(path);
  if (stats && !stats.isFile())
    throw new Refusal("invalid", "not a file", `${shown(path)} is no ordinary file.`, FIELD);
  return { path: inside, real, stats, linked: there?.isSymbolicLink() ?? false };
}

const FIELD = { field: "file_path" };

/** The path below the project as it is written, by names alone. */
function namedInside(root: string, path: string): string {
  const problem = problemOf(path);
  if (problem) throw new Refusal("invalid", "not a path", problem, FIELD);
  const absolute = normalize(path.startsWith("/") ? path : `${root}/${path}`);
  const inside = relativeInside(root, absolute);
  if (inside === null)
    throw new Refusal(
      "forbidden",
      "outside the project",
      `${shown(path)} is outside the project; only files in it can be written.`,
      {
        ...FIELD,
        hint: "Give a path relative to the project's directory.",
      },
    );
  if (inside === "") throw isDirectory(path);
  return inside;
}

function problemOf(path: string): string | null {
  if (path.trim() === "") return "Name a file.";
  const general = pathProblem(path);
  if (general) return general;
  if (path.includes("\\")) return "Write paths with / and not with \\.";
  if (/\p{Cc}/u.test(path)) return "A path cannot contain control characters.";
  if (path.endsWith("/") || /(^|\/)\.{1,2}$/.test(path)) return `${shown(path)} names a directory, not a file.`;
  return null;
}

/** Windows' short name of .git, which git itself refuses as well. */
const SHORT_GIT = /(^|\/)git~\d+(\/|$)/i;

function refuseName(inside: string, path: string): void {
  if (isGitInternal(inside) || SHORT_GIT.test(inside))
    throw new Refusal(
      "forbidden",
      "refused: inside .git",
      `${shown(path)} is refused: the inside of .git is never written.`,
      FIELD,
    );
  if (isSecretPath(inside))
    throw new Refusal(
      "forbidden",
      "refused: secret file",
      `${shown(path)} is refused: files of secrets (keys, passwords, environment) are never written.`,
      { ...FIELD, hint: "Write an .env.example and ask the user to fill in the rest." },
    );
}

async function statOf(absolute: string, path: string): Promise<Stats | null> {
  try {
    return await lstat(absolute);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return null;
    return refuseErrno(error, path);
  }
}

/** Where a file that is not there yet would be: below the real path of its nearest parent that exists. */
async function wouldBe(absolute: string, path: string): Promise<string> {
  const rest: string[] = [absolute.slice(dirname(absolute).length).replace(/^\//, "")];
  for (let at = dirname(absolute); ; at = dirname(at)) {
    const found = await lstat(at).catch((e) => (errnoOf(e) === "ENOENT" ? null : refuseErrno(e, path)));
    if (found) {
      const real = await realpath(at).catch((e) => (errnoOf(e) === "ENOENT" ? null : refuseErrno(e, path)));
      // A link that leads nowhere would come to lead where it says.
      if (real === null) throw leadsOut(path);
      if (!(await stat(real)).isDirectory())
        throw new Refusal(
          "invalid",
          "not a directory",
          `${shown(path)} would lie in a file, not in a directory.`,
          FIELD,
        );
      return join(real, ...rest);
    }
    if (at === dirname(at)) throw leadsOut(path);
    rest.unshift(at.slice(dirname(at).length).replace(/^\//, ""));
  }
}

function refuseErrno(error: unknown, path: string): never {
  const code = errnoOf(error);
  const detail = { ...FIELD, cause: error };
  if (code === "ENOTDIR")
    throw new Refusal("invalid", "not a directory", `${shown(path)} would lie in a file, not in a directory.`, detail);
  if (code === "ENAMETOOLONG")
    throw new Refusal(
      "invalid",
      "name too long",
      `${shown(path)} has a name longer than the file system allows.`,
      detail,
    );
  if (code === "EACCES" || code === "EPERM")
    throw new Refusal(
      "forbidden",
      "no permission",
      `${shown(path)} may not be reached by the user BooCode runs as.`,
      detail,
    );
  // ENOENT of a link's target, ELOOP.
  if (code === "ENOENT" || code === "ELOOP") throw leadsOut(path);
  throw new Refusal(
    "unavailable",
    "could not be looked at",
    `${shown(path)} could not be looked at (${code ?? "unknown error"}).`,
    detail,
  );
}

const leadsOut = (path: string) =>
  new Refusal(
    "forbidden",
    "outside the project",
    `${shown(path)} is, or goes through, a symbolic link that leads outside the project or nowhere; nothing is written there.`,
    FIELD,
  );
const isDirectory = (path: string) =>
  new Refusal("invalid", "is a directory", `${shown(path)} is a directory, not a file.`, FIELD);
const shown = (path: string) => shownPath(ellipsis(path, SHOWN_CHARS));
