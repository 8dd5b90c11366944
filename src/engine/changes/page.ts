/** The review as its page, its pane and its stream show it: all files in one line, and those that are looked at. */
import type { Db } from "../../db/sql.ts";
import type { Apply } from "../../domain/apply.ts";
import { CHANGE_FOLD_LINES, type Change, type ChangeTotals } from "../../domain/change.ts";
import { inReadingOrder } from "../../domain/reading-order.ts";
import {
  ENTRIES_MAX,
  FILE_HUNKS,
  FILE_LINES,
  FILES_STEP,
  FIRST_LINES,
  gaps,
  HEAD_LINES,
  HUNK_LINES,
  type ReviewEntry,
  type ReviewIndex,
  type ReviewLook,
  type ReviewPage,
  type ShownFile,
  type ShownHunk,
} from "../../domain/review.ts";
import { notFound } from "../../lib/errors.ts";
import type { NamedHunk } from "../../lib/hunks.ts";
import { splitLines } from "../../lib/hunks.ts";
import type { PatchLine } from "../../lib/patch.ts";
import { listApplyRows, wholeApplies } from "../../store/applies.ts";
import { readTotals, wholeChanges } from "../../store/change-reads.ts";
import { type ChangeRow, findChangeRow } from "../../store/changes.ts";
import { hasVerdicts, readReviewEntries, reviewedChat } from "../../store/review-index.ts";
import { listComments } from "../../store/reviews.ts";
import { findSession } from "../../store/sessions.ts";
import type { Core } from "../core.ts";
import { snapshot } from "../journal.ts";
import { type At, readAt } from "../pages.ts";
import { projectOf } from "../projects.ts";
import type { Sides } from "./content.ts";
import { clashesOf, rowOf } from "./read.ts";

/** A file with both its texts, for whoever draws its lines. */
export interface Reviewed {
  file: ShownFile;
  sides: Sides;
}
export type ReviewedPage = At & { page: ReviewPage; reviewed: Map<string, Reviewed> };

/** `file` begins with that change; else the files from place `from` on. */
export function reviewPage(
  core: Core,
  sessionId: string,
  wanted: { from?: number | undefined; file?: string | undefined; look: ReviewLook; shown: number },
): Promise<ReviewedPage> {
  return snapshot(core.sql, async (tx, head) => {
    const session = await findSession(tx, sessionId);
    if (!session) throw notFound("session");
    const state = await readReviewState(tx, sessionId);
    const { entries } = state.index;
    const named = wanted.file === undefined ? -1 : entries.findIndex((e) => e.id === wanted.file);
    const from = named >= 0 ? named : Math.min(wanted.from ?? 0, Math.max(0, entries.length - 1));
    const reviewed = await firstFiles(core, tx, entries.slice(from, from + FILES_STEP), wanted.shown);
    const page: ReviewPage = {
      ...state,
      project: await projectOf({ sql: tx }, session.project_id),
      session,
      look: wanted.look,
      from,
      files: new Map([...reviewed].map(([id, { file }]) => [id, file])),
    };
    return { ...(await readAt(core, tx, head.seq)), page, reviewed };
  });
}

export type ReviewState = Pick<ReviewPage, "index" | "applies" | "undo" | "chat_id">;

/** Everything but the lines. */
export async function readReviewState(db: Db, sessionId: string): Promise<ReviewState> {
  return { index: await readIndex(db, sessionId), ...(await readReviewSums(db, sessionId)) };
}

async function readIndex(db: Db, sessionId: string): Promise<ReviewIndex> {
  const entries = await readReviewEntries(db, sessionId, ENTRIES_MAX);
  const totals = await totalsOf(db, sessionId);
  const waiting = entries.filter((e) => !e.closed);
  const closed = entries.filter((e) => e.closed);
  return {
    entries: [...inReadingOrder(waiting), ...inReadingOrder(closed)],
    totals,
    left: Math.max(0, totals.files - waiting.length),
  };
}

const totalsOf = (db: Db, sessionId: string): Promise<ChangeTotals> =>
  readTotals(db, { session_id: sessionId, chat_id: null, closed: false });

export interface ReviewSums {
  applies: Apply[];
  undo: boolean;
  chat_id: string | null;
}
/** Applies that the footer offers to rewind. */
const APPLIES_SHOWN = 10;

async function readReviewSums(db: Db, sessionId: string): Promise<ReviewSums> {
  return {
    applies: await wholeApplies(db, await listApplyRows(db, sessionId, APPLIES_SHOWN)),
    undo: await hasVerdicts(db, sessionId),
    chat_id: await reviewedChat(db, sessionId),
  };
}

