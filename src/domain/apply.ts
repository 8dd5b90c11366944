/** An apply: accepted hunks being written to disk, one row a file, written down before the first file is touched. */
export const APPLY_STATES = ["writing", "done", "undone", "failed"] as const;
export type ApplyState = (typeof APPLY_STATES)[number];

const MOVES: Record<ApplyState, readonly ApplyState[]> = {
  writing: ["done", "failed"],
  done: ["undone"],
  undone: [],
  failed: [],
};
export const applyStatesBefore = (to: ApplyState): ApplyState[] =>
  APPLY_STATES.filter((from) => MOVES[from].includes(to));

/** `stale`: the file moved on and does not merge. `failed`: it could not be written; its hunks stay accepted. */
export const APPLY_FILE_STATES = ["pending", "written", "stale", "failed", "undone"] as const;
export type ApplyFileState = (typeof APPLY_FILE_STATES)[number];

export interface ApplyFile {
  change_id: string | null;
  path: string;
  state: ApplyFileState;
  /** Contents before and after; null where there is no file. */
  old_sha: string | null;
  new_sha: string | null;
  /** Why not, when it was not written. */
  error: string | null;
}

export interface Apply {
  id: string;
  session_id: string;
  project_id: string;
  chat_id: string | null;
  /** The run that wrote it: at its end (bypass) or by a tool. Null for a human. */
  run_id: string | null;
  state: ApplyState;
  via: string;
  /** A sentence, when nothing was written. */
  error: string | null;
  files: ApplyFile[];
  hunks: number;
  /** Applies that this one takes back; none for one that writes accepted hunks. */
  rewinds: string[];
  created_at: Date;
  ended_at: Date | null;
}
