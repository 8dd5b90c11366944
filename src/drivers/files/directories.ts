/** Directories to register as projects: completing a typed path, judging one, making one. */
import { constants } from "node:fs";
import { access, mkdir, readdir, realpath, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, isAbsolute, join, normalize } from "node:path";
import { invalid } from "../../lib/errors.ts";
import { isInside, pathProblem, shownPath } from "../../lib/path-guard.ts";
import { isGitDirectory } from "../git/head.ts";
import { initRepository } from "../git/init.ts";
import { errnoOf } from "../refusal.ts";

export interface Directory {
  /** Real path. */
  path: string;
  is_git: boolean;
}

const COMPLETIONS_LIMIT = 50;

/** Directories that begin as typed, inside the allowed roots; a typed "/" at the end lists what is in it. */
export async function completeDirectories(roots: readonly string[], typed: string): Promise<string[]> {
  if (pathProblem(typed)) return [];
  const allowed = await realRoots(roots);
  const wanted = expand(typed);
  if (wanted === "") return allowed;
  if (!isAbsolute(wanted)) return [];
  const folder = wanted.endsWith("/") ? wanted : dirname(wanted);
  const start = wanted.endsWith("/") ? "" : basename(wanted);
  const above = allowed.filter((root) => root !== wanted && root.startsWith(wanted));
  const real = await realpath(folder).catch(() => null);
  if (real === null || !allowed.some((root) => isInside(root, real))) return above;
  const names = await readdir(real, { withFileTypes: true }).catch(() => []);
  const fit = names
    .filter((d) => (d.isDirectory() || d.isSymbolicLink()) && d.name.toLowerCase().startsWith(start.toLowerCase()))
    .filter((d) => !d.name.startsWith(".") || start.startsWith("."))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .slice(0, COMPLETIONS_LIMIT);
  const checked = await Promise.all(
    fit.map(async (d) => ((await isAllowedDirectory(allowed, join(real, d.name))) ? join(real, d.name) : null)),
  );
  return [...new Set([...above, ...checked.filter((path) => path !== null)])];
}

/** Judges a directory; throws AppError("invalid") with field "path" and a sentence for each thing that can be wrong. */
export async function inspectDirectory(path: string, roots: readonly string[]): Promise<Directory> {
  const wanted = absolute(path);
  const name = shownPath(wanted);
  const allowed = await realRoots(roots);
  const real = await realpath(wanted).catch((error) => unreachable(wanted, allowed, error));
  if (!allowed.some((root) => isInside(root, real))) throw outsideRoots(name, allowed);
  const stats = await stat(real).catch((error) => unreachable(wanted, allowed, error));
  if (!stats.isDirectory()) throw invalid(`${name} is a file, not a directory.`, "path");
  await access(real, constants.R_OK | constants.X_OK).catch(() => {
    throw unreadable(name);
  });
  return { path: real, is_git: await isGitDirectory(real) };
}

/** Makes a directory, whose parent must exist inside the roots, and a git repository in it. An empty directory is taken as it is. */
export async function createDirectory(roots: readonly string[], path: string): Promise<Directory> {
  const wanted = absolute(path);
  const name = shownPath(wanted);
  const allowed = await realRoots(roots);
  const parent = await realpath(dirname(wanted)).catch((error) => unreachable(dirname(wanted), allowed, error));
  if (!allowed.some((root) => isInside(root, parent))) throw outsideRoots(name, allowed);
  const target = join(parent, basename(wanted));
  try {
    await mkdir(target);
  } catch (error) {
    await judgeExisting(target, name, error);
  }
  const made = await inspectDirectory(target, roots);
  // A directory inside another repository gets one of its own all the same: that is what was asked for.
  await initRepository(made.path);
  return { path: made.path, is_git: true };
}

async function judgeExisting(target: string, name: string, error: unknown): Promise<void> {
  const code = errnoOf(error);
  if (code === "EACCES" || code === "EPERM" || code === "EROFS")
    throw invalid(`${name} cannot be made: BooCode's user may not write there.`, "path");
  if (code !== "EEXIST") throw invalid(`${name} cannot be made (${code ?? "unknown error"}).`, "path");
  const names = await readdir(target).catch(() => null);
  if (names === null) throw invalid(`${name} exists already and is not a directory that can be read.`, "path");
  if (names.length > 0)
    throw invalid(`${name} exists already and is not empty. Register it instead of making it.`, "path");
}

function absolute(path: string): string {
  const problem = pathProblem(path);
  if (problem) throw invalid(problem, "path");
  if (path.trim() === "") throw invalid("Give the path of a directory.", "path");
  const wanted = expand(path.trim());
  if (!isAbsolute(wanted)) throw invalid(`${shownPath(path)} is not an absolute path: begin with / or ~/.`, "path");
  return normalize(wanted).replace(/(?<=.)\/+$/, "");
}

const expand = (path: string) => (path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : path);

async function realRoots(roots: readonly string[]): Promise<string[]> {
  const real = await Promise.all(roots.map((root) => realpath(root).catch(() => null)));
  return [...new Set(real.filter((root) => root !== null))];
}

async function isAllowedDirectory(allowed: readonly string[], path: string): Promise<boolean> {
  const real = await realpath(path).catch(() => null);
  if (real === null || !allowed.some((root) => isInside(root, real))) return false;
  return (await stat(real).catch(() => null))?.isDirectory() ?? false;
}

/** Outside the roots nothing is told about what exists. */
function unreachable(wanted: string, allowed: readonly string[], error: unknown): never {
  const name = shownPath(wanted);
  const code = errnoOf(error);
  if (!allowed.some((root) => isInside(root, wanted))) throw outsideRoots(name, allowed);
  if (code === "ENOENT") throw invalid(`${name} does not exist.`, "path");
  if (code === "ENOTDIR") throw invalid(`${name} does not exist: something on the way to it is a file.`, "path");
  if (code === "EACCES" || code === "EPERM") throw unreadable(name);
  if (code === "ENAMETOOLONG")
    throw invalid(`${name.slice(0, 80)}… has a name longer than the file system allows.`, "path");
  throw invalid(`${name} cannot be reached (${code ?? "unknown error"}).`, "path");
}

const unreadable = (name: string) => invalid(`${name} may not be read by the user BooCode runs as.`, "path");
const outsideRoots = (name: string, allowed: readonly string[]) =>
  invalid(
    `${name} is outside the directories projects may be in: ${allowed.map(shownPath).join(", ") || "none exists"}. BOOCODE_PROJECT_ROOTS sets them.`,
    "path",
  );
