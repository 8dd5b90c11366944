/** Files that belong together: by imports in both directions, by what else is imported, by names, by what was committed together. */
import type { Neighborhood } from "../../domain/code-answers.ts";
import { directoryOf } from "../../domain/code-imports.ts";
import { fileKey } from "../../domain/code-keys.ts";
import { coChanges } from "../../drivers/git/co-change.ts";
import { Refusal } from "../../drivers/refusal.ts";
import { counted } from "../../lib/format.ts";
import { filesAt, filesThere, filesWithWords, importCounts, importsIn } from "../../store/code-search.ts";
import { nothingHere } from "./dependencies.ts";
import { type Asker, type Place, placeOf } from "./place.ts";
import { filesOf, type Resolved } from "./resolve.ts";

/** Files of a directory that stand for it. */
const SEEDS_MAX = 60;
/** Importers whose other imports are looked at. */
const SIBLINGS_MAX = 80;
const NAMED_MAX = 200;
const WEIGHT = { imports: 4, imported: 4, together: 2, history: 8, stem: 5, word: 1, directory: 1 };
const REASONS_MAX = 4;
/** Names of everything: they say nothing. */
const PLAIN_WORDS = new Set("index main test tests spec mod lib init utils util src types helpers common".split(" "));

class Scores {
  private readonly by = new Map<string, { score: number; reasons: Map<string, number> }>();
  constructor(private readonly own: ReadonlySet<string>) {}

  add(path: string, score: number, reason: string): void {
    if (this.own.has(path)) return;
    const one = this.by.get(path) ?? { score: 0, reasons: new Map<string, number>() };
    one.score += score;
    one.reasons.set(reason, (one.reasons.get(reason) ?? 0) + score);
    this.by.set(path, one);
  }

  top(limit: number): { path: string; score: number; reasons: string[] }[] {
    return [...this.by]
      .map(([path, { score, reasons }]) => ({
        path,
        score: Math.round(score * 10) / 10,
        reasons: [...reasons]
          .sort((a, b) => b[1] - a[1])
          .slice(0, REASONS_MAX)
          .map(([reason]) => reason),
      }))
      .sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1))
      .slice(0, limit);
  }
}

export async function neighborhood(
  asker: Asker,
  path: string,
  limit: number,
  signal: AbortSignal,
): Promise<Neighborhood> {
  const place = await placeOf(asker, path, signal);
  if (place.inside === "")
    throw new Refusal("invalid", "all of it", "Everything is in the project. Name a file or a directory of it.", {
      field: "path",
      hint: "get_codebase_overview tells which there are.",
    });
  const files = (await filesAt(asker.core.sql, place.tree, place.inside, SEEDS_MAX)).map((file) => file.path);
  if (files.length === 0) throw nothingHere(place);
  const scores = new Scores(new Set(files));
  const [history] = await Promise.all([
    byHistory(asker, place, scores, signal),
    byImports(asker, place, files, scores),
    byNames(asker, place, files, scores),
  ]);
  for (const file of files.length === 1 ? files : []) near(scores, file);
  return {
    state: place.state,
    path: place.shown(place.inside),
    neighbors: scores.top(limit).map((one) => ({ ...one, path: place.shown(one.path) })),
    ...history,
  };
}

async function byImports(asker: Asker, place: Place, files: readonly string[], scores: Scores): Promise<void> {
  const resolver = await place.resolver();
  const { sql } = asker.core;
  const out = tally(await resolver.resolve(await importsIn(sql, place.tree, files)));
  const importers = new Map<string, number>();
  const pairs = new Set((await resolver.importers(files)).found.map(({ from, to }) => `${from.path}\0${to}`));
  for (const pair of pairs) {
    const path = pair.slice(0, pair.indexOf("\0"));
    importers.set(path, (importers.get(path) ?? 0) + 1);
  }
  const others = [...importers.keys()].slice(0, SIBLINGS_MAX);
  const beside = tally(await resolver.resolve(await importsIn(sql, place.tree, others)));
  const usual = await importCounts(sql, place.tree, [...new Set([...out.keys(), ...beside.keys()].map(fileKey))]);
  // What everybody imports belongs to nobody.
  const rare = (path: string) => 1 / (1 + Math.log2(1 + (usual.get(fileKey(path)) ?? 1) / 4));
  for (const [path, n] of out) scores.add(path, WEIGHT.imports * rare(path) * more(n), "is imported by it");
  for (const [path, n] of importers) scores.add(path, WEIGHT.imported * more(n), "imports it");
  for (const [path, n] of beside) {
    if (n > 1 && !importers.has(path))
      scores.add(path, WEIGHT.together * rare(path) * more(n), `imported beside it by ${counted(n, "file")}`);
  }
}

const more = (n: number) => 1 + Math.log2(n) / 2;

/** How many files import each. */
function tally(resolved: readonly Resolved[]): Map<string, number> {
  const by = new Map<string, Set<string>>();
  for (const { from, target } of resolved) {
    for (const file of filesOf(target)) by.set(file, (by.get(file) ?? new Set()).add(from.path));
  }
  return new Map([...by].map(([path, from]) => [path, from.size]));
}

async function byHistory(
  { core }: Asker,
  place: Place,
  scores: Scores,
  signal: AbortSignal,
): Promise<Pick<Neighborhood, "commits" | "no_history">> {
  const history = await coChanges(place.root, [place.inside], signal).catch((error: unknown) => {
    if (error instanceof Refusal) return error;
    throw error;
  });
  if (history instanceof Refusal) return { commits: 0, no_history: history.message };
  if (!history) return { commits: 0, no_history: "There is no git history to look at." };
  const there = await filesThere(core.sql, place.tree, [...history.files.keys()]);
  for (const [file, n] of history.files) {
    if (!there.has(file)) continue; // gone, or ignored by now
    const share = n / Math.max(3, history.commits);
    scores.add(file, WEIGHT.history * share, `changed with it in ${n} of ${counted(history.commits, "commit")}`);
  }
  return { commits: history.commits, no_history: "" };
}

async function byNames({ core }: Asker, place: Place, files: readonly string[], scores: Scores): Promise<void> {
  const stems = new Set(files.map(stemOf).filter((stem) => !PLAIN_WORDS.has(stem)));
  const words = new Set([...stems].flatMap(wordsOf));
  if (words.size === 0) return;
  for (const path of await filesWithWords(core.sql, place.tree, [...words].slice(0, 8), NAMED_MAX)) {
    const stem = stemOf(path);
    if (stems.has(stem)) scores.add(path, WEIGHT.stem, "is named like it");
    else {
      const shared = wordsOf(stem).filter((word) => words.has(word));
      if (shared.length > 0) scores.add(path, WEIGHT.word * shared.length, `has "${shared.join(" ")}" in its name`);
    }
  }
}

/** Only counts for what is near for another reason, too. */
function near(scores: Scores, file: string): void {
  for (const { path } of scores.top(200)) {
    if (directoryOf(path) === directoryOf(file)) scores.add(path, WEIGHT.directory, "in the same directory");
  }
}

/** "deliver" of deliver.ts, deliver.test.ts, deliver_test.go, test_deliver.py, DeliverTest.java. */
function stemOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1).replace(/(?<=.)\..*$/, "");
  const bare = name.replace(/^(test|spec)[_-]/i, "").replace(/([_-](test|spec|stories)|Tests?|Spec)$/, "");
  return (bare || name).toLowerCase();
}

const wordsOf = (stem: string): string[] =>
  stem.split(/[^\p{L}\p{N}]+/u).filter((word) => word.length > 2 && !PLAIN_WORDS.has(word));
