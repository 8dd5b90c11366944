/** One level of the file tree. Bounded in what it gives, and quick however many entries a directory has. */
import { lstat, readdir, readlink, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { TREE_LEVEL_LIMIT, type TreeEntry } from "../../domain/tree.ts";
import { isGitInternal, isInside, isSecretPath } from "../../lib/path-guard.ts";
import { Refusal } from "../refusal.ts";
import { resolvePath, type Scope } from "./guard.ts";
import { ignoredNames } from "./list.ts";

export interface LevelRequest {
  /** "" for the project. */
  path: string;
  /** Also what git ignores. */
  ignored: boolean;
  /** Sizes cost a look at every entry that is listed. */
  sizes: boolean;
  signal?: AbortSignal | undefined;
}
export interface Level {
  /** As asked for. */
  path: string;
  /** Where the directory really is, relative to the project: marks of git go by this. */
  real_path: string;
  entries: TreeEntry[];
  more: number;
  ignored: number;
}

/** Entries of a directory: directories first, numbers in names by their value. `.git` is not among them. */
export async function readLevel(scope: Scope, request: LevelRequest): Promise<Level> {
  const place = await resolvePath(scope, request.path || ".", request.signal);
  if (!place.stats.isDirectory())
    throw new Refusal("invalid", "not a directory", `${place.shown} is a file, not a directory.`, { field: "path" });
  const found = await entriesOf(place.real, place.shown);
  const ignored = await ignoredNames(place.real, found, request.signal);
  const kept = request.ignored ? found : found.filter((entry) => !ignored.has(entry.name));
  const shown = kept.sort(byKindAndName).slice(0, TREE_LEVEL_LIMIT);
  const from = { ...request, scope, directory: place.real, inside: place.inside };
  return {
    path: request.path,
    real_path: place.inside,
    entries: await Promise.all(shown.map((entry) => describe(from, entry, ignored.has(entry.name)))),
    more: kept.length - shown.length,
    ignored: request.ignored ? 0 : found.length - kept.length,
  };
}

type Found = Awaited<ReturnType<typeof entriesOf>>[number];

async function entriesOf(directory: string, name: string) {
  const found = await readdir(directory, { withFileTypes: true }).catch((error) => {
    throw new Refusal("forbidden", "no permission", `${name} may not be listed by the user BooCode runs as.`, {
      field: "path",
      cause: error,
    });
  });
  return found.filter((entry) => entry.name !== ".git");
}

const natural = new Intl.Collator("en", { numeric: true });

function byKindAndName(a: Found, b: Found): number {
  return (
    Number(b.isDirectory()) - Number(a.isDirectory()) || natural.compare(a.name, b.name) || (a.name < b.name ? -1 : 1)
  );
}

interface From extends LevelRequest {
  scope: Scope;
  directory: string;
  inside: string;
}

async function describe(from: From, entry: Found, ignored: boolean): Promise<TreeEntry> {
  const path = from.path === "" ? entry.name : `${from.path}/${entry.name}`;
  const full = from.inside === "" ? entry.name : `${from.inside}/${entry.name}`;
  const absolute = join(from.directory, entry.name);
  const link = entry.isSymbolicLink() ? await follow(from.scope, absolute) : null;
  const kind = link?.kind ?? (entry.isDirectory() ? "directory" : entry.isFile() ? "file" : "other");
  const isNamed = !entry.name.includes("\uFFFD") || (await exists(absolute));
  return {
    name: entry.name,
    path,
    kind,
    link: link?.target ?? null,
    size: from.sizes && kind === "file" && !link ? await sizeOf(absolute) : null,
    ignored,
    secret: isSecretPath(full) || isGitInternal(full) || (link?.secret ?? false),
    lossy: !isNamed,
    gone: false,
    mark: null,
  };
}

/** Where a link leads is told only if that may be read; a link to somewhere else is an entry that opens nothing. */
async function follow(
  { root, grants }: Scope,
  path: string,
): Promise<{ kind: TreeEntry["kind"]; target: string; secret: boolean }> {
  const nowhere = { kind: "other", target: "", secret: false } as const;
  const real = await realpath(path).catch(() => null);
  if (real === null || ![root, ...grants].some((base) => isInside(base, real))) return nowhere;
  const stats = await stat(real).catch(() => null);
  const target = await readlink(path).catch(() => "");
  const kind = stats?.isDirectory() ? "directory" : stats?.isFile() ? "file" : "other";
  return { kind, target, secret: isSecretPath(real.slice(root.length + 1)) };
}

const exists = (path: string) =>
  lstat(path).then(
    () => true,
    () => false,
  );
const sizeOf = (path: string) =>
  lstat(path).then(
    (stats) => stats.size,
    () => null,
  );
