/**
 * Takes the files of secrets out of patches: `git show` would print a committed `.env`. A section whose file cannot be
 * told for certain is taken out too.
 *
 * Only real section headers begin with "diff " at the start of a line: lines of content begin with " ", "+", "-" or
 * "\", and commit messages are indented by whoever prints them.
 */
import { isGitInternal, isSecretPath, shownPath } from "../../lib/path-guard.ts";

export interface Filtered {
  text: string;
  /** Paths whose sections were taken out. */
  dropped: string[];
}

/** Header lines after "diff --git" until hunks begin; more than these are never needed to find the names. */
const HEADER_LINES = 12;

export function dropSecretSections(patch: string): Filtered {
  if (!patch.includes("diff --")) return { text: patch, dropped: [] };
  const kept: string[] = [];
  const dropped: string[] = [];
  for (const section of splitSections(patch)) {
    const paths = section.startsWith("diff --") ? pathsOf(section) : [];
    if (paths === null || paths.some((p) => isSecretPath(p) || isGitInternal(p))) {
      const name = shownPath(paths?.find((p) => isSecretPath(p)) ?? "a file");
      dropped.push(name);
      kept.push(`(${name}: not shown, it may hold secrets)\n${afterSection(section)}`);
    } else kept.push(section);
  }
  return { text: kept.join(""), dropped };
}

function splitSections(patch: string): string[] {
  // Without the flag m, for which a lone CR, which content may hold, begins a line too.
  return patch.split(/(?<=^|\n)(?=diff --(?:git|cc|combined) )/);
}

/** What follows the last section of a commit in `git log -p`: the next commit, told by its mark. */
function afterSection(section: string): string {
  const next = section.indexOf(`\n${COMMIT_MARK}`);
  return next === -1 ? "" : section.slice(next + 1);
}

/** Begins every commit in our `git log -p` output; content cannot begin a line with it. */
export const COMMIT_MARK = "\x1ecommit ";

/** Both names of a section, or null when they cannot be told. */
function pathsOf(section: string): string[] | null {
  const lines = section.split("\n", HEADER_LINES);
  const header = lines[0]!;
  const combined = /^diff --(?:cc|combined) (.*)$/s.exec(header);
  if (combined) return [unquote(combined[1]!)];
  const renamed: string[] = [];
  for (const line of lines.slice(1)) {
    if (line.startsWith("@@") || line.startsWith("diff --")) break;
    const match = /^(?:rename|copy) (?:from|to) (.*)$/s.exec(line);
    if (match) renamed.push(unquote(match[1]!));
  }
  if (renamed.length === 2) return renamed;
  const both = samePath(header.slice("diff --git ".length));
  return both === null ? null : [both];
}

/** `a/x b/x`: without a rename both names are equal, so the middle is known even with spaces in them. */
function samePath(names: string): string | null {
  const half = (names.length - 1) / 2;
  if (!Number.isInteger(half) || names[half] !== " ") return null;
  const from = unquote(names.slice(0, half));
  const to = unquote(names.slice(half + 1));
  return from.startsWith("a/") && to.startsWith("b/") && from.slice(2) === to.slice(2) ? from.slice(2) : null;
}

const ESCAPES: Record<string, string> = {
  n: "\n",
  t: "\t",
  r: "\r",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
  '"': '"',
  "\\": "\\",
};

/** git quotes names with quotes, backslashes and control characters as C does. */
function unquote(name: string): string {
  if (!name.startsWith('"') || !name.endsWith('"')) return name;
  return name
    .slice(1, -1)
    .replace(/\\([0-7]{3}|.)/g, (_, c: string) =>
      c.length === 3 ? String.fromCharCode(Number.parseInt(c, 8)) : (ESCAPES[c] ?? c),
    );
}
