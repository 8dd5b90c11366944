/**
 * A persona: what a run of our own loop is told beyond the ground rules, which tools it has, its limits and its model.
 * Written as sections of an AGENTS.md, which is usually notes: only a section that begins with a header in a fence is one.
 */
import { globFits } from "../lib/globs.ts";
import { type Header, type HeaderField, readHeader } from "../lib/header.ts";
import type { Sampling } from "./llm.ts";
import type { FileProblem, Origin } from "./origin.ts";

export interface Persona {
  /** Of its name: small letters, digits, dashes. What comes later under the same id takes its place. */
  id: string;
  name: string;
  description: string;
  /** Globs in order, the last that fits decides, `!` takes away; null: every tool. */
  tools: string[] | null;
  sampling: Sampling;
  /** Model calls and tool calls of one run; null: the settings'. */
  steps: number | null;
  max_tool_calls: number | null;
  /** For runs of chats that picked none. */
  model: string | null;
  origin: Origin;
  /** File and line as to be told. */
  place: string;
  prompt: string;
}

/** A persona in the composer's list. */
export interface PersonaChoice extends Pick<Persona, "id" | "name" | "description" | "origin"> {
  /** How many tools a run of the chat would have. */
  tools: number;
  /** Mean tokens of a call of one of them, prompt and answer; null where none was ever called. */
  tool_tokens: number | null;
}
export interface PersonaPicks {
  /** Id of the chat's; it may be one that is not there any more. */
  chosen: string | null;
  choices: PersonaChoice[];
  /** Sections that could not be used. */
  problems: number;
}

export const PERSONAS_FILE = "AGENTS.md";
export const PERSONAS_LIMIT_BYTES = 300_000;
/** Most that `steps` and `max_tool_calls` may say. */
export const CAP_MAX = 200;
const NAME_LIMIT_CHARS = 60;
const DESCRIPTION_LIMIT_CHARS = 300;
const PROMPT_LIMIT_CHARS = 60_000;
const MODEL_LIMIT_CHARS = 300;
const GLOB = /^!?[A-Za-z0-9_*?-]{1,100}$/;

/** Least and most of each; whole numbers where the step says so. */
const NUMBERS = {
  temperature: [0, 2, "any"],
  top_p: [0, 1, "any"],
  top_k: [0, 1_000, "whole"],
  min_p: [0, 1, "any"],
  presence_penalty: [-2, 2, "any"],
  steps: [1, CAP_MAX, "whole"],
  max_tool_calls: [1, CAP_MAX, "whole"],
} as const;
const SAMPLING = ["temperature", "top_p", "top_k", "min_p", "presence_penalty"] as const;
const KEYS = new Set<string>([...Object.keys(NUMBERS), "description", "tools", "model"]);
/** What stands behind the fence of a header; code of notes has its language there. */
const HEADER_INFO = /^(|ya?ml|agent|persona)$/i;

export interface ParsedPersonas {
  personas: Persona[];
  problems: FileProblem[];
}

/** Reads all sections; a broken one is a problem and the others stand. */
export function parsePersonas(text: string, from: { origin: Origin; place: string }): ParsedPersonas {
  const parsed: ParsedPersonas = { personas: [], problems: [] };
  for (const section of sectionsOf(text)) {
    if (!section.header) continue;
    const problems: { line: number; message: string }[] = [];
    const persona = personaOf(section, section.header, problems, from);
    if (persona) {
      const twin = parsed.personas.find(({ id }) => id === persona.id);
      if (twin)
        problems.push({ line: section.line, message: `"${persona.name}" stands there twice; the first one counts` });
      else parsed.personas.push(persona);
    }
    parsed.problems.push(...problems.map((problem) => ({ ...from, ...problem })));
  }
  return parsed;
}

/** What such a file says to everybody: without its personas, broken ones among them. */
export function withoutPersonas(text: string): string {
  const lines = linesOf(text);
  const sections = sectionsOf(text).filter(({ header }) => header !== null);
  if (sections.length === 0) return text;
  return lines.filter((_, at) => !sections.some(({ line, end }) => at >= line - 1 && at < end)).join("\n");
}

