/** What the review shows: every changed file in one line, and the files that are looked at with their lines. */
import type { Hunk as DiffHunk, PatchLine } from "../lib/patch.ts";
import type { Apply } from "./apply.ts";
import type { Change, ChangeKind, ChangeState, ChangeTotals, Clash, Comment, Hunk, HunkState } from "./change.ts";
import type { Project } from "./project.ts";
import type { Session } from "./session.ts";

/** How lines are shown; remembered by the browser. */
export interface ReviewLook {
  split: boolean;
  /** False: lines that differ in white space only are shown as lines that stay. */
  blanks: boolean;
}

/** One mark a hunk, in the list of files: its state, or that somebody has seen it. */
export type Mark = HunkState | "seen";
export const markOf = ({ state, viewed }: Pick<Hunk, "state" | "viewed">): Mark =>
  state === "pending" && viewed ? "seen" : state;

/** A changed file as the list of files has it. */
export interface ReviewEntry {
  id: string;
  chat_id: string;
  path: string;
  kind: ChangeKind;
  state: ChangeState;
  generated: boolean;
  binary: boolean;
  added: number;
  removed: number;
  marks: Mark[];
  closed: boolean;
}

/** Everything that is reviewed in a session, in reading order. */
export interface ReviewIndex {
  entries: ReviewEntry[];
  totals: ChangeTotals;
  /** Files that are not in `entries`, because there are too many. */
  left: number;
}

/** A hunk with the lines that are shown of it. */
export interface ShownHunk {
  hunk: Hunk;
  /** Its place in the file, from 1. */
  number: number;
  /** Null: fetched when the reader comes to them. */
  lines: PatchLine[] | null;
  /** Lines of the hunk that come when asked for. */
  more: number;
  /** Unchanged lines between it and the hunk before; for the last one also those up to the end of the file. */
  above: number;
  below: number;
}

/** A file of the review with its hunks. */
export interface ShownFile {
  change: Change;
  hunks: ShownHunk[];
  /** Hunks after those that are here; they are fetched when the reader comes to them. */
  left: number;
  comments: Comment[];
  clashes: Clash[];
  /** Of the proposed content, or of what is deleted. */
  bytes: number;
  /** Counted, but not shown before somebody asks. */
  folded: boolean;
}

export interface ReviewPage {
  project: Project;
  session: Session;
  index: ReviewIndex;
  look: ReviewLook;
  /** Files from this place in the list on; those that are not in `files` are fetched when the reader comes to them. */
  from: number;
  files: Map<string, ShownFile>;
  /** The newest applies, newest first. */
  applies: Apply[];
  /** Whether there is a decision to be taken back. */
  undo: boolean;
  /** The chat that comments go to; null when the session has no coder. */
  chat_id: string | null;
}

/** Lines of a hunk that are shown at once. */
export const HUNK_LINES = 400;
/** Hunks of a file that are shown at once. */
export const FILE_HUNKS = 100;
/** Lines of a file that are shown at once, headings included. */
export const FILE_LINES = 800;
/** Unchanged lines that come when asked for more. */
export const CONTEXT_STEP = 20;
/** Files of the list that the page has headings of at first, and each time the reader comes to the end of them. */
export const FILES_STEP = 40;
/** Lines of the list of files that come at once. */
export const TREE_STEP = 100;
/** Files in the list at most: the page must stay one that a browser can hold. */
export const ENTRIES_MAX = 5_000;
/** Lines that the first page shows, headings included; what is after them follows as the reader comes to it. */
export const FIRST_LINES = 200;
/** What a hunk's heading, and a file's, count for beside lines: their forms are long. */
export const HEAD_LINES = 15;

/** Unchanged lines around each hunk of a file of `lines` proposed lines. */
export function gaps(
  hunks: readonly Pick<DiffHunk, "new_start" | "new_count">[],
  lines: number,
): { above: number; below: number }[] {
  let end = 0;
  return hunks.map((hunk, i) => {
    const first = hunk.new_count === 0 ? hunk.new_start + 1 : hunk.new_start;
    const above = Math.max(0, first - 1 - end);
    end = first - 1 + hunk.new_count;
    return { above, below: i === hunks.length - 1 ? Math.max(0, lines - end) : 0 };
  });
}
