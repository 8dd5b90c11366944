/** The beginning of a text file, for what is read without a person asking for it. */
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { openFile, type Scope } from "./guard.ts";
import { SNIFF_BYTES, sniff } from "./sniff.ts";

export interface Head {
  /** Whole characters of the first bytes. */
  text: string;
  /** Of the whole file, bytes. */
  size: number;
}

/** At most `bytes` of it; null for what is not there, or binary. Throws Refusal as the guard does. */
export async function readHead(scope: Scope, path: string, bytes: number): Promise<Head | null> {
  // The guard would look for names that are like a missing one.
  if (!(await lstat(join(scope.root, path)).catch(() => null))) return null;
  const { place, handle } = await openFile(scope, path);
  try {
    const buffer = new Uint8Array(Math.min(bytes, place.stats.size));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    const read = buffer.subarray(0, bytesRead);
    const { encoding, bom } = sniff(read.subarray(0, SNIFF_BYTES));
    if (encoding === "binary") return null;
    // `stream` keeps back the bytes of a character that was cut in two.
    const text = new TextDecoder(encoding).decode(read.subarray(bom), { stream: true });
    return { text, size: place.stats.size };
  } finally {
    await handle.close();
  }
}
