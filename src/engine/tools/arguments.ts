/**
 * Arguments of a tool call as models write them: JSON text that may be broken, wrapped, or full of placeholders. What
 * can be read in one way only is read; the rest is told to the model, so that it can write the call again.
 */
import { z } from "zod";
import type { Tool } from "../../domain/tool.ts";
import { ellipsis } from "../../lib/text.ts";
import { explainIssue } from "../../lib/zod-message.ts";

export type Parsed = { ok: true; input: unknown } | { ok: false; note: string; message: string };

/** Longest arguments that are parsed. */
const ARGUMENTS_LIMIT_CHARS = 2_000_000;

/** The checked input of a call, or what is wrong with it. */
export function parseArguments(tool: Tool, text: string): Parsed {
  if (text.length > ARGUMENTS_LIMIT_CHARS)
    return wrong("arguments too long", `The arguments are longer than ${ARGUMENTS_LIMIT_CHARS} characters.`);
  const json = readJson(text);
  if (!json.ok) return json;
  if (typeof json.input !== "object" || json.input === null || Array.isArray(json.input)) {
    return wrong("arguments not an object", `The arguments must be one JSON object${example(tool)}.`);
  }
  // Names of others are not ours to put right.
  const named = tool.parameters ? given(json.input) : withKnownNames(tool, json.input as Record<string, unknown>);
  const placeholder = findPlaceholder(named);
  if (placeholder) {
    return wrong(
      "placeholder argument",
      `"${placeholder.key}" is a placeholder (${ellipsis(placeholder.value, 80)}), not a value. Call ${tool.name} again with the real one${/path|file|glob/.test(placeholder.key) ? "; list_dir and find_files tell what there is" : ""}.`,
    );
  }
  return validate(tool, named);
}

function validate(tool: Tool, value: Record<string, unknown>): Parsed {
  const first = tool.input.safeParse(value);
  if (first.success) return { ok: true, input: first.data };
  const second = tool.input.safeParse(coerced(value, first.error));
  if (second.success) return { ok: true, input: second.data };
  return wrong("wrong arguments", `${explainIssue(first.error).message} Call ${tool.name} again${example(tool)}.`);
}

const wrong = (note: string, message: string): Parsed => ({ ok: false, note, message });

