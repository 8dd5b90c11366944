/** Files of a tree, read through the guard. */
import { decodeText } from "../../lib/encoding.ts";
import { openFile } from "../files/guard.ts";
import { errnoOf, Refusal } from "../refusal.ts";

/** Larger files are not parsed: they are generated, or data. */
export const PARSE_LIMIT_BYTES = 1_000_000;
const SIZE_LIMIT_BYTES = 500_000;

/** Texts by path; files that are gone, large, secret or no text are left out. */
export async function readTexts(root: string, paths: readonly string[]): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const path of paths) {
    const text = await readText(root, path);
    if (text !== null) texts.set(path, text);
  }
  return texts;
}

/** A file's beginning: as much as is parsed, and a byte more when there is more. Throws Refusal. */
export async function readBytes(root: string, path: string): Promise<Uint8Array<ArrayBuffer>> {
  const { place, handle } = await openFile({ root, grants: [], suggest: false }, path);
  try {
    const buffer = new Uint8Array(Math.min(place.stats.size, PARSE_LIMIT_BYTES + 1));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return buffer.slice(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function readText(root: string, path: string): Promise<string | null> {
  try {
    const { place, handle } = await openFile({ root, grants: [], suggest: false }, path);
    try {
      if (place.stats.size > SIZE_LIMIT_BYTES) return null;
      return decodeText(new Uint8Array(await handle.readFile()))?.text ?? null;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof Refusal || errnoOf(error) !== null) return null;
    throw error;
  }
}
