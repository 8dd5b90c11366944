/** How tool calls are told in words: the icon, the summary of a group, the file a row leads to. */
import type { ToolPart } from "../../src/domain/message.ts";
import { counted } from "../../src/lib/format.ts";
import type { IconName } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import { isInside } from "./markdown-options.ts";

interface Words {
  icon: IconName;
  /** Counted together under this key: `4 files`, `2 searches`. */
  one: string;
  many: string;
}
/** In the order they are told. */
const READ: Words = { icon: "file", one: "file", many: "files" };
const LIST: Words = { icon: "folder", one: "directory", many: "directories" };
const SEARCH: Words = { icon: "search", one: "search", many: "searches" };
const CODE: Words = { icon: "tree", one: "code lookup", many: "code lookups" };
const GIT: Words = { icon: "branch", one: "git lookup", many: "git lookups" };
const OUTPUT: Words = { icon: "ledger", one: "earlier result", many: "earlier results" };
const WRITE: Words = { icon: "pencil", one: "proposal", many: "proposals" };
const ASK: Words = { icon: "chat", one: "question", many: "questions" };
const ACCESS: Words = { icon: "lock", one: "request to read elsewhere", many: "requests to read elsewhere" };
const COMMAND: Words = { icon: "term", one: "command", many: "commands" };
const EDIT: Words = { icon: "pencil", one: "edit", many: "edits" };
const WEB: Words = { icon: "globe", one: "web search", many: "web searches" };
const FETCH: Words = { icon: "globe", one: "page", many: "pages" };
const SKILL: Words = { icon: "ledger", one: "skill", many: "skills" };
const OTHER: Words = { icon: "plug", one: "call", many: "calls" };
const ALL = [READ, LIST, SEARCH, CODE, GIT, OUTPUT, WRITE, EDIT, ASK, ACCESS, COMMAND, WEB, FETCH, SKILL, OTHER];

/** Calls of outside agents are named by what they do. */
const AGENT: Record<string, Words> = {
  read: READ,
  search: SEARCH,
  edit: EDIT,
  delete: EDIT,
  move: EDIT,
  run: COMMAND,
  fetch: FETCH,
};

const CODE_TOOLS: ReadonlySet<string> = new Set([
  "get_codebase_overview",
  "get_dependencies",
  "get_file_analysis",
  "get_framework_analysis",
  "get_semantic_neighborhoods",
  "get_symbol_info",
  "search_symbols",
  "watch_changes",
]);

function wordsOf(name: string): Words {
  if (AGENT[name]) return AGENT[name];
  if (name === "view_file") return READ;
  if (name === "list_dir") return LIST;
  if (name === "grep" || name === "find_files") return SEARCH;
  if (CODE_TOOLS.has(name)) return CODE;
  if (name.startsWith("git_")) return GIT;
  if (/^(edit|create|delete)_file$/.test(name)) return WRITE;
  if (name === "ask_user_input") return ASK;
  if (name === "request_read_access") return ACCESS;
  if (name === "run_command") return COMMAND;
  if (name === "web_search") return WEB;
  if (name === "web_fetch") return FETCH;
  if (name.startsWith("skill_")) return SKILL;
  return name === "read_output" ? OUTPUT : OTHER;
}

export const toolIcon = (name: string): IconName => wordsOf(name).icon;

/** `Read 4 files, 1 search · 1 failed` once all are over; while some run, what runs now. */
export function groupWords(parts: readonly ToolPart[], asking: ReadonlySet<string> = new Set()): string {
  if (parts.some((part) => part.state === "open" && asking.has(part.id))) return "Waiting for you";
  const open = parts.filter((part) => part.state === "open");
  if (open.length === 1 && open[0]) return `Running ${open[0].meta.name}`;
  if (open.length > 1) return `Running ${open.length} of ${counted(parts.length, "call")}`;
  const failed = parts.filter((part) => part.state === "failed").length;
  const stopped = parts.filter((part) => part.state === "cancelled").length;
  const ends = [failed ? `${failed} failed` : "", stopped ? `${stopped} stopped` : ""].filter(Boolean);
  return [whatWasDone(parts), ...ends].join(" · ");
}

