/** Where an import may lead, by the rules of its language: guesses in order, to be held against the files there are. */
import type { CodeImport, Language } from "./code.ts";
import { withoutExtension } from "./code-keys.ts";

/** What a project's manifests say about names of its own. Paths are relative to the project; "" is its top. */
export interface ImportSettings {
  /** `compilerOptions.paths` and `baseUrl`, of the directory that they count for; the deepest one first. */
  aliases: { directory: string; base: string | null; paths: [pattern: string, targets: string[]][] }[];
  /** Packages of this project that import each other by name (npm workspaces, crates), by name. */
  packages: Map<string, { directory: string; entries: string[] }>;
  crates: Map<string, string>;
  /** Go modules: the path they are imported by, the longest first. */
  modules: { name: string; directory: string }[];
}

export interface Guess {
  /** Path, mostly without extension. */
  base: string;
  /**
   * `exact`: the file or what stands for the directory; `named`: exactly this file name; `below`: any file that ends so;
   * `directory`: the files in it; `namespace`: the files that declare it.
   */
  how: "exact" | "named" | "below" | "directory" | "namespace";
}
export interface Guesses {
  guesses: Guess[];
  /** What it is when no guess is right: the name of a package; null when it should have been a file. */
  external: string | null;
}

const JS: ReadonlySet<Language> = new Set<Language>(["typescript", "tsx", "javascript", "vue", "svelte"]);

export function guessesOf(one: CodeImport, from: string, language: Language, settings: ImportSettings): Guesses {
  if (JS.has(language)) return javascript(one.spec, from, settings);
  switch (language) {
    case "python":
      return python(one, from);
    case "go":
      return go(one.spec, settings);
    case "rust":
      return rust(one, from, settings);
    case "java":
      return java(one.spec);
    case "c#":
      return { guesses: [{ base: one.spec, how: "namespace" }], external: one.spec.split(".")[0]! };
    case "php":
      return php(one, from);
    case "ruby":
      return ruby(one, from);
    case "c":
    case "c++":
      return include(one, from);
    default:
      return { guesses: inFile(one.spec, from), external: null };
  }
}

/** `a/b`, "" for the top; null when it leads out of the project. */
export function joined(directory: string, path: string): string | null {
  const parts = path.startsWith("/") ? [] : directory.split("/").filter(Boolean);
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.join("/");
}

export const directoryOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));

const exact = (base: string | null): Guess[] => (base === null ? [] : [{ base, how: "exact" }]);

