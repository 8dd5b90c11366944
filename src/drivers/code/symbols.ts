/** Matches of a query → symbols with what they are in, their heads, and whether others can use them. */
import type { Node, QueryMatch } from "web-tree-sitter";
import { type CodeSymbol, type Language, SYMBOL_KINDS, type SymbolKind } from "../../domain/code.ts";
import { oneLine } from "../../lib/text.ts";
import { captured } from "./captures.ts";

const SYMBOLS_MAX = 3_000;
const NAME_LIMIT_CHARS = 160;
const CONTAINER_LIMIT_CHARS = 240;
const SIGNATURE_LIMIT_CHARS = 240;
/** Looked at for a head, before it is made one line. */
const HEAD_LIMIT_CHARS = 1_000;

interface Found {
  /** Null for a scope, which contains and is no symbol itself: Rust's `impl`. */
  kind: SymbolKind | null;
  node: Node;
  name: string;
  at: number;
  start: number;
  end: number;
  pattern: number;
  container: string | null;
}

const KINDS: ReadonlySet<string> = new Set(SYMBOL_KINDS);
const HOLDERS: ReadonlySet<SymbolKind | null> = new Set<SymbolKind | null>([
  null,
  "function",
  "method",
  "class",
  "interface",
  "struct",
  "enum",
  "trait",
  "namespace",
  "type",
]);
const TYPES: ReadonlySet<SymbolKind | null> = new Set<SymbolKind | null>([
  null,
  "class",
  "interface",
  "struct",
  "trait",
  "enum",
]);

/** In the order of the text. */
export function symbolsOf(language: Language, source: string, matches: readonly QueryMatch[]): CodeSymbol[] {
  const found = new Map<number, Found>();
  const exports = new Exports();
  for (const match of matches) {
    const nodes = captured(match);
    if (exports.take(nodes)) continue;
    const one = foundIn(match, nodes);
    if (!one) continue;
    // A name has several patterns, the most special one first.
    const key = one.kind === null ? -1 - one.start : one.at;
    const known = found.get(key);
    if (!known || one.pattern < known.pattern) found.set(key, one);
  }
  const sorted = [...found.values()].sort((a, b) => a.start - b.start || b.end - a.end || a.at - b.at);
  return nested(language, source, sorted.slice(0, SYMBOLS_MAX), exports);
}

