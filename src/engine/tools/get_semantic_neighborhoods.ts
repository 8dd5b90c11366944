import { z } from "zod";
import { counted } from "../../lib/format.ts";
import { answer, CODE_TIMEOUT_MS, codeOf, section } from "./code-words.ts";
import { defineTool } from "./define.ts";
import { countField, pathField } from "./fields.ts";
import description from "./get_semantic_neighborhoods.md" with { type: "text" };

export const getSemanticNeighborhoodsTool = defineTool({
  name: "get_semantic_neighborhoods",
  kind: "search",
  description,
  read_only: true,
  timeout_ms: CODE_TIMEOUT_MS,
  input: z.object({
    path: pathField("File or directory."),
    max_results: countField(60, 20, "Files to show."),
  }),
  shown: ({ path }) => path,
  async run({ path, max_results }, context) {
    const found = await codeOf(context).neighborhood(path, max_results, context.signal);
    const note = counted(found.neighbors.length, "neighbor");
    const history = found.no_history || `${counted(found.commits, "commit")} looked at.`;
    if (found.neighbors.length === 0)
      return answer("no neighbors", found.state, [`Nothing in the project is tied to ${found.path}. ${history}`]);
    return answer(note, found.state, [
      section(
        `What belongs to ${found.path}, nearest first`,
        found.neighbors.map(({ path: file, score, reasons }) => `${file}  ${score}  ${reasons.join("; ")}`),
      ),
      `\n[${history}]`,
    ]);
  },
});
