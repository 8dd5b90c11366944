/** Finding symbols and telling about one: where it is defined, what it is made of, who uses it. */
import type { CodeSymbol, FileFacts, FoundSymbol } from "../../domain/code.ts";
import type { SymbolHits, SymbolInfo, SymbolSearch } from "../../domain/code-answers.ts";
import { unparsedName } from "../../domain/code-language.ts";
import { readTexts } from "../../drivers/code/read.ts";
import { searchFiles } from "../../drivers/files/ripgrep.ts";
import { docOf } from "../../lib/code-doc.ts";
import { countFiles, findSymbols, heirsOf, similarNames, symbolsIn } from "../../store/code-search.ts";
import { type Asker, overlayOf, type Place, placeOf } from "./place.ts";

const SIMILAR_MAX = 6;
const DEFINITIONS_MAX = 8;
const MEMBERS_MAX = 60;
const HEIRS_MAX = 30;
/** Files with the name that are parsed to see what it is there. */
const USES_FILES_MAX = 80;
const WORDS_MAX = 6;

export async function searchSymbols(asker: Asker, query: SymbolSearch, signal: AbortSignal): Promise<SymbolHits> {
  const place = await placeOf(asker, query.path, signal);
  return hitsOf(asker, place, query);
}

async function hitsOf(asker: Asker, place: Place, query: SymbolSearch): Promise<SymbolHits> {
  const { sql } = asker.core;
  const words = wordsOf(query.query);
  const overlay = await overlayOf(asker, place);
  const asked = {
    words,
    kinds: query.kinds,
    path: place.inside,
    language: null,
    limit: query.limit + overlayRows(overlay),
  };
  const found = await findSymbols(sql, place.tree, asked);
  const disk = found.symbols.filter(({ path }) => !overlay.has(path));
  const proposed = [...overlay].flatMap(([path, facts]) => proposedHits(path, facts, words, query, place.inside));
  const gone = found.symbols.length - disk.length;
  const symbols = [...proposed, ...disk].sort(byFit(words.join(""))).slice(0, query.limit);
  const none = symbols.length === 0;
  const [similar, unparsed] = await Promise.all([
    none && query.query ? similarNames(sql, place.tree, words.join(""), SIMILAR_MAX) : [],
    none ? unparsedIn(asker, place) : [],
  ]);
  return {
    state: place.state,
    symbols: symbols.map((symbol) => ({ ...symbol, path: place.shown(symbol.path) })),
    total: found.total - gone + proposed.length,
    more: found.more,
    similar,
    unparsed,
  };
}

