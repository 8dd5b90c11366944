/** The git panel's verbs: by a human, through routes; no tool reaches them. One after another in each repository. */
import type { FileDiff } from "../domain/diff.ts";
import { DESK } from "../domain/event.ts";
import {
  COMMIT_MESSAGE_CHARS,
  DISCARD_NAMES,
  DISCARDS_SHOWN,
  type Discard,
  type GitPanel,
  type GitState,
  IDENTITY_MISSING,
} from "../domain/git.ts";
import type { Project } from "../domain/project.ts";
import { type Committed, commitStaged } from "../drivers/git/commit.ts";
import {
  commitHooks,
  gitDirectories,
  lastFetch,
  operationUnderWay,
  preparedMessage,
  readCommitConfig,
} from "../drivers/git/config.ts";
import { discardChanges } from "../drivers/git/discard.ts";
import type { Repository } from "../drivers/git/exec.ts";
import { requireRepository } from "../drivers/git/exec.ts";
import { fileDiff } from "../drivers/git/file-diff.ts";
import { initRepository } from "../drivers/git/init.ts";
import { keptRecords } from "../drivers/git/keep.ts";
import { stageAll, stagedOutside, stagePaths, unstageAll, unstagePaths } from "../drivers/git/stage.ts";
import { undoDiscard } from "../drivers/git/undo.ts";
import { AppError, conflict, invalid, limited, unavailable } from "../lib/errors.ts";
import { counted } from "../lib/format.ts";
import { shownPath } from "../lib/path-guard.ts";
import { readSetting, writeSetting } from "../store/settings.ts";
import { type Core, transact } from "./core.ts";
import { changesOf, stagedKey } from "./git-changes.ts";
import { isShown, recordsFor } from "./git-selection.ts";
import type { ProjectStatus } from "./git-status.ts";
import { projectOf } from "./projects.ts";

type Ready = Extract<GitPanel, { state: "ready" }>;

/** What was done, as a sentence, and how things stand after it. */
export interface Done {
  project: Project;
  said: string;
  panel: GitPanel;
}

/** How things stand. Where git is missing or refuses, that is what is told. */
export async function gitPanel(core: Core, projectId: string): Promise<{ project: Project; panel: GitPanel }> {
  const project = await projectOf(core, projectId);
  return { project, panel: await panelOf(core, project) };
}

async function panelOf(core: Core, project: Project): Promise<GitPanel> {
  try {
    const status = await core.statuses.readNow(project.path);
    return status ? await readyPanel(core, project, status) : { state: "none" };
  } catch (error) {
    if (error instanceof AppError && error.code !== "internal") return { state: "refused", message: error.message };
    throw error;
  }
}

async function readyPanel(core: Core, project: Project, status: ProjectStatus): Promise<Ready> {
  const { repository } = status;
  const [config, directories, kept, outside, trusted] = await Promise.all([
    readCommitConfig(repository),
    gitDirectories(repository),
    keptRecords(repository, DISCARDS_SHOWN),
    stagedOutside(repository),
    trustsHooks(core, project.id),
  ]);
  const [hooks, operation, prepared_message, fetched_at] = await Promise.all([
    commitHooks(repository, directories, config),
    operationUnderWay(directories),
    preparedMessage(directories),
    lastFetch(directories),
  ]);
  const { branch, head, upstream, ahead, behind, truncated } = status;
  const where = { branch, head, upstream, ahead, behind, fetched_at, operation, truncated, staged_outside: outside };
  const git: GitState = { ...where, ...changesOf(status.records), staged_key: stagedKey(status.records) };
  return {
    state: "ready",
    git,
    identity: config.identity,
    unsigned: config.signs,
    hooks: { names: hooks.names, trusted },
    discards: kept.map(({ id, head: h }): Discard => ({ id, at: new Date(h.at), paths: h.paths, total: h.total })),
    prepared_message,
  };
}

/** The difference of one changed path; `staged` between the last commit and the index, else up to the working tree. */
export async function changeDiff(
  core: Core,
  projectId: string,
  request: { path: string; staged: boolean; all: boolean; signal?: AbortSignal },
): Promise<{ project: Project; diff: FileDiff }> {
  const project = await projectOf(core, projectId);
  const status = await core.statuses.read(project.path);
  if (!status) throw noRepository();
  const [record] = await recordsFor(status, [request.path], (r) => isShown(r, request.staged), "not_found");
  return { project, diff: await fileDiff(status.repository, record!, request) };
}

export interface Selection {
  paths: readonly string[];
  /** Everything the group has, whatever `paths` says. */
  all: boolean;
}

export function stageChanges(core: Core, projectId: string, { paths, all }: Selection): Promise<Done> {
  return working(core, projectId, async (status) => {
    if (all) return told("Staged everything", (await stageAll(status.repository)).left_out);
    const records = await recordsFor(status, paths, (record) => isShown(record, false));
    const named = records.map((record) => record.path);
    return told(`Staged ${nameOf(named)}`, (await stagePaths(status.repository, named)).left_out);
  });
}

export function unstageChanges(core: Core, projectId: string, { paths, all }: Selection): Promise<Done> {
  return working(core, projectId, async (status) => {
    if (all) {
      await unstageAll(status.repository);
      return "Unstaged everything.";
    }
    const records = await recordsFor(status, paths, (record) => isShown(record, true) || record.y === "A");
    // A rename is two entries of the index.
    const named = records.flatMap((record) => (record.from === null ? [record.path] : [record.path, record.from]));
    await unstagePaths(status.repository, named);
    return `Unstaged ${nameOf(records.map((record) => record.path))}.`;
  });
}

