/** A hidden commit that moves file by file: the base against which a worktree is compared. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gitOk, type Repository } from "./exec.ts";
import { HIDDEN_IDENTITY, setRef, topOf } from "./worktree.ts";

export interface BaseFile {
  /** From the top of the working tree. */
  path: string;
  /** Null: the file is not there. */
  bytes: Uint8Array | null;
  mode: number | null;
}

const FILE_LIMIT_BYTES = 20_000_000;

/** A file of a commit as it is stored. */
export async function readFileAt(
  repository: Repository,
  commit: string,
  path: string,
): Promise<{ bytes: Uint8Array<ArrayBuffer> | null; mode: number | null }> {
  const root = topOf(repository);
  const listed = await gitOk(root, ["ls-tree", "-z", "--full-tree", commit, "--", path]);
  const entry = /^(\d+) blob ([0-9a-f]+)\t/.exec(listed.stdout);
  if (!entry) return { bytes: null, mode: null };
  const blob = await gitOk(root, ["cat-file", "blob", entry[2]!], { stdout_limit_bytes: FILE_LIMIT_BYTES });
  return { bytes: new Uint8Array(blob.bytes), mode: Number.parseInt(entry[1]!.slice(-3), 8) };
}

/** Makes `ref` a commit with these files on top of `base`; nothing of it touches a working tree or its index. */
export async function writeBase(
  repository: Repository,
  ref: string,
  base: string,
  files: readonly BaseFile[],
): Promise<string> {
  const root = topOf(repository);
  const directory = await mkdtemp(join(tmpdir(), "boo-base-"));
  const env = { GIT_INDEX_FILE: join(directory, "index") };
  try {
    await gitOk(root, ["read-tree", base], { env });
    let lines = "";
    for (const [i, { path, bytes, mode }] of files.entries()) {
      if (bytes === null) lines += `0 ${"0".repeat(40)}\t${path}\0`;
      else {
        const file = join(directory, String(i));
        await Bun.write(file, bytes);
        const object = (await gitOk(root, ["hash-object", "-w", "--no-filters", "--", file])).stdout.trim();
        lines += `${(mode ?? 0) & 0o100 ? "100755" : "100644"} ${object}\t${path}\0`;
      }
    }
    await gitOk(root, ["update-index", "-z", "--index-info"], { env, stdin: lines });
    const tree = (await gitOk(root, ["write-tree"], { env })).stdout.trim();
    const made = await gitOk(root, ["commit-tree", tree, "-p", base, "-F", "-"], {
      stdin: "Applied\n",
      env: HIDDEN_IDENTITY,
    });
    await setRef({ root, prefix: "" }, ref, made.stdout.trim());
    return made.stdout.trim();
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
