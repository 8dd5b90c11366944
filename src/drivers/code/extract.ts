/** A text → its symbols and imports, by the grammar of its language. Runs in the parser's process (worker.ts). */
import type { QueryMatch, Tree } from "web-tree-sitter";
import type { CodeImport, CodeSymbol, FileFacts, Language } from "../../domain/code.ts";
import { storable } from "../../lib/storable.ts";
import { grammarOf, type LoadedGrammar } from "./grammars.ts";
import { importsOf } from "./imports.ts";
import { PARSE_LIMIT_BYTES } from "./read.ts";
import { symbolsOf } from "./symbols.ts";

/** What one file may take. */
const DEADLINE_MS = 3_000;
/** A parse that lets our memory grow beyond this is given up. */
export const MEMORY_LIMIT_BYTES = 1_200_000_000;
const MEMORY_EVERY_CALLS = 200;
/** Lines of this length on average were not written by hand. */
const MINIFIED_LINE_CHARS = 400;
const MINIFIED_MIN_CHARS = 10_000;
const MATCH_LIMIT = 65_536;

export class ParseRefused extends Error {}

/** Never throws for what is in a text: what cannot be parsed is skipped, with its reason. */
export async function extract(language: Language, text: string, bytes: number): Promise<FileFacts> {
  const lines = countLines(text);
  const skipped = (note: string): FileFacts => ({ ...empty(language, lines, bytes), state: "skipped", note });
  if (bytes > PARSE_LIMIT_BYTES) return skipped("too large to parse");
  if (text.length > MINIFIED_MIN_CHARS && text.length / lines > MINIFIED_LINE_CHARS)
    return skipped("minified or generated");
  const source = language === "vue" || language === "svelte" ? scriptsOnly(text) : text;
  try {
    return await parsed(language, source, { ...empty(language, lines, bytes) });
  } catch (error) {
    if (error instanceof ParseRefused) return skipped(error.message);
    throw error;
  }
}

/** Parses and hands the tree to `use`; it is let go of afterwards. Throws ParseRefused when it takes too long or too much. */
export async function withTree<T>(
  language: Language,
  source: string,
  use: (tree: Tree, grammar: LoadedGrammar, stop: () => boolean) => T,
): Promise<T> {
  const grammar = await grammarOf(language);
  const guard = new Guard();
  const stop = () => guard.exceeded();
  const tree = grammar.parser.parse(source, null, { progressCallback: stop as () => void });
  if (!tree) {
    grammar.parser.reset();
    throw guard.refusal();
  }
  try {
    const result = use(tree, grammar, stop);
    if (guard.stopped) throw guard.refusal();
    return result;
  } finally {
    tree.delete();
  }
}

function parsed(language: Language, source: string, facts: FileFacts): Promise<FileFacts> {
  return withTree(language, source, (tree, { query }, stop) => {
    const matches: QueryMatch[] = query.matches(tree.rootNode, {
      matchLimit: MATCH_LIMIT,
      progressCallback: stop as () => void,
    });
    facts.symbols = symbolsOf(language, source, matches).map(clean);
    facts.imports = importsOf(language, matches).map(cleanImport);
    if (tree.rootNode.hasError) {
      facts.state = "partial";
      facts.note = "has parts that do not parse";
    }
    return facts;
  });
}

/** Time and memory of one file. */
class Guard {
  private readonly until = performance.now() + DEADLINE_MS;
  private calls = 0;
  stopped: "time" | "memory" | null = null;

  exceeded(): boolean {
    if (performance.now() > this.until) this.stopped ??= "time";
    if (++this.calls % MEMORY_EVERY_CALLS === 0 && process.memoryUsage.rss() > MEMORY_LIMIT_BYTES)
      this.stopped ??= "memory";
    return this.stopped !== null;
  }

  refusal(): ParseRefused {
    return new ParseRefused(
      this.stopped === "memory"
        ? "takes too much memory to parse"
        : `takes longer than ${DEADLINE_MS / 1000} s to parse`,
    );
  }
}

const empty = (language: Language, lines: number, bytes: number): FileFacts => ({
  language,
  lines,
  bytes,
  state: "parsed",
  note: "",
  symbols: [],
  imports: [],
});

/** What is not script keeps its line ends alone, so that lines stay those of the file. */
export function scriptsOnly(text: string): string {
  const blank = (piece: string) => piece.replace(/[^\n]+/g, "");
  let out = "";
  let at = 0;
  for (const match of text.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script\s*>/gi)) {
    const from = match.index + match[0].indexOf(">") + 1;
    out += blank(text.slice(at, from)) + match[1];
    at = from + match[1]!.length;
  }
  return out + blank(text.slice(at));
}

export function countLines(text: string): number {
  let lines = 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lines++;
  return text === "" || text.endsWith("\n") ? Math.max(lines, text === "" ? 0 : 1) : lines + 1;
}

const clean = (symbol: CodeSymbol): CodeSymbol => ({
  ...symbol,
  name: storable(symbol.name),
  container: storable(symbol.container),
  signature: storable(symbol.signature),
});
const cleanImport = (found: CodeImport): CodeImport => ({
  ...found,
  spec: storable(found.spec),
  names: found.names.map(storable),
  keys: found.keys.map(storable),
});
