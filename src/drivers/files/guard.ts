/**
 * The path guard on disk: where a path really leads, and whether it may be read. Every path that a model or a URL
 * names comes through here. The rules about names are in `lib/path-guard.ts`.
 *
 * What is outside answers the same whether it exists or not.
 */
import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, open, readlink, realpath, stat } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { isGitInternal, isSecretPath, pathProblem, relativeInside, shownPath } from "../../lib/path-guard.ts";
import { ellipsis } from "../../lib/text.ts";
import { errnoOf, Refusal } from "../refusal.ts";
import { suggestPaths } from "./suggest.ts";

/** What may be read: a project's directory and the directories granted to a session, all real paths. */
export interface Scope {
  root: string;
  grants: readonly string[];
  /** False where nobody reads what a missing path was perhaps meant to be: finding that looks through the whole tree. */
  suggest?: boolean;
}

/** An existing path that may be read. */
export interface Place {
  /** Absolute, no symbolic link left in it. */
  real: string;
  /** The root or grant it is in, and the path from there ("" for the directory itself). */
  base: string;
  inside: string;
  /** As to be told: relative to the root, absolute in a grant; "." for the root. */
  shown: string;
  stats: Stats;
}

/** Settles where `path` leads. Throws Refusal for what is outside, secret, `.git`, missing or cannot be reached. */
export async function resolvePath(scope: Scope, path: string, signal?: AbortSignal): Promise<Place> {
  const wanted = clean(path);
  const named = normalize(wanted.startsWith("/") ? wanted : join(scope.root, wanted)).replace(/(?<=.)\/+$/, "");
  const real = await realpath(named).catch((error) => missing(scope, wanted, named, error, signal));
  const where = locate(scope, real);
  if (!where) throw await outside(scope, wanted, named);
  // Both names count: `notes.txt -> .env` leads to a secret, `.env -> notes.txt` is called one.
  for (const name of [where.inside, locate(scope, named)?.inside ?? ""]) refuseName(name, shown(wanted));
  const stats = await stat(real).catch((error) => unreadable(shown(wanted), error));
  return { real, ...where, shown: shownIn(scope, where), stats };
}

/** Opens an ordinary file for reading; never waits on a FIFO, never opens a device. The caller closes the handle. */
export async function openFile(
  scope: Scope,
  path: string,
  signal?: AbortSignal,
): Promise<{ place: Place; handle: FileHandle }> {
  const place = await resolvePath(scope, path, signal);
  if (place.stats.isDirectory()) {
    throw new Refusal("invalid", "is a directory", `${place.shown} is a directory, not a file.`, {
      field: "path",
      hint: "List it with list_dir.",
    });
  }
  if (!place.stats.isFile()) throw notOrdinary(place);
  // O_NONBLOCK and O_NOFOLLOW: the path may have been swapped for a FIFO or a link since it was looked at.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
  const handle = await open(place.real, flags).catch((error) => unreadable(place.shown, error));
  try {
    await sameFile(place, handle);
  } catch (error) {
    await handle.close();
    throw error;
  }
  return { place, handle };
}

/** The entry point for names found below an allowed directory: true if their content may be told. */
export const mayTell = (insidePath: string): boolean => !isSecretPath(insidePath) && !isGitInternal(insidePath);

function clean(path: string): string {
  const problem = pathProblem(path);
  if (problem)
    throw new Refusal("invalid", "not a path", problem, {
      field: "path",
      hint: "Give a path relative to the project.",
    });
  return path.trim() === "" ? "." : path;
}

function locate(scope: Scope, path: string): { base: string; inside: string } | null {
  for (const base of [scope.root, ...scope.grants]) {
    const inside = relativeInside(base, path);
    if (inside !== null) return { base, inside };
  }
  return null;
}

function shownIn(scope: Scope, { base, inside }: { base: string; inside: string }): string {
  if (base === scope.root) return shownPath(inside || ".");
  return shownPath(inside ? `${base}/${inside}` : base);
}

function refuseName(inside: string, name: string): void {
  if (isSecretPath(inside)) {
    throw new Refusal(
      "forbidden",
      "refused: secret file",
      `${name} is refused: files of secrets (keys, passwords, environment) are never read.`,
      { field: "path", hint: "Ask the user for what you need to know; an .env.example may tell the names." },
    );
  }
  if (isGitInternal(inside)) {
    throw new Refusal(
      "forbidden",
      "refused: inside .git",
      `${name} is refused: the inside of .git is not read as files.`,
      { field: "path", hint: "Use git_log, git_show, git_diff or git_status." },
    );
  }
}

