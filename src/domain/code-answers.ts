/** What code intelligence answers; tools turn it into text. Paths are as they are to be told. */
import type { CodeSymbol, FactsState, FoundSymbol, IndexState, Language, SymbolKind } from "./code.ts";

/** Asked by tools; one for each call. Methods throw Refusal for paths that may not be read, and the signal's reason. */
export interface CodeAccess {
  overview(path: string, signal: AbortSignal): Promise<Overview>;
  analyse(path: string, signal: AbortSignal): Promise<FileAnalysis>;
  search(query: SymbolSearch, signal: AbortSignal): Promise<SymbolHits>;
  symbol(name: string, path: string, signal: AbortSignal): Promise<SymbolInfo>;
  dependencies(path: string, depth: number, signal: AbortSignal): Promise<Dependencies>;
  neighborhood(path: string, limit: number, signal: AbortSignal): Promise<Neighborhood>;
  frameworks(signal: AbortSignal): Promise<Frameworks>;
  watch(since: string, wait_ms: number, signal: AbortSignal): Promise<Watched>;
}

export interface Overview {
  state: IndexState;
  path: string;
  files: number;
  lines: number;
  bytes: number;
  /** Most files first. */
  languages: { name: string; parsed: boolean; files: number; lines: number; skipped: number }[];
  directories: { path: string; files: number; lines: number; main: string }[];
  kinds: { kind: SymbolKind; n: number }[];
  /** Files that most others import. */
  central: { path: string; importers: number }[];
  largest: { path: string; lines: number }[];
}

export interface FileAnalysis {
  state: IndexState;
  path: string;
  /** Null for a language that is not parsed. */
  language: Language | null;
  /** What it seems to be then: "Kotlin". */
  language_name: string;
  bytes: number;
  lines: number;
  facts_state: FactsState;
  note: string;
  proposed: boolean;
  symbols: CodeSymbol[];
  imports: { spec: string; line: number; target: string | null; external: string | null }[];
  importers: string[];
  more_importers: boolean;
}

export interface SymbolSearch {
  query: string;
  kinds: readonly SymbolKind[];
  path: string;
  limit: number;
}
export interface SymbolHits {
  state: IndexState;
  symbols: FoundSymbol[];
  total: number;
  more: boolean;
  /** Names that are like the query, when nothing was found. */
  similar: string[];
  /** Files of the tree that are not parsed, by what they are, when nothing was found. */
  unparsed: { name: string; files: number }[];
}

export interface SymbolInfo extends SymbolHits {
  definitions: {
    symbol: FoundSymbol;
    /** The comment before it, or its first string. */
    doc: string;
    members: CodeSymbol[];
  }[];
  heirs: FoundSymbol[];
  uses: { path: string; line: number; role: string; within: string; text: string }[];
  /** Files with the name that were not looked at closely. */
  unchecked: number;
  /** There are more than these: not all files with the name were found. */
  cut: boolean;
}

export interface Dependencies {
  state: IndexState;
  path: string;
  files: number;
  /** By level: 1 is what it imports itself. */
  imports: { path: string; level: number; via: string }[];
  importers: { path: string; level: number; via: string }[];
  external: { name: string; files: number }[];
  missing: { spec: string; path: string; line: number }[];
  more: boolean;
}

export interface Neighborhood {
  state: IndexState;
  path: string;
  /** Nearest first. */
  neighbors: { path: string; score: number; reasons: string[] }[];
  commits: number;
  /** Why there is no history to look at; "" when there is. */
  no_history: string;
}

export interface Frameworks {
  state: IndexState;
  found: { name: string; kind: string; version: string; evidence: string }[];
  manifests: string[];
  scripts: { name: string; command: string; path: string }[];
  entries: { path: string; why: string }[];
  routes: { path: string; line: number; text: string }[];
  more_routes: boolean;
}

export interface Watched {
  state: IndexState;
  cursor: string;
  /** The cursor that was given is not of this index: what changed since then is not known. */
  lost: boolean;
  /** What the changes are since: "cursor", or a number of minutes. */
  since: "cursor" | number;
  waited_ms: number;
  changes: {
    path: string;
    kind: "added" | "changed" | "removed";
    symbols: { sign: "+" | "-" | "~"; kind: SymbolKind; name: string }[];
    more_symbols: number;
  }[];
  more: boolean;
}
