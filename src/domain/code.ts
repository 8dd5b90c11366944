/** What code intelligence knows of source files: symbols, imports, and how much of a tree it has read. Lines count from 1. */

/** Raise it when what is made of a file changes: files are read anew, and what an older version made goes away. */
export const EXTRACTOR = 1;

/** A language as results name it: "typescript", "c#". */
export type Language =
  | "typescript"
  | "tsx"
  | "javascript"
  | "vue"
  | "svelte"
  | "python"
  | "go"
  | "rust"
  | "java"
  | "c"
  | "c++"
  | "c#"
  | "ruby"
  | "php"
  | "bash"
  | "powershell";

export const SYMBOL_KINDS = [
  "function",
  "method",
  "class",
  "interface",
  "struct",
  "enum",
  "trait",
  "type",
  "namespace",
  "constant",
  "variable",
  "field",
  "macro",
] as const;
export type SymbolKind = (typeof SYMBOL_KINDS)[number];

export interface CodeSymbol {
  name: string;
  kind: SymbolKind;
  /** What it is in: "Relay.deliver"; "" at the top. */
  container: string;
  line: number;
  end_line: number;
  /** It can be used from outside its file, as far as the language says so. */
  exported: boolean;
  /** Its head in one line, without its body. */
  signature: string;
}

export interface CodeImport {
  /** As written, without quotes: "./claim.ts", "a.b", "crate::x::Y", "vector". */
  spec: string;
  /** Names taken from it that may be files themselves (Python). */
  names: string[];
  /** What a file that it means may be known by (fileKey); never empty. */
  keys: string[];
  /** How it was written where that changes what it means: "relative" (Ruby, C's quotes), "mod" (Rust). */
  how: "" | "relative" | "mod";
  line: number;
}

export type FactsState = "parsed" | "partial" | "skipped";

/** What is made of one content. */
export interface FileFacts {
  language: Language;
  lines: number;
  bytes: number;
  state: FactsState;
  /** Why it was skipped or is not whole, in a few words; "" when it is. */
  note: string;
  symbols: CodeSymbol[];
  imports: CodeImport[];
}

/** How far the index of a tree is. */
export interface IndexState {
  /** False while files are still to be read; answers are about what was read. */
  current: boolean;
  /** Files to read in the update under way, and those that are done. */
  done: number;
  total: number;
  /** The tree has more files than are indexed. */
  truncated: boolean;
  /** Why it does not go on, as a sentence; null when it does. */
  error: string | null;
  /** Grows with every change that was seen. */
  revision: number;
}

/** A symbol with the file that it is in. */
export interface FoundSymbol extends CodeSymbol {
  path: string;
  language: Language;
}

/** One file of a tree as the index has it. */
export interface IndexedFile {
  path: string;
  bytes: number;
  /** Null for a language that is not parsed. */
  language: Language | null;
  lines: number | null;
  state: FactsState | null;
  note: string;
}
