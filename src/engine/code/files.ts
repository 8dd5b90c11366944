/** The whole of a tree, and one file of it. */
import type { FileAnalysis, Overview } from "../../domain/code-answers.ts";
import { unparsedName } from "../../domain/code-language.ts";
import { readBytes } from "../../drivers/code/read.ts";
import { Refusal } from "../../drivers/refusal.ts";
import {
  countFiles,
  countKinds,
  importsByKey,
  largestFiles,
  type TreeCount,
  topKeys,
} from "../../store/code-search.ts";
import { type Asker, type Place, placeOf } from "./place.ts";
import type { Target } from "./resolve.ts";

const DIRECTORIES_MAX = 40;
const LARGEST_MAX = 8;
const CENTRAL_MAX = 15;
const CENTRAL_KEYS = 40;
const CENTRAL_IMPORTS = 8_000;
const IMPORTERS_TOLD = 40;
/** One file can be told about before its tree was read. */
const FILE_WAIT_MS = 1_500;

export async function overview(asker: Asker, path: string, signal: AbortSignal): Promise<Overview> {
  const place = await placeOf(asker, path, signal);
  if (!place.isDirectory)
    throw new Refusal("invalid", "is a file", `${place.shown(place.inside)} is a file.`, {
      field: "path",
      hint: "Ask about it with get_file_analysis.",
    });
  const { sql } = asker.core;
  const { tree, inside } = place;
  const [counts, kinds, largest, central] = await Promise.all([
    countFiles(sql, tree, inside),
    countKinds(sql, tree, inside),
    largestFiles(sql, tree, inside, LARGEST_MAX),
    centralFiles(asker, place),
  ]);
  const sum = (of: (count: TreeCount) => number) => counts.reduce((total, count) => total + of(count), 0);
  return {
    state: place.state,
    path: place.shown(inside || "."),
    files: sum((c) => c.files),
    lines: sum((c) => c.lines),
    bytes: sum((c) => c.bytes),
    languages: languagesOf(counts),
    directories: directoriesOf(counts, place),
    kinds,
    central,
    largest: largest.map((file) => ({ ...file, path: place.shown(file.path) })),
  };
}

function languagesOf(counts: readonly TreeCount[]): Overview["languages"] {
  const byName = Map.groupBy(counts, ({ language, extension }) => language ?? unparsedName(`x.${extension}`));
  return [...byName]
    .map(([name, some]) => ({
      name,
      parsed: some[0]!.language !== null,
      files: some.reduce((n, c) => n + c.files, 0),
      lines: some.reduce((n, c) => n + c.lines, 0),
      skipped: some.reduce((n, c) => n + c.skipped, 0),
    }))
    .sort((a, b) => b.files - a.files);
}

function directoriesOf(counts: readonly TreeCount[], place: Place): Overview["directories"] {
  const byDirectory = Map.groupBy(counts, ({ directory }) => directory);
  return [...byDirectory]
    .map(([directory, some]) => {
      const main = languagesOf(some)[0]!;
      const path = [place.inside, directory].filter(Boolean).join("/");
      return {
        path: directory ? `${place.shown(path)}/` : place.shown(place.inside || "."),
        files: some.reduce((n, c) => n + c.files, 0),
        lines: some.reduce((n, c) => n + c.lines, 0),
        main: main.name,
      };
    })
    .sort((a, b) => b.files - a.files)
    .slice(0, DIRECTORIES_MAX)
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function centralFiles({ core }: Asker, place: Place): Promise<Overview["central"]> {
  const keys = await topKeys(core.sql, place.tree, CENTRAL_KEYS);
  const imports = await importsByKey(
    core.sql,
    place.tree,
    keys.map(({ key }) => key),
    CENTRAL_IMPORTS,
  );
  const resolved = await (await place.resolver()).resolve(imports);
  const importers = new Map<string, Set<string>>();
  for (const { from, target } of resolved) {
    const to = target.kind === "file" ? target.path : target.kind === "files" ? `${target.path}/` : null;
    if (to === null || (place.inside !== "" && !to.startsWith(`${place.inside}/`))) continue;
    const set = importers.get(to) ?? new Set();
    importers.set(to, set.add(from.path));
  }
  return [...importers]
    .map(([path, by]) => ({ path: place.shown(path), importers: by.size }))
    .filter((one) => one.importers > 1)
    .sort((a, b) => b.importers - a.importers || (a.path < b.path ? -1 : 1))
    .slice(0, CENTRAL_MAX);
}

/** A file as the chat sees it, also one that is only proposed. */
export async function fileAnalysis(asker: Asker, path: string, signal: AbortSignal): Promise<FileAnalysis> {
  const seen = (await asker.proposals?.look(path)) ?? null;
  if (seen?.bytes === null)
    throw new Refusal("not_found", "deletion proposed", `The deletion of ${path} is proposed.`, { field: "path" });
  const place = await placeOf(asker, seen ? "" : path, signal, { wait_ms: FILE_WAIT_MS });
  if (!seen && place.isDirectory)
    throw new Refusal("invalid", "is a directory", `${place.shown(place.inside || ".")} is a directory.`, {
      field: "path",
      hint: "Ask about it with get_codebase_overview.",
    });
  const inside = seen?.path ?? place.inside;
  const bytes = seen?.bytes ?? (await readBytes(place.root, inside));
  const { facts, note } = await asker.core.code.parser.ask(
    { kind: "analyse", path: inside, bytes: new Uint8Array(bytes) },
    "now",
  );
  const resolver = await place.resolver();
  const known = facts ?? null;
  const imports = (known?.imports ?? []).map((one) => ({ ...one, path: inside, language: known!.language }));
  const [resolved, { found, more }] = await Promise.all([resolver.resolve(imports), resolver.importers([inside])]);
  const importers = [...new Set(found.map(({ from }) => from.path))].map(place.shown);
  return {
    state: place.state,
    path: place.shown(inside),
    language: known?.language ?? null,
    language_name: known?.language ?? unparsedName(inside),
    bytes: bytes.length,
    lines: known?.lines ?? 0,
    facts_state: known?.state ?? "skipped",
    note: known?.note ?? note,
    proposed: seen !== null,
    symbols: known?.symbols ?? [],
    imports: resolved.map(({ from, target }) => ({ spec: from.spec, line: from.line, ...told(place, target) })),
    importers: importers.slice(0, IMPORTERS_TOLD),
    more_importers: more || importers.length > IMPORTERS_TOLD,
  };
}

function told(place: Place, target: Target): { target: string | null; external: string | null } {
  if (target.kind === "file") return { target: place.shown(target.path), external: null };
  if (target.kind === "files")
    return { target: `${place.shown(target.path)}/ (${target.files.length} files)`, external: null };
  return { target: null, external: target.kind === "external" ? target.name : null };
}