/** "Code Reviewer" → "code-reviewer"; "" where nothing of the name is left. */
export const personaId = (name: string): string =>
  name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, NAME_LIMIT_CHARS);

/** Whether a persona with these globs has this tool. */
export function allowsTool(globs: readonly string[] | null, name: string): boolean {
  if (globs === null) return true;
  // Nothing but exceptions: everything else is there.
  let allowed = globs[0]?.startsWith("!") ?? false;
  for (const glob of globs) {
    const away = glob.startsWith("!");
    if (fits(away ? glob.slice(1) : glob, name)) allowed = !away;
  }
  return allowed;
}

/** Globs that fit none of these tools: written wrongly, or of a server that is away. */
export const idleGlobs = (globs: readonly string[] | null, names: readonly string[]): string[] =>
  (globs ?? []).filter((glob) => !names.some((name) => fits(glob.replace(/^!/, ""), name)));

const fits = (glob: string, name: string): boolean => globFits(glob.toLowerCase(), name.toLowerCase());

function personaOf(
  section: Section,
  header: { text: string; line: number; closed: boolean },
  problems: { line: number; message: string }[],
  from: { origin: Origin; place: string },
): Persona | null {
  const bad = (message: string, line = section.line) => {
    problems.push({ line, message: `${section.name}: ${message}; not used` });
    return null;
  };
  if (!header.closed) return bad("its header is not closed", header.line);
  const read = readHeader(header.text);
  const at = (line: number) => header.line + line;
  const id = personaId(section.name);
  if (id === "" || section.name.length > NAME_LIMIT_CHARS) return bad("is no name for a persona");
  const [odd] = read.problems;
  if (odd) return bad(odd.message, at(odd.line));
  for (const [key, { line }] of read.fields)
    if (!KEYS.has(key))
      problems.push({ line: at(line), message: `${section.name}: "${key}" is not known and has no effect` });
  const wrong = wrongNumber(read) ?? wrongText(read);
  if (wrong) return bad(wrong.message, at(wrong.line));
  if (section.body === "") return bad("has no prompt below its header");
  if (section.body.length > PROMPT_LIMIT_CHARS)
    return bad(`has a prompt of more than ${PROMPT_LIMIT_CHARS} characters`);
  const number = (key: keyof typeof NUMBERS) => numberIn(read.fields.get(key));
  const sampling = Object.fromEntries(SAMPLING.flatMap((key) => (number(key) === null ? [] : [[key, number(key)]])));
  return {
    id,
    name: section.name,
    description: read.fields.get("description")!.value.replace(/\s+/g, " "),
    tools: globsIn(read.fields.get("tools")),
    sampling: sampling as Sampling,
    steps: number("steps"),
    max_tool_calls: number("max_tool_calls"),
    model: read.fields.get("model")?.value || null,
    origin: from.origin,
    place: `${from.place}:${section.line}`,
    prompt: section.body,
  };
}

type Wrong = { line: number; message: string } | null;

function wrongNumber({ fields }: Header): Wrong {
  for (const [key, [least, most, step]] of Object.entries(NUMBERS)) {
    const field = fields.get(key);
    if (!field) continue;
    const number = numberIn(field);
    if (number === null || number < least || number > most || (step === "whole" && !Number.isInteger(number)))
      return {
        line: field.line,
        message: `${key} is "${field.value.slice(0, 40)}", and must be ${step === "whole" ? "a whole number" : "a number"} from ${least} to ${most}`,
      };
  }
  return null;
}

function wrongText({ fields }: Header): Wrong {
  const description = fields.get("description");
  if (!description?.value) return { line: description?.line ?? 1, message: "says no description" };
  if (description.value.length > DESCRIPTION_LIMIT_CHARS)
    return { line: description.line, message: `has a description of more than ${DESCRIPTION_LIMIT_CHARS} characters` };
  const model = fields.get("model");
  if (model && model.value.length > MODEL_LIMIT_CHARS) return { line: model.line, message: "names no model" };
  const glob = globsIn(fields.get("tools"))?.find((g) => !GLOB.test(g));
  if (glob !== undefined)
    return { line: fields.get("tools")!.line, message: `"${glob.slice(0, 60)}" is no name of a tool, nor a glob` };
  return null;
}

