/** Revisions and paths as models write them, settled before git sees them: a revision goes to git as a full hash only. */
import { isSecretPath, lexicalInside, pathProblem, shownPath } from "../../lib/path-guard.ts";
import { ellipsis } from "../../lib/text.ts";
import { Refusal } from "../refusal.ts";
import { git, gitFailed, pathScope, type Repository } from "./exec.ts";

const REVISION_LIMIT_CHARS = 200;

/** The full hash of the commit that `revision` names. Throws Refusal for what is none. */
export async function resolveCommit(repository: Repository, revision: string, signal?: AbortSignal): Promise<string> {
  refuseOption(revision);
  const result = await git(
    repository.root,
    ["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`],
    { signal },
  );
  const hash = result.stdout.trim();
  if (result.code === 0 && /^[0-9a-f]{40,64}$/.test(hash)) return hash;
  if (await isEmpty(repository, signal)) throw noCommits();
  if (/ambiguous/.test(result.stderr)) throw gitFailed(result.stderr);
  throw new Refusal("not_found", "no such revision", `${shownRevision(revision)} names no commit in this repository.`, {
    field: "revision",
    hint: "Use a hash or name that git_log shows, HEAD, or HEAD~1.",
  });
}

/** True when the repository has no commit at HEAD yet. */
export async function isEmpty(repository: Repository, signal?: AbortSignal): Promise<boolean> {
  return (await git(repository.root, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], { signal })).code !== 0;
}

export const noCommits = () =>
  new Refusal("not_found", "no commits yet", "The repository has no commits yet.", {
    hint: "git_status shows what is there.",
  });

/** `a`, `a..b` or `a...b` with every name settled, ready for git. */
export async function resolveRange(repository: Repository, revision: string, signal?: AbortSignal): Promise<string> {
  const range = splitRange(revision);
  if (!range) return resolveCommit(repository, revision, signal);
  const [from, to] = await Promise.all([
    resolveCommit(repository, range.from, signal),
    resolveCommit(repository, range.to, signal),
  ]);
  return `${from}${range.dots}${to}`;
}

/** The two ends of `a..b` or `a...b`; null for a single revision. An empty end means HEAD. */
export function splitRange(revision: string): { from: string; to: string; dots: string } | null {
  const match = /^(.*?)(\.\.\.?)(.*)$/s.exec(revision);
  return match && { from: match[1] || "HEAD", to: match[3] || "HEAD", dots: match[2]! };
}

/** A path for git, relative to the project ("" is the whole project); it need not exist on disk. */
export function gitPath(repository: Repository, path: string): string {
  const problem = pathProblem(path);
  const name = shownPath(ellipsis(path, 200));
  if (problem) throw new Refusal("invalid", "not a path", problem, { field: "path" });
  const inside = lexicalInside(repository.root, path.trim() === "" ? "." : path);
  if (inside === null)
    throw new Refusal(
      "forbidden",
      "outside the project",
      `${name} is outside the project; git is asked about the project only.`,
      { field: "path", hint: "Give a path relative to the project's directory." },
    );
  if (isSecretPath(inside))
    throw new Refusal(
      "forbidden",
      "refused: secret file",
      `${name} is refused: files of secrets are never read, in the history neither.`,
      { field: "path", hint: "git_log without a patch tells which commits touched it." },
    );
  return inside;
}

/** Paths after `--`; a project below the top of its repository is always limited to itself. */
export function pathArguments(repository: Repository, path: string): string[] {
  return path === "" ? pathScope(repository) : ["--", path];
}

function refuseOption(revision: string): void {
  const isPlain = revision !== "" && revision.length <= REVISION_LIMIT_CHARS && revision.isWellFormed();
  if (isPlain && !revision.startsWith("-") && !/[\p{Cc}\s:]/u.test(revision)) return;
  throw new Refusal("invalid", "not a revision", `${shownRevision(revision)} is not a revision.`, {
    field: "revision",
    hint: "Give a commit hash, a branch, a tag, HEAD or HEAD~2; the path goes into `path`.",
  });
}

const shownRevision = (revision: string) => JSON.stringify(ellipsis(revision, 80));
