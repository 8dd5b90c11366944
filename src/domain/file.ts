/** One window of a file of a project, as the file page shows it. */
export interface FileView {
  /** Relative to the project. */
  path: string;
  size_bytes: number;
  /** The window's lines, without line ends; none for binary files and past the end. */
  lines: string[];
  /** Number of the window's first line, from 1. */
  from: number;
  /** Lines of the whole file; null when it is too large to be counted. */
  total_lines: number | null;
  /** First line after the window; null when the window reaches the end. */
  next: number | null;
  binary: boolean;
  /** A raster image that a browser can show. */
  image: boolean;
  /** The lines that were asked for, if any: first and last. */
  marked: number | null;
  marked_to: number | null;
}

/** How a file stands to the one of the same path elsewhere. `only`: there is none there; `missing`: there is none here. */
export type Beside = "same" | "differs" | "only" | "missing";

/** That a file was looked for in the worktree of a chat's session, and how that one stands to the project's own. */
export interface FileInWorktree {
  chat_id: string;
  session_id: string;
  session_title: string;
  /** `missing`: the worktree has no such file, what is shown is the project's; `only`: the project has none. */
  beside: Beside;
}

/** Lines of one window of the file page. */
export const FILE_WINDOW_LINES = 2_000;
