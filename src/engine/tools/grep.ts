import { z } from "zod";
import { SEARCH_TIMEOUT_MS, type SearchFile, type SearchResult } from "../../drivers/files/ripgrep.ts";
import { count, counted } from "../../lib/format.ts";
import { defineTool } from "./define.ts";
import { countField, flag, globField, optionalPath } from "./fields.ts";
import description from "./grep.md" with { type: "text" };
import { searchSeen } from "./overlay.ts";

const PATTERN_LIMIT_CHARS = 2000;
const CONTEXT_MAX = 20;

export const grepTool = defineTool({
  name: "grep",
  kind: "search",
  description,
  read_only: true,
  timeout_ms: SEARCH_TIMEOUT_MS + 1000,
  input: z.object({
    pattern: z
      .string()
      .min(1)
      .max(PATTERN_LIMIT_CHARS)
      .describe("Regular expression (Rust syntax), or text when literal is true."),
    path: optionalPath("File or directory to search, relative to the project; all of it by default."),
    glob: globField.describe('Only files that match, such as "*.ts", "src/**/*.sql" or "!*.test.ts".'),
    literal: flag("Take the pattern as plain text."),
    ignore_case: flag("Upper and lower case are the same."),
    context: z.int().min(0).max(CONTEXT_MAX).default(0).describe("Lines around each match."),
    files_only: flag("Only the names of files, with the number of matches in each."),
    include_ignored: flag("Search files that .gitignore leaves out, too."),
    max_results: countField(1000, 200, "Matching lines to show."),
  }),
  shown: ({ pattern, path, glob }) => [pattern, path || (glob ? "" : "."), glob ?? ""].filter(Boolean).join("  "),
  async run(input, { root, grants, signal, proposals }) {
    const { pattern, glob, literal, ignore_case, context } = input;
    const request = {
      pattern,
      path: input.path || ".",
      glob,
      literal,
      ignore_case,
      context: input.files_only ? 0 : context,
      ignored: input.include_ignored,
      signal,
    };
    const found = await searchSeen({ root, grants }, proposals, request);
    if (found.matches === 0) {
      const hint = found.truncated
        ? "The output was too large and only files of secrets were in the part read; narrow path or glob."
        : "Try ignore_case, a shorter pattern, another path, or include_ignored.";
      return { text: `No matches. ${hint}`, note: "no matches" };
    }
    return { text: input.files_only ? names(found) : told(found, input.max_results), note: noteOf(found) };
  },
});

function noteOf(found: SearchResult): string {
  const more = found.truncated ? "more than " : "";
  return `${more}${counted(found.matches, "match", "matches")} in ${counted(found.files.length, "file")}`;
}

function told(found: SearchResult, max: number): string {
  const out: string[] = [];
  let left = max;
  for (const file of found.files) {
    if (left <= 0) break;
    left = tell(file, left, out);
  }
  const shown = max - Math.max(0, left);
  if (shown < found.matches || found.truncated) {
    const all = found.truncated ? `more than ${count(found.matches)}` : count(found.matches);
    out.push(`[${count(shown)} of ${all} matches. Narrow the pattern, path or glob, or raise max_results.]`);
  }
  return out.join("\n");
}

/** `path:42: text` for a match, `path-41- text` around it, `--` where lines are left out. Returns how many more may be told. */
function tell(file: SearchFile, max: number, out: string[]): number {
  let left = max;
  let last = -1;
  for (const line of file.lines) {
    if (line.match && left-- <= 0) return 0;
    const isGap = last !== -1 && line.number > last + 1 && file.lines.some((l) => !l.match);
    if (isGap) out.push("--");
    out.push(line.match ? `${file.path}:${line.number}: ${line.text}` : `${file.path}-${line.number}- ${line.text}`);
    last = line.number;
  }
  return left;
}

function names(found: SearchResult): string {
  const lines = found.files.map(
    (file) => `${file.path}  ${counted(file.lines.filter((l) => l.match).length, "match", "matches")}`,
  );
  if (found.truncated) lines.push("[There are more; narrow the pattern, path or glob.]");
  return lines.join("\n");
}
