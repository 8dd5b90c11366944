/** Where a question about code is asked: the tree of the project or of a grant, and what a chat proposes in it. */
import type { FileFacts, IndexState } from "../../domain/code.ts";
import type { Proposals, SeenFile } from "../../domain/tool.ts";
import { resolvePath, type Scope } from "../../drivers/files/guard.ts";
import { Refusal } from "../../drivers/refusal.ts";
import { shownPath } from "../../lib/path-guard.ts";
import type { Core } from "../core.ts";
import { Resolver } from "./resolve.ts";

/** Files with proposals that are read as proposed; those of more are seen as they are on disk. */
const OVERLAY_FILES = 40;

export interface Asker {
  core: Pick<Core, "sql" | "code">;
  project: string;
  scope: Scope;
  proposals?: Proposals;
}

export interface Place {
  tree: number;
  root: string;
  /** Relative to the root; "" for all of it. */
  inside: string;
  isDirectory: boolean;
  state: IndexState;
  /** A path of the tree as it is told. */
  shown(path: string): string;
  resolver(): Promise<Resolver>;
}

/** Settles what a path means and brings its tree up to date, within the time that a question may wait. Throws Refusal. */
export async function placeOf(
  asker: Asker,
  path: string,
  signal: AbortSignal,
  waits: { wait_ms?: number; fresh_ms?: number } = {},
): Promise<Place> {
  const { core, project, scope } = asker;
  const place = await resolvePath(scope, path || ".", signal);
  const isDirectory = place.stats.isDirectory();
  if (place.base === place.real && !isDirectory)
    throw new Refusal("invalid", "a single file", `${place.shown} is all that may be read there; it has no tree.`, {
      field: "path",
      hint: "Read it with view_file.",
    });
  const { tree, state } = await core.code.ready(project, place.base, signal, waits);
  return {
    tree,
    root: place.base,
    inside: place.inside,
    isDirectory,
    state,
    shown: (inside) => shownPath(place.base === scope.root ? inside : `${place.base}/${inside}`),
    resolver: async () =>
      new Resolver(
        core.sql,
        tree,
        await core.code.importSettings(tree, place.base, state.current ? state.revision : Number.NaN),
      ),
  };
}

/** What is proposed in the project, by path: null for what is to be deleted or is not parsed. */
export async function overlayOf(asker: Asker, place: Place): Promise<Map<string, FileFacts | null>> {
  const overlay = new Map<string, FileFacts | null>();
  if (place.root !== asker.scope.root || !asker.proposals) return overlay;
  const seen = await asker.proposals.all();
  for (const file of seen.slice(0, OVERLAY_FILES)) overlay.set(file.path, await factsOf(asker, file));
  return overlay;
}

async function factsOf({ core }: Asker, { path, bytes }: SeenFile): Promise<FileFacts | null> {
  if (bytes === null) return null;
  return (await core.code.parser.ask({ kind: "analyse", path, bytes: new Uint8Array(bytes) }, "now")).facts;
}