const wordsOf = (query: string) =>
  query
    .split(/[\s.:#/\\]+/)
    .filter(Boolean)
    .slice(0, WORDS_MAX);

const overlayRows = (overlay: ReadonlyMap<string, FileFacts | null>) =>
  Math.min(
    500,
    [...overlay.values()].reduce((sum, facts) => sum + (facts?.symbols.length ?? 0), 0),
  );

function proposedHits(
  path: string,
  facts: FileFacts | null,
  words: readonly string[],
  { kinds }: SymbolSearch,
  inside: string,
): FoundSymbol[] {
  if (!facts || !(inside === "" || path === inside || path.startsWith(`${inside}/`))) return [];
  const lower = words.map((word) => word.toLowerCase());
  return facts.symbols
    .filter(({ name, kind }) => lower.every((word) => name.toLowerCase().includes(word)) && fitsKind(kinds, kind))
    .map((symbol) => ({ ...symbol, path, language: facts.language }));
}

const fitsKind = (kinds: readonly string[], kind: string) => kinds.length === 0 || kinds.includes(kind);

/** As the database puts them in order. */
function byFit(whole: string): (a: FoundSymbol, b: FoundSymbol) => number {
  const wanted = whole.toLowerCase();
  const score = ({ name, kind, exported }: FoundSymbol) =>
    (name.toLowerCase() === wanted ? 0 : 1000) +
    (name.toLowerCase().startsWith(wanted) ? 0 : 500) +
    (kind === "field" || kind === "variable" ? 250 : 0) +
    (exported ? 0 : 125) +
    Math.min(100, name.length);
  return (a, b) => score(a) - score(b) || (a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line);
}

async function unparsedIn({ core }: Asker, place: Place): Promise<{ name: string; files: number }[]> {
  const counts = new Map<string, number>();
  for (const { language, extension, files } of await countFiles(core.sql, place.tree, place.inside)) {
    const name = unparsedName(`x.${extension}`);
    if (language === null) counts.set(name, (counts.get(name) ?? 0) + files);
  }
  return [...counts].map(([name, files]) => ({ name, files })).sort((a, b) => b.files - a.files);
}

/** `name` may say what it is in: "Relay.deliver". */
export async function symbolInfo(asker: Asker, name: string, path: string, signal: AbortSignal): Promise<SymbolInfo> {
  const place = await placeOf(asker, path, signal);
  const parts = name.split(/::|[.#\\/]/).filter(Boolean);
  const bare = (parts.at(-1) ?? name).replace(/\(.*$/, "");
  const hits = await hitsOf(asker, place, { query: bare, kinds: [], path, limit: 200 });
  const named = hits.symbols.filter((symbol) => symbol.name === bare);
  const anyCase = named.length > 0 ? named : hits.symbols.filter((s) => s.name.toLowerCase() === bare.toLowerCase());
  const holder = parts.at(-2);
  const held = holder ? anyCase.filter(({ container }) => container.split(".").includes(holder)) : anyCase;
  const definitions = (held.length > 0 ? held : anyCase).slice(0, DEFINITIONS_MAX);
  const told = definitions[0]?.name ?? bare;
  const [uses, heirs] = await Promise.all([
    usesOf(asker, place, told, definitions, signal),
    definitions.length > 0 ? heirsOf(asker.core.sql, place.tree, told, HEIRS_MAX) : [],
  ]);
  return {
    ...hits,
    definitions: await Promise.all(definitions.map((symbol) => definitionOf(asker, place, symbol))),
    heirs: heirs.map((heir) => ({ ...heir, path: place.shown(heir.path) })),
    ...uses,
  };
}

async function definitionOf(asker: Asker, place: Place, symbol: FoundSymbol) {
  const overlay = await overlayOf(asker, place);
  const path = place.root === asker.scope.root ? symbol.path : symbol.path.slice(place.root.length + 1);
  const facts = overlay.get(path);
  const all: CodeSymbol[] = facts ? facts.symbols : await symbolsIn(asker.core.sql, place.tree, [path]);
  const own = symbol.container ? `${symbol.container}.${symbol.name}` : symbol.name;
  const members = all.filter(({ container }) => container === own).slice(0, MEMBERS_MAX);
  const seen = facts ? await asker.proposals?.look(path) : null;
  const text = seen?.bytes ? new TextDecoder().decode(seen.bytes) : (await readTexts(place.root, [path])).get(path);
  return { symbol, doc: text === undefined ? "" : docOf(text, symbol.line), members };
}

async function usesOf(
  { core }: Asker,
  place: Place,
  name: string,
  definitions: readonly FoundSymbol[],
  signal: AbortSignal,
): Promise<Pick<SymbolInfo, "uses" | "unchecked" | "cut">> {
  const edge = (letter: string) => (/[\p{L}\p{N}_]/u.test(letter) ? "\\b" : "");
  const pattern = `${edge(name[0]!)}${name.replace(/[^\p{L}\p{N}_]/gu, "\\$&")}${edge(name.at(-1)!)}`;
  const request = { pattern, path: "", literal: false, ignore_case: false, context: 0, ignored: false, signal };
  const found = await searchFiles({ root: place.root, grants: [] }, request);
  const paths = found.files.map(({ path }) => path);
  const looked = paths.slice(0, USES_FILES_MAX);
  const [mentioned, symbols] = await Promise.all([
    core.code.parser.ask(
      {
        kind: "mentions",
        root: place.root,
        name,
        paths: looked,
        member: definitions.length > 0 && definitions.every(({ kind }) => kind === "method" || kind === "field"),
        at_home: paths.filter((path) => definitions.some((one) => one.path === place.shown(path))),
      },
      "now",
    ),
    symbolsIn(core.sql, place.tree, looked),
  ]);
  const byPath = Map.groupBy(symbols, ({ path }) => path);
  const uses = mentioned.flatMap(({ path, mentions }) =>
    mentions
      .filter(({ role }) => role !== "definition")
      .map(({ line, role, text }) => ({
        path: place.shown(path),
        line,
        role,
        within: withinOf(byPath.get(path) ?? [], line, name),
        text,
      })),
  );
  return { uses, unchecked: paths.length - looked.length, cut: found.truncated };
}

/** The innermost function, method or type around a line. */
function withinOf(symbols: readonly FoundSymbol[], line: number, name: string): string {
  let best: FoundSymbol | null = null;
  for (const symbol of symbols) {
    if (symbol.line > line || symbol.end_line < line || symbol.name === name) continue;
    if (/^(field|variable|constant)$/.test(symbol.kind) && symbol.line === symbol.end_line) continue;
    if (!best || symbol.end_line - symbol.line <= best.end_line - best.line) best = symbol;
  }
  return best ? (best.container ? `${best.container}.${best.name}` : best.name) : "";
}
