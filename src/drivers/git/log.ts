/** History, newest first. */
import { DIFF_OPTIONS, gitOk, type Repository } from "./exec.ts";
import { gitPath, isEmpty, noCommits, pathArguments, resolveRange } from "./revision.ts";
import { COMMIT_MARK, dropSecretSections } from "./secrets.ts";

export interface LogRequest {
  revision?: string;
  path?: string;
  count: number;
  skip?: number;
  author?: string;
  /** As git reads dates: "2026-11-01", "2 weeks ago". */
  since?: string;
  until?: string;
  /** Words in the commit message, without regard to case. */
  search?: string;
  patch?: boolean;
}
export interface LogResult {
  text: string;
  commits: number;
  truncated: boolean;
}

const MARKS = new RegExp(`(?<=^|\\n)${COMMIT_MARK}`, "g");
/** One line a commit. */
const LINE = "%x1ecommit %h %ad %an: %s%d";
/** With patches the message is told whole, indented so that nothing in it looks like a patch. */
const BLOCK = "%x1ecommit %h %ad %an%d%n%n%w(0,4,4)%B";

/** The text of each commit begins with its short hash. Secret files are taken out of patches. */
export async function gitLog(repository: Repository, request: LogRequest, signal?: AbortSignal): Promise<LogResult> {
  const path = gitPath(repository, request.path ?? "");
  if (await isEmpty(repository, signal)) throw noCommits();
  const range = await resolveRange(repository, request.revision || "HEAD", signal);
  const args = [
    "log",
    `--max-count=${request.count}`,
    `--skip=${request.skip ?? 0}`,
    "--date=short",
    "--no-notes",
    ...DIFF_OPTIONS,
    ...filters(request),
  ];
  args.push(
    request.patch ? `--format=${BLOCK}` : `--format=${LINE}`,
    request.patch ? "--patch" : "--no-patch",
    "--no-renames",
  );
  const result = await gitOk(repository.root, [...args, range, ...pathArguments(repository, path)], { signal });
  const text = request.patch ? dropSecretSections(result.stdout).text : result.stdout;
  const commits = text.match(MARKS)?.length ?? 0;
  return {
    text: text.replace(MARKS, request.patch ? "commit " : "").trimEnd(),
    commits,
    truncated: result.truncated,
  };
}

function filters(request: LogRequest): string[] {
  const args: string[] = [];
  if (request.author) args.push(`--author=${request.author}`);
  if (request.since) args.push(`--since=${request.since}`);
  if (request.until) args.push(`--until=${request.until}`);
  if (request.search) args.push("--fixed-strings", "--regexp-ignore-case", `--grep=${request.search}`);
  return args;
}
