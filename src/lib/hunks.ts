/** Two texts → hunks that are decided one by one, and a text with only some of them. */
import { diffArrays, structuredPatch } from "diff";
import type { Hunk, PatchLine } from "./patch.ts";

export interface NamedHunk extends Hunk {
  /** Hash of path, old lines, new lines and occurrence. */
  id: string;
  added: number;
  removed: number;
}

const CONTEXT_LINES = 3;
/** A comparison that takes longer gives up fineness: one hunk from the first difference to the last. Milliseconds. */
const DIFF_TIMEOUT_MS = 1_000;
const SECTION_CHARS = 80;

/** Hunks as `git diff` cuts them: three lines around, nearer ones joined. */
export function hunksOf(path: string, base: string, next: string): NamedHunk[] {
  if (base === next) return [];
  const found = patchOf(base, next);
  const baseLines = splitLines(base);
  const seen = new Map<string, number>();
  return found.map((raw) => {
    const lines = numbered(raw);
    const key = changedPart(lines);
    const occurrence = seen.get(key) ?? 0;
    seen.set(key, occurrence + 1);
    return {
      id: hashOf(`${path}\0${key}\0${occurrence}`),
      old_start: raw.oldStart,
      old_count: raw.oldLines,
      new_start: raw.newStart,
      new_count: raw.newLines,
      section: sectionAbove(baseLines, raw.oldStart),
      lines,
      added: lines.filter((l) => l.kind === "add").length,
      removed: lines.filter((l) => l.kind === "del").length,
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

interface RawHunk {
  oldStart: number;
  oldLines: number;
  newStart: number;
  newLines: number;
  lines: string[];
}

function patchOf(base: string, next: string): RawHunk[] {
  const options = { context: CONTEXT_LINES, timeout: DIFF_TIMEOUT_MS };
  const patch = structuredPatch("", "", base, next, "", "", options);
  return (patch?.hunks ?? [coarse(base, next)]).map(unified);
}

/** diff counts a side without lines from 1; git and everybody else from the line before. */
const unified = (h: RawHunk): RawHunk => ({
  ...h,
  oldStart: h.oldLines === 0 && h.oldStart > 0 ? h.oldStart - 1 : h.oldStart,
  newStart: h.newLines === 0 && h.newStart > 0 ? h.newStart - 1 : h.newStart,
});

/** Everything from the first line that differs to the last. */
function coarse(base: string, next: string): RawHunk {
  const [a, b] = [splitLines(base), splitLines(next)];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const before = a.slice(Math.max(0, head - CONTEXT_LINES), head);
  const after = a.slice(a.length - tail, a.length - tail + CONTEXT_LINES);
  const signed = (lines: string[], sign: string) =>
    lines.flatMap((l) => (l.endsWith("\n") ? [sign + l.slice(0, -1)] : [sign + l, "\\ No newline at end of file"]));
  const removed = a.slice(head, a.length - tail);
  const added = b.slice(head, b.length - tail);
  return {
    oldStart: head - before.length + 1,
    newStart: head - before.length + 1,
    oldLines: before.length + removed.length + after.length,
    newLines: before.length + added.length + after.length,
    lines: [...signed(before, " "), ...signed(removed, "-"), ...signed(added, "+"), ...signed(after, " ")],
  };
}

function numbered(raw: RawHunk): PatchLine[] {
  const lines: PatchLine[] = [];
  let [old, now] = [
    raw.oldLines === 0 ? raw.oldStart + 1 : raw.oldStart,
    raw.newLines === 0 ? raw.newStart + 1 : raw.newStart,
  ];
  for (const line of raw.lines) {
    if (line[0] === "\\") {
      lines.at(-1)!.no_newline = true;
      continue;
    }
    const kind = line[0] === "+" ? "add" : line[0] === "-" ? "del" : "same";
    const cr = line.endsWith("\r");
    lines.push({
      kind,
      old: kind === "add" ? null : old++,
      new: kind === "del" ? null : now++,
      text: line.slice(1, cr ? -1 : undefined),
      cr,
      no_newline: false,
    });
  }
  return lines;
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

/** As git finds it: the nearest line above that begins with a letter, `_` or `$`. */
function sectionAbove(lines: readonly string[], start: number): string {
  for (let i = Math.min(start - 2, lines.length - 1); i >= 0; i--)
    if (/^[\p{L}_$]/u.test(lines[i]!)) return lines[i]!.trim().slice(0, SECTION_CHARS).toWellFormed();
  return "";
}

const hashOf = (text: string): string => new Bun.CryptoHasher("sha256").update(text).digest("hex").slice(0, 32);
