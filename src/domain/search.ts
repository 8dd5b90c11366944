/** Searching everything that was said and done: what is asked for and what is found. */
import type { Role } from "./message.ts";

/** In the order in which they are shown. Later kinds join here, in SQL's check, and in views/search/kinds.ts. */
export const SEARCH_KINDS = ["title", "message", "tool", "file", "reasoning"] as const;
export type SearchKind = (typeof SEARCH_KINDS)[number];

export const SEARCH_LIMIT_CHARS = 400;
/** Hits of one page, and of one kind where all kinds are shown together. */
export const SEARCH_PAGE = 30;
export const SEARCH_BAND = 5;
/** So many of the newest hits are counted; beyond them a count says "more than". */
export const SEARCH_COUNTED = 1_000;

/** How far back, in days; "any" has no end. */
export const SEARCH_AGES = { day: 1, week: 7, month: 30, year: 365, any: null } as const;
export type SearchAge = keyof typeof SEARCH_AGES;

export interface SearchFilters {
  kinds: SearchKind[];
  /** Ids of projects. */
  projects: string[];
  models: string[];
  roles: Role[];
  age: SearchAge;
}

export interface SearchInput extends SearchFilters {
  text: string;
  /** `cursor` of the page before. */
  cursor: string | null;
}

/** Text with the words that were looked for. */
export interface SearchSnippet {
  text: string;
  hit: boolean;
}

export interface SearchHit {
  kind: SearchKind;
  project_id: string;
  project_name: string;
  session_id: string | null;
  session_title: string | null;
  chat_id: string | null;
  chat_title: string | null;
  message_id: string | null;
  part_id: string | null;
  role: Role | null;
  model: string | null;
  at: Date;
  /** The title, the path, the call; null for text. */
  label: string | null;
  snippet: SearchSnippet[];
  /** Line of a tool's result that the snippet is of. */
  line: number | null;
  /** Archived session or chat. */
  archived: boolean;
}

export interface SearchCount {
  /** What to filter by: a kind, a project's id, a model, a role, an age. */
  value: string;
  /** As it is shown. */
  label: string;
  count: number;
}

/** Each list counts what the other filters leave. */
export interface SearchFacets {
  kind: SearchCount[];
  project: SearchCount[];
  model: SearchCount[];
  role: SearchCount[];
  age: SearchCount[];
}

export interface SearchAnswer {
  hits: SearchHit[];
  /** What the filters leave; with `more`, at least so many. */
  total: number;
  more: boolean;
  /** At most so many older entries were not looked at in the time that a search has; the cursor goes on with them. */
  unseen: number;
  facets: SearchFacets;
  /** For the next page, of which it is not known whether it has any hits while `unseen` is not 0; null at the end. */
  cursor: string | null;
  /** A sentence, where the words could not be taken as they are. */
  note: string | null;
}

/** The newest few of each kind that has some, for the page without a chosen kind. */
export interface SearchBand {
  kind: SearchKind;
  hits: SearchHit[];
  count: number;
  more: boolean;
}
