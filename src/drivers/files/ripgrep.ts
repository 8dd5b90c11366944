/** ripgrep: searching contents and listing files, gitignore-aware. */
import { dirname } from "node:path";
import { isGitInternal, shownPath } from "../../lib/path-guard.ts";
import { type Finished, runCommand } from "../proc.ts";
import { Refusal } from "../refusal.ts";
import { mayTell, type Place, resolvePath, type Scope } from "./guard.ts";

export interface SearchRequest {
  pattern: string;
  /** File or directory, "" for the project. */
  path: string;
  /** Only files that match; gitignore's syntax. */
  glob?: string;
  literal: boolean;
  ignore_case: boolean;
  /** Lines around a match. */
  context: number;
  /** Also files that .gitignore leaves out. */
  ignored: boolean;
  signal?: AbortSignal;
}
export interface SearchLine {
  number: number;
  /** Cut at SEARCH_LINE_CHARS. */
  text: string;
  match: boolean;
}
export interface SearchFile {
  /** Fit for one line. */
  path: string;
  lines: SearchLine[];
}
export interface SearchResult {
  /** Sorted by path; secret files and .git are never in it. */
  files: SearchFile[];
  matches: number;
  /** More was found than is kept; which part is kept is by chance. */
  truncated: boolean;
}

export const SEARCH_LINE_CHARS = 400;
export const SEARCH_TIMEOUT_MS = 30_000;
/** Output kept of a search; the rest stays unread. */
const SEARCH_OUTPUT_LIMIT_BYTES = 1_000_000;
const LIST_OUTPUT_LIMIT_BYTES = 16_000_000;

const ALWAYS = ["--no-config", "--color=never", "--no-messages", "--hidden", "--null"];

/**
 * A name with a line end in it would split a line of output in two, the second half under a false name; `.git` holds no
 * text of the project. Later globs win, so these come last.
 */
const NEVER = ["--glob=!*\n*", "--glob=!.git"];

/** Lines that match a regular expression (Rust's) or literal text. Throws Refusal for a bad path or pattern. */
export async function searchFiles(scope: Scope, request: SearchRequest): Promise<SearchResult> {
  const place = await resolvePath(scope, request.path, request.signal);
  if (!place.stats.isDirectory() && !place.stats.isFile()) {
    throw new Refusal("invalid", "not a file", `${place.shown} is neither a file nor a directory.`, { field: "path" });
  }
  const args = [
    "--line-number",
    "--with-filename",
    "--no-heading",
    "--no-context-separator",
    `--max-columns=${SEARCH_LINE_CHARS}`,
    "--max-columns-preview",
  ];
  if (request.literal) args.push("--fixed-strings");
  if (request.ignore_case) args.push("--ignore-case");
  if (request.context > 0) args.push(`--context=${request.context}`);
  const { cwd, target } = aim(place);
  const result = await ripgrep(
    cwd,
    [...args, ...selection(request, "--glob"), ...NEVER, `--regexp=${request.pattern}`, "--", target],
    SEARCH_OUTPUT_LIMIT_BYTES,
    request.signal,
  );
  if (result.code === 2 && result.stdout === "") throw badPattern(result.stderr);
  return gather(result, place, scope);
}

export interface FindRequest {
  path: string;
  glob?: string;
  ignored: boolean;
  signal?: AbortSignal;
}

/** Files below a directory, sorted by path; names of secret files are among them. */
export async function findFiles(
  scope: Scope,
  request: FindRequest,
): Promise<{ base: string; paths: string[]; truncated: boolean }> {
  const place = await resolvePath(scope, request.path || ".", request.signal);
  if (!place.stats.isDirectory()) {
    throw new Refusal("invalid", "not a directory", `${place.shown} is not a directory.`, {
      field: "path",
      hint: "Name the directory to look in, or leave path out.",
    });
  }
  const { cwd, target } = aim(place);
  const result = await ripgrep(
    cwd,
    ["--files", ...selection(request, "--iglob"), "--iglob=!.git", "--", target],
    LIST_OUTPUT_LIMIT_BYTES,
    request.signal,
  );
  if (result.code === 2 && result.stdout === "") throw badPattern(result.stderr);
  const names = result.stdout.split("\0");
  names.pop(); // what follows the last NUL: nothing, or half a name
  const paths = names
    .map(tidy)
    .filter((name) => !isGitInternal(name))
    .map((name) => toldPath(place, scope, name))
    .sort();
  return { base: place.shown, paths, truncated: result.truncated };
}

