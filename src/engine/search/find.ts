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
import {
  bounded,
  findMatches,
  findSimilar,
  type Match,
  projectNames,
  readHits,
  type Wanted,
} from "../../store/search.ts";
import { lexeme } from "../../store/search-facts.ts";
import type { Core } from "../core.ts";
import { facetsOf, passes } from "./facets.ts";
import { hitOf } from "./hits.ts";

/** A search that takes longer is given up with an error. */
const TIMEOUT_MS = 5_000;
/** Beginnings and likeness come second: they may cost no more than this, or what was found has to do. */
const SECOND_TIMEOUT_MS = 250;
/** So few hits, and words that only begin so are looked for too. */
const LITTLE = 20;

/** How the words are taken; a cursor goes on in the way that the first page found. */
type Way = "words" | "beginnings" | "similar";
const LETTERS: Record<Way, string> = { words: "w", beginnings: "b", similar: "s" };

interface Found {
  way: Way;
  /** The newest matches whatever the filters, at most SEARCH_COUNTED. */
  matches: Match[];
  more: boolean;
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
  const found = await findAll(core, query, at?.way ?? null);
  return bounded(core.sql, TIMEOUT_MS, async (tx) => {
    const names = await projectNames(tx, [...new Set([...found.matches.map((m) => m.project_id), ...input.projects])]);
    const left = await filtered(tx, query, found, input);
    const bands = inBands ? await bandsOf(tx, query, found, input) : [];
    const page = inBands ? [] : await pageOf(tx, query, found, input, left.matches, at?.below ?? null);
    const hits = await readHits(
      tx,
      page.slice(0, SEARCH_PAGE).map((m) => m.id),
    );
    const last = page.length > SEARCH_PAGE ? page[SEARCH_PAGE - 1] : undefined;
    const answer: SearchAnswer = {
      hits: hits.map((row) => hitOf(row, positive(query))),
      total: left.matches.length,
      more: left.more,
      facets: facetsOf(found.matches, input, names),
      cursor: last ? `${LETTERS[found.way]}${last.id}` : null,
      note: found.way === "similar" && found.matches.length > 0 ? "Nothing is written so. This is nearly so:" : null,
    };
    return { answer, bands };
  });
}

const nothing = (note: string | null): SearchAnswer => ({
  hits: [],
  total: 0,
  more: false,
  facets: { kind: [], project: [], model: [], role: [], age: [] },
  cursor: null,
  note,
});

async function findAll(core: Pick<Core, "sql">, query: SearchQuery, way: Way | null): Promise<Found> {
  const newest = (tx: Tx, as: Way) => findMatches(tx, wanted(query, as, ALL), null, SEARCH_COUNTED + 1);
  const exact = way === "beginnings" ? [] : await bounded(core.sql, TIMEOUT_MS, (tx) => newest(tx, "words"));
  if (way === "words" || exact.length >= LITTLE) return asFound("words", exact);
  const begun = await unlessLate(() => bounded(core.sql, SECOND_TIMEOUT_MS, (tx) => newest(tx, "beginnings")));
  if (begun && begun.length > exact.length) return asFound("beginnings", begun);
  if (exact.length > 0 || !query.plain) return asFound("words", exact);
  const plain = query.plain;
  const similar = await unlessLate(() =>
    bounded(core.sql, SECOND_TIMEOUT_MS, (tx) => findSimilar(tx, plain, SEARCH_PAGE)),
  );
  return asFound("similar", similar ?? []);
}

const asFound = (way: Way, matches: Match[]): Found => ({
  way,
  matches: matches.slice(0, SEARCH_COUNTED),
  more: matches.length > SEARCH_COUNTED,
});

/** Null when Postgres cancelled it (57014). */
async function unlessLate<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if ((error as { code?: unknown }).code === "57014") return null;
    throw error;
  }
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

/** What the filters leave: of what was found where that is all there is, else looked for anew. */
async function filtered(
  tx: Tx,
  query: SearchQuery,
  found: Found,
  filters: SearchFilters,
): Promise<Pick<Found, "matches" | "more">> {
  if (!isFiltered(filters)) return found;
  if (!found.more) return { matches: found.matches.filter((m) => passes(m, filters)), more: false };
  const matches = await findMatches(tx, wanted(query, found.way, filters), null, SEARCH_COUNTED + 1);
  return { matches: matches.slice(0, SEARCH_COUNTED), more: matches.length > SEARCH_COUNTED };
}

/** One match more than a page shows, if there is one. */
async function pageOf(
  tx: Tx,
  query: SearchQuery,
  found: Found,
  filters: SearchFilters,
  first: Match[],
  below: number | null,
): Promise<Match[]> {
  if (below === null) return first.slice(0, SEARCH_PAGE + 1);
  return findMatches(tx, wanted(query, found.way, filters), below, SEARCH_PAGE + 1);
}

async function bandsOf(tx: Tx, query: SearchQuery, found: Found, filters: SearchFilters): Promise<SearchBand[]> {
  const bands: SearchBand[] = [];
  for (const kind of SEARCH_KINDS) {
    const of = { ...filters, kinds: [kind] };
    let matches = found.matches.filter((m) => passes(m, of));
    const counted = matches.length;
    if (found.more && counted < SEARCH_BAND)
      matches = await findMatches(tx, wanted(query, found.way, of), null, SEARCH_BAND + 1);
    if (matches.length === 0) continue;
    const rows = await readHits(
      tx,
      matches.slice(0, SEARCH_BAND).map((m) => m.id),
    );
    bands.push({
      kind,
      hits: rows.map((row) => hitOf(row, positive(query))),
      count: Math.max(counted, Math.min(matches.length, SEARCH_BAND)),
      more: found.more,
    });
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
