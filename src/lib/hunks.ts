/** Two texts → hunks that are decided one by one, and a text with only some of them. */
import { diffArrays } from "diff";
import { type Difference, differences } from "./differences.ts";
import type { Hunk, PatchLine } from "./patch.ts";

export interface NamedHunk extends Hunk {
  /** Hash of path, old lines, new lines and occurrence. */
  id: string;
  added: number;
  removed: number;
}

const CONTEXT_LINES = 3;
const SECTION_CHARS = 80;

/** Hunks as `git diff` cuts them: three lines around, nearer ones joined. */
export function hunksOf(path: string, base: string, next: string): NamedHunk[] {
  if (base === next) return [];
  const lines = splitLines(base);
  const sectionOf = sections(lines);
  const seen = new Map<string, number>();
  return hunksAround(lines, splitLines(next)).map((hunk) => {
    const key = changedPart(hunk.lines);
    const occurrence = seen.get(key) ?? 0;
    seen.set(key, occurrence + 1);
    return {
      ...hunk,
      id: hashOf(`${path}\0${key}\0${occurrence}`),
      section: sectionOf(hunk.old_start),
      added: hunk.lines.filter((l) => l.kind === "add").length,
      removed: hunk.lines.filter((l) => l.kind === "del").length,
    };
  });
}

/** The base with only the hunks of which `takes` says so; hunks are those of `hunksOf(path, base, …)`. */
export function withHunks(base: string, hunks: readonly NamedHunk[], takes: (hunk: NamedHunk) => boolean): string {
  const lines = splitLines(base);
  let out = "";
  let at = 0;
  for (const hunk of hunks) {
    if (!takes(hunk)) continue;
    // A hunk without old lines says the line before it.
    const start = hunk.old_count === 0 ? hunk.old_start : hunk.old_start - 1;
    out += lines.slice(at, start).join("");
    for (const line of hunk.lines)
      if (line.kind !== "del") out += `${line.text}${line.cr ? "\r" : ""}${line.no_newline ? "" : "\n"}`;
    at = start + hunk.old_count;
  }
  return out + lines.slice(at).join("");
}

/** For looking at: lines of which only white space changed are no changes, and show as they will be. */
export function withoutSpaceChanges(hunk: Hunk): Hunk {
  const [old, now] = (["add", "del"] as const).map((without) => hunk.lines.filter((l) => l.kind !== without));
  const bare = (line: PatchLine) => line.text.replace(/\s+/g, "");
  const parts = diffArrays(old!, now!, { comparator: (a, b) => bare(a) === bare(b) });
  let at = 0;
  const lines = parts.flatMap(({ value, added, removed }): PatchLine[] => {
    if (added) return value.map((l) => ({ ...l, kind: "add", old: null }));
    const from = old!.slice(at, at + value.length);
    at += value.length;
    if (removed) return from.map((l) => ({ ...l, kind: "del", new: null }));
    return value.map((l, i) => ({ ...l, kind: "same", old: from[i]!.old }));
  });
  return { ...hunk, lines };
}

/** A hunk for a file that is decided as a whole. */
export const wholeHunkId = (path: string, before: string | null, after: string | null): string =>
  hashOf(`${path}\0whole\0${before}\0${after}`);

/** Lines with their line ends; joined they are the text again. */
export function splitLines(text: string): string[] {
  const lines = text.split("\n");
  const last = lines.pop()!;
  const ended = lines.map((line) => `${line}\n`);
  return last === "" ? ended : [...ended, last];
}

/** Hunks of the lines that differ, with the lines around them. */
function hunksAround(a: readonly string[], b: readonly string[]): Omit<Hunk, "section">[] {
  const groups: Difference[][] = [];
  for (const found of differences(a, b)) {
    const last = groups.at(-1);
    if (last && found.a0 - last.at(-1)!.a1 <= 2 * CONTEXT_LINES) last.push(found);
    else groups.push([found]);
  }
  return groups.map((group) => hunkOf(a, b, group));
}

function hunkOf(a: readonly string[], b: readonly string[], group: readonly Difference[]): Omit<Hunk, "section"> {
  const [first, last] = [group[0]!, group.at(-1)!];
  const before = Math.min(CONTEXT_LINES, first.a0);
  const after = Math.min(CONTEXT_LINES, a.length - last.a1);
  const [from, to] = [first.a0 - before, last.a1 + after];
  const [newFrom, newTo] = [first.b0 - before, last.b1 + after];
  const lines: PatchLine[] = [];
  let [at, newAt] = [from, newFrom];
  const same = (until: number) => {
    for (; at < until; at++, newAt++) lines.push(lineOf("same", a[at]!, at + 1, newAt + 1));
  };
  for (const { a0, a1, b1 } of group) {
    same(a0);
    for (; at < a1; at++) lines.push(lineOf("del", a[at]!, at + 1, null));
    for (; newAt < b1; newAt++) lines.push(lineOf("add", b[newAt]!, null, newAt + 1));
  }
  same(to);
  // A side without lines is said to begin at the line before.
  return {
    old_start: to === from ? from : from + 1,
    old_count: to - from,
    new_start: newTo === newFrom ? newFrom : newFrom + 1,
    new_count: newTo - newFrom,
    lines,
  };
}

function lineOf(kind: PatchLine["kind"], line: string, old: number | null, now: number | null): PatchLine {
  const no_newline = !line.endsWith("\n");
  const bare = no_newline ? line : line.slice(0, -1);
  const cr = bare.endsWith("\r");
  return { kind, old, new: now, text: cr ? bare.slice(0, -1) : bare, cr, no_newline };
}

/** From the first changed line to the last: context around it may change and the hunk is still the same. */
function changedPart(lines: readonly PatchLine[]): string {
  const first = lines.findIndex((l) => l.kind !== "same");
  const last = lines.findLastIndex((l) => l.kind !== "same");
  const side = (without: PatchLine["kind"]) =>
    lines
      .slice(first, last + 1)
      .filter((l) => l.kind !== without)
      .map((l) => `${l.text}${l.cr ? "\r" : ""}${l.no_newline ? "" : "\n"}`)
      .join("");
  return `${side("add")}\0${side("del")}`;
}

/** As git finds it: the nearest line above that begins with a letter, `_` or `$`. Hunks are asked for from the top down. */
function sections(lines: readonly string[]): (start: number) => string {
  let looked = 0;
  let found = "";
  return (start) => {
    for (let i = Math.min(start - 2, lines.length - 1); i >= looked; i--) {
      if (!/^[\p{L}_$]/u.test(lines[i]!)) continue;
      found = lines[i]!.trim().slice(0, SECTION_CHARS).toWellFormed();
      break;
    }
    looked = Math.max(looked, start - 1);
    return found;
  };
}

const hashOf = (text: string): string => new Bun.CryptoHasher("sha256").update(text).digest("hex").slice(0, 32);
