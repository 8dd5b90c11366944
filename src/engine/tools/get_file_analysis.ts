import { z } from "zod";
import type { FileAnalysis } from "../../domain/code-answers.ts";
import { bytes, counted } from "../../lib/format.ts";
import { answer, CODE_TIMEOUT_MS, codeOf, place, section } from "./code-words.ts";
import { defineTool } from "./define.ts";
import { pathField } from "./fields.ts";
import description from "./get_file_analysis.md" with { type: "text" };

const SYMBOLS_TOLD = 400;

export const getFileAnalysisTool = defineTool({
  name: "get_file_analysis",
  kind: "read",
  description,
  read_only: true,
  timeout_ms: CODE_TIMEOUT_MS,
  input: z.object({ path: pathField("File.") }),
  shown: ({ path }) => path,
  async run({ path }, context) {
    const file = await codeOf(context).analyse(path, context.signal);
    if (file.language === null) {
      const what = file.note || `${file.language_name} is not a language that is parsed`;
      return {
        text: `${file.path} (${bytes(file.bytes)}) has no outline: ${what}. Read it with view_file, or grep it.`,
        note: file.note || `${file.language_name} is not parsed`,
      };
    }
    const size = `${counted(file.lines, "line")}, ${bytes(file.bytes)}`;
    return answer(noteOf(file), file.state, [
      `${file.path}: ${file.language}, ${size}${file.proposed ? ", as it is proposed" : ""}.`,
      file.note ? `[This file ${file.facts_state === "skipped" ? "was not parsed: it " : ""}${file.note}.]` : null,
      section("Symbols (+ can be used from outside)", outline(file)),
      section("Imports", imports(file)),
      section("Imported by", [...file.importers, ...(file.more_importers ? ["…and more"] : [])]),
    ]);
  },
});

const noteOf = (file: FileAnalysis): string =>
  file.facts_state === "skipped"
    ? file.note
    : `${counted(file.symbols.length, "symbol")}, ${counted(file.imports.length, "import")}`;

function outline({ symbols }: FileAnalysis): string[] {
  const told = symbols.slice(0, SYMBOLS_TOLD).map((symbol) => {
    const depth = symbol.container === "" ? 0 : symbol.container.split(".").length;
    return `${"  ".repeat(Math.min(depth, 4))}${symbol.exported ? "+" : "-"} ${place({ line: symbol.line, end_line: symbol.end_line })}  ${symbol.kind}  ${symbol.signature}`;
  });
  const rest = symbols.length - told.length;
  return rest > 0 ? [...told, `…and ${rest} more`] : told;
}

const imports = ({ imports: all }: FileAnalysis): string[] =>
  all.map(({ spec, line, target, external }) => {
    const to = target ? `→ ${target}` : external === null ? "→ not found in the project" : "(not in the project)";
    return `${line}: ${spec} ${to}`;
  });
