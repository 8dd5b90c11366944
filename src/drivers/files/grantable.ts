/** Which directory would have to be granted so that a path outside the project can be read. Looks at names only, reads nothing. */
import { lstat, realpath, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, normalize } from "node:path";
import { isGitInternal, isInside, isSecretPath, pathProblem, relativeInside, shownPath } from "../../lib/path-guard.ts";
import { ellipsis } from "../../lib/text.ts";
import { Refusal } from "../refusal.ts";
import type { Scope } from "./guard.ts";

export interface Realm {
  /** Directories under which projects may lie, as they are configured. */
  roots: readonly string[];
  /** Real paths of registered projects. */
  projects: readonly string[];
  /** Never granted, nor what holds it: BooCode's own data. */
  closed: string;
}

/** What makes a directory a repository. */
const REPOSITORY = [".git", ".hg", ".jj", ".svn"];
const SHOWN_CHARS = 200;

/**
 * The nearest registered project around `path`, else the nearest repository under the roots; null when it can be read
 * already. Throws Refusal for everything else, in the same words whether the path exists or not.
 */
export async function findGrantable(scope: Scope, realm: Realm, path: string): Promise<string | null> {
  const problem = pathProblem(path);
  if (problem) throw new Refusal("invalid", "not a path", problem, { field: "path" });
  const wanted = expand(path.trim());
  const named = normalize(isAbsolute(wanted) ? wanted : join(scope.root, wanted)).replace(/(?<=.)\/+$/, "");
  const real = await nearestReal(named);
  if ([scope.root, ...scope.grants].some((base) => isInside(base, real))) return null;
  const roots = (await Promise.all(realm.roots.map((root) => realpath(root).catch(() => null)))).filter(
    (root) => root !== null,
  );
  const project = realm.projects.filter((base) => isInside(base, real)).sort((a, b) => b.length - a.length)[0];
  const found = project ?? (await nearestRepository(real, roots));
  if (found === null || !(await mayBeGranted(found, roots, realm.closed))) throw refused(path);
  return found;
}

/** True when the directory is still what was asked for: no link, and where it was. */
export async function isStillThere(path: string): Promise<boolean> {
  const real = await realpath(path).catch(() => null);
  return real === path && ((await stat(path).catch(() => null))?.isDirectory() ?? false);
}

const expand = (path: string) => (path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : path);

async function nearestReal(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    const real = await realpath(at).catch(() => null);
    if (real !== null) return real;
    if (at === dirname(at)) return at;
  }
}

async function nearestRepository(path: string, roots: readonly string[]): Promise<string | null> {
  for (let at = path; roots.some((root) => isInside(root, at)); at = dirname(at)) {
    const marks = await Promise.all(REPOSITORY.map((name) => lstat(join(at, name)).catch(() => null)));
    if (marks.some((mark) => mark !== null)) return at;
    if (at === dirname(at)) return null;
  }
  return null;
}

/** Not a home directory that happens to be a repository, not our own data, nothing whose very name is secret. */
async function mayBeGranted(path: string, roots: readonly string[], closed: string): Promise<boolean> {
  const root = roots.find((base) => isInside(base, path));
  const inside = root === undefined ? path : (relativeInside(root, path) ?? "");
  if (isSecretPath(inside) || isGitInternal(inside)) return false;
  const [home, data] = await Promise.all([homedir(), closed].map((dir) => realpath(dir).catch(() => dir)));
  return path !== home && path !== "/" && !isInside(data!, path) && !isInside(path, data!);
}

const refused = (path: string) =>
  new Refusal(
    "forbidden",
    "cannot be granted",
    `${shownPath(ellipsis(path, SHOWN_CHARS))} is in no project and no repository that could be opened for reading.`,
    { field: "path", hint: "Go on without it, or ask the user to register its directory as a project." },
  );
