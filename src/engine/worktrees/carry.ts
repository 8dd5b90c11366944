/** The uncommitted work of the checkout, carried over into the worktree: by a human, on request. */

import { commitTime } from "../../drivers/git/branches.ts";
import { gitDirectories, operationUnderWay } from "../../drivers/git/config.ts";
import { findRepository, type Repository } from "../../drivers/git/exec.ts";
import { mergeTrees } from "../../drivers/git/merge-trees.ts";
import { treeDifferences } from "../../drivers/git/tree-diff.ts";
import { checkoutTree, headCommit, keepTree, refCommit, treeOf } from "../../drivers/git/worktree.ts";
import { conflict, notFound, unavailable } from "../../lib/errors.ts";
import { counted } from "../../lib/format.ts";
import { isSecretPath, shownPath } from "../../lib/path-guard.ts";
import { findSession } from "../../store/sessions.ts";
import type { Core } from "../core.ts";
import { projectOf } from "../projects.ts";
import { collectAgain, demandNoOperation, type Standing, working } from "./at-work.ts";
import { mergeFile, moveBaseBy } from "./base.ts";
import { ensureWorktree } from "./make.ts";

const NAMED_MAX = 8;
/** What was carried over last: the checkout's tree, on top of the commit that it was based on. */
export const carriedRef = (sessionId: string) => `refs/boocode/carried/${sessionId}`;

/** Makes the worktree where there is none. 409 naming the files when both sides changed the same lines; then nothing is. */
export async function carryOver(core: Core, sessionId: string): Promise<string> {
  const session = await findSession(core.sql, sessionId);
  if (!session) throw notFound("session");
  await ensureWorktree(core, session, await projectOf(core, session.project_id));
  return working(core, sessionId, async (at) => {
    demandNoOperation(at);
    const said = await carry(at, await uncommittedOf(at));
    await collectAgain(core, at);
    return said;
  });
}

interface Uncommitted {
  /** Where it was taken from, as a tree, and the tree that the worktree has seen of it. */
  tree: string;
  base: string;
  head: string;
  /** Paths that are not carried, whatever they hold. */
  without: string[];
  /** How many files are. */
  files: number;
}

async function uncommittedOf({ project, session }: Standing): Promise<Uncommitted> {
  const checkout = await findRepository(project.path);
  if (!checkout) throw unavailable("The project is not a git repository.");
  if ((await operationUnderWay(await gitDirectories(checkout))) !== null)
    throw conflict("Something is under way in the checkout (a merge, a rebase). Finish it there first.");
  const uncommitted = await readUncommitted(checkout, session.id);
  if (uncommitted === null) throw unavailable("The repository has no commit yet.");
  return uncommitted;
}

async function readUncommitted(checkout: Repository, sessionId: string): Promise<Uncommitted | null> {
  const head = await headCommit(checkout.root);
  if (head === null) return null;
  const tree = await treeOf(checkout);
  const base = await seenBefore(checkout, sessionId, head);
  const differences = await treeDifferences(checkout, base, tree);
  // Files of secrets are named in the settings of worktrees, one by one; a repository inside is none of ours.
  const isLeft = (d: (typeof differences)[number]) =>
    d.status === "A" && (isSecretPath(d.path) || d.new_mode === "160000");
  const without = differences.filter(isLeft).map((d) => d.path);
  return { tree, base, head, without, files: differences.length - without.length };
}

/** HEAD with what was carried over before and is still not committed. */
async function seenBefore(checkout: Repository, sessionId: string, head: string): Promise<string> {
  const carried = await refCommit(checkout.root, carriedRef(sessionId));
  const from = carried && (await refCommit(checkout.root, `${carriedRef(sessionId)}^1`));
  if (!carried || !from) return head;
  if (from === head) return carried;
  const input = { base: from, ours: head, theirs: carried, merge: mergeFile, clash: "theirs" as const };
  return (await mergeTrees(checkout, input)).tree;
}

async function carry({ session, top, project }: Standing, from: Uncommitted): Promise<string> {
  const { tree, base, head, without, files } = from;
  const left =
    without.length === 0 ? "" : ` Left where ${without.length === 1 ? "it is" : "they are"}: ${named(without)}.`;
  if (files === 0) return `There is nothing to carry over: the worktree has what the checkout has.${left}`;
  const ours = await treeOf(top);
  const { tree: merged, clashes } = await mergeTrees(top, {
    ...{ base, ours, theirs: tree, merge: mergeFile, without },
    clash: "report",
  });
  if (clashes.length > 0)
    throw conflict(
      `The checkout and the worktree both changed the same lines of ${named(clashes)}. Nothing was carried over: commit the work in ${project.name} and bring its branch in, where conflicts can be resolved.`,
      { conflicts: clashes },
    );
  const ref = (what: string) => `refs/boocode/checkpoints/${session.id}/${what}`;
  await keepTree(top, ref("before-carry"), ours, "Before uncommitted work was carried over\n");
  const commit = await keepTree(top, ref("carry"), merged, "Uncommitted work carried over\n");
  await checkoutTree(top, commit);
  await moveBaseBy(top, session.id, { from: base, to: tree, without });
  // Last: made twice it does no harm, forgotten it would.
  await keepTree(top, carriedRef(session.id), tree, "Carried over\n", [head]);
  return `Carried over ${counted(files, "file")} of the checkout.${left}`;
}

function named(paths: readonly string[]): string {
  const shown = paths.slice(0, NAMED_MAX).map(shownPath).join(", ");
  return paths.length > NAMED_MAX ? `${shown} and ${paths.length - NAMED_MAX} more` : shown;
}

/** When something was carried over last; null when nothing was. */
export async function carriedAt(root: string, sessionId: string): Promise<Date | null> {
  const commit = await refCommit(root, carriedRef(sessionId));
  return commit === null ? null : commitTime(root, commit);
}
