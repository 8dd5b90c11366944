/**
 * How files and imports find each other without anybody reading the whole tree: a file is known by one key, an import has
 * the keys of the files that it may mean. What it really means is settled among those few (src/engine/code/resolve.ts).
 */
import type { Language } from "./code.ts";

/** Files that stand for their directory. */
const STANDS_FOR_DIRECTORY = /^(index\.[cm]?[jt]sx?|index\.vue|__init__\.pyi?|mod\.rs|lib\.rs|index\.php)$/;
/** Extensions that an import leaves out, or writes of the file that is made of the source ("./a.js" for a.ts). */
const EXTENSION =
  /\.(d\.[cm]?ts|[cm]?[jt]sx?|vue|svelte|pyi?|go|rs|java|c|cc|cpp|cxx|h|hh|hpp|hxx|cs|rb|php|sh|bash|ps1|psm1)$/i;
/** The directory of the project itself. */
const TOP = ".";
const KEYS_MAX = 12;

/** What a file may be imported as: its name without extension; that of its directory for what stands for it. */
export function fileKey(path: string): string {
  const slash = path.lastIndexOf("/");
  const name = path.slice(slash + 1);
  if (STANDS_FOR_DIRECTORY.test(name) || name.endsWith(".go")) {
    const directory = path.slice(0, Math.max(0, slash));
    return directory.slice(directory.lastIndexOf("/") + 1) || TOP;
  }
  return withoutExtension(name);
}

export const withoutExtension = (name: string): string => name.replace(EXTENSION, "");

/** Keys of the files that an import may mean. */
export function importKeys(language: Language, spec: string, names: readonly string[]): string[] {
  const keys = new Set(KEYS[language]?.(spec, names) ?? pathKeys(spec));
  return [...keys].filter(Boolean).slice(0, KEYS_MAX);
}

const dotted = (spec: string, names: readonly string[]) => [spec.split(".").at(-1) || TOP, ...names];
const KEYS: Partial<Record<Language, (spec: string, names: readonly string[]) => string[]>> = {
  python: dotted,
  // `a.b.C` and, of a static import, `a.b.C.d`.
  java: (spec) => spec.split(".").slice(-2),
  "c#": (spec) => spec.split(".").slice(-1),
  php: (spec) => (spec.includes("/") || spec.endsWith(".php") ? pathKeys(spec) : spec.split("\\").slice(-1)),
  rust: (spec) => spec.split("::").filter((part) => !/^(crate|super|self|\*)$/.test(part)),
};

function pathKeys(spec: string): string[] {
  const parts = spec.split("/").filter((part) => part !== "");
  const last = parts.at(-1) ?? TOP;
  if (last === "." || last === "..") return [TOP];
  const bare = withoutExtension(last);
  // `x/index` is `x`; and a name with a dot may be one without extension: `./app.config`.
  if (bare === "index") return [parts.at(-2) && !/^\.\.?$/.test(parts.at(-2)!) ? parts.at(-2)! : TOP];
  return [bare];
}
