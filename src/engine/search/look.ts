/**
 * Looking through the table from its newest rows on, in ranges that widen while little is found, as far as the time goes.
 * The first range is short and always taken: a small table is looked through whatever the machine does meanwhile.
 */
import type { Tx } from "../../db/sql.ts";
import { candidatesIn, inTime, type Match, matchesIn, type Range, type Wanted } from "../../store/search.ts";
import { SLAB_ROWS, SLABS } from "../../store/search-facts.ts";

export interface Looked {
  /** Newest first. */
  matches: Match[];
  /** Rows with ids below this were not looked at; 0 when all were. */
  upper: number;
}

export interface Look {
  wanted: Wanted;
  /** No more matches than this, with those that `from` has. */
  limit: number;
  /** Milliseconds of `performance.now()`. */
  deadline: number;
  /** Above all ids. */
  end: number;
  /** A range that was begun in time may take at least so long. */
  least_ms: number;
  /** Nothing is looked at when the time is over; otherwise one range always is. */
  optional?: boolean;
}

/** The first range has at least so many rows. */
const FIRST_MIN_ROWS = 1_024;
/** A range has at most so many times the rows of the one before. */
const GROWTH = 16;
/** More than what should be needed by what was found so far: words are not spread evenly. */
const MARGIN = 1.5;
/** Of a table of which this much is left no slabs are named. */
const NEARLY_ALL = 0.75;
/** What a statement costs by itself, not by its rows. */
const STATEMENT_MS = 1;
/** A range is tried that should take this many times what is left: most words cost less in wide ranges than in short ones. */
const HOPE = 4;
/** What a row costs that has the words of a phrase, and must be read to see whether they stand side by side. */
const CANDIDATE_MS = 0.008;
/** Fewer candidates than this say more about what a row costs than the time that the statement took. */
const FEW = 50;
/** Where the cost grows with the rows, this much is kept back: what was not found in time was looked for in vain. */
const CARE = 1.4;
/** Of beginnings that more than this part of all rows have, the index would take longer than the rows themselves. */
const MANY = 0.02;

/** Goes on behind what `from` has. */
export async function look(tx: Tx, from: Looked, how: Look): Promise<Looked> {
  const { wanted, limit, deadline, end } = how;
  const matches = [...from.matches];
  let upper = Math.min(from.upper, end);
  let last: Step | null = null;
  while (upper > 0 && matches.length < limit) {
    const left = deadline - performance.now();
    if (left <= 0 && (last || how.optional)) break;
    const asked = limit - matches.length;
    const range: Range | null = rangeOf(last ? widened(last, asked, left) : FIRST_MIN_ROWS, upper, end);
    if (!range) break;
    // What is all of a small table is looked at whatever the time.
    const limited: boolean = last !== null || (how.optional === true && range.lower > 0);
    const read = (db: Tx) => take(db, wanted, range, asked, last);
    const step: Step | null = limited ? await inTime(tx, Math.max(left, how.least_ms), read) : await read(tx);
    if (!step) break;
    for (const { shown, ...match } of step.matches) if (shown) matches.push(match);
    last = step;
    // Of those that were read some may be hidden: then the same range goes on below them.
    upper = step.matches.length === asked ? step.matches.at(-1)!.id : range.lower;
  }
  return { matches, upper };
}

interface Step {
  rows: number;
  matches: Awaited<ReturnType<typeof matchesIn>>;
  took_ms: number;
  /** Rows were looked through one by one. */
  each: boolean;
  /** How many of the rows have the words of a phrase, side by side or not; null without phrases. */
  candidates: number | null;
}

async function take(tx: Tx, wanted: Wanted, range: Range, asked: number, last: Step | null): Promise<Step> {
  const began = performance.now();
  const rows = range.upper - range.lower;
  const each = wanted.words?.includes(":*") === true && (!last || last.matches.length > last.rows * MANY);
  const candidates = last
    ? last.candidates && (last.candidates * rows) / last.rows
    : await candidatesOf(tx, wanted, range);
  const matches = await matchesIn(tx, wanted, { ...range, each }, asked);
  return { rows, each, matches, candidates, took_ms: performance.now() - began };
}

const candidatesOf = async (db: Tx, wanted: Wanted, range: Range) =>
  wanted.words?.includes("<->") ? candidatesIn(db, wanted, range) : null;

/** How many rows to look at next; 0 when there is no time for them. */
function widened(last: Step, asked: number, left: number): number {
  const needed = (MARGIN * asked * last.rows) / Math.max(last.matches.length, 0.5);
  const affordable = left / costOfRow(last);
  const next = Math.min(needed, affordable, last.candidates === null ? GROWTH * last.rows : Number.POSITIVE_INFINITY);
  return affordable < SLAB_ROWS ? 0 : Math.max(next, SLAB_ROWS);
}

/** In milliseconds, as the last range had it. */
function costOfRow({ rows, took_ms, each, candidates }: Step): number {
  const measured = Math.max(took_ms - STATEMENT_MS, 0.01) / rows;
  if (each) return measured * CARE;
  if (candidates === null) return measured / HOPE;
  // Candidates say what a phrase costs: with few of them it may be all rows at once.
  return candidates < FEW ? (CANDIDATE_MS * Math.max(candidates, 0.5)) / rows : measured * CARE;
}

/** About `rows` rows below `upper`, from where a slab begins that is not much narrower; null for none. */
export function rangeOf(rows: number, upper: number, end: number): Range | null {
  if (rows === 0) return null;
  const { bits } = SLABS.findLast(({ bits }) => 2 ** bits <= rows / 2) ?? SLABS[0];
  const lower = Math.max(0, Math.floor((upper - rows) / 2 ** bits) * 2 ** bits);
  return { lower, upper, each: false, whole: lower === 0 && upper >= end * NEARLY_ALL };
}

/** The first range of a table, for what is looked for in no order of time. */
export const newestRange = (end: number): Range => rangeOf(FIRST_MIN_ROWS, end, end)!;
