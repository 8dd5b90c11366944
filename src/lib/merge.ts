/** Three-way merge of texts by lines. */
import { diff3Merge } from "node-diff3";
import { splitLines } from "./hunks.ts";

export interface Clashing {
  /** First line in `theirs`, from 1. */
  line: number;
  base: string[];
  theirs: string[];
  ours: string[];
}
export type Merged = { ok: true; text: string } | { ok: false; clashes: Clashing[] };

/** What both sides did to `base`; the same done twice is no clash. */
export function merge3(base: string, theirs: string, ours: string): Merged {
  if (theirs === base || theirs === ours) return { ok: true, text: ours };
  if (ours === base) return { ok: true, text: theirs };
  const regions = diff3Merge(splitLines(ours), splitLines(base), splitLines(theirs), { excludeFalseConflicts: true });
  const clashes = regions.flatMap(({ conflict }) =>
    conflict ? [{ line: conflict.bIndex + 1, base: conflict.o, theirs: conflict.b, ours: conflict.a }] : [],
  );
  if (clashes.length > 0) return { ok: false, clashes };
  return { ok: true, text: regions.flatMap((r) => r.ok ?? []).join("") };
}
