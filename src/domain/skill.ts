/** A skill: instructions for one kind of work, kept as a file, with further files beside it. */
import { readHeader, splitFrontMatter } from "../lib/header.ts";
import type { FileProblem, Origin } from "./origin.ts";

export interface Skill {
  /** Named by its directory: `/name` in the composer. */
  name: string;
  /** The directory above it; null where there is none. */
  group: string | null;
  description: string;
  /** What to write after `/name`; null where nothing is said of it. */
  hint: string | null;
  origin: Origin;
  /** Its SKILL.md as to be told. */
  place: string;
}
/** With what is in it. */
export interface WholeSkill extends Skill {
  body: string;
  /** Real path of its directory. */
  root: string;
}
export interface Skills<S extends Skill = WholeSkill> {
  skills: S[];
  problems: FileProblem[];
}

export const SKILL_FILE = "SKILL.md";
export const SKILL_LIMIT_BYTES = 200_000;
const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
const DESCRIPTION_LIMIT_CHARS = 1_024;
const HINT_LIMIT_CHARS = 120;

export type ParsedSkill =
  | { ok: true; skill: Pick<Skill, "name" | "description" | "hint"> & { body: string }; warning: string | null }
  | { ok: false; line: number | null; message: string };

/** Reads a SKILL.md; `directory` names it. */
export function parseSkill(text: string, directory: string): ParsedSkill {
  const bad = (message: string, line: number | null = null): ParsedSkill => ({ ok: false, line, message });
  const name = directory.toLowerCase();
  if (!NAME.test(name))
    return bad(`the directory "${directory.slice(0, 80)}" is no name: small letters, digits and dashes are`);
  const split = splitFrontMatter(text);
  if (!split) return bad("begins with no front matter (a description between two lines of ---)", 1);
  const { fields, problems } = readHeader(split.header);
  // The header begins on the second line of the file.
  const [problem] = problems;
  const description = (fields.get("description")?.value ?? "").replace(/\s+/g, " ");
  if (description === "") return problem ? bad(problem.message, problem.line + 1) : bad("says no description", 1);
  if (description.length > DESCRIPTION_LIMIT_CHARS)
    return bad(
      `has a description of more than ${DESCRIPTION_LIMIT_CHARS} characters`,
      fields.get("description")!.line + 1,
    );
  const body = split.body.trim();
  if (body === "") return bad("says nothing below its front matter");
  const called = fields.get("name")?.value;
  const hint = (fields.get("hint") ?? fields.get("argument_hint"))?.value.slice(0, HINT_LIMIT_CHARS) || null;
  const warning =
    called && called.toLowerCase() !== name
      ? `calls itself "${called.slice(0, 80)}"; its directory names it: /${name}`
      : (problem?.message ?? null);
  return { ok: true, skill: { name, description, hint, body }, warning };
}

const SKILL_END = "[End of the skill]";

/** What a model is told of a skill, before the message that named it. */
export const skillBlock = (name: string, lines: readonly string[]): string =>
  [`[Skill ${name}: instructions for this message]`, ...lines, SKILL_END].join("\n");

/** What was said with it: for who goes by the words of a message alone. */
export function withoutSkill(text: string): string {
  if (!/^\[Skill [a-z0-9-]+: /.test(text)) return text;
  const end = text.indexOf(SKILL_END);
  if (end < 0) return text;
  const said = text.slice(end + SKILL_END.length).trim();
  return slashOf(said)?.rest || said;
}

/** `/name rest`, as a message may begin; null for any other text. A path (`/etc/hosts`) is none. */
export function slashOf(text: string): { name: string; rest: string } | null {
  const match = /^\/([A-Za-z0-9][\w:.-]{0,99})(?:\s+([\s\S]*))?$/.exec(text);
  return match ? { name: match[1]!.toLowerCase(), rest: (match[2] ?? "").trim() } : null;
}