export interface CommitRequest {
  message: string;
  /** `staged_key` of what the writer saw; refused when something else is staged by now. */
  staged_key?: string | undefined;
}

export async function commitChanges(
  core: Core,
  projectId: string,
  { message, staged_key }: CommitRequest,
): Promise<Done & { commit: Committed }> {
  if (message.trim() === "") throw invalid("Write what the commit does.", "message");
  if (message.length > COMMIT_MESSAGE_CHARS)
    throw limited(`A commit message has at most ${COMMIT_MESSAGE_CHARS} characters.`, "message", 422);
  let commit: Committed | null = null;
  const done = await working(core, projectId, async (status, project) => {
    await checkStaged(status, staged_key);
    if ((await readCommitConfig(status.repository)).identity === null) throw invalid(IDENTITY_MISSING);
    const hooks = (await trustsHooks(core, project.id)) ? await hooksDirectory(status.repository) : null;
    commit = await commitStaged(status.repository, message, hooks);
    return `Committed ${commit.hash.slice(0, 10)}${status.branch === null ? "" : ` to ${status.branch}`}.`;
  });
  return { ...done, commit: commit! };
}

async function checkStaged(status: ProjectStatus, key: string | undefined): Promise<void> {
  const conflicts = status.records.filter((record) => record.type === "unmerged").length;
  if (conflicts > 0)
    throw conflict(`${counted(conflicts, "file is", "files are")} in conflict. Resolve and stage them first.`);
  if (key !== undefined && key !== stagedKey(status.records))
    throw conflict("What is staged has changed since you looked. Look at it again, then commit.");
  const isStaged =
    status.records.some((record) => isShown(record, true)) || (await stagedOutside(status.repository)) > 0;
  if (isStaged) return;
  const operation = await operationUnderWay(await gitDirectories(status.repository));
  // A merge may end as our side has it: then there is a commit to make and nothing staged.
  if (operation !== "merge") throw invalid("Nothing is staged, so there is nothing to commit.", "message");
}

/** Where the repository's hooks are. */
export async function hooksDirectory(repository: Repository): Promise<string> {
  const [config, directories] = await Promise.all([readCommitConfig(repository), gitDirectories(repository)]);
  return (await commitHooks(repository, directories, config)).directory;
}

export async function discardPaths(
  core: Core,
  projectId: string,
  paths: readonly string[],
): Promise<Done & { discard: Discard }> {
  let discard: Discard | null = null;
  const done = await working(core, projectId, async (status) => {
    const records = await recordsFor(status, paths, (record) => isShown(record, false));
    const { id, at, paths: lost, left } = await discardChanges(status.repository, records);
    discard = { id, at, paths: lost.slice(0, DISCARD_NAMES), total: lost.length };
    return told(`Discarded ${nameOf(lost)}`, left);
  });
  return { ...done, discard: discard! };
}

export function undoDiscarded(core: Core, projectId: string, id: string): Promise<Done> {
  return working(core, projectId, async (status) => {
    return `Restored ${nameOf(await undoDiscard(status.repository, id))}.`;
  });
}

/** Makes the project a repository of its own; refused where it already is in one. */
export async function makeRepository(core: Core, projectId: string): Promise<Done> {
  const project = await projectOf(core, projectId);
  return core.lanes.run(laneOf(project.path), async () => {
    const { state } = await panelOf(core, project);
    if (state !== "none") throw conflict("This project is in a git repository already.");
    await initRepository(project.path);
    core.statuses.forget(project.path);
    return { project, said: "Made an empty repository.", panel: await panelOf(core, project) };
  });
}

/** Whether commits made here run the repository's hooks: programs that came with it. */
export async function trustHooks(core: Core, projectId: string, trusted: boolean): Promise<Done> {
  const project = await projectOf(core, projectId);
  const key = hooksKey(projectId);
  await transact(core, async (tx, emit) => {
    await writeSetting(tx, key, trusted);
    emit({ topic: DESK, kind: "setting.changed", payload: { key } });
  });
  const said = trusted ? "Commits made here run the repository's hooks from now on." : "Hooks are no longer run.";
  return { project, said, panel: await panelOf(core, project) };
}

const hooksKey = (projectId: string) => `hooks_trusted:${projectId}`;
export const trustsHooks = async (core: Pick<Core, "sql">, projectId: string) =>
  (await readSetting(core.sql, hooksKey(projectId))) === true;

/** The lane of everything that writes to a repository or its working tree. */
export const laneOf = (top: string): string => `repository:${top}`;

async function working(
  core: Core,
  projectId: string,
  work: (status: ProjectStatus, project: Project) => Promise<string>,
): Promise<Done> {
  const project = await projectOf(core, projectId);
  const { root, prefix } = await requireRepository(project.path);
  const top = root.slice(0, root.length - prefix.length).replace(/(?<=.)\/$/, "");
  return core.lanes.run(laneOf(top), async () => {
    if (core.stopping) throw unavailable("BooCode is shutting down.");
    const status = await core.statuses.readNow(project.path);
    if (!status) throw noRepository();
    try {
      const said = await work(status, project);
      core.statuses.forget(project.path);
      return { project, said, panel: await panelOf(core, project) };
    } finally {
      core.statuses.forget(project.path);
    }
  });
}

/** What is left out of many says so: secret files are taken only when named by themselves, repositories never. */
function told(sentence: string, left_out: readonly string[]): string {
  return left_out.length === 0 ? `${sentence}.` : `${sentence}, but for ${nameOf(left_out)}.`;
}

const nameOf = (paths: readonly string[]): string =>
  paths.length === 1 ? shownPath(paths[0]!) : counted(paths.length, "file");

const noRepository = () => unavailable("The project is not a git repository.");
