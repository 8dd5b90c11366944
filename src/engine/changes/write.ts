/** Writes the files of an apply whose rows are stored: all contents beside the files first, then one replacement after another. */
import { discard, prepare, removeDirectories, replace, type Step } from "../../drivers/files/replace.ts";
import { resolveWrite } from "../../drivers/files/write-guard.ts";
import { errnoOf } from "../../drivers/refusal.ts";
import { AppError, messageOf } from "../../lib/errors.ts";
import type { ApplyFileRow } from "../../store/applies.ts";

export interface Outcome {
  state: "written" | "stale" | "failed";
  error: string | null;
}
export type FileToWrite = ApplyFileRow & { bytes: Uint8Array | null };

/** The disk is full: then nothing is written at all. */
export class NoRoom extends Error {}

/** One outcome a file, in order. Throws NoRoom with every file as it was. */
export async function writeFiles(root: string, files: readonly FileToWrite[]): Promise<Outcome[]> {
  const refused = await prepareAll(root, files);
  const outcomes: Outcome[] = [];
  for (const [i, file] of files.entries()) {
    outcomes.push(refused.get(i) ?? (await writeOne(root, file)));
    // An emptied directory that an apply had made goes with the file that is rewound.
    if (file.new_sha === null && file.made.length > 0 && outcomes[i]!.state === "written")
      await removeDirectories(root, file.made);
  }
  return outcomes;
}

async function prepareAll(root: string, files: readonly FileToWrite[]): Promise<Map<number, Outcome>> {
  const refused = new Map<number, Outcome>();
  for (const [i, file] of files.entries()) {
    try {
      await checkPlace(root, file.path);
      if (!isThere(file)) await prepare(stepOf(root, file), file.bytes);
    } catch (error) {
      if (errnoOf(error) === "ENOSPC" || errnoOf(error) === "EDQUOT") {
        await Promise.allSettled(files.slice(0, i + 1).map((f) => discard(stepOf(root, f))));
        throw new NoRoom(messageOf(error));
      }
      refused.set(i, failed(error));
    }
  }
  return refused;
}

/** The file holds it already; there is nothing to write. */
const isThere = (file: ApplyFileRow) => file.old_sha === file.new_sha && file.old_mode === file.new_mode;

async function writeOne(root: string, file: FileToWrite): Promise<Outcome> {
  if (isThere(file)) return { state: "written", error: null };
  try {
    await checkPlace(root, file.path);
    const done = await replace(stepOf(root, file));
    return done === "written"
      ? { state: "written", error: null }
      : { state: "stale", error: "The file was changed while it was applied." };
  } catch (error) {
    await discard(stepOf(root, file)).catch(() => {});
    return failed(error);
  }
}

/** The guard once more: nothing on the way may have become a link since the proposal was made. */
export async function checkPlace(root: string, path: string): Promise<void> {
  const place = await resolveWrite(root, path);
  if (place.path !== path || place.linked)
    throw new AppError("forbidden", "A symbolic link has taken the place of a file or directory on the way.");
}

export function stepOf(root: string, file: ApplyFileRow): Step {
  const { path, old_sha, new_sha, new_mode: mode } = file;
  return { root, path, old_sha, new_sha, mode, token: `${file.apply_id}-${file.position}` };
}

function failed(error: unknown): Outcome {
  return { state: "failed", error: sentenceOf(error) };
}

export function sentenceOf(error: unknown): string {
  if (error instanceof AppError) return error.message;
  const code = errnoOf(error);
  if (code === "EACCES" || code === "EPERM") return "The user BooCode runs as may not write here.";
  if (code === "EROFS") return "The file system is read-only.";
  if (code === "ELOOP" || code === "ENOTDIR")
    return "A symbolic link or a file has taken the place of a directory on the way.";
  if (code === "ENOENT") return "A directory on the way has just gone.";
  if (code === "EMLINK" || code === "ENOTSUP" || code === "EOPNOTSUPP")
    return "The file system takes no second name for a file, which is needed to replace it safely.";
  return `It could not be written (${code ?? "unknown error"}).`;
}
