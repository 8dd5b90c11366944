/**
 * Three trees into one, in an index of its own: no working tree is touched, no program of the repository runs. Trees
 * decide what they can; lines are merged by whoever calls.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gitOk, type Repository } from "./exec.ts";
import { splitNul } from "./records.ts";
import { bitsOf, readObjects } from "./tree-diff.ts";
import { topOf } from "./worktree.ts";

/** A file of one side: null bytes where it is not there. */
export interface SideContent {
  bytes: Uint8Array<ArrayBuffer> | null;
  mode: number | null;
}
/** Brings what `theirs` did to `base` into `ours`; null when both changed the same lines. */
export type MergeFile = (base: SideContent, ours: SideContent, theirs: SideContent) => SideContent | null;

export interface TreesInput {
  /** Commits or trees. */
  base: string;
  ours: string;
  theirs: string;
  merge: MergeFile;
  /** What a file becomes that cannot be merged: it stays ours and is named, or it becomes theirs. */
  clash: "report" | "theirs";
  /** Paths from the top that are left as `ours` has them. */
  without?: readonly string[];
}
export interface MergedTrees {
  tree: string;
  /** Paths that were not merged, with `clash: "report"`. */
  clashes: string[];
}

/** Larger files are not merged by lines. */
const MERGE_BYTES_MAX = 10_000_000;
const GONE = "0".repeat(40);

interface Stage {
  mode: string;
  object: string;
}
/** By path: entries of base, ours and theirs. */
type Unmerged = Map<string, (Stage | undefined)[]>;

export async function mergeTrees(repository: Repository, input: TreesInput): Promise<MergedTrees> {
  const root = topOf(repository);
  const directory = await mkdtemp(join(tmpdir(), "boo-merge-"));
  const env = { GIT_INDEX_FILE: join(directory, "index") };
  try {
    const theirs = await without(root, directory, input);
    await gitOk(root, ["read-tree", "-i", "-m", "--aggressive", input.base, input.ours, theirs], { env });
    const unmerged = await unmergedOf(root, env);
    const clashes: string[] = [];
    let lines = "";
    let number = 0;
    for (const [path, stages] of unmerged) {
      const merged = await mergeOne(repository, stages, input.merge);
      if (!merged && input.clash === "report") clashes.push(path);
      const stage = merged
        ? await storeFile(root, join(directory, String(number++)), merged)
        : stages[input.clash === "theirs" ? 3 : 2];
      // The other stages go first: an entry beside them would be no merge.
      lines += `0 ${GONE}\t${path}\0`;
      if (stage) lines += `${stage.mode} ${stage.object}\t${path}\0`;
    }
    if (lines !== "") await gitOk(root, ["update-index", "-z", "--index-info"], { env, stdin: lines });
    return { tree: (await gitOk(root, ["write-tree"], { env })).stdout.trim(), clashes };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** `theirs` with the paths that are to be left alone as `base` has them. */
async function without(root: string, directory: string, input: TreesInput): Promise<string> {
  if (!input.without?.length) return input.theirs;
  const env = { GIT_INDEX_FILE: join(directory, "without") };
  await gitOk(root, ["read-tree", input.theirs], { env });
  const removals = input.without.map((path) => `0 ${GONE}\t${path}\0`).join("");
  const kept = await gitOk(root, ["ls-tree", "-r", "-z", "--full-tree", input.base, "--", ...input.without]);
  // What ls-tree writes is a form that update-index reads.
  await gitOk(root, ["update-index", "-z", "--index-info"], { env, stdin: removals + kept.stdout });
  return (await gitOk(root, ["write-tree"], { env })).stdout.trim();
}

async function unmergedOf(root: string, env: Record<string, string>): Promise<Unmerged> {
  const out = await gitOk(root, ["ls-files", "--unmerged", "-z"], { env });
  const found: Unmerged = new Map();
  for (const { text } of splitNul(out.bytes)) {
    const [, mode, object, stage, path] = /^(\d+) ([0-9a-f]+) ([123])\t(.*)$/s.exec(text) ?? [];
    if (path === undefined) continue;
    const stages = found.get(path) ?? [];
    stages[Number(stage)] = { mode: mode!, object: object! };
    found.set(path, stages);
  }
  return found;
}

async function mergeOne(
  repository: Repository,
  stages: readonly (Stage | undefined)[],
  merge: MergeFile,
): Promise<SideContent | null> {
  const sides = [1, 2, 3].map((n) => stages[n]);
  // Links and submodules have no lines.
  if (sides.some((stage) => stage && bitsOf(stage.mode) === null)) return null;
  const objects = sides.flatMap((stage) => (stage ? [stage.object] : []));
  const bytes = await readObjects(repository, objects, MERGE_BYTES_MAX);
  const contents = sides.map((stage): SideContent | null => {
    if (!stage) return { bytes: null, mode: null };
    const found = bytes.get(stage.object);
    return found ? { bytes: found, mode: bitsOf(stage.mode) } : null;
  });
  const [base, ours, theirs] = contents;
  return base && ours && theirs ? merge(base, ours, theirs) : null;
}

async function storeFile(root: string, file: string, { bytes, mode }: SideContent): Promise<Stage | undefined> {
  if (bytes === null) return undefined;
  await Bun.write(file, bytes);
  const object = (await gitOk(root, ["hash-object", "-w", "--no-filters", "--", file])).stdout.trim();
  return { mode: (mode ?? 0) & 0o100 ? "100755" : "100644", object };
}
