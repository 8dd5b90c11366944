/** Skills of a chat: those of its project before those of the data directory before those that come with BooCode. */
import { fileURLToPath } from "node:url";
import type { Config } from "../config.ts";
import type { Origin } from "../domain/origin.ts";
import type { Project } from "../domain/project.ts";
import { type Skill, type Skills, skillBlock, slashOf, type WholeSkill } from "../domain/skill.ts";
import { listResources, readSkills, type SkillPlace } from "../drivers/files/skills.ts";
import { notFound } from "../lib/errors.ts";
import { fuzzyRank } from "../lib/fuzzy.ts";
import { listProjects } from "../store/projects.ts";
import type { Core } from "./core.ts";

const BUILT_IN = fileURLToPath(new URL("..", import.meta.url));
/** Where projects keep them; later ones win. The last two are other agents' places. */
const PROJECT_DIRS = [".claude/skills", ".agents/skills", ".boocode/skills", "skills"];

export type SkillCore = { config: Pick<Config, "home"> };

/** Read anew each time: it is a handful of small files, and whoever edits one means the next message. Never throws. */
export async function skillsFor(core: SkillCore, project: Pick<Project, "path"> | null): Promise<Skills> {
  const places: SkillPlace[] = [
    { origin: "builtin", base: BUILT_IN, dir: "skills" },
    { origin: "data", base: core.config.home, dir: "skills" },
    ...(project ? PROJECT_DIRS.map((dir) => ({ origin: "project" as const, base: project.path, dir })) : []),
  ];
  const read = await Promise.all(places.map(readSkills));
  const byName = new Map<string, WholeSkill>();
  for (const { skills } of read) for (const skill of skills) byName.set(skill.name, skill);
  const skills = [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { skills, problems: read.flatMap(({ problems }) => problems) };
}

/** Projects whose own skills the settings list. */
const PROJECTS_MAX = 50;

/** Those of every project, and beside them what projects keep of their own. */
export async function allSkills(core: Pick<Core, "config" | "sql">) {
  const projects = (await listProjects(core.sql)).slice(0, PROJECTS_MAX);
  const own = await Promise.all(
    projects.map(async (project) => {
      const { skills, problems } = await skillsFor(core, project);
      const of = <T extends { origin: Origin }>(list: T[]) => list.filter((one) => one.origin === "project");
      return { project, skills: of(skills), problems: of(problems) };
    }),
  );
  const everywhere = await skillsFor(core, null);
  return { ...everywhere, projects: own.filter((of) => of.skills.length + of.problems.length > 0) };
}

export interface SkillPage {
  skill: WholeSkill;
  resources: string[];
}

/** One skill with what is in it. Errors: not_found. */
export async function findSkill(core: SkillCore, project: Project | null, name: string): Promise<SkillPage> {
  const { skills } = await skillsFor(core, project);
  const skill = skills.find((s) => s.name === name);
  if (!skill) throw notFound("skill");
  return { skill, resources: (await listResources(skill.root)).paths };
}

/** Skills that fit a few words, best first; all of them for none. */
export function rankSkills<S extends Skill>(skills: readonly S[], query: string, limit: number): S[] {
  if (query.trim() === "") return skills.slice(0, limit);
  const names = skills.map((s) => `${s.name} ${s.group ?? ""} ${s.description}`);
  return fuzzyRank(names, query, limit).map((at) => skills[at]!);
}

export const ORIGIN_WORDS: Record<Origin, string> = { builtin: "built in", data: "yours", project: "project" };

/** The skill that a message names at its front; null where it names none. */
export async function skillOfMessage(
  core: SkillCore,
  project: Pick<Project, "path">,
  text: string,
): Promise<WholeSkill | null> {
  const slash = slashOf(text);
  if (!slash) return null;
  return (await skillsFor(core, project)).skills.find((s) => s.name === slash.name) ?? null;
}

/** What a model is given of a skill; an outside agent reads the files beside it by itself. */
export async function skillText(skill: WholeSkill, reader: "native" | "agent"): Promise<string> {
  const { paths, more } = await listResources(skill.root);
  const how = reader === "native" ? "read them with skill_resource" : `they lie in ${skill.root}`;
  const listed = paths.length === 0 ? [] : ["", `Files of this skill (${how}):`, ...paths.map((path) => `- ${path}`)];
  return skillBlock(skill.name, [skill.body, ...listed, ...(more ? ["- and further ones"] : [])]);
}
