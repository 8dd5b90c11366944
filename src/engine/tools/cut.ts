/** Cuts results that are too long for a model's window; the whole is kept for read_output. */
import type { Tool, ToolContext } from "../../domain/tool.ts";
import { count } from "../../lib/format.ts";
import { storable } from "../../lib/storable.ts";
import { cutLines, type TextLimit, wrapLongLines } from "../../lib/text.ts";

/** What a model gets of one result. */
export const RESULT_LIMIT: TextLimit = { chars: 30_000, lines: 2000 };
/** Room for the line that tells how to go on. */
const LAST_LINE_CHARS = 200;
/** Lines of a kept result are no longer, so that it can be paged by lines whatever it holds. */
export const OUTPUT_LINE_CHARS = 4000;

export async function cutResult(
  tool: Pick<Tool, "kind">,
  context: Pick<ToolContext, "outputs">,
  text: string,
  limit: TextLimit,
): Promise<{ text: string; output_id: string | null }> {
  if (text.length <= limit.chars && fewLines(text, limit.lines)) return { text, output_id: null };
  const whole = wrapLongLines(storable(text), Math.min(OUTPUT_LINE_CHARS, Math.floor(limit.chars / 2)));
  const kept = cutLines(whole, { chars: limit.chars - LAST_LINE_CHARS, lines: limit.lines - 1 });
  const shown = `[Cut: lines 1-${count(kept.shown)} of ${count(kept.total)}.`;
  // A page of a kept result is never kept once more.
  if (tool.kind === "output")
    return { text: `${kept.text}\n${shown} Ask for fewer lines at a time.]`, output_id: null };
  const id = await context.outputs.save(whole).catch(() => null);
  if (id === null)
    return { text: `${kept.text}\n${shown} The rest could not be kept; ask for less.]`, output_id: null };
  return {
    text: `${kept.text}\n${shown} The whole is kept: read_output {"output_id":"${id}","from":${kept.shown + 1}}]`,
    output_id: id,
  };
}

function fewLines(text: string, max: number): boolean {
  let lines = 1;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) {
    if (++lines > max + 1) return false;
  }
  return lines <= max || text.endsWith("\n");
}
