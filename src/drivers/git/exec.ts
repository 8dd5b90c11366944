/**
 * Runs git on a repository that nobody vouches for. Its configuration may name programs (hooks, file-system monitor,
 * filters, external diff, textconv, signature checks): none of them runs. Nothing is fetched, nothing asks.
 */
import { isInside } from "../../lib/path-guard.ts";
import { type Finished, runCommand } from "../proc.ts";
import { Refusal } from "../refusal.ts";

export interface GitOptions {
  signal?: AbortSignal;
  timeout_ms?: number;
  stdout_limit_bytes?: number;
  stdin?: string;
  env?: Record<string, string>;
  /** Further settings as environment, for names that the `-c` form cannot carry. */
  settings?: readonly (readonly [key: string, value: string])[];
}

/** Where the project stands in its repository. */
export interface Repository {
  /** Real path of the project, the directory git runs in. */
  root: string;
  /** The project's path below the top of the working tree, "" or ending in "/". */
  prefix: string;
}

export const GIT_TIMEOUT_MS = 30_000;
/** Output of git kept of one command. */
export const GIT_OUTPUT_LIMIT_BYTES = 4_000_000;

const SETTINGS = [
  "core.fsmonitor=false",
  "core.hooksPath=/dev/null",
  "core.quotePath=false",
  "color.ui=false",
  "log.showSignature=false",
  "log.mailmap=false",
  "diff.ignoreSubmodules=dirty", // git would run in the submodule, with the submodule's own settings
  "diff.noprefix=false",
  "diff.mnemonicPrefix=false",
  "submodule.recurse=false",
  "i18n.logOutputEncoding=UTF-8",
  "gc.auto=0",
  "maintenance.auto=false",
].flatMap((setting) => ["-c", setting]);

const ENVIRONMENT = {
  LC_ALL: "C",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_TERMINAL_PROMPT: "0",
  GIT_PAGER: "cat",
  GIT_EDITOR: "true",
  // A path from a model is a name, never a pattern or `:(top)`.
  GIT_LITERAL_PATHSPECS: "1",
  // A partial clone would fetch what is missing, through whatever transport it names.
  GIT_NO_LAZY_FETCH: "1",
  GIT_ALLOW_PROTOCOL: "none",
};

/** The options every diff, show and log carries: no program of the repository's choice sees the content. */
export const DIFF_OPTIONS = [
  "--no-ext-diff",
  "--no-textconv",
  "--no-color",
  "--src-prefix=a/",
  "--dst-prefix=b/",
  "--submodule=short",
] as const;

/** Runs git in `cwd`; the exit code is the caller's to judge. Throws on abort, on the time limit and without git. */
export async function git(cwd: string, args: readonly string[], options: GitOptions = {}): Promise<Finished> {
  const result = await runCommand({
    argv: ["git", "--no-pager", ...SETTINGS, ...args],
    cwd,
    env: { ...ENVIRONMENT, ...settingsEnvironment(options.settings ?? []), ...options.env },
    stdin: options.stdin,
    signal: options.signal,
    timeout_ms: options.timeout_ms ?? GIT_TIMEOUT_MS,
    stdout_limit_bytes: options.stdout_limit_bytes ?? GIT_OUTPUT_LIMIT_BYTES,
  });
  if (result.timed_out) {
    throw new Refusal(
      "limit",
      "took too long",
      `git ${args[0]} took longer than ${(options.timeout_ms ?? GIT_TIMEOUT_MS) / 1000} s and was stopped.`,
      {
        hint: "Ask for less: a path, fewer commits.",
      },
    );
  }
  return result;
}

/** As `git`, but anything other than success throws a Refusal with git's own words. */
export async function gitOk(cwd: string, args: readonly string[], options: GitOptions = {}): Promise<Finished> {
  const result = await git(cwd, args, options);
  if (result.code === 0 || result.truncated) return result;
  throw gitFailed(result.stderr);
}

