/** Which language a file is in: by its name, its first line, and for C's headers by what is in them. */
import type { Language } from "./code.ts";

const BY_EXTENSION: Record<string, Language> = {
  ts: "typescript",
  mts: "typescript",
  cts: "typescript",
  tsx: "tsx",
  js: "javascript",
  mjs: "javascript",
  cjs: "javascript",
  jsx: "javascript",
  vue: "vue",
  svelte: "svelte",
  py: "python",
  pyi: "python",
  pyw: "python",
  go: "go",
  rs: "rust",
  java: "java",
  c: "c",
  h: "c",
  cc: "c++",
  cpp: "c++",
  cxx: "c++",
  "c++": "c++",
  hh: "c++",
  hpp: "c++",
  hxx: "c++",
  ipp: "c++",
  inl: "c++",
  cu: "c++",
  cuh: "c++",
  ino: "c++",
  cs: "c#",
  csx: "c#",
  rb: "ruby",
  rake: "ruby",
  gemspec: "ruby",
  php: "php",
  phtml: "php",
  sh: "bash",
  bash: "bash",
  zsh: "bash",
  bats: "bash",
  ps1: "powershell",
  psm1: "powershell",
};
const BY_NAME: Record<string, Language> = {
  Rakefile: "ruby",
  Gemfile: "ruby",
  Guardfile: "ruby",
  Vagrantfile: "ruby",
  Podfile: "ruby",
  ".bashrc": "bash",
  ".bash_profile": "bash",
  ".profile": "bash",
  ".zshrc": "bash",
  PKGBUILD: "bash",
};
const BY_PROGRAM: [RegExp, Language][] = [
  [/\b(ba|da|k|z)?sh\b/, "bash"],
  [/\bpython[\d.]*\b/, "python"],
  [/\b(bun|deno|ts-node|tsx)\b/, "typescript"],
  [/\bnode\b/, "javascript"],
  [/\bruby\b/, "ruby"],
  [/\bphp\b/, "php"],
  [/\bpwsh\b/, "powershell"],
];
const CPP_IN_HEADER = /^\s*(class|namespace|template|public:|private:|protected:|using\s|#include\s*<\w+>)/m;

/** Null when the name says nothing, or a language that is not parsed. */
export function languageOfName(path: string): Language | null {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  if (BY_NAME[name]) return BY_NAME[name];
  return dot > 0 ? (BY_EXTENSION[name.slice(dot + 1).toLowerCase()] ?? null) : null;
}

/** A name without a dot may be a script: its first line says so. */
export const mayBeScript = (path: string): boolean => !path.slice(path.lastIndexOf("/") + 1).includes(".");

/** As languageOfName, with the content at hand. */
export function languageOf(path: string, text: string): Language | null {
  const named = languageOfName(path);
  if (named === "c" && path.endsWith(".h") && CPP_IN_HEADER.test(text)) return "c++";
  if (named) return named;
  if (!mayBeScript(path) || !text.startsWith("#!")) return null;
  const first = text.slice(2, text.indexOf("\n") === -1 ? undefined : text.indexOf("\n"));
  return BY_PROGRAM.find(([program]) => program.test(first))?.[1] ?? null;
}

/** Names of languages that are not parsed, for an honest word about them. */
const UNPARSED: Record<string, string> = {
  kt: "Kotlin",
  kts: "Kotlin",
  swift: "Swift",
  scala: "Scala",
  lua: "Lua",
  dart: "Dart",
  ex: "Elixir",
  exs: "Elixir",
  erl: "Erlang",
  hs: "Haskell",
  ml: "OCaml",
  mli: "OCaml",
  fs: "F#",
  clj: "Clojure",
  zig: "Zig",
  nim: "Nim",
  r: "R",
  jl: "Julia",
  pl: "Perl",
  pm: "Perl",
  sql: "SQL",
  m: "Objective-C",
  mm: "Objective-C",
  groovy: "Groovy",
  gradle: "Gradle",
  vb: "Visual Basic",
  proto: "Protocol Buffers",
  graphql: "GraphQL",
  css: "CSS",
  scss: "SCSS",
  less: "Less",
  html: "HTML",
  md: "Markdown",
  json: "JSON",
  yaml: "YAML",
  yml: "YAML",
  toml: "TOML",
  xml: "XML",
  tf: "Terraform",
};

/** "Kotlin" for a file that is not parsed; its extension, or "other", where nothing better is known. */
export function unparsedName(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  const extension = dot > 0 ? name.slice(dot + 1).toLowerCase() : "";
  return UNPARSED[extension] ?? (/^[a-z0-9]{1,10}$/.test(extension) ? `.${extension}` : "other");
}

/** Languages that are source code but not parsed; the rest are documents and data. */
export const isSourceName = (name: string): boolean =>
  Object.values(UNPARSED).includes(name) && !/^(CSS|SCSS|Less|HTML|Markdown|JSON|YAML|TOML|XML)$/.test(name);
