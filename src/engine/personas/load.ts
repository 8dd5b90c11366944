/** Personas of a project: its own before those of the data directory before those that come with BooCode. */
import type { Config } from "../../config.ts";
import type { FileProblem, Origin } from "../../domain/origin.ts";
import {
  idleGlobs,
  type ParsedPersonas,
  PERSONAS_FILE,
  PERSONAS_LIMIT_BYTES,
  type Persona,
  parsePersonas,
} from "../../domain/persona.ts";
import type { Project } from "../../domain/project.ts";
import type { Tool } from "../../domain/tool.ts";
import { readTextFile } from "../../drivers/files/text-file.ts";
import { messageOf } from "../../lib/errors.ts";
import { listProjects } from "../../store/projects.ts";
import type { Core } from "../core.ts";
import architect from "./architect.md" with { type: "text" };
import codeReviewer from "./code-reviewer.md" with { type: "text" };
import debugging from "./debugger.md" with { type: "text" };
import promptBuilder from "./prompt-builder.md" with { type: "text" };
import refactorer from "./refactorer.md" with { type: "text" };
import securityAuditor from "./security-auditor.md" with { type: "text" };

const BUILT_IN = [codeReviewer, debugging, refactorer, architect, securityAuditor, promptBuilder];

export interface PersonaCore {
  config: Pick<Config, "home">;
  tools: readonly Pick<Tool, "name">[];
  /** Tools of MCP servers, as far as they are known. */
  mcp?: { tools(): Promise<readonly Pick<Tool, "name">[]> };
}

/** In the order of the files, built-in ones first; what is wrong in a file is told of beside what loads. Never throws. */
export async function personasFor(core: PersonaCore, project: Pick<Project, "path"> | null): Promise<ParsedPersonas> {
  const read = await Promise.all([
    builtIn(),
    fromFile(core.config.home, "data"),
    ...(project ? [fromFile(project.path, "project")] : []),
  ]);
  const byId = new Map<string, Persona>();
  for (const { personas } of read) for (const persona of personas) byId.set(persona.id, persona);
  const personas = [...byId.values()];
  const problems = read.flatMap((file) => file.problems);
  const names = [...core.tools, ...((await core.mcp?.tools()) ?? [])].map((tool) => tool.name);
  return { personas, problems: [...problems, ...personas.flatMap((persona) => idle(names, persona))] };
}

/** Projects whose own personas the settings list. */
const PROJECTS_MAX = 50;

/** Those of every project, and beside them what projects keep of their own. */
export async function allPersonas(core: PersonaCore & Pick<Core, "sql">) {
  const projects = (await listProjects(core.sql)).slice(0, PROJECTS_MAX);
  const own = await Promise.all(
    projects.map(async (project) => {
      const { personas, problems } = await personasFor(core, project);
      const of = <T extends { origin: Origin }>(list: T[]) => list.filter((one) => one.origin === "project");
      return { project, personas: of(personas), problems: of(problems) };
    }),
  );
  const everywhere = await personasFor(core, null);
  return { ...everywhere, projects: own.filter((of) => of.personas.length + of.problems.length > 0) };
}

let parsed: ParsedPersonas | null = null;
function builtIn(): ParsedPersonas {
  parsed ??= {
    personas: BUILT_IN.flatMap((text) => parsePersonas(text, { origin: "builtin", place: "built in" }).personas),
    problems: [],
  };
  return parsed;
}

async function fromFile(base: string, origin: Origin): Promise<ParsedPersonas> {
  const place = PERSONAS_FILE;
  try {
    const text = await readTextFile(base, PERSONAS_FILE, PERSONAS_LIMIT_BYTES);
    return text === null ? { personas: [], problems: [] } : parsePersonas(text, { origin, place });
  } catch (error) {
    return { personas: [], problems: [{ origin, place, line: null, message: messageOf(error).replace(/\.$/, "") }] };
  }
}

function idle(names: readonly string[], persona: Persona): FileProblem[] {
  const [place = "", line = ""] = persona.place.split(/:(?=\d+$)/);
  return idleGlobs(persona.tools, names).map((glob) => ({
    origin: persona.origin,
    place,
    line: line === "" ? null : Number(line),
    message: `${persona.name}: no tool is called ${glob.replace(/^!/, "")} now`,
  }));
}
