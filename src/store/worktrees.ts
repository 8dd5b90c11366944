import type { Db, Tx } from "../db/sql.ts";
import { type Worktree, type WorktreeState, worktreeStatesBefore } from "../domain/worktree.ts";

const columns = (db: Db) => db`
  id, session_id, project_id, path, prefix, branch, base, base_branch, state, note, snapshot_ref, created_at, retired_at`;

export async function insertWorktree(
  tx: Tx,
  w: Pick<Worktree, "id" | "session_id" | "project_id" | "path" | "prefix" | "branch" | "base" | "base_branch">,
): Promise<Worktree> {
  const [row] = await tx<Worktree[]>`insert into worktrees ${tx(w as never)} returning ${columns(tx)}`;
  return row!;
}

export async function findWorktree(db: Db, id: string): Promise<Worktree | null> {
  const [row] = await db<Worktree[]>`select ${columns(db)} from worktrees where id = ${id}`;
  return row ?? null;
}

/** The one that the session has now. */
export async function worktreeOfSession(db: Db, sessionId: string): Promise<Worktree | null> {
  const [row] = await db<Worktree[]>`
    select ${columns(db)} from worktrees where session_id = ${sessionId} and state <> 'retired'`;
  return row ?? null;
}

/** All that are not retired, newest first. */
export function listWorktrees(db: Db): Promise<Worktree[]> {
  return db<Worktree[]>`
    select ${columns(db)} from worktrees where state <> 'retired' order by created_at desc, id`;
}

/** Those of a project that are not retired. */
export function worktreesOfProject(db: Db, projectId: string): Promise<Worktree[]> {
  return db<Worktree[]>`
    select ${columns(db)} from worktrees where project_id = ${projectId} and state <> 'retired' order by created_at, id`;
}

/** Retired ones of which something was kept, newest first. */
export function restorableWorktrees(db: Db): Promise<Worktree[]> {
  return db<Worktree[]>`
    select ${columns(db)} from worktrees where state = 'retired' and snapshot_ref is not null
    order by retired_at desc, id`;
}

/** Retired ones whose kept state is older than `days`. */
export function retiredBefore(db: Db, days: number): Promise<Worktree[]> {
  return db<Worktree[]>`
    select ${columns(db)} from worktrees
    where state = 'retired' and snapshot_ref is not null and retired_at < now() - make_interval(days => ${days})`;
}

/** The one way a worktree changes state; null when somebody else moved it. */
export async function moveWorktree(
  tx: Tx,
  id: string,
  to: WorktreeState,
  facts: { branch?: string; note?: string | null; snapshot_ref?: string | null } = {},
): Promise<Worktree | null> {
  const [row] = await tx<Worktree[]>`
    update worktrees set state = ${to}, branch = coalesce(${facts.branch ?? null}, branch),
      note = coalesce(${facts.note ?? null}, note), snapshot_ref = coalesce(${facts.snapshot_ref ?? null}, snapshot_ref),
      retired_at = case when ${to} = 'retired' then now() end
    where id = ${id} and state = any(${worktreeStatesBefore(to)}) returning ${columns(tx)}`;
  return row ?? null;
}

/** Its HEAD is on another branch from now on. */
export async function setWorktreeBranch(tx: Tx, id: string, branch: string): Promise<void> {
  await tx`update worktrees set branch = ${branch} where id = ${id}`;
}

export async function noteWorktree(tx: Tx, id: string, note: string): Promise<void> {
  await tx`update worktrees set note = ${note} where id = ${id}`;
}

export async function forgetSnapshot(tx: Tx, id: string): Promise<void> {
  await tx`update worktrees set snapshot_ref = null where id = ${id}`;
}

export interface WorktreeSettings {
  in_place: boolean;
  copy_files: string;
  setup_command: string;
}
const NONE: WorktreeSettings = { in_place: false, copy_files: "", setup_command: "" };

export async function readWorktreeSettings(db: Db, projectId: string): Promise<WorktreeSettings> {
  const [row] = await db<WorktreeSettings[]>`
    select in_place, copy_files, setup_command from worktree_settings where project_id = ${projectId}`;
  return row ?? NONE;
}

export async function writeWorktreeSettings(tx: Tx, projectId: string, s: WorktreeSettings): Promise<void> {
  await tx`
    insert into worktree_settings ${tx({ project_id: projectId, ...s })}
    on conflict (project_id) do update set in_place = excluded.in_place, copy_files = excluded.copy_files,
      setup_command = excluded.setup_command, changed_at = now()`;
}
