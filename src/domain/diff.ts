/** The difference of one file, as the git panel shows it and as the review will. */
import type { Hunk } from "../lib/patch.ts";

export type { Hunk, PatchLine } from "../lib/patch.ts";

export interface FileDiff {
  /** Relative to the project. */
  path: string;
  /** Former path of a rename. */
  from: string | null;
  /** What can be shown: text in hunks, or only a fact about it. */
  kind: "text" | "binary" | "submodule" | "directory" | "secret" | "none";
  /** Lines over the whole file, also when not all of them are here; null where there are no lines. */
  added: number | null;
  removed: number | null;
  hunks: Hunk[];
  /** Too large to be shown unasked: counted, but no hunks. */
  folded: boolean;
  /** Lines that are not shown, even when asked; null when nobody counted. */
  left_out: number | null;
  /** Sentences beside the lines: a changed mode, a pointer of Git LFS, a conflict. */
  notes: string[];
  /** Of an untracked directory: the files in it, and how many more. */
  files: string[];
  more_files: number;
}

/** Changed lines above which a difference is folded. */
export const DIFF_FOLD_LINES = 1_000;
/** Lines (context included) shown of one file at most. */
export const DIFF_LINES_MAX = 20_000;