const numberIn = (field: HeaderField | undefined): number | null =>
  field && /^[-+]?\d+(\.\d+)?$/.test(field.value) ? Number(field.value) : null;

function globsIn(field: HeaderField | undefined): string[] | null {
  if (!field) return null;
  const globs = field.list ?? field.value.split(/[\s,]+/);
  return globs.map((g) => g.trim()).filter((g) => g !== "" && g !== "none");
}

interface Section {
  name: string;
  /** Of its heading, from 1. */
  line: number;
  /** Of the last one in it; a heading of the first level ends it, too. */
  end: number;
  /** Null for notes. `line` is that of its fence. */
  header: { text: string; line: number; closed: boolean } | null;
  body: string;
}

/** Sections under `## ` headings; headings inside of code are none, and a fence that is never closed is no code. */
function sectionsOf(text: string): Section[] {
  const lines = linesOf(text);
  const starts: number[] = [];
  const tops: number[] = [];
  for (let at = 0; at < lines.length; at++) {
    if (isHeading(lines[at]!)) starts.push(at);
    else if (/^#[ \t]+\S/.test(lines[at]!)) tops.push(at);
    else at = fenceEnd(lines, at, isHeaderOf(starts.at(-1), lines, at)) ?? at;
  }
  return starts.map((start, n) => {
    const next = starts[n + 1] ?? lines.length;
    return sectionAt(lines, start, Math.min(next, tops.find((top) => top > start) ?? next));
  });
}

const linesOf = (text: string): string[] => text.replace(/^\uFEFF/, "").split(/\r?\n/);
const isHeading = (line: string): boolean => /^##[ \t]+\S/.test(line);
const FENCE = /^ {0,3}(`{3,}|~{3,})[ \t]*([^`]*)$/;

/** The first thing below a heading: a header ends before the next heading, or is not closed. */
function isHeaderOf(start: number | undefined, lines: readonly string[], at: number): boolean {
  return start !== undefined && lines.slice(start + 1, at).every((line) => line.trim() === "");
}

/** The line that closes the fence that begins at `at`; null where none begins or nothing closes it. */
function fenceEnd(lines: readonly string[], at: number, untilHeading: boolean): number | null {
  const mark = FENCE.exec(lines[at]!)?.[1];
  if (!mark) return null;
  for (let end = at + 1; end < lines.length; end++) {
    if (untilHeading && isHeading(lines[end]!)) return null;
    const other = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(lines[end]!)?.[1];
    if (other && other[0] === mark[0] && other.length >= mark.length) return end;
  }
  return null;
}

function sectionAt(lines: readonly string[], start: number, end: number): Section {
  const name = lines[start]!.replace(/^##\s+/, "")
    .replace(/\s+#+\s*$/, "")
    .trim();
  let at = start + 1;
  while (at < end && lines[at]!.trim() === "") at++;
  const fence = at < end ? FENCE.exec(lines[at]!) : null;
  const none = { name, line: start + 1, end, header: null, body: "" };
  if (!fence) return none;
  const info = fence[2]!.trim();
  const close = fenceEnd(lines, at, true);
  const text = lines.slice(at + 1, close ?? end).join("\n");
  const named = /^(agent|persona)$/i.test(info);
  if (!named && !(HEADER_INFO.test(info) && hasKey(text))) return none;
  const body =
    close === null
      ? ""
      : lines
          .slice(close + 1, end)
          .join("\n")
          .trim();
  return { name, line: start + 1, end, header: { text, line: at + 1, closed: close !== null }, body };
}

/** A block of settings of something else has other keys. */
const hasKey = (text: string): boolean =>
  [...text.matchAll(/^([A-Za-z][\w-]*)[ \t]*:/gm)].some(([, key]) => KEYS.has(key!.toLowerCase().replaceAll("-", "_")));