function foundIn(match: QueryMatch, nodes: Record<string, Node>): Found | null {
  const kind = match.captures.find(({ name }) => KINDS.has(name))?.name as SymbolKind | undefined;
  const node = kind ? nodes[kind] : nodes.scope;
  const name = kind ? nodes.name : nodes["scope.name"];
  if (!node || !name) return null;
  return {
    kind: kind ?? null,
    node,
    name: oneLine(name.text.replace(/^["']|["']$/g, ""), NAME_LIMIT_CHARS),
    at: name.startIndex,
    start: node.startIndex,
    end: node.endIndex,
    pattern: match.patternIndex,
    container: nodes.container?.text ?? null,
  };
}

function nested(language: Language, source: string, sorted: readonly Found[], exports: Exports): CodeSymbol[] {
  const symbols: CodeSymbol[] = [];
  const open: Found[] = [];
  for (const one of sorted) {
    while (open.length > 0 && open.at(-1)!.end <= one.start) open.pop();
    const holders = open.filter(({ end }) => end >= one.end);
    if (one.kind !== null) symbols.push(symbolOf(language, source, one, holders, exports));
    if (HOLDERS.has(one.kind) && !(one.kind === "type" && language.startsWith("c"))) open.push(one);
  }
  return symbols;
}

function symbolOf(
  language: Language,
  source: string,
  one: Found,
  holders: readonly Found[],
  exports: Exports,
): CodeSymbol {
  const inner = holders.at(-1);
  const container = [...holders.map(({ name }) => name), ...(one.container ? [one.container] : [])].join(".");
  const isMethod = one.kind === "function" && inner !== undefined && TYPES.has(inner.kind);
  const signature = headOf(source, one);
  const symbol = {
    name: one.name,
    kind: isMethod ? "method" : one.kind!,
    container: container.slice(0, CONTAINER_LIMIT_CHARS),
    line: one.node.startPosition.row + 1,
    end_line: lastLine(one.node),
    signature,
  };
  return { ...symbol, exported: isReachable(language, one, holders, signature, exports) };
}

/** A node that takes its line end in, as those of a preprocessor do, ends on the line before. */
function lastLine({ startPosition, endPosition }: Node): number {
  const { row, column } = endPosition;
  return column === 0 && row > startPosition.row ? row : row + 1;
}

function isReachable(
  language: Language,
  one: Found,
  holders: readonly Found[],
  signature: string,
  exports: Exports,
): boolean {
  if (holders.some(({ kind }) => kind === "function" || kind === "method")) return false;
  if (/^(private|protected)\b/.test(signature) || one.name.startsWith("#")) return false;
  const said = exports.has(one, holders.length === 0);
  if (said !== null) return said;
  const inner = holders.at(-1)?.kind;
  if (inner === "interface" || inner === "enum" || inner === "trait") return true;
  return isExported(language, one.name, signature, holders.length === 0);
}

/** Up to the body, or the first line of what has none, on one line. */
function headOf(source: string, { node, start, end }: Found): string {
  const body = bodyOf(node);
  const until = body && body.startIndex > start ? body.startIndex : end;
  let head = source.slice(start, Math.min(until, start + HEAD_LIMIT_CHARS));
  if (!body) head = firstLine(head);
  return oneLine(head.replace(/\s+/g, " ").replace(/ ?(=>|[{=:;,(])? ?$/, ""), SIGNATURE_LIMIT_CHARS);
}

function bodyOf(node: Node): Node | null {
  return (
    node.childForFieldName("body") ??
    node.childForFieldName("value")?.childForFieldName("body") ??
    node.namedChildren.find((child) => child?.childForFieldName("body"))?.childForFieldName("body") ??
    null
  );
}

function firstLine(text: string): string {
  const lines = text.split("\n");
  // Annotations and attributes stand on lines of their own before what they belong to.
  const from = lines.findIndex((line) => !/^\s*(@|\[|#\[)[^\n]*$/.test(line));
  return lines.slice(0, Math.max(1, from + 1)).join(" ");
}

/** Where the language says with a statement what leaves a file. */
class Exports {
  private readonly ranges: [number, number][] = [];
  private readonly names = new Set<string>();

  take(nodes: Record<string, Node>): boolean {
    const { exported, "exported.name": name } = nodes;
    if (exported) this.ranges.push([exported.startIndex, exported.endIndex]);
    if (name) this.names.add(name.text);
    return exported !== undefined || name !== undefined;
  }

  /** Null when the file exports nothing in this way. */
  has(one: Found, top: boolean): boolean | null {
    if (this.ranges.length === 0 && this.names.size === 0) return null;
    if (top && this.names.has(one.name)) return true;
    return this.ranges.some(([from, to]) => from <= one.start && one.end <= to);
  }
}

function isExported(language: Language, name: string, signature: string, top: boolean): boolean {
  switch (language) {
    case "typescript":
    case "tsx":
    case "vue":
    case "svelte":
    case "javascript":
      // CommonJS, or a script.
      return /^(module\.)?exports\b/.test(signature);
    case "python":
      return !name.startsWith("_");
    case "go":
      return /^\p{Lu}/u.test(name);
    case "rust":
      return /^(#\[.*?\]\s*)*pub\b/.test(signature);
    case "java":
    case "c#":
      return /\b(public|protected|internal)\b/.test(signature) || (top && !/\bprivate\b/.test(signature));
    case "php":
      return !/\b(private|protected)\b/.test(signature);
    case "c":
    case "c++":
      return !/^static\b/.test(signature);
    default:
      return true;
  }
}