/** What the stream sends again after a decision: figures, and the changes that it concerns. */
export interface ReviewNews extends ReviewSums {
  session_id: string;
  totals: ChangeTotals;
  entries: ReviewEntry[];
  changes: { change: Change; comments: Awaited<ReturnType<typeof listComments>> }[];
}

export async function readReviewNews(db: Db, sessionId: string, changeIds: readonly string[]): Promise<ReviewNews> {
  const rows: ChangeRow[] = [];
  for (const id of changeIds) {
    const row = await findChangeRow(db, id);
    if (row && row.session_id === sessionId) rows.push(row);
  }
  const changes = await wholeChanges(db, rows);
  return {
    session_id: sessionId,
    totals: await totalsOf(db, sessionId),
    ...(await readReviewSums(db, sessionId)),
    entries: await readReviewEntries(db, sessionId, changeIds.length, changeIds),
    changes: await Promise.all(
      changes.map(async (change) => ({ change, comments: await listComments(db, change.id) })),
    ),
  };
}

/** Files with lines from the first on, until `budget` lines are shown; the others follow as the reader comes to them. */
async function firstFiles(
  core: Core,
  db: Db,
  entries: readonly ReviewEntry[],
  budget: number,
): Promise<Map<string, Reviewed>> {
  const found = new Map<string, Reviewed>();
  let left = budget;
  for (const entry of entries) {
    if (left <= 0) break;
    const row = await findChangeRow(db, entry.id);
    if (!row) continue;
    const reviewed = await readShown(core, db, row, { lines: left });
    left -= reviewed.file.hunks.reduce((sum, h) => sum + HEAD_LINES + (h.lines?.length ?? 0), HEAD_LINES);
    found.set(entry.id, reviewed);
  }
  return found;
}

export interface Wanted {
  /** Also the lines of a file that comes folded. */
  all?: boolean | undefined;
  /** Hunks after this number. */
  from?: number | undefined;
  /** Unchanged lines around each hunk beyond the usual three. */
  context?: number | undefined;
  /** Lines over all its hunks that come at once, headings included; by default as many as fit a hunk. */
  lines?: number;
}

/** One file of the review with the entry for its heading. */
export async function reviewFile(
  core: Core,
  changeId: string,
  wanted: Wanted,
): Promise<Reviewed & { entry: ReviewEntry; session_id: string }> {
  return snapshot(core.sql, async (tx) => {
    const row = await rowOf(tx, changeId);
    const [entry] = await readReviewEntries(tx, row.session_id, 1, [row.id]);
    if (!entry) throw notFound("change");
    return { ...(await readShown(core, tx, row, wanted)), entry, session_id: row.session_id };
  });
}

async function readShown(core: Core, db: Db, row: ChangeRow, wanted: Wanted): Promise<Reviewed> {
  const [change] = await wholeChanges(db, [row]);
  const sides = await core.sides.of(db, row);
  const folded = !wanted.all && (change!.generated || change!.added + change!.removed > CHANGE_FOLD_LINES);
  const first = wanted.from ?? 0;
  const hunks = folded ? [] : shownHunks(change!, sides, wanted);
  const file: ShownFile = {
    change: change!,
    hunks,
    left: folded ? 0 : Math.max(0, change!.hunks.length - first - hunks.length),
    comments: await listComments(db, row.id),
    clashes: change!.state === "stale" ? await clashesOf(db, row, sides) : [],
    bytes: (sides.next.bytes ?? sides.base.bytes)?.length ?? 0,
    folded,
  };
  return { file, sides };
}

/** Hunks until there are enough lines; of the last one the lines may come later. */
function shownHunks(change: Change, sides: Sides, wanted: Wanted): ShownHunk[] {
  const byId = new Map(sides.hunks.map((h) => [h.id, h]));
  const around = gaps(change.hunks, lineCount(sides));
  const first = wanted.from ?? 0;
  let budget = wanted.lines ?? FILE_LINES;
  const found: ShownHunk[] = [];
  for (const [i, hunk] of change.hunks.slice(first, first + FILE_HUNKS).entries()) {
    if (budget <= 0) break;
    const named = byId.get(hunk.id);
    const gap = around[first + i]!;
    // What is decided comes folded, unless the reader asked to look around.
    const open = hunk.state === "pending" || hunk.state === "stale" || wanted.context !== undefined;
    const lines = named && open ? named.lines.slice(0, HUNK_LINES) : null;
    budget -= HEAD_LINES + (lines?.length ?? 0);
    const number = first + i + 1;
    if (named && lines) found.push(opened(hunk, number, lines, named, gap, sides, wanted.context ?? 0));
    else found.push({ hunk, number, lines: named ? null : [], more: 0, ...gap });
  }
  return found;
}

