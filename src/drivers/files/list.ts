/** Lists a directory: names, kinds, sizes, what git ignores. Bounded however many entries there are. */
import { lstat, readdir, readlink, realpath } from "node:fs/promises";
import { join } from "node:path";
import { isGitInternal, isInside, isSecretPath, shownPath } from "../../lib/path-guard.ts";
import { git } from "../git/exec.ts";
import { Refusal } from "../refusal.ts";
import { resolvePath, type Scope } from "./guard.ts";

export interface Listed {
  /** Below the listed directory, fit for one line. */
  path: string;
  name: string;
  depth: number;
  kind: "directory" | "file" | "link" | "other";
  /** Bytes of a file; null otherwise. */
  size: number | null;
  /** Of a link: where it leads, or null when that is outside. */
  target: string | null;
  ignored: boolean;
  /** The name is told, the content is not. */
  secret: boolean;
  /** Entries of a directory that are not listed; null when nobody counted. */
  hidden: number | null;
}
export interface Listing {
  path: string;
  entries: Listed[];
  /** Entries of the directory itself, listed or not. */
  total: number;
  truncated: boolean;
}
export interface ListRequest {
  path: string;
  /** 1 is the directory alone. */
  depth: number;
  /** Entries listed in all. */
  limit: number;
  signal?: AbortSignal;
}

/** Entries in reading order: directories first, each followed by what is in it. `.git` and ignored directories stay closed. */
export async function listDirectory(scope: Scope, request: ListRequest): Promise<Listing> {
  const place = await resolvePath(scope, request.path || ".", request.signal);
  if (!place.stats.isDirectory()) {
    throw new Refusal("invalid", "not a directory", `${place.shown} is a file, not a directory.`, {
      field: "path",
      hint: "Read it with view_file.",
    });
  }
  const walk = new Walk(scope, place.real, place.inside, request);
  const { total } = await walk.level("", 1, request.limit);
  return { path: place.shown, entries: walk.entries, total, truncated: walk.truncated };
}

/** Entries listed of one directory below the listed one, so that the first of them cannot take all the room. */
const NESTED_LIMIT = 100;

class Walk {
  readonly entries: Listed[] = [];
  truncated = false;

  constructor(
    private readonly scope: Scope,
    private readonly top: string,
    private readonly inside: string,
    private readonly request: ListRequest,
  ) {}

  /** Lists one directory and what is below it; `budget` is how many entries it may take. */
  async level(folder: string, depth: number, budget: number): Promise<{ total: number }> {
    this.request.signal?.throwIfAborted();
    const found = await this.read(folder, depth);
    const shown = found.slice(0, budget);
    if (shown.length < found.length) this.truncated = true;
    const ignored = await ignoredNames(join(this.top, folder), shown, this.request.signal);
    let left = budget - shown.length;
    for (const entry of await this.details(folder, depth, shown, ignored)) {
      this.entries.push(entry);
      const isOpen =
        entry.kind === "directory" &&
        depth < this.request.depth &&
        !entry.ignored &&
        !entry.secret &&
        entry.name !== ".git";
      if (!isOpen) continue;
      const before = this.entries.length;
      const { total } = await this.level(
        folder === "" ? entry.name : `${folder}/${entry.name}`,
        depth + 1,
        Math.min(left, NESTED_LIMIT),
      );
      const direct = this.entries.slice(before).filter((e) => e.depth === depth + 1).length;
      entry.hidden = total - direct;
      left -= this.entries.length - before;
    }
    return { total: found.length };
  }

  private async read(folder: string, depth: number) {
    try {
      const found = await readdir(join(this.top, folder), { withFileTypes: true });
      return found.sort((a, b) => Number(b.isDirectory()) - Number(a.isDirectory()) || (a.name < b.name ? -1 : 1));
    } catch (error) {
      if (depth > 1) return [];
      throw new Refusal(
        "forbidden",
        "no permission",
        `${shownPath(this.inside || ".")} may not be listed by the user BooCode runs as.`,
        { field: "path", cause: error },
      );
    }
  }

  private details(
    folder: string,
    depth: number,
    found: Awaited<ReturnType<Walk["read"]>>,
    ignored: Set<string>,
  ): Promise<Listed[]> {
    return Promise.all(
      found.map(async (dirent): Promise<Listed> => {
        const below = folder === "" ? dirent.name : `${folder}/${dirent.name}`;
        const full = this.inside === "" ? below : `${this.inside}/${below}`;
        const kind = dirent.isDirectory()
          ? "directory"
          : dirent.isFile()
            ? "file"
            : dirent.isSymbolicLink()
              ? "link"
              : "other";
        return {
          path: shownPath(below),
          name: dirent.name,
          depth,
          kind,
          size: kind === "file" ? await sizeOf(join(this.top, below)) : null,
          target: kind === "link" ? await this.target(join(this.top, below)) : null,
          ignored: ignored.has(dirent.name),
          secret: isSecretPath(full) || isGitInternal(full),
          hidden: null,
        };
      }),
    );
  }

  /** Where a link leads is told only if that may be read. */
  private async target(path: string): Promise<string | null> {
    const real = await realpath(path).catch(() => null);
    const isKnown = real !== null && [this.scope.root, ...this.scope.grants].some((base) => isInside(base, real));
    return isKnown ? shownPath(await readlink(path).catch(() => real)) : null;
  }
}

const sizeOf = (path: string) =>
  lstat(path).then(
    (stats) => stats.size,
    () => null,
  );

const CHECK_TIMEOUT_MS = 5000;

/** The names in a directory that git ignores; none without a repository. */
export async function ignoredNames(
  directory: string,
  found: { name: string }[],
  signal?: AbortSignal,
): Promise<Set<string>> {
  if (found.length === 0) return new Set();
  // The names begin with "./", so none is magic; check-ignore refuses to run with literal pathspecs.
  const env = { GIT_LITERAL_PATHSPECS: "0" };
  const stdin = found.map((dirent) => `./${dirent.name}\0`).join("");
  const result = await git(directory, ["check-ignore", "-z", "--stdin"], {
    stdin,
    env,
    signal,
    timeout_ms: CHECK_TIMEOUT_MS,
  }).catch((error) => {
    signal?.throwIfAborted();
    if (error instanceof Refusal) return null;
    throw error;
  });
  return new Set(
    result?.stdout
      .split("\0")
      .filter(Boolean)
      .map((name) => name.replace(/^\.\//, "")),
  );
}
