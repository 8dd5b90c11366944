import type { Db, Tx } from "../db/sql.ts";
import type { Project } from "../domain/project.ts";

/** `is_git` is a fact of the directory, not of the row: the engine fills it in. */
export type ProjectRow = Omit<Project, "is_git">;

export async function insertProject(
  tx: Tx,
  project: { id: string; path: string; name: string },
): Promise<ProjectRow | null> {
  const [row] = await tx<ProjectRow[]>`
    insert into projects ${tx(project)} on conflict (path) do nothing returning *`;
  return row ?? null;
}

export async function findProject(db: Db, id: string): Promise<ProjectRow | null> {
  const [row] = await db<ProjectRow[]>`select * from projects where id = ${id}`;
  return row ?? null;
}

export async function findProjectOfSession(db: Db, sessionId: string): Promise<ProjectRow | null> {
  const [row] = await db<ProjectRow[]>`
    select p.* from projects p join sessions s on s.project_id = p.id where s.id = ${sessionId}`;
  return row ?? null;
}

export async function findProjectByPath(db: Db, path: string): Promise<ProjectRow | null> {
  const [row] = await db<ProjectRow[]>`select * from projects where path = ${path}`;
  return row ?? null;
}

export async function listProjects(db: Db): Promise<ProjectRow[]> {
  return db<ProjectRow[]>`select * from projects order by lower(name), id`;
}

export async function renameProject(tx: Tx, id: string, name: string): Promise<ProjectRow | null> {
  const [row] = await tx<ProjectRow[]>`update projects set name = ${name} where id = ${id} returning *`;
  return row ?? null;
}

export async function deleteProject(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx`delete from projects where id = ${id} returning id`;
  return rows.length > 0;
}
