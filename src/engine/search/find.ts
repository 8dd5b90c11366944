/**
 * Searching everything. Words are found as they are written; where that is little, words that begin so are found too, and
 * where it is nothing, titles, paths and calls that are written nearly so. Newest first, counted up to a bound.
 */
import type { Tx } from "../../db/sql.ts";
import {
  SEARCH_AGES,
  SEARCH_BAND,
  SEARCH_COUNTED,
  SEARCH_KINDS,
  SEARCH_LIMIT_CHARS,
  SEARCH_PAGE,
  type SearchAge,
  type SearchAnswer,
  type SearchBand,
  type SearchFilters,
  type SearchInput,
} from "../../domain/search.ts";
import { parseSearch, positive, type SearchQuery, tsqueryOf } from "../../domain/search-query.ts";
import { invalid } from "../../lib/errors.ts";
import { inTime, type Match, projectNames, readHits, searching, similarIn, type Wanted } from "../../store/search.ts";
import { lexeme } from "../../store/search-facts.ts";
import type { Core } from "../core.ts";
import { facetsOf, passes } from "./facets.ts";
import { hitOf } from "./hits.ts";
import { type Looked, look, newestRange } from "./look.ts";

/** Finding and counting goes on to further ranges of rows so long; what they would have is behind the answer's cursor. */
const BUDGET_MS = 40;
/** So many rows take little work; they are looked through whole, whatever else the machine does. */
const SMALL_ROWS = 20_000;
const SMALL_BUDGET_MS = 2_000;
/** Beginnings and likeness come second, and get at least this. */
const SECOND_MS = 20;
/** A range that was begun in time may take so long: most words are found in all rows at once within it. */
const RANGE_MS = 50;
/** Who goes on behind what was looked at has said that it is worth waiting for. */
const FURTHER_MS = 400;
/** So few hits, and words that only begin so are looked for too. */
const LITTLE = 20;

const FILLING = "The index is being filled after a crash or an update: not everything is found yet.";

/** How the words are taken; a cursor goes on in the way that the first page found. */
type Way = "words" | "beginnings" | "similar";
const LETTERS: Record<Way, string> = { words: "w", beginnings: "b", similar: "s" };

/** The newest matches whatever the filters, at most one more than SEARCH_COUNTED. */
interface Found extends Looked {
  way: Way;
  note: string | null;
}

/** What one search goes by, from its first statement to its last. */
interface Search {
  tx: Tx;
  query: SearchQuery;
  input: SearchInput;
  /** Above all ids. */
  end: number;
  deadline: number;
}

/** Flat and paged, for programs and for one chosen kind. Errors: invalid (q too long, a cursor that is none). */
export async function search(core: Pick<Core, "sql">, input: SearchInput): Promise<SearchAnswer> {
  const { answer } = await run(core, input, false);
  return answer;
}

/** The newest few of each kind, beside the whole answer without its hits. */
export async function searchBands(
  core: Pick<Core, "sql">,
  input: SearchInput,
): Promise<{ answer: SearchAnswer; bands: SearchBand[] }> {
  return run(core, input, true);
}

async function run(
  core: Pick<Core, "sql">,
  input: SearchInput,
  inBands: boolean,
): Promise<{ answer: SearchAnswer; bands: SearchBand[] }> {
  if (input.text.length > SEARCH_LIMIT_CHARS)
    throw invalid(`A search has at most ${SEARCH_LIMIT_CHARS} characters.`, "q");
  const query = parseSearch(input.text);
  const at = cursorOf(input.cursor);
  if (query.problem || input.text.trim() === "") return { answer: nothing(query.problem), bands: [] };
  return searching(core.sql, async (tx, end, filling) => {
    const deadline = performance.now() + (end <= SMALL_ROWS ? SMALL_BUDGET_MS : BUDGET_MS);
    const search = { tx, query, input, end, deadline };
    const found = await findAll(search, at?.way ?? null);
    const left = await filtered(search, found);
    const page = at === null ? left : await pageBelow(search, found.way, left, at.below);
    const shown = inBands ? [] : page.matches.slice(0, SEARCH_PAGE);
    const banded = inBands ? await bandsOf(search, found, left) : [];
    const projects = [...new Set([...found.matches.map((m) => m.project_id), ...input.projects])];
    const ids = [...shown, ...banded.flatMap((band) => band.matches)].map((m) => m.id);
    const [rows, names] = await Promise.all([readHits(tx, ids), projectNames(tx, projects)]);
    const hits = new Map(rows.map((row) => [row.id, hitOf(row, positive(query))]));
    const hitsOf = (matches: readonly Match[]) => matches.flatMap((m) => hits.get(m.id) ?? []);
    const counted = found.matches.slice(0, SEARCH_COUNTED);
    const answer: SearchAnswer = {
      hits: hitsOf(shown),
      total: Math.min(left.matches.length, SEARCH_COUNTED),
      more: left.upper > 0,
      unseen: page.matches.length > (at === null ? SEARCH_COUNTED : SEARCH_PAGE) ? 0 : page.upper,
      facets: facetsOf(counted, input, names),
      cursor: cursorBehind(found.way, page, inBands),
      note: filling ? FILLING : found.note,
    };
    return { answer, bands: banded.map(({ matches, ...band }) => ({ ...band, hits: hitsOf(matches) })) };
  });
}

/** Behind the page's last hit or, when it has all that was found, behind what was looked at. */
function cursorBehind(way: Way, { matches, upper }: Looked, inBands: boolean): string | null {
  if (matches.length > SEARCH_PAGE && !inBands) return `${LETTERS[way]}${matches[SEARCH_PAGE - 1]!.id}`;
  return upper > 0 ? `${LETTERS[way]}${upper}` : null;
}