function javascript(spec: string, from: string, settings: ImportSettings): Guesses {
  if (/^\.{0,2}\//.test(spec) || /^\.{1,2}$/.test(spec))
    return { guesses: exact(joined(directoryOf(from), spec.replace(/[?#].*$/, ""))), external: null };
  const guesses: Guess[] = [];
  const config = settings.aliases.find(({ directory }) => directory === "" || from.startsWith(`${directory}/`));
  for (const [pattern, targets] of config?.paths ?? []) {
    const rest = starred(pattern, spec);
    if (rest === null) continue;
    const base = config!.base ?? config!.directory;
    guesses.push(...targets.flatMap((target) => exact(joined(base, `./${target.replace("*", rest)}`))));
  }
  if (config?.base != null) guesses.push(...exact(joined(config.base, `./${spec}`)));
  const parts = spec.split("/");
  const name = parts.slice(0, spec.startsWith("@") ? 2 : 1).join("/");
  const own = settings.packages.get(name);
  if (own) {
    const rest = spec.slice(name.length + 1);
    const inside = rest ? [rest, `src/${rest}`] : [...own.entries, "src/index", "index", "src/main"];
    guesses.push(...inside.flatMap((path) => exact(joined(own.directory, `./${path}`))));
  }
  return { guesses, external: /^[#~]|^@\//.test(spec) ? null : name.replace(/^node:/, "node:") };
}

/** What a pattern's star stands for; null when it does not fit. */
function starred(pattern: string, spec: string): string | null {
  const star = pattern.indexOf("*");
  if (star === -1) return pattern === spec ? "" : null;
  const [head, tail] = [pattern.slice(0, star), pattern.slice(star + 1)];
  if (!spec.startsWith(head) || !spec.endsWith(tail) || spec.length < head.length + tail.length) return null;
  return spec.slice(head.length, spec.length - tail.length);
}

/** A name that is taken from a package may be a module of it. */
function python({ spec, names }: CodeImport, from: string): Guesses {
  const dots = /^\.*/.exec(spec)![0].length;
  const path = spec.slice(dots).replaceAll(".", "/");
  if (dots > 0) {
    const top = joined(directoryOf(from), `./${"../".repeat(dots - 1)}${path}`);
    const inside = names.map((name) => (top === null ? null : joined(top, `./${name}`)));
    return { guesses: [...inside, top].flatMap(exact), external: null };
  }
  const paths = [...names.map((name) => `${path}/${name}`), path];
  const guesses = paths.flatMap((base): Guess[] => {
    // One word is the name of many a file; it is taken from where modules are looked for.
    if (!base.includes("/"))
      return [base, `src/${base}`, `lib/${base}`, joined(directoryOf(from), base)].flatMap((at) => exact(at));
    return [...exact(base), { base, how: "below" }];
  });
  return { guesses, external: path.split("/")[0]! };
}

function go(spec: string, { modules }: ImportSettings): Guesses {
  const own = modules.find(({ name }) => spec === name || spec.startsWith(`${name}/`));
  if (own) {
    const base = joined(own.directory, `./${spec.slice(own.name.length)}`);
    return { guesses: base === null ? [] : [{ base, how: "directory" }], external: null };
  }
  const parts = spec.split("/");
  return { guesses: [], external: parts[0]!.includes(".") ? parts.slice(0, 3).join("/") : spec };
}

function rust({ spec, how }: CodeImport, from: string, { crates }: ImportSettings): Guesses {
  const directory = directoryOf(from);
  const name = from.slice(directory.length ? directory.length + 1 : 0);
  const own = /^(mod|lib|main)\.rs$/.test(name) ? directory : withoutExtension(from);
  if (how === "mod") return { guesses: exact(joined(own, `./${spec}`)), external: null };
  const parts = spec.split("::").filter((part) => part !== "*");
  const first = parts[0] ?? "";
  if (/^(std|core|alloc)$/.test(first)) return { guesses: [], external: first };
  const crate = /^(.*?)(^|\/)src(\/|$)/.exec(directory)?.[0].replace(/\/$/, "") ?? directory;
  let base: string | null = own;
  let rest = parts;
  if (first === "crate") [base, rest] = [crate, parts.slice(1)];
  else if (crates.has(first)) [base, rest] = [joined(crates.get(first)!, "./src"), parts.slice(1)];
  while (rest[0] === "self" || rest[0] === "super") {
    if (rest[0] === "super") base = base === null ? null : joined(base, "./..");
    rest = rest.slice(1);
  }
  const guesses = [];
  for (let n = rest.length; n >= 1; n--) guesses.push(...exact(joined(base ?? "", `./${rest.slice(0, n).join("/")}`)));
  const isOwn = /^(crate|self|super)$/.test(first) || crates.has(first);
  if (isOwn) guesses.push(...exact(base));
  return { guesses, external: isOwn ? null : first };
}

function java(spec: string): Guesses {
  const parts = spec.replace(/\.\*$/, "").split(".");
  const paths = [parts, parts.slice(0, -1)].filter((some) => some.length > 1).map((some) => some.join("/"));
  return { guesses: paths.map((base) => ({ base, how: "below" })), external: parts.slice(0, 2).join(".") };
}

function php({ spec, how }: CodeImport, from: string): Guesses {
  if (how === "relative") return { guesses: inFile(spec, from), external: null };
  const parts = spec.split("\\");
  const guesses: Guess[] = [];
  for (let at = 0; at < parts.length - 1; at++) guesses.push({ base: parts.slice(at).join("/"), how: "below" });
  return { guesses, external: parts[0]! };
}

function ruby({ spec, how }: CodeImport, from: string): Guesses {
  if (how === "relative") return { guesses: exact(joined(directoryOf(from), spec)), external: null };
  const below: Guess[] = spec.includes("/") ? [{ base: spec, how: "below" }] : [];
  return { guesses: [...exact(`lib/${spec}`), ...exact(spec), ...below], external: spec.split("/")[0]! };
}

function include({ spec, how }: CodeImport, from: string): Guesses {
  const places = ["", "include", "src"].flatMap((top): Guess[] => {
    const base = joined(top, `./${spec}`);
    return base === null ? [] : [{ base, how: "named" }];
  });
  if (how === "relative") return { guesses: [...inFile(spec, from), ...places], external: null };
  const below: Guess[] = spec.includes("/") ? [{ base: spec, how: "below" }] : [];
  return { guesses: [...places, ...below], external: spec };
}

/** A file by its name: beside the one that says it, else the one that ends so. */
function inFile(spec: string, from: string): Guess[] {
  const beside = joined(directoryOf(from), spec);
  const anywhere = spec.replace(/^(\.{1,2}\/)+/, "");
  return [...(beside === null ? [] : [{ base: beside, how: "named" as const }]), { base: anywhere, how: "below" }];
}
