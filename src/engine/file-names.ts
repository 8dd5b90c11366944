/** Names of a project's files for the palette and the composer: listed once, kept for a short while. */

import type { Project } from "../domain/project.ts";
import { findFiles } from "../drivers/files/ripgrep.ts";

import { type Names, namesOf } from "../lib/fuzzy.ts";

const FRESH_MS = 10_000;
const FILES_MAX = 60_000;
const PROJECTS_KEPT = 4;

interface Listed {
  at: number;
  names: Promise<Names>;
}

/** One a server; holds the names of the few projects that were asked for last. */
export class FileNames {
  private readonly kept = new Map<string, Listed>();

  /** Paths relative to the project, without what git ignores. An old list is given at once and renewed behind it. */
  async of(project: Project): Promise<Names> {
    const known = this.kept.get(project.id);
    const now = Date.now();
    if (known && now - known.at < FRESH_MS) return known.names;
    const names = findFiles({ root: project.path, grants: [] }, { path: "", ignored: false }).then(
      (found) => namesOf(found.paths.slice(0, FILES_MAX)),
      () => namesOf([]),
    );
    this.kept.delete(project.id);
    this.kept.set(project.id, { at: now, names: known ? names.catch(() => known.names) : names });
    for (const id of this.kept.keys()) if (this.kept.size > PROJECTS_KEPT) this.kept.delete(id);
    return known ? known.names : names;
  }
}
