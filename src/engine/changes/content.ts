/** The two sides of a change, its hunks, and the file with only some of them. Pure: bytes in, bytes out. */
import type { ChangeKind, FileContent } from "../../domain/change.ts";
import { type DecodedText, decodeText, encodeText } from "../../lib/encoding.ts";
import { hunksOf, type NamedHunk, wholeHunkId, withHunks } from "../../lib/hunks.ts";
import { type Clashing, merge3 } from "../../lib/merge.ts";
import { shaOf } from "../../store/blobs.ts";
import type { NewHunk } from "../../store/hunks.ts";

export type Content = FileContent;
export const ABSENT: Content = { bytes: null, mode: null };
/** Permission bits of a file that is made new, before the umask. */
export const NEW_MODE = 0o644;

export const sameContent = (a: Content, b: Content): boolean =>
  a.mode === b.mode &&
  (a.bytes === null || b.bytes === null ? a.bytes === b.bytes : Buffer.compare(a.bytes, b.bytes) === 0);

export const kindOf = (base: Content, next: Content): ChangeKind =>
  base.bytes === null ? "create" : next.bytes === null ? "delete" : "edit";

export interface Sides {
  base: Content;
  next: Content;
  /** Both as text of one encoding; null when the file is decided as a whole. */
  text: { base: string; next: string; as: Omit<DecodedText, "text"> } | null;
  hunks: NamedHunk[];
  /** Hunk id of a file that is decided as a whole. */
  whole: string | null;
}

/** `path` is part of the hunks' ids. */
export function compare(path: string, base: Content, next: Content): Sides {
  const text = textsOf(base, next);
  const hunks = text ? hunksOf(path, text.base, text.next) : [];
  const whole = hunks.length > 0 || sameContent(base, next) ? null : wholeId(path, base, next);
  return { base, next, text, hunks, whole };
}

/** The content with the hunks that `takes` names and no others. */
export function partOf(sides: Sides, takes: (hunkId: string) => boolean): Content {
  const { base, next, text, hunks, whole } = sides;
  if (whole !== null) return takes(whole) ? next : base;
  const taken = hunks.filter((h) => takes(h.id));
  if (taken.length === 0) return base;
  if (taken.length === hunks.length || text === null) return next;
  if (base.bytes === null || next.bytes === null) return next;
  const part = encodeText({ text: withHunks(text.base, hunks, (h) => takes(h.id)), ...text.as });
  // Every line is of one of the sides, so the encoding has all its characters.
  if (part === null) throw new Error("a part of a change cannot be encoded");
  return { bytes: part, mode: next.mode };
}

export type MergedContent = { ok: true; content: Content } | { ok: false; clashes: Clashing[] };

/** Brings what `ours` did to `base` into `theirs`. Without lines to merge by, only an untouched side gives way. */
export function mergeContents(base: Content, theirs: Content, ours: Content): MergedContent {
  if (sameContent(theirs, base) || sameContent(theirs, ours)) return { ok: true, content: ours };
  if (sameContent(ours, base)) return { ok: true, content: theirs };
  const mode = ours.mode === base.mode ? theirs.mode : ours.mode;
  if (sameBytes(ours, base)) return { ok: true, content: { bytes: theirs.bytes, mode } };
  if (sameBytes(theirs, base)) return { ok: true, content: { bytes: ours.bytes, mode } };
  const [b, t, o] = [base, theirs, ours].map((c) => (c.bytes === null ? null : decodeText(c.bytes)));
  if (!b || !t || !o || b.encoding !== t.encoding || b.bom !== t.bom) return { ok: false, clashes: [] };
  const merged = merge3(b.text, t.text, o.text);
  if (!merged.ok) return merged;
  const bytes = encodeText({ text: merged.text, encoding: o.encoding, bom: o.bom });
  return bytes === null ? { ok: false, clashes: [] } : { ok: true, content: { bytes, mode } };
}

/** Rows for the hunks of a change; `sources` says which calls shaped each. */
export function hunkRowsOf(
  sides: Sides,
  sources: (hunk: { id: string; old_start: number; old_count: number }) => string[],
): NewHunk[] {
  if (sides.whole !== null) {
    const at = { id: sides.whole, old_start: 0, old_count: 0 };
    const rest = { new_start: 0, new_count: 0, added: 0, removed: 0, section: "" };
    return [{ ...at, ...rest, kind: "whole", edit_ids: sources(at) }];
  }
  return sides.hunks.map(({ lines: _, ...hunk }) => ({ ...hunk, kind: "lines" as const, edit_ids: sources(hunk) }));
}

function textsOf(base: Content, next: Content): Sides["text"] {
  const b = base.bytes === null ? null : decodeText(base.bytes);
  const n = next.bytes === null ? null : decodeText(next.bytes);
  if ((base.bytes !== null && !b) || (next.bytes !== null && !n)) return null;
  const as = n ?? b;
  if (!as || (b && n && (b.encoding !== n.encoding || b.bom !== n.bom))) return null;
  return { base: b?.text ?? "", next: n?.text ?? "", as: { encoding: as.encoding, bom: as.bom } };
}

function wholeId(path: string, base: Content, next: Content): string {
  const name = (c: Content) => (c.bytes === null ? null : `${shaOf(c.bytes)} ${c.mode}`);
  return wholeHunkId(path, name(base), name(next));
}

const sameBytes = (a: Content, b: Content): boolean =>
  a.bytes === null || b.bytes === null ? a.bytes === b.bytes : Buffer.compare(a.bytes, b.bytes) === 0;
