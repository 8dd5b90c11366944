/** The difference of one changed file as hunks: in the index, in the working tree, or of a file git does not know yet. */
import { lstat, readlink } from "node:fs/promises";
import { join } from "node:path";
import { DIFF_FOLD_LINES, DIFF_LINES_MAX, type FileDiff } from "../../domain/diff.ts";
import { bytes as shownBytes } from "../../lib/format.ts";
import { type Hunk, parsePatch } from "../../lib/patch.ts";
import { isGitInternal, isSecretPath } from "../../lib/path-guard.ts";
import { readFileView } from "../files/view.ts";
import { DIFF_OPTIONS, gitOk, type Repository, withoutRepositoryFilters } from "./exec.ts";
import type { StatusRecord } from "./records.ts";
import { untrackedFiles } from "./stage.ts";

export interface FileDiffRequest {
  staged: boolean;
  /** Also what is too large to be shown unasked. */
  all: boolean;
  signal?: AbortSignal | undefined;
}

const CONTEXT_LINES = 3;
/** Bytes of a patch that are read. */
const PATCH_LIMIT_BYTES = 4_000_000;
const DIRECTORY_FILES = 200;
const LFS_POINTER = "version https://git-lfs.github.com/spec/v1";

/** `record` is git's word on the path, with names relative to the project. */
export async function fileDiff(
  repository: Repository,
  record: StatusRecord,
  request: FileDiffRequest,
): Promise<FileDiff> {
  const { path, from } = record;
  const isSecret = [path, from ?? ""].some((name) => isSecretPath(name) || isGitInternal(name));
  if (isSecret) return { ...nothing(path, from), kind: "secret" };
  if (record.type === "untracked")
    return path.endsWith("/") ? directory(repository, path) : untracked(repository, path, request);
  return tracked(repository, record, request);
}

async function tracked(repository: Repository, record: StatusRecord, request: FileDiffRequest): Promise<FileDiff> {
  const { path, from } = record;
  const settings = await withoutRepositoryFilters(repository.root, request.signal);
  // A conflict is compared with our side: three sides at once are no difference of lines.
  const side = record.type === "unmerged" ? ["--ours"] : request.staged ? ["--cached"] : [];
  const paths = request.staged && from !== null ? [from, path] : [path];
  const args = ["diff", ...DIFF_OPTIONS, "--find-renames", "--ignore-submodules=dirty", "--numstat", "--patch"];
  const result = await gitOk(repository.root, [...args, `--unified=${CONTEXT_LINES}`, ...side, "--", ...paths], {
    settings,
    signal: request.signal,
    stdout_limit_bytes: PATCH_LIMIT_BYTES,
  });
  const text = result.stdout;
  const counts = /^(\d+|-)\t(\d+|-)\t/m.exec(text.slice(0, text.indexOf("diff --")));
  const [added, removed] = [counts?.[1], counts?.[2]].map((n) => (n === undefined || n === "-" ? null : Number(n)));
  const base = { ...nothing(path, from), added: added ?? null, removed: removed ?? null, notes: notesOf(text, record) };
  if (record.submodule) return { ...base, kind: "submodule", notes: [...base.notes, ...submoduleNotes(text)] };
  const folded = !request.all && (added ?? 0) + (removed ?? 0) > DIFF_FOLD_LINES;
  const patch = parsePatch(text, folded ? 0 : DIFF_LINES_MAX);
  if (patch.binary || counts?.[1] === "-") return { ...base, kind: "binary" };
  if (folded) return { ...base, kind: "text", folded };
  const kind = patch.hunks.length > 0 ? "text" : "none";
  const left_out = result.truncated ? null : patch.left_out;
  return { ...base, kind, hunks: patch.hunks, left_out, notes: [...base.notes, ...lfsNote(patch.hunks)] };
}

async function untracked(repository: Repository, path: string, request: FileDiffRequest): Promise<FileDiff> {
  const full = join(repository.root, path);
  const stats = await lstat(full);
  if (stats.isSymbolicLink()) {
    const hunks = addedHunk([await readlink(full)], false);
    return { ...nothing(path, null), kind: "text", added: 1, removed: 0, hunks, notes: ["A new symbolic link."] };
  }
  const read = { count: request.all ? DIFF_LINES_MAX : DIFF_FOLD_LINES, signal: request.signal };
  const view = await readFileView(repository.root, [], path, read);
  const notes = [`A new file of ${shownBytes(view.size)}, not tracked yet.`];
  const base = { ...nothing(path, null), added: view.total_lines, removed: 0, notes };
  if (view.binary) return { ...base, kind: "binary", added: null, removed: null };
  if (view.lines.length === 0) return { ...base, kind: "none" };
  if (!request.all && view.next !== null) return { ...base, kind: "text", folded: true };
  const left_out = view.total_lines === null ? null : view.total_lines - view.lines.length;
  return { ...base, kind: "text", hunks: addedHunk(view.lines, view.crlf), left_out };
}

async function directory(repository: Repository, path: string): Promise<FileDiff> {
  const { files, left_out } = await untrackedFiles(repository, [path], "secrets too");
  const all = [...files, ...left_out].sort();
  const notes = [`A new directory with ${all.length === 1 ? "1 file" : `${all.length} files`}, not tracked yet.`];
  return {
    ...nothing(path, null),
    kind: "directory",
    notes,
    files: all.slice(0, DIRECTORY_FILES),
    more_files: Math.max(0, all.length - DIRECTORY_FILES),
  };
}

function addedHunk(lines: readonly string[], cr: boolean): Hunk[] {
  const hunk = { old_start: 0, old_count: 0, new_start: 1, new_count: lines.length, section: "" };
  const add = (text: string, i: number) =>
    ({ kind: "add", old: null, new: i + 1, text, cr, no_newline: false }) as const;
  return [{ ...hunk, lines: lines.map(add) }];
}

const nothing = (path: string, from: string | null): FileDiff => ({
  path,
  from,
  kind: "none",
  added: null,
  removed: null,
  hunks: [],
  folded: false,
  left_out: 0,
  notes: [],
  files: [],
  more_files: 0,
});

function notesOf(text: string, record: StatusRecord): string[] {
  const header = text.slice(0, text.indexOf("\n@@") + 1 || undefined);
  const mode = (words: string) => new RegExp(`^${words} mode (\\d+)$`, "m").exec(header)?.[1];
  const notes: string[] = [];
  if (record.type === "unmerged") notes.push("In conflict: shown against our side.");
  const [was, is] = [mode("old"), mode("new")];
  if (was && is) notes.push(`Mode ${was} became ${is}.`);
  if (mode("new file") === "120000" || mode("deleted file") === "120000")
    notes.push("A symbolic link: its text is where it leads.");
  return notes;
}

function lfsNote(hunks: readonly Hunk[]): string[] {
  const isPointer = hunks.some((hunk) => hunk.lines.some((line) => line.text === LFS_POINTER));
  return isPointer ? ["A pointer of Git LFS: the file's bytes are kept outside of the repository."] : [];
}

/** The two commits of a submodule, from the one-line patch git makes of it. */
function submoduleNotes(text: string): string[] {
  const commit = (sign: string) => new RegExp(`^\\${sign}Subproject commit ([0-9a-f]{7,64})`, "m").exec(text)?.[1];
  const [was, is] = [commit("-"), commit("+")];
  if (was && is) return [`A submodule: from commit ${was.slice(0, 10)} to ${is.slice(0, 10)}.`];
  return [is ? `A submodule at commit ${is.slice(0, 10)}.` : "A submodule."];
}
