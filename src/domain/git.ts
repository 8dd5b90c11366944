/** What the git panel shows: where the branch stands, what changed, what was discarded and can come back. */

/** Letter of a change: modified, added, deleted, renamed, copied, type changed, untracked, unmerged (a conflict). */
export type ChangeMark = "M" | "A" | "D" | "R" | "C" | "T" | "?" | "U";

export interface GitChange {
  /** Relative to the project, as it is on disk; an untracked directory ends in "/". */
  path: string;
  /** Former path of a rename in the index. */
  from: string | null;
  mark: ChangeMark;
  /** "both modified" and the like; null without a conflict. */
  conflict: string | null;
  submodule: boolean;
  /** Its content is never shown. */
  secret: boolean;
  /** The name is not valid UTF-8: `path` is only nearly right, and nothing can be done to it from here. */
  lossy: boolean;
}
export interface ChangeGroup {
  /** At most CHANGES_SHOWN. */
  changes: GitChange[];
  total: number;
}

export type GitOperation = "merge" | "rebase" | "cherry-pick" | "revert" | "bisect";

export interface GitState {
  /** Null when HEAD is detached. */
  branch: string | null;
  /** Full hash; null before the first commit. */
  head: string | null;
  upstream: string | null;
  /** Null when there is no upstream, or when it is gone. */
  ahead: number | null;
  behind: number | null;
  /** When the remote was asked last: what `behind` counts from. */
  fetched_at: Date | null;
  operation: GitOperation | null;
  conflicts: ChangeGroup;
  staged: ChangeGroup;
  unstaged: ChangeGroup;
  untracked: ChangeGroup;
  /** git's list was cut: there are more changes than the totals say. */
  truncated: boolean;
  /** Staged files of the repository that lie outside the project; a commit takes them too. */
  staged_outside: number;
  /** Fingerprint of what is staged, so that a commit takes what was looked at. */
  staged_key: string;
}

export interface GitIdentity {
  name: string;
  email: string;
}
export interface GitHooks {
  /** Hooks of this repository that a commit would run. */
  names: string[];
  trusted: boolean;
}
/** Something that was discarded and is kept under a hidden ref. */
export interface Discard {
  /** The end of its ref's name. */
  id: string;
  at: Date;
  /** The first few paths, and how many there are. */
  paths: string[];
  total: number;
}

export type GitPanel =
  | { state: "none" }
  /** git is missing or refuses to work here; the sentence says why. */
  | { state: "refused"; message: string }
  | {
      state: "ready";
      git: GitState;
      /** Null when git does not know who commits. */
      identity: GitIdentity | null;
      /** `commit.gpgsign` is on, and commits made here are not signed all the same. */
      unsigned: boolean;
      hooks: GitHooks;
      discards: Discard[];
      /** The message git prepared for the merge under way. */
      prepared_message: string | null;
    };

/** Changes listed of one group. */
export const CHANGES_SHOWN = 200;
export const DISCARDS_SHOWN = 10;
/** Paths that a discard tells of those it holds. */
export const DISCARD_NAMES = 5;
export const COMMIT_MESSAGE_CHARS = 20_000;

export const IDENTITY_MISSING =
  'git does not know who you are. Run these in a terminal: git config --global user.name "Your Name" and git config --global user.email "you@example.org"';
