import { z } from "zod";
import { counted, count as told } from "../../lib/format.ts";
import { cutLines } from "../../lib/text.ts";
import { RESULT_LIMIT } from "./cut.ts";
import { defineTool } from "./define.ts";
import { countField, lineField } from "./fields.ts";
import description from "./read_output.md" with { type: "text" };

/** Room for the line that tells how to go on. */
const PAGE = { chars: RESULT_LIMIT.chars - 200, lines: RESULT_LIMIT.lines - 1 };
const ID_LIMIT_CHARS = 100;

export const readOutputTool = defineTool({
  name: "read_output",
  kind: "output",
  description,
  read_only: true,
  timeout_ms: 10_000,
  input: z.object({
    output_id: z.string().min(1).max(ID_LIMIT_CHARS).describe("The id that the cut result names."),
    from: lineField("First line, from 1."),
    count: countField(PAGE.lines, PAGE.lines, "Lines to read."),
  }),
  shown: ({ output_id, from, count }) => `${output_id} ${from ?? 1}-${(from ?? 1) + count - 1}`,
  async run({ output_id, from = 1, count }, { outputs }) {
    const page = await outputs.read(output_id, from, count);
    if (!page) {
      return {
        text: `There is no kept result ${JSON.stringify(output_id)} in this chat. Use the output_id that the last line of a cut result names.`,
        note: "no such output",
        failed: true,
      };
    }
    if (from > page.total_lines)
      return { text: `The result has only ${counted(page.total_lines, "line")}.`, note: "past the end", failed: true };
    const shown = cutLines(page.text, PAGE);
    const next = from + shown.shown;
    const rest =
      next <= page.total_lines
        ? `\n[Lines ${told(from)}-${told(next - 1)} of ${told(page.total_lines)}. Go on: read_output {"output_id":"${output_id}","from":${next}}]`
        : "";
    return { text: `${shown.text}${rest}`, note: counted(shown.shown, "line") };
  },
});
