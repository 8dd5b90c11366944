/** The checked-out branch, read from `.git/HEAD` without starting git: it stands on every page. */
import { open, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

const MAX_BYTES = 1000;

/** Branch name, `detached at 1a2b3c4d5e`, or null where there is no repository. */
export async function branchOf(directory: string): Promise<string | null> {
  const git = await gitDirectoryOf(directory);
  const head = git === null ? null : await readSmall(join(git, "HEAD"));
  if (head === null) return null;
  const ref = /^ref: refs\/heads\/(.+)$/m.exec(head);
  if (ref) return ref[1]!.trim();
  const hash = /^[0-9a-f]{40,64}$/m.exec(head);
  return hash ? `detached at ${hash[0].slice(0, 10)}` : null;
}

/** True if the directory lies in the working tree of a git repository, as far as the file system tells. */
export async function isGitDirectory(directory: string): Promise<boolean> {
  return (await gitDirectoryOf(directory)) !== null;
}

/** The nearest `.git` upwards. In a linked worktree or submodule it is a file that names the real one. */
export async function gitDirectoryOf(directory: string): Promise<string | null> {
  for (let at = directory; ; at = dirname(at)) {
    const path = join(at, ".git");
    const stats = await stat(path).catch(() => null);
    if (stats?.isDirectory()) return path;
    const pointer = stats?.isFile() ? /^gitdir: (.+)$/m.exec((await readSmall(path)) ?? "") : null;
    if (pointer) return resolve(at, pointer[1]!.trim());
    if (at === dirname(at)) return null;
  }
}

/** The beginning of an ordinary file; null for anything else, so that a FIFO cannot hold up a page. */
async function readSmall(path: string): Promise<string | null> {
  const stats = await stat(path).catch(() => null);
  if (!stats?.isFile()) return null;
  const handle = await open(path).catch(() => null);
  if (!handle) return null;
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } catch {
    return null;
  } finally {
    await handle.close();
  }
}
