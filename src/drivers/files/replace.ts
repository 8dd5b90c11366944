/**
 * Replaces one file so that whoever looks sees the old one or the new one, whenever the process dies, and so that what
 * an editor saved in between is not lost: the old file gets a second name, the new one is renamed into its place, and
 * only when the old one still holds what was expected is it let go. Else it is put back.
 *
 *   new     write `.boocode-<token>.new`, sync
 *   change  link file → `.boocode-<token>.old`; rename new → file; look at old; remove old, or rename it back
 *   create  link new → file, which fails when there is one; remove new
 *   delete  rename file → old; look at old; remove old, or link it back
 *
 * `settleLeftovers` brings what a dead process left to one of the two.
 */
import { constants } from "node:fs";
// Through one object, so that a test can end the process at any of its calls.
import fs from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { errnoOf } from "../refusal.ts";
import { Directory } from "./directory.ts";

/** What a path holds, by its hash; null where there is no file. */
export type Sha = string | null;

export interface Step {
  /** Real path of the project. */
  root: string;
  /** Relative to it. */
  path: string;
  /** Names the files that lie beside it meanwhile; the same after a restart. */
  token: string;
  old_sha: Sha;
  new_sha: Sha;
  /** Of the new file. */
  mode: number | null;
}
/** `moved`: it does not hold what was expected (any more), and was left as it is. */
export type Replaced = "written" | "moved";

const hash = (bytes: Uint8Array) => new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
const names = (step: Step) => ({
  file: basename(step.path),
  fresh: `.boocode-${step.token}.new`,
  aside: `.boocode-${step.token}.old`,
});
const parentOf = (step: Step) => Directory.open(step.root, dirname(step.path) === "." ? "" : dirname(step.path));

/** Writes the new content beside the file, so that what follows needs no room on the disk. Nothing to do for a delete. */
export async function prepare(step: Step, bytes: Uint8Array | null): Promise<void> {
  if (bytes === null) return;
  await using dir = await parentOf(step);
  const path = dir.at(names(step).fresh);
  await fs.rm(path, { force: true });
  const handle = await fs.open(
    path,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    0o600,
  );
  try {
    await handle.writeFile(bytes);
    // Not through open's mode, which the umask would cut; an existing file keeps its bits.
    await handle.chmod(step.mode ?? 0o644);
    await handle.sync();
  } catch (error) {
    await fs.rm(path, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

/** Takes back what `prepare` did. */
export async function discard(step: Step): Promise<void> {
  await using dir = await parentOf(step);
  await fs.rm(dir.at(names(step).fresh), { force: true });
}

/** Puts the prepared content in its place. Throws errno errors; then the file is as it was. */
export async function replace(step: Step): Promise<Replaced> {
  await using dir = await parentOf(step);
  const done =
    step.old_sha === null
      ? await create(dir, step)
      : step.new_sha === null
        ? await remove(dir, step)
        : await change(dir, step);
  await dir.sync();
  return done;
}

async function change(dir: Directory, step: Step): Promise<Replaced> {
  const { file, fresh, aside } = names(step);
  await fs.rm(dir.at(aside), { force: true });
  if ((await shaAt(dir, file)) !== step.old_sha) return moved(dir, fresh);
  await fs.link(dir.at(file), dir.at(aside));
  await fs.rename(dir.at(fresh), dir.at(file));
  // What was written through the old name until now is in what was put aside.
  if ((await shaAt(dir, aside)) === step.old_sha) {
    await fs.unlink(dir.at(aside));
    return "written";
  }
  await fs.rename(dir.at(aside), dir.at(file));
  return "moved";
}

async function create(dir: Directory, step: Step): Promise<Replaced> {
  const { file, fresh } = names(step);
  try {
    await fs.link(dir.at(fresh), dir.at(file));
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
    return moved(dir, fresh);
  }
  await fs.unlink(dir.at(fresh));
  return "written";
}

async function remove(dir: Directory, step: Step): Promise<Replaced> {
  const { file, aside } = names(step);
  if ((await shaAt(dir, file)) !== step.old_sha) return "moved";
  await fs.rename(dir.at(file), dir.at(aside));
  if ((await shaAt(dir, aside)) === step.old_sha) {
    await fs.unlink(dir.at(aside));
    return "written";
  }
  await putBack(dir, aside, file);
  return "moved";
}

async function moved(dir: Directory, fresh: string): Promise<Replaced> {
  await fs.rm(dir.at(fresh), { force: true });
  return "moved";
}

/** Unless somebody has made a file there meanwhile; then what was put aside stays under a name that says whose it is. */
async function putBack(dir: Directory, aside: string, file: string): Promise<void> {
  try {
    await fs.link(dir.at(aside), dir.at(file));
    await fs.unlink(dir.at(aside));
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
    await fs.rename(dir.at(aside), dir.at(`${file}.boocode-kept`));
  }
}

/** After a crash: nothing of ours is left beside the file, and it holds the old content, the new one, or somebody else's. */
export async function settleLeftovers(step: Step): Promise<"old" | "new" | "other"> {
  await using dir = await parentOf(step);
  const { file, fresh, aside } = names(step);
  const put_aside = await shaAt(dir, aside);
  const now = await shaAt(dir, file);
  if (put_aside !== null) {
    // Saved in place before it was replaced: both names are the same file, and a rename between them would do nothing.
    if (put_aside === now) await fs.unlink(dir.at(aside));
    // Something was saved in between, or the file is gone and nothing has taken its place.
    else if (put_aside !== step.old_sha)
      await (now === null ? putBack(dir, aside, file) : fs.rename(dir.at(aside), dir.at(file)));
    else if (now === null && step.new_sha !== null) await putBack(dir, aside, file);
    else await fs.unlink(dir.at(aside));
  }
  await fs.rm(dir.at(fresh), { force: true });
  await dir.sync();
  const found = await shaAt(dir, file);
  return found === step.new_sha ? "new" : found === step.old_sha ? "old" : "other";
}

/** Directories, deepest last, that are not there yet and that the file needs. */
export async function missingDirectories(root: string, path: string): Promise<string[]> {
  const missing: string[] = [];
  for (let at = dirname(path); at !== "."; at = dirname(at)) {
    const there = await fs.open(join(root, at), constants.O_RDONLY | constants.O_DIRECTORY).catch(() => null);
    if (there) {
      await there.close();
      break;
    }
    missing.unshift(at);
  }
  return missing;
}

/** Removes directories that were made for a file that is gone again, as far as they are empty. */
export async function removeDirectories(root: string, made: readonly string[]): Promise<void> {
  for (const path of [...made].reverse()) {
    await using dir = await Directory.open(root, dirname(path) === "." ? "" : dirname(path));
    try {
      await fs.rmdir(dir.at(basename(path)));
    } catch {
      return;
    }
  }
}

/** Null when there is no file; a link or a directory is no file of ours and has no hash that anybody expects. */
async function shaAt(dir: Directory, name: string): Promise<Sha> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await fs.open(dir.at(name), flags).catch((error) => {
    if (errnoOf(error) === "ENOENT") return null;
    if (errnoOf(error) === "ELOOP") return "link" as const;
    throw error;
  });
  if (handle === null || handle === "link") return handle;
  try {
    return (await handle.stat()).isFile() ? hash(await handle.readFile()) : "other";
  } finally {
    await handle.close();
  }
}
