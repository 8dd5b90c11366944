/** The demo model's words: Markdown that quotes what the tools really answered. Pure. */
import type { Wanted } from "./demo-rules.ts";

/** One tool call of this question with its result. */
export interface Done {
  name: string;
  args: Record<string, unknown>;
  result: string;
}
export interface Hit {
  path: string;
  line: number;
  text: string;
}

const HITS_SHOWN = 8;
const LINES_SHOWN = 40;
const LINE_CHARS = 160;

export const INTRO =
  "I am BooCode's **demo model**: not a language model, only a few fixed rules that call the real tools. I can list directories, open files, search, find files and look at git.";
export const CONNECT =
  "To talk to a real model, start one (llama-swap, llama.cpp, Ollama, vLLM, LM Studio, …) or take any OpenAI-compatible URL and add it in **Settings → Models**, or set `LLAMA_SWAP_URL` and restart.";
export const FOOTER = `*From the demo model: rules, not a language model. ${CONNECT}*`;

/** What is about to be done, in a sentence. */
export function announce(wanted: Wanted): string {
  switch (wanted.do) {
    case "list":
      return `Listing ${wanted.path === "." ? "the project's directory" : code(wanted.path)}.`;
    case "overview":
      return "Looking at the project's directory first.";
    case "view":
      return `Opening ${code(wanted.path)}.`;
    case "grep":
      return `Searching for ${code(wanted.text)}.`;
    case "find":
      return `Looking for files that match ${code(wanted.glob)}.`;
    case "status":
      return "Asking git for the state of the working tree.";
    case "log":
      return "Asking git for the last commits.";
    case "diff":
      return "Asking git what changed.";
    case "show":
      return `Asking git for ${code(wanted.revision)}.`;
    case "hello":
      return INTRO;
  }
}

/** The closing answer over all results. */
export function conclude(done: readonly Done[]): string {
  return [...done.map(about), FOOTER].join("\n\n");
}

function about({ name, args, result }: Done): string {
  const path = String(args.path ?? "");
  if (name === "grep") return aboutHits(result, String(args.pattern ?? args.query ?? ""));
  if (name === "view_file")
    return `${code(args.from ? `${path}:${args.from}` : path)} reads:\n\n${fence(result, path)}`;
  if (name === "list_dir")
    return `In ${!path || path === "." ? "the project's directory" : code(path)}:\n\n${fence(result)}`;
  if (name === "find_files")
    return `Files that match ${code(String(args.pattern ?? args.glob ?? ""))}:\n\n${paths(result)}`;
  if (name === "git_diff" || name === "git_show") return `git answered:\n\n${fence(result, "x.diff")}`;
  return `git answered:\n\n${fence(result)}`;
}

function aboutHits(result: string, pattern: string): string {
  const hits = hitsIn(result);
  if (hits.length === 0) return `The search for ${code(pattern)} answered:\n\n${fence(result)}`;
  const shown = hits
    .slice(0, HITS_SHOWN)
    .map((hit) => `- ${code(`${hit.path}:${hit.line}`)} ${code(hit.text.trim().slice(0, LINE_CHARS))}`);
  const files = new Set(hits.map((h) => h.path)).size;
  const more = hits.length > HITS_SHOWN ? ` The first ${HITS_SHOWN}:` : "";
  return `I found ${code(pattern)} ${hits.length === 1 ? "once" : `${hits.length} times`} in ${files === 1 ? "one file" : `${files} files`}.${more}\n\n${shown.join("\n")}`;
}

/** Matches in a search result: "path:12: text" lines, or a path as heading with "12: text" lines under it. */
export function hitsIn(result: string): Hit[] {
  const hits: Hit[] = [];
  let heading = "";
  for (const line of result.split("\n")) {
    const flat = /^(\S[^:\n]*?):(\d+)[:-]\s?(.*)$/.exec(line);
    const under = /^\s*(\d+)\s*[:|\t→]\s?(.*)$/.exec(line);
    if (under && heading) hits.push({ path: heading, line: Number(under[1]), text: under[2]! });
    else if (flat) hits.push({ path: flat[1]!, line: Number(flat[2]), text: flat[3]! });
    else if (/^[\w@.~+-][\w@.~+\-/ ]*:?$/.test(line) && /[./]/.test(line)) heading = line.replace(/:$/, "");
  }
  return hits;
}

/** Paths in a result, one a line; anything else is quoted as it is. */
export function pathsIn(result: string): string[] {
  return result
    .split("\n")
    .map((line) => line.trim().replace(/^- /, ""))
    .filter((line) => /^[\w@.~+-][\w@.~+\-/]*$/.test(line) && /[./\w]/.test(line));
}

function paths(result: string): string {
  const found = pathsIn(result);
  if (found.length === 0) return fence(result);
  const more = found.length > LINES_SHOWN ? `\n- … and ${found.length - LINES_SHOWN} more` : "";
  return (
    found
      .slice(0, LINES_SHOWN)
      .map((path) => `- ${code(path)}`)
      .join("\n") + more
  );
}

/** Fenced so that nothing in the text can close the block; long texts are cut, and say so. */
function fence(text: string, path = ""): string {
  const lines = text.replace(/\s+$/, "").split("\n");
  const cut =
    lines.length > LINES_SHOWN ? [...lines.slice(0, LINES_SHOWN), `… ${lines.length - LINES_SHOWN} more lines`] : lines;
  const body = cut.join("\n");
  const ticks = "`".repeat(Math.max(3, longestRun(body) + 1));
  return `${ticks}${/\.(\w+)$/.exec(path)?.[1] ?? ""}\n${body}\n${ticks}`;
}

/** Inline code that survives backticks in it. */
export function code(text: string): string {
  const one = text.replace(/\s+/g, " ").trim() || " ";
  const ticks = "`".repeat(longestRun(one) + 1);
  return /^`|`$/.test(one) ? `${ticks} ${one} ${ticks}` : `${ticks}${one}${ticks}`;
}

const longestRun = (text: string): number => Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
