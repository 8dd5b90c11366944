/** The frame of everything that a human does in a session's worktree: one at a time, and never beside a run that writes there. */
import type { GitOperation } from "../../domain/git.ts";
import type { Project } from "../../domain/project.ts";
import type { Session } from "../../domain/session.ts";
import type { Worktree } from "../../domain/worktree.ts";
import { gitDirectories, operationUnderWay } from "../../drivers/git/config.ts";
import type { Repository } from "../../drivers/git/exec.ts";
import { conflict, messageOf, notFound, unavailable } from "../../lib/errors.ts";
import { countWriting, newestAgentRun } from "../../store/runs.ts";
import { findSession } from "../../store/sessions.ts";
import { worktreeOfSession } from "../../store/worktrees.ts";
import { type Core, transact } from "../core.ts";
import { hooksDirectory, trustsHooks } from "../git.ts";
import { projectOf } from "../projects.ts";
import { collectChanges } from "./collect.ts";
import { emitWorktree, isThere, laneOfWorktree } from "./make.ts";

export interface Standing {
  session: Session;
  project: Project;
  worktree: Worktree;
  /** The whole worktree, also where the project is a part of its repository. */
  top: Repository;
  operation: GitOperation | null;
}

/** Throws with a sentence where the session has no worktree that anything could be done in. */
export async function standingOf(core: Pick<Core, "sql">, sessionId: string): Promise<Standing> {
  const session = await findSession(core.sql, sessionId);
  if (!session) throw notFound("session");
  const project = await projectOf(core, session.project_id);
  const worktree = await worktreeOfSession(core.sql, sessionId);
  if (!worktree) throw conflict("This session has no worktree yet.");
  if (worktree.branch === null) throw conflict("The agents of this session work in the project's directory itself.");
  if (worktree.state !== "ready" || !(await isThere(worktree.path)))
    throw conflict("The worktree's directory is gone. Make it anew first.");
  const top = { root: worktree.path, prefix: "" };
  return { session, project, worktree, top, operation: await operationUnderWay(await gitDirectories(top)) };
}

/** Runs `work` in the worktree's lane. 409 while a run of a coder's chat has begun and not ended. */
export function working<T>(core: Core, sessionId: string, work: (at: Standing) => Promise<T>): Promise<T> {
  return core.lanes.run(laneOfWorktree(sessionId), async () => {
    if (core.stopping) throw unavailable("BooCode is shutting down.");
    const at = await standingOf(core, sessionId);
    if ((await countWriting(core.sql, sessionId)) > 0)
      throw conflict("A run is going on in this worktree. Wait for its end, or stop it.");
    try {
      return await work(at);
    } finally {
      core.statuses.forget(at.top.root);
      await transact(core, async (_, emit) => emitWorktree(emit, at.worktree));
    }
  });
}

const OPERATIONS: Record<GitOperation, string> = {
  merge: "A merge is under way in the worktree. Go on with it or give it up first.",
  rebase: "A rebase is under way in the worktree. Finish it in a terminal there: git rebase --continue, or --abort.",
  "cherry-pick":
    "A cherry-pick is under way in the worktree. Finish it in a terminal there, or: git cherry-pick --abort.",
  revert: "A revert is under way in the worktree. Finish it in a terminal there, or: git revert --abort.",
  bisect: "A bisection is under way in the worktree. End it in a terminal there: git bisect reset.",
};
export const operationWords = (operation: GitOperation): string => OPERATIONS[operation];

export function demandNoOperation({ operation }: Standing): void {
  if (operation !== null) throw conflict(operationWords(operation));
}

/** The directory of hooks that the user trusts; null runs none. */
export async function trustedHooks(core: Pick<Core, "sql">, { project, top }: Standing): Promise<string | null> {
  return (await trustsHooks(core, project.id)) ? hooksDirectory(top) : null;
}

/** After a start: what agents wrote until the server died is proposed, as it is when a run ends otherwise. */
export async function collectCutOff(core: Core, sessions: readonly string[]): Promise<void> {
  const one = (sessionId: string) =>
    core.lanes
      .run(laneOfWorktree(sessionId), async () => collectAgain(core, await standingOf(core, sessionId)))
      .catch((error) => core.log.warn("worktree.not_collected", { session_id: sessionId, reason: messageOf(error) }));
  await Promise.all(sessions.map(one));
}

/** What is proposed follows what was done in the worktree. In its lane. */
export async function collectAgain(core: Core, { session, project, worktree, top }: Standing): Promise<void> {
  const run = await newestAgentRun(core.sql, session.id);
  if (!run) return;
  const root = worktree.prefix === "" ? top.root : `${top.root}/${worktree.prefix.slice(0, -1)}`;
  const repository = { root, prefix: worktree.prefix };
  await collectChanges(core, { run, project, repository });
}