/** The path does not resolve. Its nearest existing ancestor tells whether it may be told that it is missing. */
async function missing(
  scope: Scope,
  wanted: string,
  named: string,
  error: unknown,
  signal?: AbortSignal,
): Promise<never> {
  const parent = await nearestReal(dirname(named));
  const where = parent === null ? null : locate(scope, parent);
  if (!where && !(await exists(scope.root))) {
    throw new Refusal("unavailable", "the project is gone", "The project's directory is not there any more.", {
      field: "path",
    });
  }
  if (!where || !locate(scope, named)) throw await outside(scope, wanted, named);
  refuseName(locate(scope, named)!.inside, shown(wanted));
  const code = errnoOf(error);
  if (code !== "ENOENT" && code !== "ENOTDIR") return unreadable(shown(wanted), error);
  if (await isLink(named)) throw await outside(scope, wanted, named);
  const like = scope.suggest === false ? [] : await suggestPaths(where.base, locate(scope, named)!.inside, signal);
  const hint =
    like.length > 0 ? `Did you mean ${like.map(shownPath).join(" or ")}?` : "Look with list_dir or find_files.";
  throw new Refusal("not_found", "no such file", `There is no ${shown(wanted)}.`, { field: "path", hint });
}

async function nearestReal(path: string): Promise<string | null> {
  for (let at = path; ; at = dirname(at)) {
    const real = await realpath(at).catch(() => null);
    if (real !== null || at === dirname(at)) return real;
  }
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );
const isLink = (path: string) =>
  lstat(path).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  );

async function outside(scope: Scope, wanted: string, named: string): Promise<Refusal> {
  const name = shown(wanted);
  if (locate(scope, named)) {
    return new Refusal(
      "forbidden",
      "outside the project",
      `${name} is, or goes through, a symbolic link that leads outside the project or nowhere; it is not followed.`,
      { field: "path" },
    );
  }
  // Models like to write "/src/app.ts" for a path in the project.
  const meant = wanted.replace(/^\/+/, "");
  const isThere =
    wanted.startsWith("/") && locate(scope, normalize(join(scope.root, meant))) && (await isVisible(scope, meant));
  const hint = isThere
    ? `Did you mean ${shown(meant)}?`
    : "Give a path relative to the project's directory, or ask the user for it with request_read_access.";
  return new Refusal(
    "forbidden",
    "outside the project",
    `${name} is outside ${scope.grants.length > 0 ? "the project and what else this session may read" : "the project, which is all that can be read"}.`,
    { field: "path", hint },
  );
}

async function isVisible(scope: Scope, path: string): Promise<boolean> {
  const real = await realpath(join(scope.root, path)).catch(() => null);
  return real !== null && locate(scope, real) !== null;
}

function unreadable(name: string, error: unknown): never {
  const code = errnoOf(error);
  const detail = { field: "path", cause: error };
  if (code === "EACCES" || code === "EPERM")
    throw new Refusal("forbidden", "no permission", `${name} may not be read by the user BooCode runs as.`, {
      ...detail,
      hint: "Ask the user to change its permissions.",
    });
  if (code === "ELOOP")
    throw new Refusal("invalid", "a loop of links", `${name} goes in a circle of symbolic links.`, detail);
  if (code === "ENAMETOOLONG")
    throw new Refusal("invalid", "name too long", `${name} has a name longer than the file system allows.`, detail);
  if (code === "ENOENT" || code === "ENOTDIR")
    throw new Refusal("not_found", "no such file", `${name} has just gone.`, {
      ...detail,
      hint: "Look with list_dir.",
    });
  if (code === "ENXIO" || code === "ENODEV")
    throw new Refusal("invalid", "not a file", `${name} is a socket or a device, not an ordinary file.`, detail);
  throw new Refusal(
    "unavailable",
    "could not be read",
    `${name} could not be read (${code ?? "unknown error"}).`,
    detail,
  );
}

function notOrdinary(place: Place): Refusal {
  const s = place.stats;
  const kind = s.isFIFO()
    ? "a FIFO"
    : s.isSocket()
      ? "a socket"
      : s.isCharacterDevice() || s.isBlockDevice()
        ? "a device"
        : "not an ordinary file";
  return new Refusal("invalid", "not a file", `${place.shown} is ${kind}; only ordinary files are read.`, {
    field: "path",
  });
}

/** What was opened is what was judged: a directory on the way may have been swapped for a link meanwhile. */
async function sameFile(place: Place, handle: FileHandle): Promise<void> {
  const now = await handle.stat();
  if (!now.isFile()) throw notOrdinary({ ...place, stats: now });
  // Linux tells the path of the open file itself; elsewhere the path is looked at once more.
  const opened = await readlink(`/proc/self/fd/${handle.fd}`).catch(() => realpath(place.real).catch(() => null));
  if (opened !== place.real)
    throw new Refusal("conflict", "changed meanwhile", `${place.shown} was changed while it was opened. Try again.`, {
      field: "path",
    });
}

const SHOWN_CHARS = 200;
const shown = (path: string) => shownPath(ellipsis(path, SHOWN_CHARS));