async function ripgrep(cwd: string, args: string[], limit: number, signal?: AbortSignal): Promise<Finished> {
  const result = await runCommand({
    argv: ["rg", ...ALWAYS, ...args],
    cwd,
    timeout_ms: SEARCH_TIMEOUT_MS,
    stdout_limit_bytes: limit,
    signal,
  });
  if (result.timed_out) {
    throw new Refusal(
      "limit",
      "took too long",
      `The search took longer than ${SEARCH_TIMEOUT_MS / 1000} s and was stopped.`,
      { hint: "Search in a directory (path) or fewer files (glob)." },
    );
  }
  return result;
}

function selection(request: { glob?: string; ignored: boolean }, flag: string): string[] {
  return [...(request.ignored ? ["--no-ignore"] : []), ...(request.glob ? [`${flag}=${request.glob}`] : [])];
}

/** rg runs in the base (a root or grant), so that globs and ignore files count from there. */
function aim(place: Place): { cwd: string; target: string } {
  if (place.stats.isDirectory()) return { cwd: place.base, target: `./${place.inside}` };
  // Seen from its own directory: a file can be a grant's only readable thing, and rg wants a directory to run in.
  return {
    cwd: place.inside === "" ? dirname(place.real) : place.base,
    target: `./${place.inside || place.real.slice(dirname(place.real).length + 1)}`,
  };
}

const tidy = (name: string) => name.replace(/^\.\/+/, "");

function toldPath(place: Place, scope: Scope, inside: string): string {
  return shownPath(place.base === scope.root ? inside : `${place.base}/${inside}`);
}

function gather(result: Finished, place: Place, scope: Scope): SearchResult {
  const files = new Map<string, SearchLine[] | null>();
  let matches = 0;
  const lines = result.stdout.split("\n");
  lines.pop(); // what follows the last line end: nothing, or half a line
  for (const line of lines) {
    const nul = line.indexOf("\0");
    if (nul === -1) continue; // a remark of rg, such as that it stopped at binary content
    const name = line.slice(0, nul);
    let told = files.get(name);
    if (told === undefined) {
      told = mayTell(tidy(name)) ? [] : null;
      files.set(name, told);
    }
    const found = told && parseLine(line, nul + 1);
    if (!found) continue;
    if (found.match) matches++;
    told!.push(found);
  }
  const open = [...files].flatMap(([name, told]) => (told ? [{ path: tidy(name), lines: told }] : []));
  open.sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    files: open.map(({ path, lines: told }) => ({ path: toldPath(place, scope, path), lines: told })),
    matches,
    truncated: result.truncated,
  };
}

/** After the path and its NUL come `number ":" text` for a match and `number "-" text` around it. */
function parseLine(line: string, from: number): SearchLine | null {
  let at = from;
  let number = 0;
  for (let c = line.charCodeAt(at); c >= 48 && c <= 57; c = line.charCodeAt(++at)) number = number * 10 + c - 48;
  if (at === from) return null;
  const end = line.endsWith("\r") ? line.length - 1 : line.length;
  return { number, text: line.slice(at + 1, end), match: line[at] === ":" };
}

function badPattern(stderr: string): Refusal {
  const said = stderr.trim().split("\n").slice(0, 6).join("\n").slice(0, 500);
  return new Refusal("invalid", "bad pattern", `ripgrep refused the search: ${said}`, {
    field: "pattern",
    hint: "It takes Rust's regular expressions: no look-around, no back-references; escape { } ( ) [ ] . * + ? with a backslash, or set literal to true.",
  });
}
