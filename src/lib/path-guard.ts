/**
 * Pure rules about paths: which names are secret, what is inside what. The rules look at names only; what a path leads
 * to on disk (symbolic links, devices) is settled by `drivers/files/guard.ts`, which applies these rules to the real path.
 *
 * A hard link to a secret file has another name and cannot be told from an ordinary file: it is not covered.
 */
import { normalize } from "node:path";

/** Longest path a request may name, in characters; Linux takes 4,096 bytes. */
export const PATH_LIMIT_CHARS = 4096;

/** Directories whose whole content is secret, and names that are secret wherever they stand in a path. */
const SECRET_ANYWHERE: readonly RegExp[] = [
  /^\.env/,
  /\.(pem|key|kdbx?|p12|pfx|jks|keystore|ppk)$/,
  /^id_(rsa|dsa|ecdsa|ed25519)/,
  /^\.(netrc|npmrc|pypirc|pgpass|htpasswd|dockercfg|s3cfg|git-credentials|vault-token)$/,
  /^\.(ssh|gnupg|aws|kube|azure|password-store)$/,
  /^_netrc$/,
];
/** Names that are secret for a file, but common for a directory of source code. */
const SECRET_FILE: readonly RegExp[] = [
  /^credentials(\.(json|ini|toml))?$/,
  /\.env$/,
  /^(client_secret|service[-_]account).*\.json$/,
];
/** Two segments at the end of a path; ours too: a project may hold the data directory. */
const SECRET_PAIR =
  /(^|\/)(\.boocode\/(mcp|providers)\.json|\.docker\/config\.json|\.config\/gh\/hosts\.yml|\.cargo\/credentials(\.toml)?)$/;

/** `.env.example`, `.env.local.sample`, `prod.env.template`: made to be read. */
const MADE_TO_BE_READ = /^(\.env(\.[^/]*)?|[^/]*\.env)\.(example|sample|template)$|^(example|sample|template)\.env$/;

/** What editors and people add to a name when they keep an old copy. */
const COPY_SUFFIX = /(~|#|[. ]|\.(bak|backup|old|orig|save|swp|swo|tmp|copy|[0-9]{1,3}))$/;

/** True if the file of this path may never be read. The path is relative to its project, with `/`. */
export function isSecretPath(path: string): boolean {
  const segments = plainName(path).split("/").filter(Boolean);
  const last = segments.length - 1;
  return segments.some((name, i) => isSecretSegment(name, i === last)) || SECRET_PAIR.test(segments.join("/"));
}

/** True if the path is `.git` or lies in one. */
export function isGitInternal(path: string): boolean {
  return plainName(path)
    .split("/")
    .some((name) => name.replace(/[. ]+$/, "") === ".git");
}

/** True if `path` is `base` or below it. Both are absolute and normal: no `..`, no symbolic links left to follow. */
export function isInside(base: string, path: string): boolean {
  return path === base || path.startsWith(base.endsWith("/") ? base : `${base}/`);
}

/** `path` as seen from `base`, "" for the base itself; null when it is not inside. */
export function relativeInside(base: string, path: string): string | null {
  if (path === base) return "";
  if (!isInside(base, path)) return null;
  return path.slice(base.endsWith("/") ? base.length : base.length + 1);
}

/** What is wrong with a path before anything is looked up, as a sentence; null when it may be looked up. */
export function pathProblem(path: string): string | null {
  if (path.includes("\0")) return "A path cannot contain a NUL byte.";
  if (!path.isWellFormed()) return "The path is not valid Unicode.";
  if (path.length > PATH_LIMIT_CHARS) return `The path is longer than ${PATH_LIMIT_CHARS} characters.`;
  return null;
}

/**
 * A path inside a project without looking at the disk, for what need not exist there (files of old commits):
 * "" for the project itself, null when the path leaves it. `root` is absolute and real.
 */
export function lexicalInside(root: string, path: string): string | null {
  const absolute = path.startsWith("/") ? normalize(path) : normalize(`${root}/${path}`);
  return relativeInside(root, absolute.length > 1 ? absolute.replace(/\/+$/, "") : absolute);
}

/** A path fit for one line of text: names with line ends or other control characters are quoted. */
export function shownPath(path: string): string {
  return /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(path)
    ? JSON.stringify(path).replace(INVISIBLE, escaped)
    : path;
}

const INVISIBLE = /[\p{Cf}\u007f-\u009f\u2028\u2029]/gu;
const escaped = (c: string) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;

function isSecretSegment(name: string, isLast: boolean): boolean {
  const candidates = [name, withoutCopyMarks(name)];
  if (MADE_TO_BE_READ.test(name)) return false;
  return candidates.some(
    (n) => SECRET_ANYWHERE.some((r) => r.test(n)) || (isLast && SECRET_FILE.some((r) => r.test(n))),
  );
}

/** `.server.pem.swp`, `#id_rsa#`, `.#.netrc`, `app.key.bak~` → the name they are a copy of. */
function withoutCopyMarks(name: string): string {
  let bare = name;
  while (COPY_SUFFIX.test(bare)) bare = bare.replace(COPY_SUFFIX, "");
  // Emacs puts `#` or `.#` before the name, vim a dot.
  bare = bare.replace(/^(\.?#)/, "");
  return /\.sw[po]$/.test(name) && bare.startsWith(".") ? bare.slice(1) : bare;
}

/**
 * Folds case, and what some file systems treat as equal: compatibility forms and characters that take no room. It only
 * ever makes more names secret. ASCII, which is nearly every path, takes the quick way.
 */
function plainName(path: string): string {
  if (/^[\x20-\x7e]*$/.test(path)) return path.toLowerCase();
  return path
    .replace(/\p{Cf}/gu, "")
    .normalize("NFKC")
    .toLowerCase();
}
