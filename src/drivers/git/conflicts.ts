/** Files that a merge left in conflict, and the places in them. */
import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Conflict, ConflictPlace } from "../../domain/finish.ts";
import { isGitInternal, isSecretPath } from "../../lib/path-guard.ts";
import type { StatusRecord } from "./records.ts";

const FILE_BYTES_MAX = 1_000_000;
const PLACES_MAX = 50;
const SIDE_LINES_MAX = 40;
const LINE_CHARS_MAX = 500;

const WORDS: Record<string, string> = {
  DD: "deleted on both sides",
  AU: "added by us",
  UD: "deleted by them",
  UA: "added by them",
  DU: "deleted by us",
  AA: "added on both sides",
  UU: "changed on both sides",
};
export const conflictWords = (x: string, y: string): string => WORDS[x + y] ?? "in conflict";

/** `record` is an unmerged one of a status read at `top`. Never throws. */
export async function conflictOf(top: string, { path, x, y, lossy }: StatusRecord): Promise<Conflict> {
  const conflict: Conflict = { path, what: conflictWords(x, y), places: null, settled: false };
  const isBoth = x === y && x !== "D";
  const stats = lossy ? null : await lstat(join(top, path)).catch(() => null);
  // One side deleted it and it is gone: that was decided.
  if (!stats) return { ...conflict, settled: !lossy && !isBoth };
  if (!isBoth || !stats.isFile() || stats.size > FILE_BYTES_MAX || isSecretPath(path) || isGitInternal(path))
    return conflict;
  const bytes = await readFile(join(top, path)).catch(() => null);
  if (!bytes || bytes.includes(0)) return conflict;
  const places = placesOf(new TextDecoder().decode(bytes));
  return { ...conflict, places: places.slice(0, PLACES_MAX), settled: places.length === 0 };
}

/** Places between conflict markers. */
export function placesOf(text: string): ConflictPlace[] {
  const found: ConflictPlace[] = [];
  let open: ConflictPlace | null = null;
  let side: "ours" | "base" | "theirs" = "ours";
  for (const [i, line] of text.split("\n").entries()) {
    if (/^<{7,}( |\r?$)/.test(line)) {
      open = { line: i + 1, ours: [], theirs: [], cut: false };
      // Also one that is never closed is no resolved file.
      found.push(open);
      side = "ours";
    } else if (open && /^\|{7,}( |\r?$)/.test(line)) side = "base";
    else if (open && /^={7,}\r?$/.test(line)) side = "theirs";
    else if (open && /^>{7,}( |\r?$)/.test(line)) open = null;
    else if (open && side !== "base") {
      if (open[side].length < SIDE_LINES_MAX) open[side].push(line.slice(0, LINE_CHARS_MAX).replace(/\r$/, ""));
      else open.cut = true;
    }
  }
  return found;
}
