/** The branch that a worktree's work is to go back to: the one it was made from while that is there, else what the checkout is on. */
import type { FinishBase } from "../../domain/finish.ts";
import type { Project } from "../../domain/project.ts";
import type { Worktree } from "../../domain/worktree.ts";
import { type BranchFacts, branchFacts, currentBranch } from "../../drivers/git/branches.ts";
import { headCommit } from "../../drivers/git/worktree.ts";

export interface Base extends FinishBase {
  remote: BranchFacts["upstream"];
}

/** Null where the checkout has no commit any more. */
export async function baseOf(project: Project, worktree: Worktree): Promise<Base | null> {
  for (const branch of [worktree.base_branch, await currentBranch(project.path)]) {
    const facts = branch === null ? null : await branchFacts(project.path, branch);
    if (facts) return { branch, commit: facts.commit, upstream: facts.upstream?.ref ?? null, remote: facts.upstream };
  }
  const commit = await headCommit(project.path);
  return commit === null ? null : { branch: null, commit, upstream: null, remote: null };
}

export const baseName = ({ branch, commit }: FinishBase): string =>
  branch ?? `the checkout's commit ${commit.slice(0, 10)}`;
