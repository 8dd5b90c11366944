/** Copies of attachments for agents that read files: below the data directory, each in a directory of its own, for this user alone. */
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";

/** Where the copy lies, absolute; one that is there with the right size stays as it is. `name` is one plain segment. */
export async function handOut(home: string, id: string, name: string, bytes: Uint8Array): Promise<string> {
  const directory = join(placeIn(home), id);
  const path = join(directory, Buffer.byteLength(name) > NAME_LIMIT_BYTES ? `file${extname(name)}` : name);
  const there = await stat(path).catch(() => null);
  if (there?.size === bytes.length) return path;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(path, bytes, { mode: 0o600 });
  return path;
}

/** Ids of what was handed out, at most `limit`. */
export async function handedOut(home: string, limit: number): Promise<string[]> {
  return (await readdir(placeIn(home)).catch(() => [])).slice(0, limit);
}

export async function takeBack(home: string, ids: readonly string[]): Promise<void> {
  for (const id of ids) await rm(join(placeIn(home), id), { recursive: true, force: true });
}

/** File systems take 255. */
const NAME_LIMIT_BYTES = 240;

const placeIn = (home: string) => join(home, "attachments");
