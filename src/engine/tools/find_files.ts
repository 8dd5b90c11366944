import { z } from "zod";
import { SEARCH_TIMEOUT_MS } from "../../drivers/files/ripgrep.ts";
import { count, counted } from "../../lib/format.ts";
import { isSecretPath } from "../../lib/path-guard.ts";
import { defineTool } from "./define.ts";
import { countField, flag, optionalPath } from "./fields.ts";
import description from "./find_files.md" with { type: "text" };
import { findSeen } from "./overlay.ts";

const GLOB_LIMIT_CHARS = 1000;

export const findFilesTool = defineTool({
  name: "find_files",
  kind: "search",
  description,
  read_only: true,
  timeout_ms: SEARCH_TIMEOUT_MS + 1000,
  input: z.object({
    glob: z
      .string()
      .min(1)
      .max(GLOB_LIMIT_CHARS)
      .describe('Glob such as "*.sql" or "src/**/*.test.ts", or a part of a name.'),
    path: optionalPath("Directory to look in, relative to the project; all of it by default."),
    include_ignored: flag("Also files that .gitignore leaves out."),
    max_results: countField(2000, 200, "Paths to show."),
  }),
  shown: ({ glob, path }) => (path ? `${glob}  ${path}` : glob),
  async run(input, { root, grants, signal, proposals }) {
    const found = await findSeen({ root, grants }, proposals, {
      path: input.path || ".",
      glob: asGlob(input.glob),
      ignored: input.include_ignored,
      signal,
    });
    if (found.paths.length === 0) {
      return {
        text: `No file matches ${input.glob}. Try a part of the name, another path, or include_ignored.`,
        note: "no files",
      };
    }
    const shown = found.paths
      .slice(0, input.max_results)
      .map((path) => (isSecretPath(path) ? `${path}  (not readable)` : path));
    const total = `${found.truncated ? "more than " : ""}${count(found.paths.length)}`;
    if (shown.length < found.paths.length || found.truncated)
      shown.push(`[${count(input.max_results)} of ${total} files. Narrow the glob or path, or raise max_results.]`);
    return {
      text: shown.join("\n"),
      note: `${found.truncated ? "more than " : ""}${counted(found.paths.length, "file")}`,
    };
  },
});

/** A bare word is a part of a name. */
const asGlob = (text: string) => (/[*?[\]{}!/]/.test(text) ? text.replace(/^\.?\/+/, "") : `*${text}*`);
