/** How a file under one root stands to the one of the same path under another. */
import type { FileHandle } from "node:fs/promises";
import type { Beside } from "../../domain/file.ts";
import { Refusal } from "../refusal.ts";
import { openFile } from "./guard.ts";

const CHUNK_BYTES = 1024 * 1024;

/** What may not be read under `other` is not there. Throws Refusal for what may not or cannot be read under `root`. */
export async function fileBeside(root: string, other: string, path: string): Promise<Beside> {
  const mine = await openFile({ root, grants: [], suggest: false }, path).catch(unless((r) => r.code === "not_found"));
  if (!mine) return "missing";
  try {
    const theirs = await openFile({ root: other, grants: [], suggest: false }, path).catch(unless(() => true));
    if (!theirs) return "only";
    try {
      const { size } = mine.place.stats;
      if (size !== theirs.place.stats.size) return "differs";
      return (await sameBytes(mine.handle, theirs.handle, size)) ? "same" : "differs";
    } finally {
      await theirs.handle.close();
    }
  } finally {
    await mine.handle.close();
  }
}

function unless(expected: (refusal: Refusal) => boolean): (error: unknown) => null {
  return (error) => {
    if (error instanceof Refusal && expected(error)) return null;
    throw error;
  };
}

/** Reads no further than to the first difference. */
async function sameBytes(a: FileHandle, b: FileHandle, size: number): Promise<boolean> {
  const length = Math.min(size, CHUNK_BYTES);
  const [left, right] = [Buffer.alloc(length), Buffer.alloc(length)];
  for (let at = 0; at < size; at += length) {
    const [l, r] = await Promise.all([a.read(left, 0, length, at), b.read(right, 0, length, at)]);
    if (l.bytesRead !== r.bytesRead) return false;
    if (!left.subarray(0, l.bytesRead).equals(right.subarray(0, r.bytesRead))) return false;
  }
  return true;
}
