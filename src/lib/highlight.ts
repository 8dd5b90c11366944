/**
 * Syntax highlighting with three colours: `k` what the language says, `s` literal values, `c` what is said aside.
 * highlight.js and each grammar are loaded when first needed, never before.
 */
import { createRequire } from "node:module";
import type { HLJSApi, LanguageFn } from "highlight.js";
import { grammarOfPath } from "./file-names.ts";
import { escapeHtml } from "./html.ts";

/** Above either limit code is shown without colours: grammars may take quadratic time on hostile input. */
const CODE_LIMIT_CHARS = 100_000;
const LINE_LIMIT_CHARS = 5_000;
/** Highlighted code kept for the next page view, keys and values together. */
const CACHE_LIMIT_CHARS = 4_000_000;

export type Tone = "k" | "s" | "c";

const require = createRequire(import.meta.url);
let hljs: HLJSApi | null = null;
const cache = new Map<string, string>();
let cached_chars = 0;
const loaded = new Set<string>();

/** Loads the core ahead of the first use; `highlight` does it by itself otherwise. */
export async function loadHighlighter(): Promise<void> {
  core();
}

/**
 * Code as escaped HTML with flat `<span class="k|s|c">`; `language` is a fence's word or a grammar's name. Unknown
 * languages and code over the limits are escaped only.
 */
export function highlight(code: string, language: string | null): string {
  const grammar = language === null ? null : grammarOf(language);
  if (grammar === null || tooLarge(code)) return escapeHtml(code);
  const key = `${grammar}\n${code}`;
  const known = cache.get(key);
  if (known !== undefined) {
    cache.delete(key);
    cache.set(key, known);
    return known;
  }
  const html = flatten(load(grammar).highlight(code, { language: grammar, ignoreIllegals: true }).value);
  remember(key, html);
  return html;
}

/** The same, one string a line without its line end; spans never reach over a line end. */
export function highlightLines(code: string, language: string | null): string[] {
  let tone = "";
  return highlight(code, language)
    .split("\n")
    .map((line) => {
      const opened = tone === "" ? line : `<span class="${tone}">${line}`;
      const last = line.lastIndexOf("<");
      if (last >= 0) tone = line.startsWith("</", last) ? "" : line.charAt(last + 13);
      return tone === "" ? opened : `${opened}</span>`;
    });
}

/** Language of a file by its name, for `highlight`; null when there is none. */
export const languageOfPath = (path: string): string | null => grammarOfPath(path);

/** True if `word` is a language that can be highlighted. */
export const isLanguage = (word: string): boolean => grammarOf(word) !== null;

const GRAMMARS = new Set(
  (
    "typescript javascript json python go rust java c cpp csharp ruby php bash powershell sql xml css scss less yaml " +
    "ini markdown diff dockerfile makefile kotlin swift lua graphql nginx perl r scala dart elixir erlang haskell " +
    "clojure protobuf cmake objectivec groovy"
  ).split(" "),
);
const ALIASES: Record<string, string> = {
  node: "javascript",
  "c++": "cpp",
  "c#": "csharp",
  golang: "go",
  docker: "dockerfile",
  make: "makefile",
  shell: "bash",
  console: "bash",
  terminal: "bash",
  shellsession: "bash",
  pwsh: "powershell",
  postgres: "sql",
  postgresql: "sql",
  pgsql: "sql",
  mysql: "sql",
  sqlite: "sql",
  objc: "objectivec",
  "objective-c": "objectivec",
  rlang: "r",
};

function grammarOf(word: string): string | null {
  const name = word.toLowerCase();
  if (GRAMMARS.has(name)) return name;
  if (Object.hasOwn(ALIASES, name)) return ALIASES[name] ?? null;
  return grammarOfPath(`x.${name}`);
}

/** What a grammar hands parts of the code to; loaded with it, so that output never depends on what came before. */
const EMBEDS: Record<string, string[]> = {
  typescript: ["xml", "css", "graphql", "javascript"],
  javascript: ["xml", "css", "graphql"],
  xml: ["css", "javascript"],
  markdown: ["xml"],
  dockerfile: ["bash"],
  dart: ["markdown"],
  yaml: ["ruby"],
};

function core(): HLJSApi {
  if (!hljs) {
    const api: HLJSApi = require("highlight.js/lib/core");
    hljs = api.newInstance();
  }
  return hljs;
}

function load(grammar: string): HLJSApi {
  const api = core();
  if (!loaded.has(grammar)) {
    loaded.add(grammar);
    const definition: LanguageFn = require(`highlight.js/lib/languages/${grammar}`);
    api.registerLanguage(grammar, definition);
    for (const embedded of EMBEDS[grammar] ?? []) load(embedded);
  }
  return api;
}

function tooLarge(code: string): boolean {
  if (code.length > CODE_LIMIT_CHARS) return true;
  if (code.length <= LINE_LIMIT_CHARS) return false;
  let start = 0;
  for (let end = code.indexOf("\n"); end >= 0; end = code.indexOf("\n", start)) {
    if (end - start > LINE_LIMIT_CHARS) return true;
    start = end + 1;
  }
  return code.length - start > LINE_LIMIT_CHARS;
}

function remember(key: string, html: string): void {
  if (key.length + html.length > CACHE_LIMIT_CHARS / 8) return;
  cache.set(key, html);
  cached_chars += key.length + html.length;
  for (const [oldKey, oldHtml] of cache) {
    if (cached_chars <= CACHE_LIMIT_CHARS) break;
    cache.delete(oldKey);
    cached_chars -= oldKey.length + oldHtml.length;
  }
}

/** highlight.js nests spans; ours are flat: the innermost scope that has a tone decides. */
function flatten(html: string): string {
  const tones: string[] = [""];
  let out = "";
  let tone = "";
  let at = 0;
  for (;;) {
    const tag = html.indexOf("<", at);
    const text = tag < 0 ? html.slice(at) : html.slice(at, tag);
    if (text !== "") {
      const wanted = tones[tones.length - 1] ?? "";
      if (wanted !== tone) {
        if (tone !== "") out += "</span>";
        if (wanted !== "") out += `<span class="${wanted}">`;
        tone = wanted;
      }
      out += text;
    }
    if (tag < 0) break;
    at = html.indexOf(">", tag) + 1;
    if (html.startsWith("</", tag)) tones.pop();
    else tones.push(toneOf(html.slice(tag + 13, at - 2), tones[tones.length - 1] ?? ""));
  }
  return tone === "" ? out : `${out}</span>`;
}

/** `scope` is a class list such as `hljs-title function_` or `language-css`. */
function toneOf(scope: string, outer: string): string {
  if (scope.startsWith("language-")) return "";
  const space = scope.indexOf(" ");
  return TONES[scope.slice(5, space < 0 ? undefined : space)] ?? outer;
}

const TONES: Record<string, Tone | ""> = {
  ...tones("k", "keyword literal built_in type name selector-tag section meta deletion bullet"),
  ...tones("s", "string number regexp symbol char link code addition"),
  ...tones("c", "comment quote"),
  ...tones("", "subst"),
};

function tones(tone: Tone | "", scopes: string): Record<string, Tone | ""> {
  return Object.fromEntries(scopes.split(" ").map((scope) => [scope, tone]));
}
