/** What a review shows: the list with its counts, one change with its lines, the lines around a hunk, patches. */
import type { Db } from "../../db/sql.ts";
import {
  CHANGE_FOLD_LINES,
  CHANGES_PAGE,
  type Change,
  type ChangeDetail,
  type ChangePage,
  type Clash,
} from "../../domain/change.ts";
import { decodeText } from "../../lib/encoding.ts";
import { notFound } from "../../lib/errors.ts";
import { splitLines, withoutSpaceChanges } from "../../lib/hunks.ts";
import { isId } from "../../lib/ids.ts";
import { readBlob } from "../../store/blobs.ts";
import { type ChangeFilter, listChangeRows, readTotals, wholeChanges } from "../../store/change-reads.ts";
import { type ChangeRow, findChangeRow } from "../../store/changes.ts";
import { hunkRows } from "../../store/hunks.ts";
import { listComments } from "../../store/reviews.ts";
import { findSession } from "../../store/sessions.ts";
import type { Core } from "../core.ts";
import { type Content, compare, mergeContents, type Sides } from "./content.ts";
import { patchOfHunks } from "./patch.ts";

type Reading = Pick<Core, "sql">;

export interface ChangeList {
  chat_id?: string | undefined;
  closed?: boolean | undefined;
  /** Id of the last change of the page before. */
  after?: string | undefined;
  limit?: number | undefined;
}

/** Changes of a session in reading order, `limit` at a time. */
export async function changesOf(core: Reading, sessionId: string, list: ChangeList = {}): Promise<ChangePage> {
  return readChangePage(core.sql, sessionId, list);
}

export async function readChangePage(db: Db, sessionId: string, list: ChangeList = {}): Promise<ChangePage> {
  if (!(await findSession(db, sessionId))) throw notFound("session");
  const filter: ChangeFilter = { session_id: sessionId, chat_id: list.chat_id ?? null, closed: list.closed ?? false };
  const limit = Math.min(list.limit ?? CHANGES_PAGE, CHANGES_PAGE);
  const rows = await listChangeRows(db, filter, list.after ?? null, limit + 1);
  const shown = rows.slice(0, limit);
  return {
    changes: await wholeChanges(db, shown),
    totals: await readTotals(db, filter),
    next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null,
  };
}

export interface LinesWanted {
  /** Also when the change comes folded. */
  all?: boolean | undefined;
  /** Lines to leave out before the first one, over all hunks. */
  from?: number | undefined;
  /** Changes of white space are no changes. */
  ignore_space?: boolean | undefined;
}

/** Lines of one answer; a longer change is paged by `from`. */
export const DETAIL_LINES = 5_000;

export async function readChange(core: Reading, id: string): Promise<Change> {
  const [change] = await wholeChanges(core.sql, [await rowOf(core.sql, id)]);
  return change!;
}

export async function readChangeDetail(
  core: Pick<Core, "sql" | "sides">,
  id: string,
  wanted: LinesWanted = {},
): Promise<ChangeDetail> {
  const row = await rowOf(core.sql, id);
  const [change] = await wholeChanges(core.sql, [row]);
  const lines = isFolded(change!, wanted)
    ? foldedLines(change!)
    : linesOf(change!, await core.sides.of(core.sql, row), wanted);
  return {
    ...change!,
    ...lines,
    clashes: change!.state === "stale" ? await clashesOf(core.sql, row, await core.sides.of(core.sql, row)) : [],
    notes: await listComments(core.sql, id),
  };
}

/** Both contents of a change with what differs. */
export async function sidesOf(db: Db, row: ChangeRow): Promise<Sides> {
  return compare(row.path, ...(await contentsOf(db, row)));
}

export async function contentsOf(db: Db, row: ChangeRow): Promise<[base: Content, next: Content]> {
  return [
    { bytes: await readBlob(db, row.base_sha), mode: row.base_mode },
    { bytes: await readBlob(db, row.new_sha), mode: row.new_mode },
  ];
}