/** The repository a project is in, or null when it is in none. Throws Refusal when git refuses to look. */
export async function findRepository(root: string, signal?: AbortSignal): Promise<Repository | null> {
  const result = await git(root, ["rev-parse", "--show-toplevel", "--show-prefix"], { signal });
  if (result.code !== 0) {
    if (/not a git repository|must be run in a work tree/i.test(result.stderr)) return null;
    throw gitFailed(result.stderr);
  }
  // A prefix ends in "/" and a top never does, so a name with a line end in it still splits where it should.
  const out = result.stdout.replace(/\n$/, "");
  const cut = out.endsWith("\n") ? out.length - 1 : splitAt(out, root);
  const top = out.slice(0, cut);
  // A `core.worktree` elsewhere would let git show files that are not the project's.
  if (!isInside(top, root)) return null;
  return { root, prefix: out.slice(cut + 1) };
}

/** As findRepository; no repository is a Refusal. */
export async function requireRepository(root: string, signal?: AbortSignal): Promise<Repository> {
  const repository = await findRepository(root, signal);
  if (repository) return repository;
  throw new Refusal(
    "unavailable",
    "no git repository",
    "The project is not a git repository, so there is no history, status or diff.",
    {
      hint: "Use view_file, grep and list_dir.",
    },
  );
}

/** Pathspec that keeps git inside a project that is only a part of its repository. */
export const pathScope = (repository: Repository): string[] => (repository.prefix === "" ? ["--"] : ["--", "."]);

/**
 * Settings that turn off the filters which the repository's own configuration names: git would run them to compare
 * files and to check them out. Filters of the user's own configuration (git-lfs) stay.
 */
export async function withoutRepositoryFilters(root: string, signal?: AbortSignal): Promise<[string, string][]> {
  const result = await git(root, ["config", "--show-scope", "--name-only", "--null", "--get-regexp", "^filter\\."], {
    signal,
  });
  const fields = result.stdout.split("\0");
  const names = new Set<string>();
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = /^filter\.(.*)\.[^.]*$/s.exec(fields[i + 1]!)?.[1];
    if (name !== undefined && /^(local|worktree)$/.test(fields[i]!)) names.add(name);
  }
  return [...names].flatMap((name): [string, string][] => [
    [`filter.${name}.clean`, ""],
    [`filter.${name}.smudge`, ""],
    [`filter.${name}.process`, ""],
    [`filter.${name}.required`, "false"],
  ]);
}

/** git's complaint as a sentence. */
export function gitFailed(stderr: string): Refusal {
  if (/dubious ownership/.test(stderr)) {
    return new Refusal(
      "forbidden",
      "git refuses",
      "git refuses this repository because it belongs to another user. The owner of BooCode can allow it: git config --global --add safe.directory <path>.",
    );
  }
  const full = /^.*(No space left on device|Disk quota exceeded).*$/im.exec(stderr)?.[0];
  if (full !== undefined) {
    return new Refusal(
      "unavailable",
      "disk full",
      `There is no space left on the disk, so git could not write: ${full.replace(/^(fatal|error):\s*/, "").slice(0, 300)}. Free some, then try again.`,
    );
  }
  const line = stderr.split("\n").find((l) => /^(fatal|error):/.test(l)) ?? stderr.split("\n")[0] ?? "";
  const said = line.replace(/^(fatal|error):\s*/, "").slice(0, 300) || "it gave no reason";
  return new Refusal("invalid", "git failed", `git failed: ${said}.`);
}

function splitAt(out: string, root: string): number {
  for (let cut = out.indexOf("\n"); cut !== -1; cut = out.indexOf("\n", cut + 1)) {
    if (`${out.slice(0, cut)}/${out.slice(cut + 1)}` === `${root}/`) return cut;
  }
  return out.indexOf("\n") === -1 ? out.length : out.indexOf("\n");
}

function settingsEnvironment(settings: readonly (readonly [string, string])[]): Record<string, string> {
  if (settings.length === 0) return {};
  const env: Record<string, string> = { GIT_CONFIG_COUNT: String(settings.length) };
  settings.forEach(([key, value], i) => {
    env[`GIT_CONFIG_KEY_${i}`] = key;
    env[`GIT_CONFIG_VALUE_${i}`] = value;
  });
  return env;
}
