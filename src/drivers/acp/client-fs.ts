/** The agent reads and writes files through us: inside its worktree only, no secret file, no `.git`. */
import { constants } from "node:fs";
import { mkdir, open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { newId } from "../../lib/ids.ts";
import { openFile } from "../files/guard.ts";
import { resolveWrite } from "../files/write-guard.ts";
import { Refusal } from "../refusal.ts";

/** Of a file that is read or written whole. */
export const FILE_LIMIT_BYTES = 10_000_000;

const Read = z.object({
  path: z.string(),
  line: z.number().int().min(1).nullish(),
  limit: z.number().int().min(0).nullish(),
});
const Write = z.object({ path: z.string(), content: z.string() });

/** `fs/read_text_file`: a file's text, or some of its lines. */
export async function readTextFile(root: string, params: unknown): Promise<{ content: string }> {
  const { path, line, limit } = Read.parse(params);
  const { place, handle } = await openFile({ root, grants: [], suggest: false }, path);
  try {
    if (place.stats.size > FILE_LIMIT_BYTES) throw tooLarge(path);
    const content = await handle.readFile("utf8");
    if (line == null && limit == null) return { content };
    const lines = content.split("\n");
    const from = (line ?? 1) - 1;
    return { content: lines.slice(from, limit == null ? undefined : from + limit).join("\n") };
  } finally {
    await handle.close();
  }
}

/** `fs/write_text_file`: whole and at once, with the permissions that the file had. */
export async function writeTextFile(root: string, params: unknown): Promise<Record<string, never>> {
  const { path, content } = Write.parse(params);
  if (Buffer.byteLength(content) > FILE_LIMIT_BYTES) throw tooLarge(path);
  const target = (await resolveWrite(root, path)).real;
  const before = await stat(target).catch(() => null);
  if (before && !before.isFile()) throw new Refusal("invalid", "not a file", `${path} is not an ordinary file.`);
  await mkdir(dirname(target), { recursive: true });
  // The directory was made, or was there: it may have been swapped for a link meanwhile.
  if ((await realpath(dirname(target))) !== dirname(target)) throw outside(path);
  const temporary = join(dirname(target), `.${basename(target).slice(0, 100)}.${newId()}`);
  const handle = await open(
    temporary,
    constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW,
    before ? before.mode & 0o7777 : 0o666,
  );
  try {
    try {
      await handle.writeFile(content);
      if (before) await handle.chmod(before.mode & 0o7777);
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return {};
}

const outside = (path: string) =>
  new Refusal("forbidden", "outside", `${path} is outside the worktree, which is all that may be written.`);
const tooLarge = (path: string) =>
  new Refusal("limit", "too large", `${path} is larger than ${FILE_LIMIT_BYTES / 1_000_000} MB.`);
