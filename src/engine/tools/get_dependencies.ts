import { z } from "zod";
import type { Dependencies } from "../../domain/code-answers.ts";
import { counted } from "../../lib/format.ts";
import { answer, CODE_TIMEOUT_MS, codeOf, section } from "./code-words.ts";
import { defineTool } from "./define.ts";
import { pathField } from "./fields.ts";
import description from "./get_dependencies.md" with { type: "text" };

const DEPTH_MAX = 3;
const TOLD = 150;

export const getDependenciesTool = defineTool({
  name: "get_dependencies",
  kind: "search",
  description,
  read_only: true,
  timeout_ms: CODE_TIMEOUT_MS,
  input: z.object({
    path: pathField("File or directory."),
    depth: z.int().min(1).max(DEPTH_MAX).default(1).describe("2: also what those import and who imports those."),
  }),
  shown: ({ path, depth }) => (depth > 1 ? `${path}  depth ${depth}` : path),
  async run({ path, depth }, context) {
    const found = await codeOf(context).dependencies(path, depth, context.signal);
    const note = `imports ${found.imports.length}, imported by ${found.importers.length}`;
    return answer(note, found.state, [
      `${found.path}${found.files > 1 ? ` (${counted(found.files, "file")})` : ""} imports ${counted(found.imports.length, "file")} of the project and is imported by ${found.importers.length}.`,
      section("Imports", levels(found.imports, found.files > 1, "for")),
      section("Imported by", levels(found.importers, found.files > 1, "of")),
      section(
        "From outside the project",
        found.external.map(({ name, files }) => (found.files > 1 ? `${name}  in ${counted(files, "file")}` : name)),
      ),
      section(
        "Not found in the project",
        found.missing.map(({ spec, path: at, line }) => `${spec}  ${at}:${line}`),
      ),
      found.more ? "\n[There is more than was looked at; ask about a file or a smaller directory.]" : null,
    ]);
  },
});

function levels(all: Dependencies["imports"], isMany: boolean, word: string): string[] {
  const lines = all.slice(0, TOLD).map(({ path, level, via }) => {
    const through = level > 1 || isMany ? `  (${word === "for" ? "by" : "imports"} ${via})` : "";
    return `${level > 1 ? `${level}: ` : ""}${path}${through}`;
  });
  return all.length > TOLD ? [...lines, `…and ${all.length - TOLD} more`] : lines;
}
