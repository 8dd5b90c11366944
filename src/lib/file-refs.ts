/** Words that name a file of the project, such as `src/app.ts:42`. Precise rather than complete: no link is better than a wrong one. */
import { hasKnownExtension, isKnownName } from "./file-names.ts";

export interface FileRef {
  /** Relative, with `/`, without a leading `./`. */
  path: string;
  line: number | null;
  /** Last line of a range. */
  last_line: number | null;
}

/** Where the word stands: in prose a lone `node.js` is no file; inside code marks brackets belong to paths. */
export type RefContext = "prose" | "code";

const REF_LIMIT_CHARS = 300;
const PROSE_SEGMENT = /^[\p{L}\p{N}_@.+-]+$/u;
const CODE_SEGMENT = /^[\p{L}\p{N}_@.+\-[\]()$]+$/u;
const HOST_LIKE = /\.(?:com|org|net|io|dev|ai|app|co|edu|gov|me|uk|de|eu|fr|nl|ch|us|info|local)$/i;

/** The file that the whole word names, with its line if it gives one (`a/b.ts:3`, `:3-9`, `:3:7`, `#L3-L9`); else null. */
export function parseFileRef(word: string, context: RefContext): FileRef | null {
  if (word.length > REF_LIMIT_CHARS) return null;
  const match = /^([^:#]+)(?::(\d{1,7})(?:([-–:])(\d{1,7}))?|#L(\d{1,7})(?:-L?(\d{1,7}))?)?$/.exec(word);
  if (!match) return null;
  const path = (match[1] ?? "").replace(/^(?:\.\/)+/, "");
  const line = toLine(match[2] ?? match[5]);
  if (!isPath(path, context, line !== null)) return null;
  return { path, line, last_line: toLine(match[3] === ":" ? undefined : (match[4] ?? match[6])) };
}

const toLine = (digits: string | undefined): number | null => (digits && Number(digits) > 0 ? Number(digits) : null);

function isPath(path: string, context: RefContext, with_line: boolean): boolean {
  const segments = path.split("/");
  const name = segments[segments.length - 1] ?? "";
  const shape = context === "code" ? CODE_SEGMENT : PROSE_SEGMENT;
  if (segments.some((segment) => !shape.test(segment) || segment === ".." || segment === ".")) return false;
  if (/^[@+-]/.test(path) || name.endsWith(".")) return false;
  if (segments.length > 1) {
    if (HOST_LIKE.test(segments[0] ?? "")) return false;
    return isKnownName(name) || hasKnownExtension(name);
  }
  if (isKnownName(name)) return context === "code" || name.indexOf(".") > 0;
  return with_line && hasKnownExtension(name);
}