const isFolded = (change: Change, wanted: LinesWanted): boolean =>
  (change.generated || change.added + change.removed > CHANGE_FOLD_LINES) && !wanted.all && wanted.from === undefined;

/** Counted from the rows alone: what nobody asked for is not compared. */
function foldedLines(change: Change): Pick<ChangeDetail, "lines" | "folded_lines" | "next_line"> {
  const folded_lines = change.hunks.reduce((sum, h) => sum + h.old_count + h.added, 0);
  return { lines: [], folded_lines, next_line: 0 };
}

function linesOf(
  change: Change,
  sides: Sides,
  wanted: LinesWanted,
): Pick<ChangeDetail, "lines" | "folded_lines" | "next_line"> {
  const total = sides.hunks.reduce((sum, h) => sum + h.lines.length, 0);
  const known = new Set(change.hunks.map((h) => h.id));
  const first = wanted.from ?? 0;
  const last = first + DETAIL_LINES;
  const lines: ChangeDetail["lines"] = [];
  let at = 0;
  for (const { id, added: _, removed: __, ...hunk } of sides.hunks) {
    const [begin, end] = [at, at + hunk.lines.length];
    at = end;
    if (end <= first || begin >= last || !known.has(id)) continue;
    const cut = { ...hunk, lines: hunk.lines.slice(Math.max(0, first - begin), last - begin) };
    lines.push({ hunk_id: id, hunk: wanted.ignore_space ? withoutSpaceChanges(cut) : cut });
  }
  return { lines, folded_lines: 0, next_line: total > last ? last : null };
}

export async function clashesOf(db: Db, row: ChangeRow, sides: Sides): Promise<Clash[]> {
  if (row.theirs_sha === null) return [];
  const theirs = { bytes: await readBlob(db, row.theirs_sha), mode: sides.base.mode };
  const merged = mergeContents(sides.base, theirs, sides.next);
  return merged.ok ? [] : merged.clashes;
}

/** Lines of one side, to look around a hunk. */
export async function readSide(
  core: Reading,
  id: string,
  wanted: { side: "old" | "new"; from: number; count: number },
): Promise<{ side: "old" | "new"; from: number; lines: string[]; total: number }> {
  const row = await rowOf(core.sql, id);
  const bytes = await readBlob(core.sql, wanted.side === "old" ? row.base_sha : row.new_sha);
  const text = bytes === null ? null : decodeText(bytes);
  const all = text === null ? [] : splitLines(text.text);
  const lines = all.slice(wanted.from - 1, wanted.from - 1 + wanted.count).map((l) => l.replace(/\r?\n$/, ""));
  return { side: wanted.side, from: wanted.from, lines, total: all.length };
}

/** What was not rejected, as a patch that `git apply` takes. */
export async function changePatch(core: Reading, id: string): Promise<Uint8Array> {
  return patchOfRow(core.sql, await rowOf(core.sql, id));
}

/** Of all open changes of a session together, piece by piece, so that no more than one change is in memory. */
export async function* sessionPatch(core: Reading, sessionId: string): AsyncGenerator<Uint8Array> {
  if (!(await findSession(core.sql, sessionId))) throw notFound("session");
  const filter: ChangeFilter = { session_id: sessionId, chat_id: null, closed: false };
  for (let after: string | null = null; ; ) {
    const rows: ChangeRow[] = await listChangeRows(core.sql, filter, after, CHANGES_PAGE);
    for (const row of rows) yield await patchOfRow(core.sql, row);
    if (rows.length < CHANGES_PAGE) return;
    after = rows.at(-1)!.id;
  }
}

async function patchOfRow(db: Db, row: ChangeRow): Promise<Uint8Array> {
  const [base, next] = await contentsOf(db, row);
  const rejected = new Set((await hunkRows(db, [row.id])).filter((h) => h.state === "rejected").map((h) => h.id));
  return patchOfHunks(row.path, base, next, (id) => !rejected.has(id));
}

export async function rowOf(db: Db, id: string): Promise<ChangeRow> {
  const row = isId(id) ? await findChangeRow(db, id) : null;
  if (!row) throw notFound("change");
  return row;
}