/** Reads JSON; also in a code fence, twice encoded, or with line ends inside strings, as small models write it. */
function readJson(text: string): Parsed {
  const bare = text.trim().replace(/^```(?:json)?\s*([\s\S]*?)\s*```$/, "$1");
  if (bare === "") return { ok: true, input: {} };
  const first = tryJson(bare);
  const read = first.ok ? first : tryJson(escapeControls(bare));
  if (!read.ok)
    return wrong(
      "broken JSON",
      `The arguments are not valid JSON (${first.ok ? "" : first.message}). Write one complete JSON object with double quotes.`,
    );
  if (typeof read.input === "string" && /^\s*\{/.test(read.input)) return tryJson(read.input);
  return read;
}

function tryJson(text: string): Parsed {
  try {
    return { ok: true, input: JSON.parse(text) };
  } catch (error) {
    const message = error instanceof Error ? error.message.replace(/^JSON Parse error:\s*/, "") : "unreadable";
    return wrong("broken JSON", ellipsis(message, 200));
  }
}

/** Control characters inside strings, which JSON wants escaped; outside of strings they are white space and stay. */
function escapeControls(text: string): string {
  return text.replace(/"(?:[^"\\]|\\[\s\S])*"/g, (string) =>
    string.replace(/[\u0000-\u001f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`),
  );
}

/** Names that models know from other tools, taken for ours where ours is missing. */
const OTHER_NAMES = new Map(
  Object.entries({
    file_path: "path",
    filepath: "path",
    file: "path",
    filename: "path",
    directory: "path",
    dir: "path",
    folder: "path",
    start_line: "from",
    line_start: "from",
    offset: "from",
    end_line: "to",
    line_end: "to",
    limit: "count",
    max_count: "count",
    n: "count",
    query: "pattern",
    q: "query",
    uri: "url",
    link: "url",
    regex: "pattern",
    include: "glob",
    ref: "revision",
    commit: "revision",
    rev: "revision",
    hash: "revision",
    cached: "staged",
    id: "output_id",
    skill: "name",
    skill_name: "name",
    case_insensitive: "ignore_case",
    old_str: "old_string",
    old_text: "old_string",
    oldString: "old_string",
    new_str: "new_string",
    new_text: "new_string",
    newString: "new_string",
    replaceAll: "replace_all",
    file_text: "content",
    contents: "content",
    text: "content",
  }),
);

/** The fields a tool knows, under its names. Others are dropped, `__proto__` among them. */
function withKnownNames(tool: Tool, value: Record<string, unknown>): Record<string, unknown> {
  const known = fieldsOf(tool);
  const out: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    const other = OTHER_NAMES.get(key);
    const ours = known.has(key) ? key : other !== undefined && !Object.hasOwn(value, other) ? other : key;
    // What reads takes a path, what writes a file_path.
    const name = ours === "path" && !known.has(ours) && !Object.hasOwn(value, "file_path") ? "file_path" : ours;
    // Null is how models say "not given".
    if (known.has(name) && field !== null) out[name] = field;
  }
  return out;
}

function given(input: object): Record<string, unknown> {
  const { __proto__: _, ...rest } = input as Record<string, unknown>;
  return rest;
}

function fieldsOf(tool: Tool): Set<string> {
  const { properties } = tool.parameters ?? {};
  if (typeof properties === "object" && properties !== null) return new Set(Object.keys(properties));
  return new Set(tool.input instanceof z.ZodObject ? Object.keys(tool.input.shape) : []);
}

/** Values of the right meaning in the wrong type: "20" for 20, "true" for true, one text for a list of texts. */
function coerced(value: Record<string, unknown>, error: z.ZodError): Record<string, unknown> {
  const out = { ...value };
  for (const issue of error.issues) {
    const key = issue.path[0];
    if (issue.code !== "invalid_type" || issue.path.length !== 1 || typeof key !== "string") continue;
    const given = out[key];
    if ((issue.expected === "number" || issue.expected === "int") && isNumeric(given)) out[key] = Number(given);
    if (issue.expected === "boolean" && /^(true|false)$/i.test(String(given))) out[key] = /^true$/i.test(String(given));
    if (issue.expected === "array" && typeof given === "string") out[key] = [given];
    if (issue.expected === "string" && (typeof given === "number" || typeof given === "boolean"))
      out[key] = String(given);
  }
  return out;
}

const isNumeric = (value: unknown): boolean => typeof value === "string" && /^\s*-?\d+(\.0+)?\s*$/.test(value);

/** Free text may hold anything. */
const FREE_TEXT = new Set(["content", "old_string", "new_string", "text", "input"]);
const PATH_LIKE = new Set(["path", "file_path", "glob"]);
/** What stands between the marks of `<path>`, `{{file_path}}`, `<your pattern>`. */
const PLACEHOLDER_WORDS =
  /^(your|the|a|an|some|actual|insert|enter)?[ _-]*(path|file|file[ _-]?path|file[ _-]?name|dir|directory|folder|pattern|regex|query|search[ _-]?term|keyword|glob|revision|commit|hash|branch|ref|value|string|text|name|id|output[ _-]?id|placeholder)([ _-]*(here|to[ _-].*|name|hash|id))?$/i;

function findPlaceholder(value: Record<string, unknown>): { key: string; value: string } | null {
  for (const [key, field] of Object.entries(value)) {
    if (typeof field === "string" && !FREE_TEXT.has(key) && isPlaceholder(key, field.trim()))
      return { key, value: field };
  }
  return null;
}

function isPlaceholder(key: string, text: string): boolean {
  const marked = /^(?:<([^<>]+)>|\{\{([^{}]+)\}\}|\$\{([^{}]+)\})$/.exec(text);
  const inner = marked && (marked[1] ?? marked[2] ?? marked[3] ?? "").trim();
  if (inner && (PLACEHOLDER_WORDS.test(inner) || inner === key)) return true;
  if (/^(\.\.\.|…)$/.test(text)) return true;
  if (!PATH_LIKE.has(key)) return false;
  return (
    /^\/?(\.\/)?(absolute\/)?path\/to\//i.test(text) ||
    /^(your|example)[_-]?(file|path)(name)?([_-]?here)?(\.\w+)?$/i.test(text) ||
    /^<[^<>/]+>$/.test(text)
  );
}

/** The fields of a tool, for a model that got them wrong. */
function example(tool: Tool): string {
  const fields = [...fieldsOf(tool)];
  return fields.length === 0 ? "" : ` with its fields (${fields.join(", ")})`;
}
