/**
 * A change: what one chat proposes for one file, decided hunk by hunk. Nothing of it is on disk before an apply. The
 * contents lie in `blobs`; a change names them by their SHA-256 and is whole without the file.
 */
import type { Hunk as DiffHunk } from "../lib/patch.ts";

export const HUNK_STATES = ["pending", "accepted", "rejected", "applied", "stale", "reverted"] as const;
export type HunkState = (typeof HUNK_STATES)[number];
/** What a human says of a hunk; `pending` takes it back. */
export const VERDICTS = ["pending", "accepted", "rejected"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Where a hunk may go from each state. What was rewound, or did not merge, can be decided anew. */
const MOVES: Record<HunkState, readonly HunkState[]> = {
  pending: ["accepted", "rejected", "stale"],
  accepted: ["pending", "rejected", "applied", "stale"],
  rejected: ["pending", "accepted"],
  applied: ["reverted"],
  stale: ["pending"],
  reverted: ["pending"],
};

/** The states a hunk may be in to move to `to`; the store's compare-and-set takes exactly these. */
export const hunkStatesBefore = (to: HunkState): HunkState[] => HUNK_STATES.filter((from) => MOVES[from].includes(to));

/**
 * The states from which a verdict moves a hunk when the caller did not say what it saw: a decision is not overwritten
 * by somebody who did not know of it, but it can always be taken back.
 */
export const undecidedBefore = (to: Verdict): HunkState[] =>
  to === "pending" ? hunkStatesBefore("pending") : ["pending"];

/** Of the hunks that the change has now: what still needs somebody comes first. */
export type ChangeState = HunkState;
const URGENT: readonly HunkState[] = ["stale", "pending", "accepted", "rejected", "reverted", "applied"];

/** A change's state is that of its hunks. A change without any is one whose effect is there already. */
export function changeState(states: readonly HunkState[]): ChangeState {
  return URGENT.find((state) => states.includes(state)) ?? "applied";
}

/** What a path holds; no bytes and no mode where there is no file. */
export interface FileContent {
  bytes: Uint8Array | null;
  /** Permission bits. */
  mode: number | null;
}

export type ChangeKind = "create" | "edit" | "delete";
/** `native`: tools proposed it. `worktree`: an agent wrote it in a worktree, and the difference was collected. */
export type Producer = "native" | "worktree";

/** Where a hunk comes from: the last call that shaped it comes last in its list. */
export interface Provenance {
  /** The tool part of the call; null for what was collected from a worktree. */
  part_id: string | null;
  run_id: string | null;
  turn: number | null;
  tool: string | null;
  provider: string;
  model: string | null;
  /** What the model said before it, its last sentence; "" when it said nothing. */
  said: string;
  at: Date;
  /** Of the whole turn; null when nobody counted, or no price is known. */
  tokens_in: number | null;
  tokens_out: number | null;
  cost_usd: number | null;
}

export interface Hunk {
  /** Hash of path, old lines, new lines and occurrence: the same proposal has the same id, whenever it is made. */
  id: string;
  state: HunkState;
  /** `whole`: the file as such (binary, empty, its mode); it has no lines. */
  kind: "lines" | "whole";
  old_start: number;
  old_count: number;
  new_start: number;
  new_count: number;
  added: number;
  removed: number;
  /** The line above that says what it is in: a function's head. */
  section: string;
  viewed: boolean;
  decided_at: Date | null;
  sources: Provenance[];
}

export interface Comment {
  id: string;
  change_id: string;
  hunk_id: string | null;
  /** Line of the proposed file (`new`) or of the file as it is (`old`); null: the hunk, or the file. */
  line: number | null;
  side: "old" | "new";
  text: string;
  created_at: Date;
  /** The message that brought it to the agent; null while it waits for the next one. */
  message_id: string | null;
}

export interface Change {
  id: string;
  session_id: string;
  chat_id: string;
  project_id: string;
  /** The run that touched it last; null when that was deleted. */
  run_id: string | null;
  producer: Producer;
  provider: string;
  /** Relative to the project; never through a symbolic link. */
  path: string;
  kind: ChangeKind;
  state: ChangeState;
  /** SHA-256 of the contents; null where there is no file. */
  base_sha: string | null;
  new_sha: string | null;
  /** Permission bits, as of `stat`; null where there is no file. */
  base_mode: number | null;
  new_mode: number | null;
  /** Where the base comes from, for what was collected: a commit. */
  base_ref: string | null;
  /** Text can be shown in lines; anything else is decided as a whole. */
  binary: boolean;
  /** Machine-made by its name or size: sent folded. */
  generated: boolean;
  added: number;
  removed: number;
  hunks: Hunk[];
  comments: number;
  /** Why it could not be written, when it could not. */
  error: string | null;
  created_at: Date;
  changed_at: Date;
  /** No longer waits for anybody: applied, rewound, given up, or rejected and told. */
  closed_at: Date | null;
}

/** A place where a stale change and the file as it is now want different things. */
export interface Clash {
  /** First line in the file as it is now, from 1. */
  line: number;
  base: string[];
  /** The file as it is now. */
  theirs: string[];
  /** What is proposed. */
  ours: string[];
}

/** A change with its lines. */
export interface ChangeDetail extends Change {
  /** By hunk id, in order; empty for what has no lines or is folded. */
  lines: { hunk_id: string; hunk: DiffHunk }[];
  /** Lines that are not here because the change comes folded; 0 when it does not. */
  folded_lines: number;
  /** `from` of the lines after these; null when there are none. */
  next_line: number | null;
  /** Of a stale change. */
  clashes: Clash[];
  notes: Comment[];
}

/** One page of a session's changes in reading order, with counts over all of them. */
export interface ChangePage {
  changes: Change[];
  totals: ChangeTotals;
  /** Id for `after`; null at the end. */
  next: string | null;
}
export interface ChangeTotals {
  files: number;
  hunks: number;
  added: number;
  removed: number;
  pending: number;
  accepted: number;
  rejected: number;
  stale: number;
  unseen: number;
}

/** Plan offers no tool that writes; Ask queues what is proposed; Bypass applies it at the end of the run. */
export const RUN_MODES = ["plan", "ask", "bypass"] as const;
export type RunMode = (typeof RUN_MODES)[number];

/** A file of a change: more than this is refused, by a tool and by a collect. */
export const CHANGE_BYTES_MAX = 10 * 1024 * 1024;
export const COMMENT_LIMIT_CHARS = 10_000;
/** Changes of one page of the list. */
export const CHANGES_PAGE = 500;
/** Changed lines above which a change comes folded. */
export const CHANGE_FOLD_LINES = 1_000;

/** Files that programs write: read last, and folded. */
const GENERATED =
  /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|Cargo\.lock|Gemfile\.lock|poetry\.lock|uv\.lock|composer\.lock|go\.sum|flake\.lock)$|\.(min\.(js|css)|map|snap|pb\.go|g\.dart)$|(^|\/)(dist|build|vendor|node_modules|__generated__|generated)\//;
export const isGenerated = (path: string): boolean => GENERATED.test(path);
