/** A worktree: where the agents of one session write. At most one a session; its row outlives the session. */
export const WORKTREE_STATES = ["creating", "ready", "lost", "retired"] as const;
export type WorktreeState = (typeof WORKTREE_STATES)[number];

const MOVES: Record<WorktreeState, readonly WorktreeState[]> = {
  creating: ["ready", "retired"],
  ready: ["lost", "retired"],
  lost: ["ready", "retired"],
  retired: [],
};

/** The states a worktree may be in to move to `to`; the store's compare-and-set takes exactly these. */
export const worktreeStatesBefore = (to: WorktreeState): WorktreeState[] =>
  WORKTREE_STATES.filter((from) => MOVES[from].includes(to));

export interface Worktree {
  id: string;
  /** Null once the session is deleted. */
  session_id: string | null;
  project_id: string;
  /** Real path of the working tree's top. */
  path: string;
  /** The project's path below the top: "" or ending in "/". */
  prefix: string;
  /** Null where the project is no git repository and agents work in its directory itself. */
  branch: string | null;
  /** The commit it began at. */
  base: string | null;
  /** The branch of the checkout that it was made from; null where HEAD was detached. */
  base_branch: string | null;
  state: WorktreeState;
  /** Why it could not be made, or what its setup came to. */
  note: string | null;
  /** Hidden ref with what was not committed when it was retired. */
  snapshot_ref: string | null;
  created_at: Date;
  retired_at: Date | null;
}

/** What would be lost, or stays behind, if it went. */
export interface WorktreeStatus {
  /** Files that are changed and not committed, also untracked ones. */
  dirty: number;
  /** Commits of its branch that no remote has, and that the project's own branch has not. */
  unpushed: number;
  unmerged: number;
  /** Commits that the project has and the worktree has not. */
  behind: number;
  /** Files in which a merge left conflicts. */
  conflicts: string[];
}

export const isAtRisk = (status: WorktreeStatus): boolean => status.dirty + status.unpushed + status.unmerged > 0;
