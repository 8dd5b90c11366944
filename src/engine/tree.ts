/** The file tree of a project: levels, the files that a filter finds, and git's marks on both. */
import type { Project } from "../domain/project.ts";
import {
  type OpenLevels,
  TREE_FILTER_CHARS,
  TREE_LEVEL_LIMIT,
  TREE_MATCHES_LIMIT,
  TREE_OPEN_LIMIT,
  type TreeEntry,
  type TreeLevel,
  type TreeMatches,
} from "../domain/tree.ts";
import { findFiles } from "../drivers/files/ripgrep.ts";
import { readLevel } from "../drivers/files/tree.ts";
import { invalid } from "../lib/errors.ts";
import { isSecretPath } from "../lib/path-guard.ts";
import type { Core } from "./core.ts";
import { projectOf } from "./projects.ts";
import { TreeMarks } from "./tree-marks.ts";

type Needs = Pick<Core, "sql" | "statuses">;

export interface TreeRequest {
  /** "" for the project itself. */
  path: string;
  /** Also what git ignores. */
  ignored: boolean;
  sizes?: boolean;
  /** Directories below `path` that are to come with it. */
  open?: readonly string[];
  /** "known" takes the marks that were read last and never waits for git. */
  marks?: "now" | "known";
}

export async function readTree(
  core: Needs,
  projectId: string,
  request: TreeRequest,
): Promise<{ project: Project; level: TreeLevel; open: OpenLevels }> {
  const project = await projectOf(core, projectId);
  const [marks, level] = await Promise.all([marksOf(core, project, request.marks ?? "now"), levelOf(project, request)]);
  const wanted = (request.open ?? []).slice(0, TREE_OPEN_LIMIT);
  const opened = await Promise.all(
    // What was open and is gone or closed to us by now is no reason to fail.
    wanted.map((path) => levelOf(project, { ...request, path }).catch(() => null)),
  );
  const open = opened.flatMap((other) => (other ? [[other.path, marked(other, marks)] as const] : []));
  return { project, level: marked(level, marks), open: Object.fromEntries(open) };
}

/** Files whose path has every word of the filter in it, best first: names before paths, short before long. */
export async function filterTree(
  core: Needs,
  projectId: string,
  filter: string,
  ignored: boolean,
): Promise<{ project: Project; matches: TreeMatches }> {
  if (filter.length > TREE_FILTER_CHARS)
    throw invalid(`A filter has at most ${TREE_FILTER_CHARS} characters.`, "filter");
  const project = await projectOf(core, projectId);
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const [marks, found] = await Promise.all([
    marksOf(core, project, "now"),
    findFiles({ root: project.path, grants: [] }, { path: "", ignored }),
  ]);
  const fits = found.paths.filter((path) => words.every((word) => path.toLowerCase().includes(word)));
  const rank = (path: string) =>
    nameOf(path)
      .toLowerCase()
      .includes(words[0] ?? "")
      ? 0
      : 1;
  fits.sort((a, b) => rank(a) - rank(b) || a.length - b.length || (a < b ? -1 : 1));
  const entries = fits.slice(0, TREE_MATCHES_LIMIT).map((path) => entryOf(rawPath(path), marks));
  return { project, matches: { filter, entries, total: fits.length, truncated: found.truncated } };
}

async function levelOf(project: Project, request: TreeRequest) {
  return readLevel(
    { root: project.path, grants: [] },
    { path: request.path.replace(/\/+$/, ""), ignored: request.ignored, sizes: request.sizes ?? false },
  );
}

/** Null without a repository, and where git refuses: the tree does without marks then. */
async function marksOf(core: Needs, project: Project, when: "now" | "known"): Promise<TreeMarks | null> {
  const status =
    when === "known" ? core.statuses.peek(project.path) : await core.statuses.read(project.path).catch(() => null);
  return status ? TreeMarks.of(status) : null;
}

function marked(level: Awaited<ReturnType<typeof levelOf>>, marks: TreeMarks | null): TreeLevel {
  const { path, real_path, more, ignored } = level;
  const real = (name: string) => (real_path === "" ? name : `${real_path}/${name}`);
  const entries = level.entries.map((e) => (e.ignored || !marks ? e : { ...e, mark: marks.at(real(e.name)) }));
  const names = new Set(entries.map((entry) => entry.name));
  const gone = (marks?.goneIn(real_path) ?? []).filter((entry) => !names.has(entry.name));
  return { path, entries: [...entries, ...gone.slice(0, TREE_LEVEL_LIMIT)], more, ignored };
}

function entryOf(path: string, marks: TreeMarks | null): TreeEntry {
  const rest = { link: null, size: null, ignored: false, lossy: path.includes("\uFFFD"), gone: false } as const;
  return { name: nameOf(path), path, kind: "file", secret: isSecretPath(path), mark: marks?.at(path) ?? null, ...rest };
}

/** ripgrep's paths are fit for one line: names with control characters come quoted. */
function rawPath(shown: string): string {
  if (!shown.startsWith('"')) return shown;
  try {
    return JSON.parse(shown);
  } catch {
    return shown;
  }
}

const nameOf = (path: string) => path.slice(path.lastIndexOf("/") + 1);
