/** Imports → the files of the tree that they mean, and the other way round. */
import type { Sql } from "../../db/sql.ts";
import { directoryOf, type Guess, type Guesses, guessesOf, type ImportSettings } from "../../domain/code-imports.ts";
import { fileKey, withoutExtension } from "../../domain/code-keys.ts";
import { type FileImport, filesByKey, filesOfNamespace, importsByKey, symbolsIn } from "../../store/code-search.ts";

export type Target =
  | { kind: "file"; path: string }
  /** A package of several files; `path` is its directory or namespace. */
  | { kind: "files"; path: string; files: string[] }
  | { kind: "external"; name: string }
  | { kind: "missing" };

export interface Resolved {
  from: FileImport;
  target: Target;
}

/** Imports looked at to find who imports a file. */
const IMPORTERS_MAX = 4_000;
const NAMESPACE_FILES_MAX = 50;

export class Resolver {
  constructor(
    private readonly sql: Sql,
    private readonly tree: number,
    private readonly settings: ImportSettings,
  ) {}

  /** In the order of the imports. */
  async resolve(imports: readonly FileImport[]): Promise<Resolved[]> {
    const guessed = imports.map((one) => ({ one, ...guessesOf(one, one.path, one.language, this.settings) }));
    const keys = new Set(guessed.flatMap(({ guesses }) => guesses.filter((g) => g.how !== "namespace").map(keyOf)));
    const spaces = new Set(guessed.flatMap(({ guesses }) => guesses.filter(isNamespace).map(({ base }) => base)));
    const [files, namespaces] = await Promise.all([
      keys.size > 0 ? filesByKey(this.sql, this.tree, [...keys]) : new Map<string, string[]>(),
      spaces.size > 0 ? filesOfNamespace(this.sql, this.tree, [...spaces]) : [],
    ]);
    return guessed.map(({ one, guesses, external }) => ({
      from: one,
      target: targetOf(one.path, { guesses, external }, files, namespaces),
    }));
  }

  /** Imports that mean one of the files, from others than itself; `more` when not all that may were looked at. */
  async importers(paths: readonly string[]): Promise<{ found: (Resolved & { to: string })[]; more: boolean }> {
    const wanted = new Set(paths);
    const keys = new Set([...paths.flatMap((path) => this.keysOf(path)), ...(await this.namespacesOf(paths))]);
    const imports = await importsByKey(this.sql, this.tree, [...keys], IMPORTERS_MAX);
    const found = (await this.resolve(imports)).flatMap((one) =>
      filesOf(one.target).flatMap((to) => (wanted.has(to) && to !== one.from.path ? [{ ...one, to }] : [])),
    );
    return { found, more: imports.length >= IMPORTERS_MAX };
  }

  private keysOf(path: string): string[] {
    const bare = withoutExtension(path.slice(path.lastIndexOf("/") + 1));
    const key = fileKey(path);
    return [key, bare, ...(key === bare ? [] : ["."]), ...this.namesOf(path)];
  }

  /** Where files are imported by what they declare. */
  private async namespacesOf(paths: readonly string[]): Promise<string[]> {
    const declaring = paths.filter((path) => path.endsWith(".cs"));
    const symbols = await symbolsIn(this.sql, this.tree, declaring);
    return symbols.filter(({ kind }) => kind === "namespace").map(({ name }) => name.split(".").at(-1)!);
  }

  /** Packages that the file may be the entry of. */
  private namesOf(path: string): string[] {
    const own = [...this.settings.packages].filter(
      ([, { directory }]) => directory === "" || path.startsWith(`${directory}/`),
    );
    const crates = [...this.settings.crates].filter(([, directory]) =>
      path.startsWith(directory ? `${directory}/` : ""),
    );
    return [...own.map(([name]) => name.split("/").at(-1)!), ...crates.map(([name]) => name)];
  }
}

export const filesOf = (target: Target): string[] =>
  target.kind === "file" ? [target.path] : target.kind === "files" ? target.files : [];

const isNamespace = ({ how }: Guess) => how === "namespace";

/** What a guess's file is known by. */
function keyOf({ base, how }: Guess): string {
  const last = base.slice(base.lastIndexOf("/") + 1);
  if (how === "directory") return last || ".";
  const bare = withoutExtension(last);
  if (bare !== "index") return bare || ".";
  const directory = directoryOf(base);
  return directory.slice(directory.lastIndexOf("/") + 1) || ".";
}

function targetOf(
  from: string,
  { guesses, external }: Guesses,
  files: ReadonlyMap<string, string[]>,
  namespaces: readonly { name: string; path: string }[],
): Target {
  for (const guess of guesses) {
    if (isNamespace(guess)) {
      const declared = namespaces.filter(({ name }) => name === guess.base).map(({ path }) => path);
      if (declared.length > 0)
        return { kind: "files", path: guess.base, files: declared.slice(0, NAMESPACE_FILES_MAX) };
      continue;
    }
    const found = (files.get(keyOf(guess)) ?? []).filter((path) => path !== from && fits(path, guess));
    if (guess.how === "directory" && found.length > 0) return { kind: "files", path: guess.base || ".", files: found };
    const best = found.sort((a, b) => rank(from, guess, a) - rank(from, guess, b) || (a < b ? -1 : 1))[0];
    if (best !== undefined) return { kind: "file", path: best };
  }
  return external === null ? { kind: "missing" } : { kind: "external", name: external };
}

function fits(path: string, { base, how }: Guess): boolean {
  if (how === "directory") return directoryOf(path) === base && !/_test\.go$/.test(path);
  if (how === "named") return path === base;
  const bare = withoutExtension(path);
  const wanted = [base, withoutExtension(base)];
  const stands = fileKey(path) !== withoutExtension(path.slice(path.lastIndexOf("/") + 1)) ? directoryOf(path) : null;
  if (how === "exact") return path === base || wanted.includes(bare) || (stands !== null && wanted.includes(stands));
  const ends = (name: string | null) => name !== null && (name === base || name.endsWith(`/${base}`));
  return ends(path) || ends(bare) || ends(stands);
}

const EXTENSIONS = [".ts", ".tsx", ".mts", ".js", ".jsx", ".mjs", ".cjs"];

/** The very name first, then what the importer's language takes first, then what is near. */
function rank(from: string, { base }: Guess, path: string): number {
  if (path === base) return -1;
  const extension = path.slice(path.lastIndexOf("."));
  const declared = /\.d\.[cm]?ts$/.test(path) ? 50 : 0;
  const same = from.endsWith(extension) ? 0 : 10 + Math.max(0, EXTENSIONS.indexOf(extension));
  return declared + same + 100 * distance(from, path);
}

/** Directories between two files. */
function distance(a: string, b: string): number {
  const [x, y] = [directoryOf(a).split("/"), directoryOf(b).split("/")];
  let shared = 0;
  while (shared < x.length && shared < y.length && x[shared] === y[shared]) shared++;
  return x.length + y.length - 2 * shared;
}
