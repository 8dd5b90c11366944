/** The file tree: one directory level at a time. */

/** Git's mark of a file or of what is below a directory. */
export type TreeMark = "M" | "A" | "D" | "R" | "U" | "?";

export interface TreeEntry {
  name: string;
  /** Relative to the project. */
  path: string;
  kind: "directory" | "file" | "other";
  /** Where a symbolic link leads; "" when that is outside or nowhere. Null for what is no link. */
  link: string | null;
  /** Bytes of a file, where they were asked for. */
  size: number | null;
  ignored: boolean;
  /** Named, never opened. */
  secret: boolean;
  /** The name is not valid UTF-8, so no path leads to it. */
  lossy: boolean;
  /** Deleted in the working tree: only git still has it. */
  gone: boolean;
  mark: TreeMark | null;
}
export interface TreeLevel {
  /** "" for the project itself. */
  path: string;
  entries: TreeEntry[];
  /** Entries there are but that are not listed because of the limit. */
  more: number;
  /** Entries left out because git ignores them. */
  ignored: number;
}
/** Levels that are open below another, by path. */
export type OpenLevels = Readonly<Record<string, TreeLevel>>;
export interface TreeMatches {
  filter: string;
  entries: TreeEntry[];
  total: number;
  /** There are so many files that not all of them were looked at. */
  truncated: boolean;
}

/** Entries listed of one directory. */
export const TREE_LEVEL_LIMIT = 1_000;
/** Files listed by a filter. */
export const TREE_MATCHES_LIMIT = 200;
/** Directories that one request may open. */
export const TREE_OPEN_LIMIT = 100;
export const TREE_FILTER_CHARS = 200;
