/** The worktree of a session: made when an agent is first sent into it, on a branch of its own, from the project's HEAD. */
import { copyFile, mkdir, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DESK, type NewEvent, sessionTopic } from "../../domain/event.ts";
import type { Project } from "../../domain/project.ts";
import type { Session } from "../../domain/session.ts";
import type { Worktree } from "../../domain/worktree.ts";
import { currentBranch } from "../../drivers/git/branches.ts";
import { findRepository, type Repository } from "../../drivers/git/exec.ts";
import { readStatus } from "../../drivers/git/status.ts";
import { addWorktree, headCommit, restoreWorktree, setRef } from "../../drivers/git/worktree.ts";
import { runCommand } from "../../drivers/proc.ts";
import { conflict, messageOf, notFound, unavailable } from "../../lib/errors.ts";
import { counted } from "../../lib/format.ts";
import { newId } from "../../lib/ids.ts";
import { isSecretPath, relativeInside } from "../../lib/path-guard.ts";
import { storable } from "../../lib/storable.ts";
import { findSession } from "../../store/sessions.ts";
import {
  insertWorktree,
  moveWorktree,
  readWorktreeSettings,
  type WorktreeSettings,
  worktreeOfSession,
} from "../../store/worktrees.ts";
import { type Core, type Emit, transact } from "../core.ts";
import { projectOf } from "../projects.ts";

const SETUP_TIMEOUT_MS = 600_000;
const SETUP_OUTPUT_BYTES = 200_000;
const SETUP_TAIL_CHARS = 2_000;
const COPIES_MAX = 50;
const COPY_BYTES_MAX = 10_000_000;
const SLUG_CHARS = 40;

/** The base of a session's diff: HEAD at the beginning, advanced by what was applied. */
export const baseRef = (sessionId: string): string => `refs/boocode/base/${sessionId}`;
export const laneOfWorktree = (sessionId: string): string => `worktree:${sessionId}`;

export type WorktreeCore = Pick<Core, "config" | "sql" | "log" | "journal" | "lanes">;

export interface Ready {
  worktree: Worktree;
  /** Where an agent is started: the project's directory in the worktree. */
  cwd: string;
  /** Null when it works in the project's directory itself. */
  repository: Repository | null;
  /** What a person should know of its making, said once. */
  said: string | null;
}

/** Ready to write in. Two runs of one session stand in line here. Throws with a sentence when it cannot be made. */
export function ensureWorktree(core: WorktreeCore, session: Session, project: Project): Promise<Ready> {
  return core.lanes.run(laneOfWorktree(session.id), async () => {
    const there = await worktreeOfSession(core.sql, session.id);
    if (there?.state === "ready" && (await isThere(there.path))) return ready(core, there, project, null);
    if (there && there.branch !== null && there.state !== "creating") return reviveIn(core, there, project);
    if (there?.state === "creating") await transact(core, (tx) => moveWorktree(tx, there.id, "retired"));
    const repository = await findRepository(project.path);
    return repository ? make(core, session, project, repository) : inPlace(core, session, project);
  });
}

/** By a human, before any agent needs it. Says what became of it. */
export async function makeWorktree(core: WorktreeCore, sessionId: string): Promise<string> {
  const session = await findSession(core.sql, sessionId);
  if (!session) throw notFound("session");
  const { worktree, said } = await ensureWorktree(core, session, await projectOf(core, session.project_id));
  return (
    said ?? (worktree.branch === null ? "Agents work in the project's directory." : `It is on ${worktree.branch}.`)
  );
}

async function make(core: WorktreeCore, session: Session, project: Project, repository: Repository): Promise<Ready> {
  const commit = await headCommit(project.path);
  if (commit === null)
    throw unavailable("The repository has no commit yet. Commit something first: a worktree begins at a commit.");
  const wanted = `boocode/${slugOf(session.title)}-${session.id.slice(-6)}`;
  const row = await transact(core, async (tx, emit) => {
    const made = await insertWorktree(tx, {
      id: newId(),
      session_id: session.id,
      project_id: project.id,
      path: await freePath(core, project, session),
      prefix: repository.prefix,
      branch: wanted,
      base: commit,
      base_branch: await currentBranch(repository.root),
    });
    emitWorktree(emit, made);
    return made;
  });
  try {
    const branch = await addWorktree(repository, row.path, wanted, commit);
    await setRef(repository, baseRef(session.id), commit);
    const settings = await readWorktreeSettings(core.sql, project.id);
    const set = await setUp(row.path, project, repository, settings);
    const said = [set, await leftBehind(repository)].filter(Boolean).join(" ");
    const worktree = await transact(core, async (tx, emit) => {
      const moved = await moveWorktree(tx, row.id, "ready", { branch, note: set });
      if (!moved) throw conflict("The worktree was taken away meanwhile.");
      emitWorktree(emit, moved);
      return moved;
    });
    return await ready(core, worktree, project, said || null);
  } catch (error) {
    await transact(core, (tx) => moveWorktree(tx, row.id, "retired", { note: storable(messageOf(error)) }));
    throw error;
  }
}

