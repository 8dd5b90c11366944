/** "Did you mean" for a path that is not there: a name like it beside it, or the same name elsewhere. */
import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { closest } from "../../lib/closest.ts";
import { isGitInternal, isSecretPath } from "../../lib/path-guard.ts";
import { runCommand } from "../proc.ts";

/** Names compared in one directory. */
const SIBLINGS_LIMIT = 5000;
const SEARCH_TIMEOUT_MS = 1500;
const SEARCH_LIMIT_BYTES = 100_000;
const SUGGESTIONS = 3;

/** Up to three existing paths, relative to `base`, that may have been meant by the missing path `inside` it. */
export async function suggestPaths(base: string, inside: string, signal?: AbortSignal): Promise<string[]> {
  // "src/app.ts:42" and "src\\app.ts" are what models make of a path.
  const withoutLine = inside.replaceAll("\\", "/").replace(/(:\d+)+(-\d+)?$/, "");
  const found = [
    ...(withoutLine !== inside ? await siblings(base, withoutLine, true) : []),
    ...(await sameName(base, basename(withoutLine), signal)),
    ...(await siblings(base, withoutLine, false)),
  ];
  return [...new Set(found)].filter((p) => !isSecretPath(p) && !isGitInternal(p)).slice(0, SUGGESTIONS);
}

async function siblings(base: string, inside: string, exact: boolean): Promise<string[]> {
  const folder = dirname(inside);
  const names = await readdir(join(base, folder)).catch(() => []);
  const name = basename(inside);
  const like = exact ? names.filter((n) => n === name) : closest(name, names.slice(0, SIBLINGS_LIMIT));
  return like.map((n) => (folder === "." ? n : `${folder}/${n}`));
}

/** Files of the same name anywhere in the tree, ignored ones left out; nothing when it takes too long. */
async function sameName(base: string, name: string, signal?: AbortSignal): Promise<string[]> {
  if (name === "" || name.length > 255) return [];
  const glob = name.replace(/[\\*?[\]{}!]/g, "\\$&");
  const result = await runCommand({
    argv: [
      "rg",
      "--no-config",
      "--files",
      "--null",
      "--no-messages",
      "--hidden",
      "--glob",
      "!.git",
      `--iglob=${glob}`,
      "./",
    ],
    cwd: base,
    timeout_ms: SEARCH_TIMEOUT_MS,
    stdout_limit_bytes: SEARCH_LIMIT_BYTES,
    signal,
  }).catch(() => null);
  if (!result || result.truncated) return [];
  const paths = result.stdout
    .split("\0")
    .filter(Boolean)
    .map((p) => p.replace(/^\.\//, ""));
  return paths.sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
}
