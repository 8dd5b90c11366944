/** A directory of its own for files that exist nowhere yet, so that programs can look into them; gone after use. */
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Runs `work` in a directory that holds these files; `path` is relative and was checked by the write guard. */
export async function withScratch<T>(
  files: readonly { path: string; bytes: Uint8Array }[],
  work: (root: string) => Promise<T>,
): Promise<T> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "boocode-seen-")));
  try {
    for (const { path, bytes } of files) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), bytes, { flag: "wx" });
    }
    return await work(root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