/** Its directory is gone, its branch may be there: what was committed comes back. */
async function reviveIn(core: WorktreeCore, lost: Worktree, project: Project): Promise<Ready> {
  const repository = await findRepository(project.path);
  if (!repository || lost.branch === null) throw unavailable("The worktree is gone, and so is its repository.");
  await restoreWorktree(repository, lost.path, lost.branch);
  const said = `The worktree's directory was gone: it was made anew from the branch ${lost.branch}. What was not committed there is lost.`;
  const worktree = await transact(core, async (tx, emit) => {
    const moved = (await moveWorktree(tx, lost.id, "ready", { note: said })) ?? { ...lost, state: "ready" as const };
    emitWorktree(emit, moved);
    return moved;
  });
  return ready(core, worktree, project, said);
}

async function inPlace(core: WorktreeCore, session: Session, project: Project): Promise<Ready> {
  const { in_place } = await readWorktreeSettings(core.sql, project.id);
  if (!in_place)
    throw unavailable(
      `${project.name} is no git repository, so an agent would write in the directory itself, without a review. Allow that on the project's page, or make it a repository.`,
    );
  const worktree = await transact(core, async (tx, emit) => {
    const made = await insertWorktree(tx, {
      id: newId(),
      session_id: session.id,
      project_id: project.id,
      path: project.path,
      prefix: "",
      branch: null,
      base: null,
      base_branch: null,
    });
    const moved = await moveWorktree(tx, made.id, "ready");
    emitWorktree(emit, made);
    return moved ?? made;
  });
  return ready(core, worktree, project, "There is no git here: the agent writes in the project's directory itself.");
}

async function ready(core: WorktreeCore, worktree: Worktree, project: Project, said: string | null): Promise<Ready> {
  void core;
  if (worktree.branch === null) return { worktree, cwd: project.path, repository: null, said };
  const cwd = await realpath(join(worktree.path, worktree.prefix));
  return { worktree, cwd, repository: { root: cwd, prefix: worktree.prefix }, said };
}

/** Copies what is listed, then runs the command that a human wrote. Neither failing stops the agent; both are told. */
async function setUp(
  path: string,
  project: Project,
  repository: Repository,
  settings: WorktreeSettings,
): Promise<string | null> {
  const target = join(path, repository.prefix);
  const said: string[] = [];
  for (const name of linesOf(settings.copy_files).slice(0, COPIES_MAX)) {
    const problem = await copyOne(project.path, target, name);
    if (problem) said.push(`${name} was not copied: ${problem}.`);
  }
  if (settings.setup_command.trim()) said.push(await runSetup(target, settings.setup_command));
  return said.length > 0 ? storable(said.join(" ")) : null;
}

/** An agent sees what is committed: what is not is told, so that nobody wonders. */
async function leftBehind(repository: Repository): Promise<string | null> {
  const status = await readStatus(repository).catch(() => null);
  const files = (status?.records ?? []).filter((r) => r.type !== "untracked" || !isSecretPath(r.path)).length;
  const [is, them] = files === 1 ? ["is", "it"] : ["are", "them"];
  return files === 0
    ? null
    : `${counted(files, "file")} of the checkout ${is} not committed and so not in the worktree; the page of the worktree can carry ${them} over.`;
}

async function copyOne(from: string, to: string, name: string): Promise<string | null> {
  try {
    const source = await realpath(join(from, name));
    if (!relativeInside(from, source)) return "it is not in the project";
    const stats = await stat(source);
    if (!stats.isFile()) return "it is no file";
    if (stats.size > COPY_BYTES_MAX) return "it is larger than 10 MB";
    const target = join(to, relativeInside(from, source)!);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(source, target);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

async function runSetup(cwd: string, command: string): Promise<string> {
  const result = await runCommand({
    argv: ["/bin/sh", "-c", command],
    cwd,
    timeout_ms: SETUP_TIMEOUT_MS,
    stdout_limit_bytes: SETUP_OUTPUT_BYTES,
  }).catch((error) => ({ code: null, stdout: "", stderr: messageOf(error), timed_out: false }));
  if (result.code === 0) return `Set up with: ${command.trim()}.`;
  const how = result.timed_out ? "took longer than 10 minutes" : `ended with code ${result.code ?? "?"}`;
  return `The setup command ${how}: ${`${result.stdout}${result.stderr}`.trim().slice(-SETUP_TAIL_CHARS)}`;
}

const linesOf = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

/** A directory of the data directory that is not there yet. */
export async function freePath(
  core: WorktreeCore,
  project: Pick<Project, "name">,
  session: Pick<Session, "id">,
): Promise<string> {
  const name = `${slugOf(project.name)}-${session.id}`;
  const parent = join(core.config.home, "worktrees");
  for (let i = 1; i <= PATH_TRIES; i++) {
    const path = join(parent, i === 1 ? name : `${name}-${i}`);
    if (!(await isThere(path))) return path;
  }
  throw conflict(`There is no free name for a worktree in ${parent}.`);
}
const PATH_TRIES = 20;

/** Fit for a branch and for a directory. */
export function slugOf(text: string): string {
  const slug = text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, SLUG_CHARS)
    .replace(/^-+|-+$/g, "");
  return slug || "session";
}

export const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** A worktree was made, lost, found again or retired. */
export function emitWorktree(emit: Emit, worktree: Pick<Worktree, "id" | "session_id">): void {
  const { id: worktree_id, session_id } = worktree;
  if (session_id === null) return;
  const payload = { worktree_id, session_id };
  for (const topic of [sessionTopic(session_id), DESK]) emit({ topic, kind: "worktree.changed", payload } as NewEvent);
}
