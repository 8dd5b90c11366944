import { z } from "zod";
import { readFileView, VIEW_LINE_CHARS, VIEW_LINES } from "../../drivers/files/view.ts";
import { invalid } from "../../lib/errors.ts";
import { defineTool } from "./define.ts";
import { lineField, pathField } from "./fields.ts";
import { numbered, windowChars } from "./numbered.ts";
import description from "./view_file.md" with { type: "text" };

export const viewFileTool = defineTool({
  name: "view_file",
  kind: "read",
  description,
  read_only: true,
  timeout_ms: 20_000,
  input: z.object({
    path: pathField("The file, relative to the project."),
    from: lineField("First line, from 1."),
    to: lineField("Last line."),
  }),
  shown: ({ path, from, to }) => (from || to ? `${path} ${from ?? 1}-${to ?? ""}` : path),
  async run({ path, from = 1, to }, { root, grants, signal }) {
    if (to !== undefined && to < from) throw invalid(`"to" (${to}) is less than "from" (${from}).`, "to");
    const count = to === undefined ? VIEW_LINES : Math.min(VIEW_LINES, to - from + 1);
    const view = await readFileView(root, grants, path, {
      from,
      count,
      line_chars: VIEW_LINE_CHARS,
      total_chars: windowChars(count),
      signal,
    });
    // The end that was asked for is no cut.
    const isWhole = to !== undefined && view.next !== null && view.next > to;
    const result = numbered(
      view.path,
      view.size,
      isWhole ? { ...view, next: null } : view,
      (next) => `view_file ${JSON.stringify({ path, from: next })}`,
    );
    return isWhole && view.total_lines !== null
      ? { ...result, text: `${result.text}\n[The file has ${view.total_lines} lines.]` }
      : result;
  },
});
