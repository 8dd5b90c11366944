/** How a session's worktree stands, with everything that is to be known before it is finished. Reads only. */
import { type Carry, CONFLICTS_SHOWN, FINISH_FILES_SHOWN, type Finish, type ReadyFinish } from "../../domain/finish.ts";
import type { Project } from "../../domain/project.ts";
import { forgeOf, placeOf, shownRemote } from "../../domain/remote.ts";
import type { Session } from "../../domain/session.ts";
import { apart, branchFacts, countUnpushed } from "../../drivers/git/branches.ts";
import { commitHooks, gitDirectories, preparedMessage, readCommitConfig } from "../../drivers/git/config.ts";
import { conflictOf } from "../../drivers/git/conflicts.ts";
import type { StatusRecord } from "../../drivers/git/records.ts";
import { listRemotes, remotePrograms } from "../../drivers/git/remotes.ts";
import { readStatus } from "../../drivers/git/status.ts";
import { AppError, notFound } from "../../lib/errors.ts";
import { isSecretPath } from "../../lib/path-guard.ts";
import { readTotals } from "../../store/change-reads.ts";
import { countWriting, newestAgentRun } from "../../store/runs.ts";
import { findSession } from "../../store/sessions.ts";
import { worktreeOfSession } from "../../store/worktrees.ts";
import type { Core } from "../core.ts";
import { trustsHooks } from "../git.ts";
import { changesOf } from "../git-changes.ts";
import { projectOf } from "../projects.ts";
import { UNTITLED_SESSION } from "../sessions.ts";
import { type Standing, standingOf } from "./at-work.ts";
import { type Base, baseOf } from "./base-branch.ts";
import { carriedAt } from "./carry.ts";
import { requestOf } from "./publish.ts";

export interface FinishView {
  session: Session;
  project: Project;
  finish: Finish;
}

export async function finishOf(core: Core, sessionId: string): Promise<FinishView> {
  const session = await findSession(core.sql, sessionId);
  if (!session) throw notFound("session");
  const project = await projectOf(core, session.project_id);
  try {
    return { session, project, finish: await readyFinish(core, await standingOf(core, sessionId)) };
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "internal" || error.code === "not_found") throw error;
    const worktree = await worktreeOfSession(core.sql, sessionId);
    const carry = worktree === null ? await carryOf(core, project, sessionId) : null;
    return { session, project, finish: { state: "none", worktree, reason: error.message, carry } };
  }
}

async function readyFinish(core: Core, at: Standing): Promise<ReadyFinish> {
  const { project, session, worktree, top, operation } = at;
  const { root } = top;
  const [status, base, busy, config, directories] = await Promise.all([
    readStatus(top, undefined, "all"),
    baseOf(project, worktree),
    countWriting(core.sql, session.id),
    readCommitConfig(top),
    gitDirectories(top),
  ]);
  const head = status.head ?? "";
  const branch = status.branch;
  const unmerged = status.records.filter((record) => record.type === "unmerged").slice(0, CONFLICTS_SHOWN);
  const [distance, conflicts, own, unpushed, remotes, hooks, trusted, programs, totals, carry, prepared, agent] =
    await Promise.all([
      base ? apart(root, "HEAD", base.commit) : { ahead: 0, behind: 0 },
      Promise.all(unmerged.map((record) => conflictOf(root, record))),
      branch === null ? null : branchFacts(root, branch),
      countUnpushed(root, "HEAD"),
      listRemotes(root),
      commitHooks(top, directories, config),
      trustsHooks(core, project.id),
      remotePrograms(root),
      readTotals(core.sql, { session_id: session.id, chat_id: null, closed: false }),
      carryOf(core, project, session.id),
      preparedMessage(directories),
      newestAgentRun(core.sql, session.id),
    ]);
  return {
    state: "ready",
    ...{ worktree, branch, head, ...distance, operation, conflicts, unpushed, programs, carry },
    base: base && { branch: base.branch, commit: base.commit, upstream: base.upstream },
    files: filesOf(status.records),
    upstream: own?.upstream
      ? { ...pick(own.upstream), ...(await apart(root, "HEAD", `refs/remotes/${own.upstream.ref}`)) }
      : null,
    remotes: remotes.map((remote) => {
      const place = placeOf(remote.url);
      const request_url = branch === null ? null : requestOf(remote, branch, base);
      return { name: remote.name, url: shownRemote(remote.url), forge: place && forgeOf(place), request_url };
    }),
    identity: config.identity,
    unsigned: config.signs,
    hooks: { names: hooks.names, trusted },
    unreviewed: { pending: totals.pending, rejected: totals.rejected },
    proposed_message: prepared ?? proposedMessage(session, status.records),
    agent_chat: agent?.chat_id ?? null,
    busy: busy > 0,
  };
}

const pick = ({ remote, branch }: NonNullable<Base["remote"]>) => ({ remote, branch });

/** A file that is staged and changed again is one file here: a commit takes all of it. */
function filesOf(records: readonly StatusRecord[]): ReadyFinish["files"] {
  const { staged, unstaged, untracked } = changesOf(records);
  const seen = new Set(staged.changes.map((change) => change.path));
  const all = [...staged.changes, ...unstaged.changes.filter((change) => !seen.has(change.path)), ...untracked.changes];
  all.sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    changes: all.slice(0, FINISH_FILES_SHOWN),
    total: records.filter((record) => record.type !== "unmerged").length,
  };
}

const SUBJECT_CHARS = 72;

/** The session's title when it has one of its own, else the files. */
export function proposedMessage(
  session: Pick<Session, "title">,
  records: readonly Pick<StatusRecord, "path">[],
): string {
  const title = session.title.trim();
  if (title !== "" && title !== UNTITLED_SESSION) return title.slice(0, SUBJECT_CHARS).trim();
  const names = records.map((record) => record.path.replace(/\/$/, "").split("/").at(-1)!);
  if (names.length === 0) return "";
  const more = names.length > 2 ? ` and ${names.length - 2} more` : "";
  return `Change ${names.slice(0, 2).join(names.length === 2 ? " and " : ", ")}${more}`.slice(0, SUBJECT_CHARS);
}

/** What an agent of this session would not see. */
export async function uncommittedIn(core: Core, sessionId: string): Promise<Carry | null> {
  const session = await findSession(core.sql, sessionId);
  if (!session) throw notFound("session");
  return carryOf(core, await projectOf(core, session.project_id), sessionId);
}

async function carryOf(core: Core, project: Project, sessionId: string): Promise<Carry | null> {
  try {
    const status = await core.statuses.read(project.path);
    if (!status || status.head === null) return null;
    const files = status.records.filter((record) => record.type !== "untracked" || !isSecretPath(record.path)).length;
    return { files, carried_at: await carriedAt(project.path, sessionId) };
  } catch {
    return null;
  }
}
