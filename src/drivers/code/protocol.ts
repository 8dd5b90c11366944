/** What our process and the parser's say to each other. */
import type { FileFacts } from "../../domain/code.ts";
import type { Scan } from "./scan.ts";

/** A file's content as far as it matters: what it hashes to, in which language, or why it is not parsed. */
export interface ReadFile {
  path: string;
  /** SHA-256; null when it could not be read. */
  sha: string | null;
  language: string | null;
  note: string;
}
export interface ParsedFile {
  path: string;
  sha: string;
  facts: FileFacts;
}
/** Where a name stands in a file, and as what. */
export interface Mention {
  line: number;
  role: "call" | "import" | "type" | "use" | "definition";
  text: string;
}

export type Ask =
  | { kind: "remember"; root: string; label: string; paths: string[]; stamps: string[] }
  | { kind: "scan"; root: string; before: string; after: string }
  | { kind: "read"; root: string; paths: string[] }
  /** Of the files of that tree that were read last. */
  | { kind: "parse"; root: string; paths: string[] }
  | { kind: "analyse"; path: string; bytes: Uint8Array }
  /** In files that are not `at_home`, a member counts only where it is taken from something: `.deliver`. */
  | { kind: "mentions"; root: string; name: string; paths: string[]; member: boolean; at_home: string[] };

export type Answer = {
  remember: null;
  scan: Scan | null;
  read: ReadFile[];
  parse: ParsedFile[];
  /** Null for a language that is not parsed, or no text. */
  analyse: { facts: FileFacts | null; note: string };
  mentions: { path: string; mentions: Mention[] }[];
};

export type ToParser = Ask & { id: number };
export type FromParser =
  /** Says that it lives, and what it works on. */
  | { id: number; at: string }
  | { id: number; answer: unknown; rss: number }
  | { id: number; error: string; code: string | null };
