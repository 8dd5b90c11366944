/** Registering, renaming and forgetting projects. The directory itself is never touched, but for a new one. */

import { basename } from "node:path";
import type { Db } from "../db/sql.ts";
import { DESK } from "../domain/event.ts";
import type { Project } from "../domain/project.ts";
import { completeDirectories, createDirectory, inspectDirectory } from "../drivers/files/directories.ts";
import { isGitDirectory } from "../drivers/git/head.ts";
import { conflict, invalid, notFound } from "../lib/errors.ts";
import { newId } from "../lib/ids.ts";
import { storable } from "../lib/storable.ts";
import { oneLine } from "../lib/text.ts";
import {
  findProject,
  findProjectByPath,
  findProjectOfSession,
  insertProject,
  listProjects,
  type ProjectRow,
  renameProject,
} from "../store/projects.ts";
import { type Core, transact } from "./core.ts";

export const NAME_LIMIT_CHARS = 100;

export interface RegisterProject {
  path: string;
  name?: string | undefined;
  /** Make the directory and a git repository in it first. */
  create?: boolean;
}

/** Errors: invalid (field path or name), conflict with the project that has this directory already. */
export async function registerProject(core: Core, input: RegisterProject): Promise<Project> {
  const roots = core.config.project_roots;
  const directory = input.create ? await createDirectory(roots, input.path) : await inspectDirectory(input.path, roots);
  const name = input.name?.trim() ? checkName(input.name.trim()) : nameOf(directory.path);
  const row = await transact(core, async (tx, emit) => {
    const inserted = await insertProject(tx, { id: newId(), path: directory.path, name });
    if (inserted) emit({ topic: DESK, kind: "project.changed", payload: { project_id: inserted.id } });
    return inserted;
  });
  if (row) return { ...row, is_git: directory.is_git };
  const there = await findProjectByPath(core.sql, directory.path);
  throw conflict(`This directory is already registered as "${there?.name ?? directory.path}".`, there ?? undefined);
}

/** Directories that begin with what was typed, for completion. */
export function directoriesUnder(core: Pick<Core, "config">, typed: string): Promise<string[]> {
  return completeDirectories(core.config.project_roots, typed);
}

/** In a snapshot `db` is that: a second connection, while the first is held, would be one too many for a full pool. */
export async function projectOf({ sql: db }: { sql: Db }, id: string): Promise<Project> {
  const row = await findProject(db, id);
  if (!row) throw notFound("project");
  return withGit(row);
}

export async function projectOfSession(db: Db, sessionId: string): Promise<Project | null> {
  const row = await findProjectOfSession(db, sessionId);
  return row && withGit(row);
}

export async function allProjects(core: Pick<Core, "sql">): Promise<Project[]> {
  return Promise.all((await listProjects(core.sql)).map(withGit));
}

export async function changeProject(core: Core, id: string, name: string): Promise<Project> {
  const checked = checkName(name.trim());
  const row = await transact(core, async (tx, emit) => {
    const renamed = await renameProject(tx, id, checked);
    if (renamed) emit({ topic: DESK, kind: "project.changed", payload: { project_id: id } });
    return renamed;
  });
  if (!row) throw notFound("project");
  return withGit(row);
}

async function withGit(row: ProjectRow): Promise<Project> {
  return { ...row, is_git: await isGitDirectory(row.path) };
}

/** Of a directory that nobody named: whatever its own name holds, one line of it. */
const nameOf = (path: string) => oneLine(storable(basename(path)), NAME_LIMIT_CHARS) || path;

function checkName(name: string): string {
  if (name.length === 0) throw invalid("A project needs a name.", "name");
  if (name.length > NAME_LIMIT_CHARS) throw invalid(`A name has at most ${NAME_LIMIT_CHARS} characters.`, "name");
  if (/[\0\r\n]/.test(name)) throw invalid("A name is one line.", "name");
  return name;
}
