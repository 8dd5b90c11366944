import { cutEnd } from "../../lib/text.ts";

/** Longest line of a patch that is told: generated and minified files have lines of megabytes. */
const PATCH_LINE_CHARS = 2000;

/** A text whose long lines are cut, each with a mark. */
export function shortLines(text: string): string {
  if (text.length <= PATCH_LINE_CHARS) return text;
  return text
    .split("\n")
    .map((line) => (line.length <= PATCH_LINE_CHARS ? line : `${cutEnd(line, PATCH_LINE_CHARS)}… (line cut)`))
    .join("\n");
}
