/** What files import and who imports them, level by level. */
import type { Dependencies } from "../../domain/code-answers.ts";
import { Refusal } from "../../drivers/refusal.ts";
import { filesAt, importsIn } from "../../store/code-search.ts";
import { type Asker, type Place, placeOf } from "./place.ts";
import { filesOf, type Resolved, type Resolver } from "./resolve.ts";

/** Files of a directory that are looked at together. */
const FILES_MAX = 400;
/** Files found in each direction. */
const FOUND_MAX = 400;
const EXTERNAL_MAX = 60;
const MISSING_MAX = 20;

export async function dependencies(
  asker: Asker,
  path: string,
  depth: number,
  signal: AbortSignal,
): Promise<Dependencies> {
  const place = await placeOf(asker, path, signal);
  const files = await filesAt(asker.core.sql, place.tree, place.inside, FILES_MAX + 1);
  if (files.length === 0) throw nothingHere(place);
  const own = files.slice(0, FILES_MAX).map((file) => file.path);
  const resolver = await place.resolver();
  const direct = await resolver.resolve(await importsIn(asker.core.sql, place.tree, own));
  const isOwn = (to: string) => to === place.inside || place.inside === "" || to.startsWith(`${place.inside}/`);
  const down = new Walk(place, isOwn);
  const up = new Walk(place, isOwn);
  await down.out(asker, resolver, direct, depth);
  await up.in(resolver, own, depth);
  return {
    state: place.state,
    path: place.shown(place.inside || "."),
    files: files.length,
    imports: down.found,
    importers: up.found,
    external: externalOf(direct),
    missing: direct
      .filter(({ target }) => target.kind === "missing")
      .slice(0, MISSING_MAX)
      .map(({ from }) => ({ spec: from.spec, path: place.shown(from.path), line: from.line })),
    more: files.length > FILES_MAX || down.more || up.more,
  };
}

/** Breadth first, each file once. */
class Walk {
  readonly found: Dependencies["imports"] = [];
  more = false;
  private readonly seen = new Set<string>();

  constructor(
    private readonly place: Place,
    private readonly isOwn: (path: string) => boolean,
  ) {}

  async out(asker: Asker, resolver: Resolver, direct: readonly Resolved[], depth: number): Promise<void> {
    let resolved = direct;
    for (let level = 1; level <= depth && resolved.length > 0; level++) {
      const next: string[] = [];
      for (const { from, target } of resolved) {
        const files = filesOf(target);
        const name = target.kind === "files" ? `${target.path}/` : files[0];
        if (name !== undefined && this.take(name, level, from.path)) next.push(...files);
      }
      if (level === depth) return;
      resolved = await resolver.resolve(await importsIn(asker.core.sql, this.place.tree, next.slice(0, FOUND_MAX)));
    }
  }

  async in(resolver: Resolver, own: readonly string[], depth: number): Promise<void> {
    let paths = own;
    for (let level = 1; level <= depth && paths.length > 0; level++) {
      const { found, more } = await resolver.importers(paths);
      this.more ||= more;
      paths = found.flatMap(({ from, to }) => (this.take(from.path, level, to) ? [from.path] : []));
    }
  }

  private take(path: string, level: number, via: string): boolean {
    if (this.isOwn(path) || this.seen.has(path)) return false;
    if (this.found.length >= FOUND_MAX) {
      this.more = true;
      return false;
    }
    this.seen.add(path);
    this.found.push({ path: this.place.shown(path), level, via: this.place.shown(via) });
    return true;
  }
}

function externalOf(resolved: readonly Resolved[]): Dependencies["external"] {
  const by = new Map<string, Set<string>>();
  for (const { from, target } of resolved) {
    if (target.kind === "external") by.set(target.name, (by.get(target.name) ?? new Set()).add(from.path));
  }
  return [...by]
    .map(([name, files]) => ({ name, files: files.size }))
    .sort((a, b) => b.files - a.files || (a.name < b.name ? -1 : 1))
    .slice(0, EXTERNAL_MAX);
}

/** The path is on disk, but not in the index: ignored by git, empty, or not read yet. */
export function nothingHere(place: Place): Refusal {
  const name = place.shown(place.inside || ".");
  const reading = !place.state.current && place.state.error === null;
  return new Refusal(
    reading ? "unavailable" : "not_found",
    reading ? "still indexing" : "not indexed",
    reading
      ? `${name} is not indexed yet: ${place.state.done} of ${place.state.total} files are read.`
      : `${name} holds no file that is indexed: git ignores it, it is empty, or only holds files of secrets.`,
    { field: "path", hint: reading ? "Ask again in some seconds, or use grep." : "Use grep with include_ignored." },
  );
}
