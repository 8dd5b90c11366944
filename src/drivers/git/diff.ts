/** Differences as unified patches, with a summary first and without the files of secrets. */
import { DIFF_OPTIONS, gitOk, type Repository, withoutRepositoryFilters } from "./exec.ts";
import { gitPath, isEmpty, pathArguments, resolveRange } from "./revision.ts";
import { dropSecretSections } from "./secrets.ts";

export interface DiffRequest {
  /** A commit (compared with the working tree), `a..b` or `a...b`; by default everything not committed. */
  revision?: string;
  /** Only what is staged. */
  staged?: boolean;
  path?: string;
  /** Summary alone, no patch. */
  stat?: boolean;
  /** Lines around a change. */
  context: number;
}
export interface DiffResult {
  text: string;
  /** "3 files changed, 12 insertions(+), 1 deletion(-)"; null without a difference. */
  summary: string | null;
  truncated: boolean;
}

export async function gitDiff(repository: Repository, request: DiffRequest, signal?: AbortSignal): Promise<DiffResult> {
  const path = gitPath(repository, request.path ?? "");
  const settings = await withoutRepositoryFilters(repository.root, signal);
  const args = ["diff", ...DIFF_OPTIONS, "--find-renames", "--ignore-submodules=dirty", "--stat=120"];
  if (!request.stat) args.push("--patch", `--unified=${request.context}`);
  args.push(...(await ends(repository, request, signal)), ...pathArguments(repository, path));
  const result = await gitOk(repository.root, args, { signal, settings });
  return { ...readable(result.stdout), truncated: result.truncated };
}

/** The text of a patch with its summary, secret files taken out. */
export function readable(patch: string): { text: string; summary: string | null } {
  const { text } = dropSecretSections(patch);
  const summary = /^ (\d+ files? changed.*)$/m.exec(text.slice(0, text.indexOf("\ndiff --") + 1 || undefined));
  return { text: text.trimEnd(), summary: summary?.[1] ?? null };
}

async function ends(repository: Repository, request: DiffRequest, signal?: AbortSignal): Promise<string[]> {
  if (request.revision) {
    const range = await resolveRange(repository, request.revision, signal);
    return request.staged ? ["--cached", range] : [range];
  }
  // Before the first commit there is no HEAD to compare with; the index is all there is.
  if (request.staged || (await isEmpty(repository, signal))) return ["--cached"];
  return ["HEAD"];
}