const nothing = (note: string | null): SearchAnswer => ({
  hits: [],
  total: 0,
  more: false,
  unseen: 0,
  facets: { kind: [], project: [], model: [], role: [], age: [] },
  cursor: null,
  note,
});

async function findAll(search: Search, way: Way | null): Promise<Found> {
  const nowhere = { matches: [], upper: search.end };
  const counted = (as: Way, deadline: number, optional: boolean) => {
    const how = { wanted: wanted(search.query, as, ALL), limit: SEARCH_COUNTED + 1, end: search.end };
    return look(search.tx, nowhere, { ...how, deadline, optional, least_ms: optional ? SECOND_MS : RANGE_MS });
  };
  const exact = way === "beginnings" ? nowhere : await counted("words", search.deadline, false);
  // While older rows may have the words as they are, nothing else is offered.
  if (way === "words" || exact.matches.length >= LITTLE || (way === null && exact.upper > 0))
    return { way: "words", note: null, ...exact };
  const late = performance.now() + SECOND_MS;
  const begun = await counted("beginnings", Math.max(search.deadline, late), way === null);
  if (way === "beginnings" || begun.matches.length > exact.matches.length)
    return { way: "beginnings", note: null, ...begun };
  const note = begun.upper > 0 ? NOT_BEGUN : null;
  if (exact.matches.length > 0 || !search.query.plain) return { way: "words", note, ...exact };
  return findSimilar(search, search.query.plain, note);
}

const NOT_BEGUN = "There was no time to look for words that only begin so.";

/** First among the newest rows, then among all if there is time. */
async function findSimilar({ tx, end, deadline }: Search, text: string, note: string | null): Promise<Found> {
  const range = newestRange(end);
  let matches = await similarIn(tx, text, range, SEARCH_PAGE);
  let all = range.lower === 0;
  const left = Math.max(deadline - performance.now(), SECOND_MS);
  if (!all && matches.length < SEARCH_PAGE) {
    const more = await inTime(tx, left, (inner) =>
      similarIn(inner, text, { ...range, lower: 0, whole: true }, SEARCH_PAGE),
    );
    all = more !== null;
    matches = more ?? matches;
  }
  const found = { way: "similar" as const, matches, upper: 0 };
  if (matches.length === 0) return { ...found, note };
  return { ...found, note: `Nothing is written so. This is nearly so${all ? "" : ", of the newest"}:` };
}

const ALL: SearchFilters = { kinds: [], projects: [], models: [], roles: [], age: "any" };

function wanted(query: SearchQuery, way: Way, filters: SearchFilters): Wanted {
  return {
    words: tsqueryOf(query, way === "beginnings", lexeme),
    part: query.plain,
    kinds: filters.kinds,
    projects: filters.projects,
    models: filters.models,
    roles: filters.roles,
    since: sinceOf(filters.age),
  };
}

function sinceOf(age: SearchAge): Date | null {
  const days = SEARCH_AGES[age];
  return days === null ? null : new Date(Date.now() - days * 86_400_000);
}

const isFiltered = (f: SearchFilters) =>
  f.kinds.length + f.projects.length + f.models.length + f.roles.length > 0 || f.age !== "any";

/** What the filters leave: of what was found, and of what lies behind it. */
async function filtered(search: Search, found: Found): Promise<Looked> {
  const { query, input } = search;
  if (!isFiltered(input)) return found;
  const matches = found.matches.filter((m) => passes(m, input));
  const how = { wanted: wanted(query, found.way, input), limit: SEARCH_COUNTED + 1, least_ms: SECOND_MS };
  return look(search.tx, { matches, upper: found.upper }, { ...search, ...how });
}

/** One match more than a page shows, if there is one. */
function pageBelow(search: Search, way: Way, left: Looked, below: number): Promise<Looked> {
  const matches = left.matches.filter((m) => m.id < below).slice(0, SEARCH_PAGE + 1);
  const from = { matches, upper: Math.min(left.upper, below) };
  const how = { wanted: wanted(search.query, way, search.input), limit: SEARCH_PAGE + 1, end: search.end };
  return look(search.tx, from, { ...how, deadline: performance.now() + FURTHER_MS, least_ms: RANGE_MS });
}

interface Banded extends Omit<SearchBand, "hits"> {
  matches: Match[];
}

async function bandsOf(search: Search, found: Found, left: Looked): Promise<Banded[]> {
  const bands: Banded[] = [];
  for (const kind of SEARCH_KINDS) {
    let { upper } = left;
    let matches = left.matches.filter((m) => m.kind === kind);
    if (matches.length < SEARCH_BAND && upper > 0) {
      const of = wanted(search.query, found.way, { ...search.input, kinds: [kind] });
      const how = { wanted: of, limit: SEARCH_BAND + 1, least_ms: 1, optional: true };
      ({ matches, upper } = await look(search.tx, { matches, upper }, { ...search, ...how }));
    }
    if (matches.length === 0) continue;
    bands.push({ kind, matches: matches.slice(0, SEARCH_BAND), count: matches.length, more: upper > 0 });
  }
  return bands;
}

function cursorOf(cursor: string | null): { way: Way; below: number } | null {
  if (cursor === null) return null;
  const [, letter, id] = /^([wbs])(\d{1,15})$/.exec(cursor) ?? [];
  const way = (Object.keys(LETTERS) as Way[]).find((w) => LETTERS[w] === letter);
  if (!way || !id) throw invalid("This is no cursor of a search.", "cursor");
  return { way, below: Number(id) };
}
