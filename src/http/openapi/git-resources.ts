/** The file tree and the git panel as JSON brings them; part of RESOURCES. */
import { z } from "zod";
import type { FileDiff, Hunk } from "../../domain/diff.ts";
import type { ChangeGroup, Discard, GitChange, GitPanel, GitState } from "../../domain/git.ts";
import type { TreeEntry, TreeLevel, TreeMatches } from "../../domain/tree.ts";
import { at, count, type Of } from "./wire.ts";

const path = z.string().describe("Relative to the project.");

const entry = z.object({
  name: z.string(),
  path,
  kind: z.enum(["directory", "file", "other"]),
  link: z.string().nullable().describe('Where a symbolic link leads; "" when that is outside or nowhere.'),
  size: count.nullable(),
  ignored: z.boolean(),
  secret: z.boolean().describe("Named, never opened."),
  lossy: z.boolean().describe("The name is not valid UTF-8, so no path leads to it."),
  gone: z.boolean().describe("Deleted in the working tree."),
  mark: z
    .enum(["M", "A", "D", "R", "U", "?"])
    .nullable()
    .describe("Of a directory: the strongest of what is below it."),
}) satisfies Of<TreeEntry>;
const level = z.object({
  path,
  entries: z.array(entry),
  more: count.describe("Entries that are not listed, because there are too many."),
  ignored: count.describe("Entries left out because git ignores them."),
}) satisfies Of<TreeLevel>;
const matches = z.object({
  filter: z.string(),
  entries: z.array(entry),
  total: count,
  truncated: z.boolean().describe("Not all files were looked at."),
}) satisfies Of<TreeMatches>;

export const change = z.object({
  path,
  from: z.string().nullable().describe("Former path of a rename in the index."),
  mark: z.enum(["M", "A", "D", "R", "C", "T", "?", "U"]),
  conflict: z.string().nullable(),
  submodule: z.boolean(),
  secret: z.boolean(),
  lossy: z.boolean(),
}) satisfies Of<GitChange>;
const group = z.object({
  changes: z.array(change).describe("At most 200."),
  total: count,
}) satisfies Of<ChangeGroup>;
const state = z.object({
  branch: z.string().nullable().describe("Null when HEAD is detached."),
  head: z.string().nullable().describe("Null before the first commit."),
  upstream: z.string().nullable(),
  ahead: count.nullable(),
  behind: count.nullable(),
  fetched_at: at.nullable(),
  operation: z.enum(["merge", "rebase", "cherry-pick", "revert", "bisect"]).nullable(),
  conflicts: group,
  staged: group,
  unstaged: group,
  untracked: group,
  truncated: z.boolean(),
  staged_outside: count.describe("Staged files outside of the project; a commit takes them too."),
  staged_key: z.string().describe("Changes with what is staged."),
}) satisfies Of<GitState>;
const discard = z.object({
  id: z.string(),
  at,
  paths: z.array(z.string()).describe("The first few."),
  total: count,
}) satisfies Of<Discard>;
const panel = z.discriminatedUnion("state", [
  z.object({ state: z.literal("none") }),
  z.object({ state: z.literal("refused"), message: z.string() }),
  z.object({
    state: z.literal("ready"),
    git: state,
    identity: z.object({ name: z.string(), email: z.string() }).nullable(),
    unsigned: z.boolean().describe("commit.gpgsign is on, and commits made here are not signed."),
    hooks: z.object({ names: z.array(z.string()), trusted: z.boolean() }),
    discards: z.array(discard),
    prepared_message: z.string().nullable(),
  }),
]) satisfies Of<GitPanel>;

export const patchHunk = z.object({
  old_start: count,
  old_count: count,
  new_start: count,
  new_count: count,
  section: z.string(),
  lines: z.array(
    z.object({
      kind: z.enum(["same", "add", "del"]),
      old: count.nullable(),
      new: count.nullable(),
      text: z.string(),
      cr: z.boolean().describe("The line ended in CR LF."),
      no_newline: z.boolean(),
    }),
  ),
}) satisfies Of<Hunk>;
const diff = z.object({
  path,
  from: z.string().nullable(),
  kind: z.enum(["text", "binary", "submodule", "directory", "secret", "none"]),
  added: count.nullable(),
  removed: count.nullable(),
  hunks: z.array(patchHunk),
  folded: z.boolean().describe("Too large to be shown unasked; `all=1` asks."),
  left_out: count.nullable(),
  notes: z.array(z.string()),
  files: z.array(z.string()),
  more_files: count,
}) satisfies Of<FileDiff>;

export const GIT_RESOURCES = {
  TreeLevel: level,
  TreeMatches: matches,
  GitPanel: panel,
  FileDiff: diff,
  Discard: discard,
  Commit: z.object({ hash: z.string(), subject: z.string() }),
} as const satisfies Record<string, z.ZodType>;