/** A hunk with its lines, and with unchanged ones around it where those were asked for. */
function opened(
  hunk: Change["hunks"][number],
  number: number,
  lines: PatchLine[],
  named: NamedHunk,
  gap: { above: number; below: number },
  sides: Sides,
  context: number,
): ShownHunk {
  const above = Math.min(context, gap.above);
  const below = lines.length < named.lines.length ? 0 : Math.min(context, gap.below);
  return {
    hunk,
    number,
    lines: [...unchanged(sides, named, "above", 0, above), ...lines, ...unchanged(sides, named, "below", 0, below)],
    more: named.lines.length - lines.length,
    above: gap.above - above,
    below: gap.below - below,
  };
}

/** Lines of the proposed file; the trailing newline ends the last one. */
const newLines = (sides: Sides): string[] => splitLines(sides.text?.next ?? "");
const lineCount = (sides: Sides): number => newLines(sides).length;

/** `count` unchanged lines next to those that are shown beside a hunk already, in the file's order. */
function unchanged(sides: Sides, hunk: NamedHunk, side: "above" | "below", shown: number, count: number): PatchLine[] {
  if (count <= 0) return [];
  const first = { old: firstLine(hunk.old_start, hunk.old_count), new: firstLine(hunk.new_start, hunk.new_count) };
  const after = { old: first.old + hunk.old_count, new: first.new + hunk.new_count };
  const begin = side === "above" ? first.new - shown - count : after.new + shown;
  const offset = side === "above" ? first.old - first.new : after.old - after.new;
  return newLines(sides)
    .slice(begin - 1, begin - 1 + count)
    .map((line, i) => ({
      kind: "same" as const,
      old: begin + i + offset,
      new: begin + i,
      text: line.replace(/\r?\n$/, ""),
      cr: line.endsWith("\r\n"),
      no_newline: !line.endsWith("\n"),
    }));
}

/** A side without lines says the line before it. */
const firstLine = (start: number, count: number): number => (count === 0 ? start + 1 : start);

export interface RowsWanted {
  hunk: string;
  /** Lines of the hunk itself, after this many. */
  skip?: number | undefined;
  /** Unchanged lines on this side of it, beyond those that are `shown` already. */
  side?: "above" | "below" | undefined;
  shown?: number | undefined;
  /** This many unchanged lines; null: all of them. */
  count?: number | null;
}

export interface Rows {
  change: Change;
  shown: ShownHunk;
  sides: Sides;
  lines: PatchLine[];
  /** Lines after (or beyond) these. */
  left: number;
}

/** Unchanged lines that are sent at once, whoever wants all of them. */
const UNCHANGED_MAX = 2_000;

/** Lines of one hunk, or unchanged ones beside it. */
export async function reviewRows(core: Core, changeId: string, wanted: RowsWanted): Promise<Rows> {
  return snapshot(core.sql, async (tx) => {
    const row = await rowOf(tx, changeId);
    const [change] = await wholeChanges(tx, [row]);
    const sides = await core.sides.of(tx, row);
    const place = change!.hunks.findIndex((h) => h.id === wanted.hunk);
    const named = sides.hunks.find((h) => h.id === wanted.hunk);
    if (place < 0 || !named) throw notFound("hunk in this change; the proposal has moved on");
    const gap = gaps(change!.hunks, lineCount(sides))[place]!;
    const shown: ShownHunk = { hunk: change!.hunks[place]!, number: place + 1, lines: [], more: 0, ...gap };
    if (wanted.side) return { change: change!, shown, sides, ...beside(sides, named, gap[wanted.side], wanted) };
    const skip = wanted.skip ?? 0;
    const lines = named.lines.slice(skip, skip + HUNK_LINES);
    const left = Math.max(0, named.lines.length - skip - HUNK_LINES);
    return { change: change!, shown: { ...shown, lines, more: left }, sides, lines, left };
  });
}

function beside(sides: Sides, named: NamedHunk, gap: number, wanted: RowsWanted): Pick<Rows, "lines" | "left"> {
  const shown = wanted.shown ?? 0;
  const count = Math.max(0, Math.min(gap - shown, wanted.count ?? UNCHANGED_MAX, UNCHANGED_MAX));
  return { lines: unchanged(sides, named, wanted.side!, shown, count), left: gap - shown - count };
}

export { FIRST_LINES };
