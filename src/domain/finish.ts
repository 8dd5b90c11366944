/** The finish: what became of a worktree's branch, and what a human can do about it, in one place. */
import type { GitChange, GitHooks, GitIdentity, GitOperation } from "./git.ts";
import type { Forge } from "./remote.ts";
import type { Worktree } from "./worktree.ts";

/** Files listed of a worktree, and files in conflict whose places are shown. */
export const FINISH_FILES_SHOWN = 200;
export const CONFLICTS_SHOWN = 50;

export interface FinishBase {
  /** Null where the checkout's HEAD is detached: then its commit is the base. */
  branch: string | null;
  commit: string;
  /** Its remote-tracking branch ("origin/main"), which may be further; null without one. */
  upstream: string | null;
}

/** One place in a file where both sides changed the same lines. */
export interface ConflictPlace {
  /** 1-based line of the marker that opens it. */
  line: number;
  ours: string[];
  theirs: string[];
  /** Lines that were left out of either side. */
  cut: boolean;
}

export interface Conflict {
  path: string;
  /** "changed on both sides", "deleted by them", … */
  what: string;
  /** Null where the file has no text to show: binary, deleted, too large, of secrets. */
  places: ConflictPlace[] | null;
  /** No markers are left in it: it was resolved, by hand or by an agent. */
  settled: boolean;
}

export interface FinishRemote {
  name: string;
  /** As it may be shown: without a password. */
  url: string;
  forge: Forge | null;
  /** Where a pull request of the pushed branch is opened; null where nobody knows. */
  request_url: string | null;
}

export interface Upstream {
  remote: string;
  branch: string;
  ahead: number;
  behind: number;
}

/** Uncommitted work of the checkout, which the worktree does not see by itself. */
export interface Carry {
  /** Files that are not committed there; those of secrets are not counted. */
  files: number;
  /** When it was carried over last. */
  carried_at: Date | null;
}

/** Counts of hunks that people might not expect in a commit. */
export interface Unreviewed {
  pending: number;
  rejected: number;
}

export type Finish =
  /** The session has no worktree, or the one that it has is gone, or works in place. */
  | { state: "none"; worktree: Worktree | null; reason: string; carry: Carry | null }
  | {
      state: "ready";
      worktree: Worktree;
      /** What HEAD names in the worktree; null when it is detached. An agent may have switched it. */
      branch: string | null;
      head: string;
      base: FinishBase | null;
      /** Commits of the branch that the base has not, and the other way round. */
      ahead: number;
      behind: number;
      files: { changes: GitChange[]; total: number };
      operation: GitOperation | null;
      conflicts: Conflict[];
      upstream: Upstream | null;
      /** Commits that no remote has. */
      unpushed: number;
      remotes: FinishRemote[];
      identity: GitIdentity | null;
      unsigned: boolean;
      hooks: GitHooks;
      /** Programs for talking to remotes which the repository's own configuration names; they run only when allowed. */
      programs: string[];
      unreviewed: Unreviewed;
      proposed_message: string;
      /** Null when that cannot be told. */
      carry: Carry | null;
      /** The chat whose agent worked here last: conflicts can be sent to it. */
      agent_chat: string | null;
      /** A run of the session has begun and not ended: nothing here is changed meanwhile. */
      busy: boolean;
    };

/** What became of a push. */
export interface Push {
  remote: string;
  branch: string;
  /** False when the remote had everything already. */
  moved: boolean;
  /** What the remote said about it; may be empty. */
  said: string;
  /** Where a pull request is opened; null where nobody knows. */
  request_url: string | null;
}

export type ReadyFinish = Extract<Finish, { state: "ready" }>;
