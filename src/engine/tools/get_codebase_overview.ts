import { z } from "zod";
import type { Overview } from "../../domain/code-answers.ts";
import { isSourceName } from "../../domain/code-language.ts";
import { bytes, count, counted } from "../../lib/format.ts";
import { answer, CODE_TIMEOUT_MS, codeOf, section } from "./code-words.ts";
import { defineTool } from "./define.ts";
import { optionalPath } from "./fields.ts";
import description from "./get_codebase_overview.md" with { type: "text" };

const LANGUAGES_TOLD = 14;

export const getCodebaseOverviewTool = defineTool({
  name: "get_codebase_overview",
  kind: "search",
  description,
  read_only: true,
  timeout_ms: CODE_TIMEOUT_MS,
  input: z.object({ path: optionalPath("Directory; the project by default.") }),
  shown: ({ path }) => path || ".",
  async run({ path }, context) {
    const seen = await codeOf(context).overview(path ?? "", context.signal);
    const note = `${counted(seen.files, "file")}, ${counted(seen.languages.filter((l) => l.parsed).length, "language")}`;
    if (seen.files === 0)
      return answer("no files", seen.state, [`${seen.path} has no files that git does not ignore.`]);
    return answer(note, seen.state, [
      `${seen.path}: ${counted(seen.files, "file")}, ${bytes(seen.bytes)}, ${counted(seen.lines, "line")} of code that is parsed.`,
      section("Languages", languages(seen)),
      section(
        "Directories",
        seen.directories.map(
          (d) =>
            `${d.path}  ${counted(d.files, "file")}${d.lines ? `, ${counted(d.lines, "line")}` : ""}, mostly ${d.main}`,
        ),
      ),
      section(
        "Imported by most",
        seen.central.map((f) => `${f.path}  by ${counted(f.importers, "file")}`),
      ),
      section(
        "Largest",
        seen.largest.map((f) => `${f.path}  ${counted(f.lines, "line")}`),
      ),
      section("Symbols", seen.kinds.length ? [seen.kinds.map(({ kind, n }) => `${count(n)} ${kind}`).join(", ")] : []),
    ]);
  },
});

function languages({ languages: all }: Overview): string[] {
  const told = all.slice(0, LANGUAGES_TOLD).map(({ name, parsed, files, lines, skipped }) => {
    if (parsed)
      return `${name}  ${counted(files, "file")}, ${counted(lines, "line")}${skipped ? `, ${skipped} not parsed (too large or generated)` : ""}`;
    return `${name}  ${counted(files, "file")}${isSourceName(name) ? " (not a language that is parsed: use grep there)" : ""}`;
  });
  const rest = all.slice(LANGUAGES_TOLD).reduce((n, one) => n + one.files, 0);
  return rest > 0 ? [...told, `others  ${counted(rest, "file")}`] : told;
}