function whatWasDone(parts: readonly ToolPart[]): string {
  const told = ALL.map((words) => ({ words, n: countOf(parts, words) }));
  const said = told.flatMap(({ words, n }) => (n ? counted(n, words.one, words.many) : [])).join(", ");
  const reads = told.some(({ words, n }) => n > 0 && (words === READ || words === LIST));
  return reads ? `Read ${said}` : said;
}

/** Calls of a kind; of files, directories and pages, how many they were: one that is read in pieces is one. */
function countOf(parts: readonly ToolPart[], words: Words): number {
  const calls = parts.filter((part) => wordsOf(part.meta.name) === words);
  if (words !== READ && words !== LIST && words !== FETCH) return calls.length;
  const places = calls.map((part) => {
    const { path, file_path, url } = fieldsOf(part);
    return [path, file_path, url].find((at) => typeof at === "string") ?? part.id;
  });
  return new Set(places).size;
}

/** Milliseconds all calls of a group took together; null while none has ended. */
export function groupTime(parts: readonly ToolPart[]): number | null {
  const times = parts.flatMap((part) => part.meta.duration_ms ?? []);
  return times.length ? times.reduce((sum, ms) => sum + ms, 0) : null;
}

const fieldsOf = (part: ToolPart): Record<string, unknown> =>
  typeof part.meta.arguments === "object" && part.meta.arguments !== null && !Array.isArray(part.meta.arguments)
    ? (part.meta.arguments as Record<string, unknown>)
    : {};

/** What a call proposed for a file; null for other tools. A deletion has no text. */
export function proposedText(part: ToolPart): { path: string; before: string; after: string } | null {
  if (wordsOf(part.meta.name) !== WRITE) return null;
  const { file_path: path, old_string: before, new_string, content } = fieldsOf(part);
  if (typeof path !== "string" || !isInside(path)) return null;
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  return { path: path.replace(/^(?:\.\/)+/, ""), before: text(before), after: text(new_string ?? content) };
}

const READS_A_FILE = /^(view_file|get_file_analysis)$/;

/** The page of the file that a call read, as the chat's session has it, or the review of what it proposed; null for tools that read no single file, and for calls that failed. */
export function fileLink(part: ToolPart, projectId: string): string | null {
  const proposed = part.state === "closed" ? proposedText(part) : null;
  if (proposed) return urls.reviewOf(part.chat_id, proposed.path);
  const [place] = part.meta.agent?.locations ?? [];
  if (place) return isInside(place.path) ? urls.file(projectId, place.path, place.line, part.chat_id) : null;
  const { path, from: line } = fieldsOf(part);
  if (!READS_A_FILE.test(part.meta.name) || part.state === "failed" || typeof path !== "string") return null;
  // Other paths may be of a granted project; the file page takes paths inside this one.
  if (!isInside(path)) return null;
  return urls.file(projectId, path.replace(/^\.\//, ""), typeof line === "number" ? line : null, part.chat_id);
}

const ARGUMENTS_LIMIT_CHARS = 2_000;

/** The arguments as text, when they say more than the row already does; null otherwise. */
export function furtherArguments(part: ToolPart): string | null {
  // Those of a proposal are drawn as lines (peek.tsx).
  if (proposedText(part)) return null;
  const fields = Object.entries(fieldsOf(part)).filter(([, value]) => value !== null && value !== undefined);
  const unsaid = fields.filter(([, value]) => !part.meta.shown.includes(String(value)));
  if (unsaid.length === 0) return null;
  const text = fields
    .map(([key, value]) => `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join("\n");
  return text.length > ARGUMENTS_LIMIT_CHARS ? `${text.slice(0, ARGUMENTS_LIMIT_CHARS)}…` : text;
}
