/** A small text file that a person keeps for us: instructions, skills. Read whole, as UTF-8, through the guard. */
import { bytes as size } from "../../lib/format.ts";
import { errnoOf, Refusal } from "../refusal.ts";
import { openFile } from "./guard.ts";

/** Its text; null where there is none. Throws Refusal for what leads out of `base`, is too large or is no text. */
export async function readTextFile(base: string, path: string, limitBytes: number): Promise<string | null> {
  const opened = await openFile({ root: base, grants: [], suggest: false }, path).catch((error) => {
    if (error instanceof Refusal && (error.code === "not_found" || error.code === "unavailable")) return null;
    throw error;
  });
  if (!opened) return null;
  const { place, handle } = opened;
  try {
    if (place.stats.size > limitBytes)
      throw new Refusal("limit", "too large", `${place.shown} is larger than ${size(limitBytes)}.`);
    const read = new Uint8Array(await handle.readFile());
    // A file that grew since it was looked at is cut, not refused: the limit is for us.
    return decode(read.subarray(0, limitBytes), place.shown);
  } catch (error) {
    if (error instanceof Refusal || !errnoOf(error)) throw error;
    throw new Refusal("unavailable", "could not be read", `${place.shown} could not be read.`);
  } finally {
    await handle.close();
  }
}

function decode(bytes: Uint8Array, shown: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Refusal("invalid", "no text", `${shown} is no text in UTF-8.`);
  }
}
