/** Searching and listing with what is proposed in the place of what is on disk. */
import type { Proposals, SeenFile } from "../../domain/tool.ts";
import { resolvePath, type Scope } from "../../drivers/files/guard.ts";
import type { Listed, Listing } from "../../drivers/files/list.ts";
import {
  type FindRequest,
  findFiles,
  type SearchRequest,
  type SearchResult,
  searchFiles,
} from "../../drivers/files/ripgrep.ts";
import { withScratch } from "../../drivers/files/scratch.ts";
import { AppError } from "../../lib/errors.ts";
import { shownPath } from "../../lib/path-guard.ts";

/** As searchFiles: proposed files are searched as proposed. */
export async function searchSeen(
  scope: Scope,
  proposals: Proposals | undefined,
  request: SearchRequest,
): Promise<SearchResult> {
  const seen = (await proposals?.all()) ?? [];
  if (seen.length === 0) return searchFiles(scope, request);
  const [disk, proposed] = await both(
    () => searchFiles(scope, request),
    () => inScratch(scope, seen, request, searchFiles),
  );
  const gone = new Set(seen.map((file) => shownPath(file.path)));
  const files = [...(disk?.files.filter((file) => !gone.has(file.path)) ?? []), ...(proposed?.files ?? [])];
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  const matches = files.reduce((sum, file) => sum + file.lines.filter((line) => line.match).length, 0);
  return { files, matches, truncated: (disk?.truncated ?? false) || (proposed?.truncated ?? false) };
}

/** As findFiles: new files are found, deleted ones are not. */
export async function findSeen(
  scope: Scope,
  proposals: Proposals | undefined,
  request: FindRequest,
): Promise<{ base: string; paths: string[]; truncated: boolean }> {
  const seen = (await proposals?.all()) ?? [];
  if (seen.length === 0) return findFiles(scope, request);
  const [disk, proposed] = await both(
    () => findFiles(scope, request),
    () => inScratch(scope, seen, request, findFiles),
  );
  const gone = new Set(seen.map((file) => shownPath(file.path)));
  const paths = [...(disk?.paths.filter((path) => !gone.has(path)) ?? []), ...(proposed?.paths ?? [])].sort();
  return { base: (disk ?? proposed)!.base, paths, truncated: disk?.truncated ?? false };
}

/** What is on disk and what is proposed; a path that is only in one of them is no error. */
async function both<T>(disk: () => Promise<T>, proposed: () => Promise<T | null>): Promise<[T | null, T | null]> {
  const [first, second] = await Promise.allSettled([disk(), proposed()]);
  const there = second.status === "fulfilled" ? second.value : null;
  if (first.status === "rejected" && (there === null || !isMissing(first.reason))) throw first.reason;
  if (second.status === "rejected") throw second.reason;
  return [first.status === "fulfilled" ? first.value : null, there];
}

/** Null when nothing that is proposed lies at the path. */
async function inScratch<R extends { path: string; signal?: AbortSignal }, T>(
  scope: Scope,
  seen: readonly SeenFile[],
  request: R,
  search: (scope: Scope, request: R) => Promise<T>,
): Promise<T | null> {
  const path = await insidePath(scope, request.path, request.signal);
  const files = seen.flatMap(({ path: p, bytes }) => (bytes === null || !lies(p, path) ? [] : [{ path: p, bytes }]));
  if (path === null || files.length === 0) return null;
  return withScratch(files, (root) => search({ root, grants: [] }, { ...request, path: path || "." }));
}

const lies = (file: string, path: string | null) => path === "" || file === path || file.startsWith(`${path}/`);

/** The path as proposals name it: without links, relative to the project; null when it is in a grant. */
async function insidePath(scope: Scope, path: string, signal?: AbortSignal): Promise<string | null> {
  try {
    const place = await resolvePath(scope, path || ".", signal);
    return place.base === scope.root ? place.inside : null;
  } catch (error) {
    if (!isMissing(error)) throw error;
    return path.replace(/^(\.?\/)+/, "").replace(/\/+$/, "");
  }
}

const isMissing = (error: unknown) => error instanceof AppError && error.code === "not_found";

/** Marks what is proposed to be deleted or changed and puts new files where they will lie. */
export async function listSeen(
  proposals: Proposals | undefined,
  path: string,
  depth: number,
  list: () => Promise<Listing>,
): Promise<Listing & { proposed: ReadonlyMap<string, string> }> {
  const seen = (await proposals?.all()) ?? [];
  const listing = await list().catch((error: unknown) => {
    const bare = path.replace(/^(\.?\/)+/, "").replace(/\/+$/, "");
    if (!isMissing(error) || !seen.some((file) => file.bytes !== null && file.path.startsWith(`${bare}/`))) throw error;
    return { path: bare, entries: [], total: 0, truncated: false };
  });
  const top = listing.path === "." ? "" : `${listing.path}/`;
  const proposed = new Map<string, string>();
  const entries = [...listing.entries];
  let added = 0;
  for (const file of seen) {
    if (!shownPath(file.path).startsWith(top)) continue;
    const below = file.path.slice(top.length);
    proposed.set(shownPath(below), WORDS[file.kind]);
    if (file.bytes !== null && file.kind === "create") added += insert(entries, below, depth, file.bytes.length);
  }
  return { ...listing, entries, total: listing.total + added, proposed };
}
const WORDS = { create: "proposed, not on disk yet", edit: "a change is proposed", delete: "its deletion is proposed" };

/** Puts a file and the directories on the way to it in; returns how many entries of the listed directory that makes. */
function insert(entries: Listed[], path: string, depth: number, size: number): number {
  const names = path.split("/");
  let direct = 0;
  for (let i = 0; i < Math.min(names.length, depth); i++) {
    const below = names.slice(0, i + 1).join("/");
    const shown = shownPath(below);
    if (entries.some((entry) => entry.path === shown)) continue;
    const isFile = i === names.length - 1;
    entries.splice(placeFor(entries, names, i, isFile), 0, {
      path: shown,
      name: names[i]!,
      depth: i + 1,
      kind: isFile ? "file" : "directory",
      size: isFile ? size : null,
      target: null,
      ignored: false,
      secret: false,
      hidden: null,
    });
    if (i === 0) direct++;
  }
  return direct;
}

/** After its directory and its elder siblings with all that is below them: directories first, then by name. */
function placeFor(entries: readonly Listed[], names: readonly string[], i: number, isFile: boolean): number {
  const parent = i === 0 ? -1 : entries.findIndex((e) => e.path === shownPath(names.slice(0, i).join("/")));
  let at = parent + 1;
  for (; at < entries.length && entries[at]!.depth > i; at++) {
    const entry = entries[at]!;
    if (entry.depth > i + 1) continue;
    const isDirectory = entry.kind === "directory";
    if (isDirectory === isFile ? !isDirectory : entry.name > names[i]!) break;
  }
  return at;
}
