import { z } from "zod";
import { readFileView, VIEW_LINE_CHARS, VIEW_LINES } from "../../drivers/files/view.ts";
import { windowOfBytes } from "../../drivers/files/window.ts";
import { Refusal } from "../../drivers/refusal.ts";
import { invalid } from "../../lib/errors.ts";
import { shownPath } from "../../lib/path-guard.ts";
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
  async run({ path, from = 1, to }, { root, grants, signal, proposals }) {
    if (to !== undefined && to < from) throw invalid(`"to" (${to}) is less than "from" (${from}).`, "to");
    const count = to === undefined ? VIEW_LINES : Math.min(VIEW_LINES, to - from + 1);
    const request = { from, count, line_chars: VIEW_LINE_CHARS, total_chars: windowChars(count), signal };
    const seen = await proposals?.look(path);
    if (seen?.bytes === null) throw deletion(seen.path);
    const view = seen?.bytes
      ? { ...windowOfBytes(seen.bytes, true, request), path: shownPath(seen.path), size: seen.bytes.length }
      : await readFileView(root, grants, path, request);
    // The end that was asked for is no cut.
    const isWhole = to !== undefined && view.next !== null && view.next > to;
    const result = numbered(
      view.path,
      view.size,
      isWhole ? { ...view, next: null } : view,
      (next) => `view_file ${JSON.stringify({ path, from: next })}`,
    );
    const last = isWhole && view.total_lines !== null ? [`[The file has ${view.total_lines} lines.]`] : [];
    if (seen) last.push("[As you propose it; on disk it is different.]");
    return last.length > 0 ? { ...result, text: [result.text, ...last].join("\n") } : result;
  },
});

const deletion = (path: string) =>
  new Refusal("not_found", "no such file", `There is no ${shownPath(path)}: you proposed to delete it.`, {
    field: "path",
    hint: "It is still on disk; create_file proposes it again.",
  });
