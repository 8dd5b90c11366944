/**
 * Skills on disk: `<dir>/<group>/<name>/SKILL.md` or `<dir>/<name>/SKILL.md`. A project's lie inside the project, links
 * followed; in the data directory a link may lead anywhere: whoever made it may read there.
 */
import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import type { FileProblem, Origin } from "../../domain/origin.ts";
import { parseSkill, SKILL_FILE, SKILL_LIMIT_BYTES, type Skills, type WholeSkill } from "../../domain/skill.ts";
import { messageOf } from "../../lib/errors.ts";
import { isInside, shownPath } from "../../lib/path-guard.ts";
import { mayTell } from "./guard.ts";
import { readTextFile } from "./text-file.ts";

/** Skills below one directory, and directories looked into for them. */
const SKILLS_MAX = 300;
const RESOURCES_MAX = 200;
const RESOURCE_DEPTH_MAX = 4;

export interface SkillPlace {
  origin: Origin;
  /** Absolute; skills of a project do not lead out of it. */
  base: string;
  /** Where they lie in it. */
  dir: string;
}

/** All skills of one place, sorted; what is malformed is told of and the others stand. Never throws. */
export async function readSkills(place: SkillPlace): Promise<Skills> {
  const found: Skills = { skills: [], problems: [] };
  const root = await realpath(place.base).catch(() => null);
  if (root === null) return found;
  const top = join(root, place.dir);
  let looked = 0;
  const look = async (dir: string, group: string | null): Promise<void> => {
    for (const name of await directoriesIn(dir)) {
      if (++looked > SKILLS_MAX) return;
      const at = join(dir, name);
      if (await isFile(join(at, SKILL_FILE))) await take(found, place, root, at, { group, name });
      else if (group === null) await look(at, name);
    }
  };
  await look(top, null).catch((error) => found.problems.push(problemAt(place, root, top, messageOf(error))));
  if (looked > SKILLS_MAX)
    found.problems.push(problemAt(place, root, top, `has more than ${SKILLS_MAX} directories; the rest was not read`));
  return found;
}

/** Files beside a SKILL.md that may be read, as paths in its directory, sorted; what git or an editor keeps is left out. */
export async function listResources(root: string): Promise<{ paths: string[]; more: boolean }> {
  const paths: string[] = [];
  const look = async (inside: string, depth: number): Promise<void> => {
    for (const entry of await sortedIn(join(root, inside))) {
      const path = join(inside, entry.name);
      if (entry.name.startsWith(".") || !mayTell(path) || paths.length > RESOURCES_MAX) continue;
      if (entry.isDirectory() && depth < RESOURCE_DEPTH_MAX) await look(path, depth + 1);
      else if (entry.isFile() && path !== SKILL_FILE) paths.push(path);
    }
  };
  await look("", 1).catch(() => {});
  return { paths: paths.slice(0, RESOURCES_MAX), more: paths.length > RESOURCES_MAX };
}

async function take(
  found: Skills,
  place: SkillPlace,
  root: string,
  at: string,
  named: { group: string | null; name: string },
): Promise<void> {
  const file = join(at, SKILL_FILE);
  const refuse = (message: string, line: number | null = null) =>
    found.problems.push(problemAt(place, root, file, message, line));
  try {
    const real = await realpath(at);
    if (place.origin === "project" && !isInside(root, real)) return void refuse("leads out of the project");
    const text = await readTextFile(real, SKILL_FILE, SKILL_LIMIT_BYTES);
    if (text === null) return;
    const parsed = parseSkill(text, named.name);
    if (!parsed.ok) return void refuse(parsed.message, parsed.line);
    if (parsed.warning) refuse(parsed.warning);
    const twin = found.skills.find((s) => s.name === parsed.skill.name);
    if (twin) return void refuse(`is called like ${twin.place}, which is used`);
    const { group } = named;
    const skill: WholeSkill = { ...parsed.skill, group, origin: place.origin, place: shownIn(root, file), root: real };
    found.skills.push(skill);
  } catch (error) {
    refuse(messageOf(error));
  }
}

const shownIn = (root: string, path: string) => shownPath(relative(root, path));

function problemAt(
  { origin }: SkillPlace,
  root: string,
  path: string,
  message: string,
  line: number | null = null,
): FileProblem {
  return { origin, place: shownIn(root, path), line, message: message.replace(/\.$/, "") };
}

async function directoriesIn(dir: string): Promise<string[]> {
  const entries = await sortedIn(dir);
  return entries.flatMap((e) => ((e.isDirectory() || e.isSymbolicLink()) && !e.name.startsWith(".") ? e.name : []));
}

async function sortedIn(dir: string): Promise<Dirent[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (["ENOENT", "ENOTDIR", "ELOOP"].includes(error.code ?? "")) return [];
    throw error;
  });
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const isFile = (path: string) =>
  stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
