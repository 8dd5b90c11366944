/** Brings back what was discarded, byte for byte, as long as nothing has taken its place since. */
import { chmod, link, lstat, mkdir, realpath, rename, symlink, unlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isGitInternal, lexicalInside, shownPath } from "../../lib/path-guard.ts";
import { errnoOf, Refusal } from "../refusal.ts";
import { gitOk, type Repository, withoutRepositoryFilters } from "./exec.ts";
import { forget, KEPT_BYTES_MAX, type Kept, readKept } from "./keep.ts";
import { splitNul } from "./records.ts";
import { inChunks } from "./write.ts";

/** Bytes held in memory at once while files are written back. */
const CHUNK_BYTES = 32_000_000;

/** The paths that came back. Nothing is written when one of them has changed since. */
export async function undoDiscard(repository: Repository, id: string): Promise<string[]> {
  const record = await readKept(repository, id);
  if (!record)
    throw new Refusal("not_found", "no such discard", "There is no such discard; it may have been undone already.");
  for (const file of record.kept) await refuseOutside(repository, file.path);
  const changed = await changedSince(repository, record.kept);
  if (changed.length > 0) throw changedMeanwhile(changed);
  for (const chunk of bySize(record.kept)) await bringBack(repository, chunk);
  await forget(repository, id, record.commit);
  return record.kept.map((file) => file.path);
}

/** The ref's words are not trusted: a path must be one of the project, reached without a symbolic link. */
async function refuseOutside(repository: Repository, path: string): Promise<void> {
  const { root } = repository;
  const isPlain = !path.startsWith("/") && lexicalInside(root, path) === path && !isGitInternal(path);
  if (isPlain && !path.includes("\0")) {
    const parent = await nearest(dirname(join(root, path)));
    if ((await realpath(parent).catch(() => null)) === parent) return;
  }
  throw new Refusal("conflict", "not restored", `${shownPath(path)} now leads somewhere else. Nothing was restored.`);
}

async function nearest(directory: string): Promise<string> {
  for (let at = directory; ; at = dirname(at)) {
    if (
      at === dirname(at) ||
      (await lstat(at).then(
        () => true,
        () => false,
      ))
    )
      return at;
  }
}

/** Paths that are no longer as the discard left them: gone for untracked files, as the index has them for the others. */
async function changedSince(repository: Repository, kept: readonly Kept[]): Promise<string[]> {
  const changed: string[] = [];
  for (const file of kept.filter((f) => f.index === null))
    if (
      await lstat(join(repository.root, file.path)).then(
        () => true,
        () => false,
      )
    )
      changed.push(file.path);
  const tracked = kept.filter((file) => file.index !== null);
  const settings = await withoutRepositoryFilters(repository.root);
  for (const chunk of inChunks(tracked)) {
    const paths = chunk.map((file) => file.path);
    const [staged, dirty] = await Promise.all([
      gitOk(repository.root, ["ls-files", "-z", "--stage", "--", ...paths]),
      gitOk(repository.root, ["diff", "--name-only", "--relative", "-z", "--no-ext-diff", "--", ...paths], {
        settings,
      }),
    ]);
    const index = new Map(splitNul(staged.bytes).map(({ text }) => entryOf(text)));
    const differs = new Set(splitNul(dirty.bytes).map((field) => field.text));
    for (const file of chunk)
      if (index.get(file.path) !== file.index || differs.has(file.path)) changed.push(file.path);
  }
  return changed;
}

/** `100644 <object> 0<tab>path` → path, "100644 <object>"; a conflict's stages never match. */
function entryOf(text: string): [path: string, index: string] {
  const tab = text.indexOf("\t");
  const [mode, object, stage] = text.slice(0, tab).split(" ");
  return [text.slice(tab + 1), stage === "0" ? `${mode} ${object}` : "in conflict"];
}

function* bySize(kept: readonly Kept[]): Generator<Kept[]> {
  let chunk: Kept[] = [];
  let size = 0;
  for (const file of kept) {
    if (chunk.length > 0 && size + file.size > CHUNK_BYTES) {
      yield chunk;
      [chunk, size] = [[], 0];
    }
    chunk.push(file);
    size += file.size;
  }
  if (chunk.length > 0) yield chunk;
}

async function bringBack(repository: Repository, kept: readonly Kept[]): Promise<void> {
  const blobs = await readBlobs(
    repository,
    kept.flatMap((file) => file.blob ?? []),
  );
  for (const file of kept) {
    const path = join(repository.root, file.path);
    if (file.kind === "deleted") await unlink(path);
    else if (file.blob !== null) await put(path, file, blobs.get(file.blob)!);
  }
}

/** Beside its place first, then there in one step: a reader never sees half a file. */
async function put(path: string, file: Kept, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const beside = join(dirname(path), `.boocode-${crypto.randomUUID()}`);
  try {
    if (file.link) await symlink(Buffer.from(bytes), beside);
    else {
      await writeFile(beside, bytes, { flag: "wx" });
      await chmod(beside, file.perm ?? 0o644);
    }
    if (file.kind !== "untracked") return await rename(beside, path);
    await putNew(beside, path);
  } catch (error) {
    await unlink(beside).catch(() => {});
    throw error;
  }
}

/** A hard link fails where something is by now; a rename would replace it. Not every file system has links. */
async function putNew(beside: string, path: string): Promise<void> {
  try {
    await link(beside, path);
  } catch (error) {
    if (errnoOf(error) === "EEXIST") throw changedMeanwhile([basename(path)]);
    return rename(beside, path);
  }
  await unlink(beside);
}

async function readBlobs(repository: Repository, names: readonly string[]): Promise<Map<string, Uint8Array>> {
  const blobs = new Map<string, Uint8Array>();
  if (names.length === 0) return blobs;
  const { bytes } = await gitOk(repository.root, ["cat-file", "--batch"], {
    stdin: names.map((name) => `${name}\n`).join(""),
    stdout_limit_bytes: KEPT_BYTES_MAX * 2,
  });
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(10, at);
    const [name = "", type, size] = new TextDecoder().decode(bytes.subarray(at, end)).split(" ");
    if (type !== "blob")
      throw new Refusal("unavailable", "not kept", "git no longer has the bytes of what was discarded.");
    blobs.set(name, bytes.subarray(end + 1, end + 1 + Number(size)));
    at = end + 1 + Number(size) + 1;
  }
  return blobs;
}

function changedMeanwhile(paths: readonly string[]): Refusal {
  const more = paths.length > 1 ? ` and ${paths.length - 1} more` : "";
  return new Refusal(
    "conflict",
    "changed since",
    `${shownPath(paths[0]!)}${more} changed since it was discarded. Nothing was restored; put that change away first.`,
  );
}
