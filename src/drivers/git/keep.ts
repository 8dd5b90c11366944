/**
 * Keeps the bytes of files in the repository under a hidden ref, as they are on disk: no filter, no line ending
 * changed. What was kept is a commit without parents; its tree has the files under `files/`, its message tells the rest.
 */
import { lstat, mkdtemp, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { DISCARD_NAMES } from "../../domain/git.ts";
import { Refusal } from "../refusal.ts";
import { git, gitOk, type Repository } from "./exec.ts";
import { gitWrite } from "./write.ts";

/** One file before it is discarded, in the project's working tree. */
export interface Lost {
  path: string;
  /** What happened to it: "deleted" has no bytes, only that it was not there. */
  kind: "modified" | "deleted" | "untracked";
  /** Of the entry in the index that takes its place; null for untracked. */
  index: string | null;
}

const Kept = z.object({
  path: z.string().min(1).max(4096),
  kind: z.enum(["modified", "deleted", "untracked"]),
  /** "100644 <object>" of the index entry that took its place: undo is safe while it and the file are still that. */
  index: z.string().nullable(),
  /** Permission bits, and whether it is a symbolic link; null for a deleted one. */
  perm: z.number().int().min(0).max(0o7777).nullable(),
  link: z.boolean(),
  blob: z
    .string()
    .regex(/^[0-9a-f]{40,64}$/)
    .nullable(),
  size: z.number().int().min(0),
});
export type Kept = z.output<typeof Kept>;
const Head = z.object({ root: z.string(), at: z.number(), total: z.number(), paths: z.array(z.string()) });
export type KeptHead = z.output<typeof Head>;

export const DISCARDED_REFS = "refs/boocode/discarded";
export const KEPT_FILES_MAX = 5_000;
export const KEPT_BYTES_MAX = 200_000_000;
/** Older ones are forgotten when a new one is made. */
const RECORDS_MAX = 100;
const IDENTITY = {
  GIT_AUTHOR_NAME: "BooCode",
  GIT_AUTHOR_EMAIL: "boocode@localhost",
  GIT_COMMITTER_NAME: "BooCode",
  GIT_COMMITTER_EMAIL: "boocode@localhost",
};

/** Looks at each file once more than it must: its stamp tells later whether somebody wrote to it meanwhile. */
export interface Looked extends Lost {
  stamp: string;
  perm: number | null;
  link: boolean;
  size: number;
}

export async function look(repository: Repository, lost: readonly Lost[]): Promise<Looked[]> {
  if (lost.length > KEPT_FILES_MAX) throw tooMuch(`more than ${KEPT_FILES_MAX} files`);
  const looked = await Promise.all(lost.map((file) => lookAt(repository, file)));
  if (looked.reduce((sum, file) => sum + file.size, 0) > KEPT_BYTES_MAX)
    throw tooMuch(`more than ${KEPT_BYTES_MAX / 1_000_000} MB`);
  return looked;
}

async function lookAt(repository: Repository, lost: Lost): Promise<Looked> {
  const stats = await lstat(join(repository.root, lost.path)).catch(() => null);
  const there = stats && (stats.isFile() || stats.isSymbolicLink()) ? stats : null;
  if (!there) return { ...lost, kind: "deleted", stamp: "", perm: null, link: false, size: 0 };
  return {
    ...lost,
    kind: lost.kind === "deleted" ? "modified" : lost.kind,
    stamp: `${there.ino} ${there.size} ${there.mtimeMs} ${there.ctimeMs}`,
    perm: there.mode & 0o7777,
    link: there.isSymbolicLink(),
    size: there.size,
  };
}

/** Throws when one of the files is not as it was looked at. */
export async function unchangedSince(repository: Repository, looked: readonly Looked[]): Promise<void> {
  const now = await Promise.all(looked.map((file) => lookAt(repository, file)));
  const at = now.findIndex((file, i) => file.stamp !== looked[i]!.stamp);
  if (at !== -1)
    throw new Refusal(
      "conflict",
      "changed meanwhile",
      `${looked[at]!.path} was written to just now. Nothing was discarded.`,
    );
}

/** Stores the bytes and makes the ref `<DISCARDED_REFS>/<id>`. */
export async function keep(repository: Repository, id: string, at: Date, looked: readonly Looked[]): Promise<void> {
  const blobs = await storeBlobs(repository, looked);
  const kept = looked.map(({ stamp: _, ...file }, i): Kept => ({ ...file, blob: blobs[i]! }));
  const tree = await writeTree(repository, kept);
  const paths = looked.slice(0, DISCARD_NAMES).map((file) => file.path);
  const head: KeptHead = { root: repository.root, at: at.getTime(), total: looked.length, paths };
  const message = `${JSON.stringify(head)}\n\n${JSON.stringify(kept)}\n`;
  const commit = await gitOk(repository.root, ["commit-tree", tree, "-F", "-"], { stdin: message, env: IDENTITY });
  await gitWrite(repository, ["update-ref", "--stdin"], {
    stdin: `create ${DISCARDED_REFS}/${id} ${commit.stdout.trim()}\n`,
  });
}

/** Object names in the order of the files; null for those without bytes. */
async function storeBlobs(repository: Repository, looked: readonly Looked[]): Promise<(string | null)[]> {
  const links = await mkdtemp(join(tmpdir(), "boo-links-"));
  try {
    const files = await Promise.all(
      looked.map(async (file, i) => {
        if (file.perm === null) return null;
        const path = join(repository.root, file.path);
        if (!file.link) return path;
        // A link's content is where it leads; hash-object would follow it.
        const target = join(links, String(i));
        await writeFile(target, await readlink(path, "buffer"));
        return target;
      }),
    );
    const stdin = files.flatMap((path) => (path === null ? [] : [`${quoted(path)}\n`])).join("");
    const out = await gitOk(repository.root, ["hash-object", "-w", "--no-filters", "--stdin-paths"], { stdin });
    const names = out.stdout.split("\n");
    return files.map((path) => (path === null ? null : (names.shift() ?? "")));
  } finally {
    await rm(links, { recursive: true, force: true });
  }
}

/** hash-object reads a line as a name, and a line that begins with a quote as C would. */
function quoted(path: string): string {
  if (!/["\n\r]/.test(path)) return path;
  const escaped = path.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
  return `"${escaped}"`;
}

async function writeTree(repository: Repository, kept: readonly Kept[]): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "boo-index-"));
  const env = { GIT_INDEX_FILE: join(directory, "index") };
  try {
    const mode = ({ link, perm }: Kept) => (link ? "120000" : (perm ?? 0) & 0o100 ? "100755" : "100644");
    const stdin = kept.flatMap((f) => (f.blob ? [`${mode(f)} ${f.blob}\tfiles/${f.path}\0`] : [])).join("");
    await gitOk(repository.root, ["update-index", "-z", "--index-info"], { stdin, env });
    return (await gitOk(repository.root, ["write-tree"], { env })).stdout.trim();
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

export interface KeptRecord {
  id: string;
  head: KeptHead;
}

/** What was discarded in this project, newest first. */
export async function keptRecords(repository: Repository, limit: number): Promise<KeptRecord[]> {
  const args = ["for-each-ref", "--sort=-refname", "--format=%(refname)%00%(contents:subject)%00", DISCARDED_REFS];
  const fields = (await gitOk(repository.root, args)).stdout.split("\0");
  const records: KeptRecord[] = [];
  for (let i = 0; i + 1 < fields.length && records.length < limit; i += 2) {
    const head = parsed(Head, fields[i + 1]!);
    if (head?.root === repository.root) records.push({ id: fields[i]!.trim().slice(DISCARDED_REFS.length + 1), head });
  }
  return records;
}

/** The files of one record. The ref may have been written by anybody: paths are checked again where they are used. */
export async function readKept(repository: Repository, id: string): Promise<{ commit: string; kept: Kept[] } | null> {
  if (!/^[0-9a-z-]{1,60}$/.test(id)) return null;
  const ref = `${DISCARDED_REFS}/${id}`;
  const found = await git(repository.root, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`]);
  const commit = found.stdout.trim();
  if (found.code !== 0) return null;
  const text = (await gitOk(repository.root, ["cat-file", "commit", commit])).stdout;
  const [subject = "", body = ""] = text.slice(text.indexOf("\n\n") + 2).split("\n\n");
  const kept = parsed(z.array(Kept).max(KEPT_FILES_MAX), body);
  return kept && parsed(Head, subject)?.root === repository.root ? { commit, kept } : null;
}

/** Forgets a record; `commit` is what it must still be. */
export async function forget(repository: Repository, id: string, commit?: string): Promise<void> {
  await gitWrite(repository, ["update-ref", "-d", `${DISCARDED_REFS}/${id}`, ...(commit ? [commit] : [])]);
}

/** Forgets the oldest records past RECORDS_MAX. */
export async function forgetOld(repository: Repository): Promise<void> {
  const old = (await keptRecords(repository, Number.POSITIVE_INFINITY)).slice(RECORDS_MAX);
  for (const { id } of old) await forget(repository, id);
}

function parsed<T extends z.ZodType>(schema: T, text: string): z.output<T> | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function tooMuch(what: string): Refusal {
  return new Refusal(
    "limit",
    "too much to keep",
    `That is ${what}, too much to be kept for Undo. Discard less at a time, or do it in a terminal.`,
  );
}
