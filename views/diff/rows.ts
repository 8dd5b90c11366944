/** Rows of a difference as HTML, one string a line instead of five elements: a difference may have 20,000 of them. */
import type { PatchLine } from "../../src/domain/diff.ts";
import type { DiffRow } from "../../src/lib/diff-rows.ts";
import { escapeHtml } from "../../src/lib/html.ts";
import { markHtml } from "../../src/lib/marked-html.ts";
import { cutEnd } from "../../src/lib/text.ts";

/** Longer lines are cut: minified files have lines of megabytes. */
const LINE_CHARS = 2_000;
export const cutLine = (text: string) => (text.length > LINE_CHARS ? `${cutEnd(text, LINE_CHARS)}… (line cut)` : text);

/** Highlighted lines by their number on one side; a line that is not there is shown without colours. */
export interface Colours {
  old: (line: number) => string | undefined;
  new: (line: number) => string | undefined;
}

const SIGNS: Record<PatchLine["kind"], string> = { same: "", add: "+", del: "−" };
const CLASSES: Record<PatchLine["kind"], string> = { same: "", add: ' class="add"', del: ' class="del"' };

/** Line ends are told only where they are what changed. */
export const tellsLineEnds = (lines: readonly PatchLine[]): boolean =>
  new Set(lines.filter((line) => line.kind !== "same").map((line) => line.cr)).size > 1;

/** Old number, new number, sign, text. */
export function unifiedRow(row: DiffRow, safe: string, lineEnds: boolean): string {
  const kind = row.blank ? ' class="blank"' : CLASSES[row.kind];
  return `<tr${kind}><td>${row.old ?? ""}</td><td>${row.new ?? ""}</td><td>${SIGNS[row.kind]}</td><td>${code(row, safe, lineEnds)}</td></tr>`;
}

/** Number and text on the left, number and text on the right; a side without a line is hatched. */
export function splitRow([left, right]: [DiffRow | null, DiffRow | null], colours: Colours, lineEnds: boolean): string {
  const side = (row: DiffRow | null, number: number | null | undefined) => {
    if (!row) return '<td class="void"></td><td class="void"></td>';
    const kind = row.blank ? ' class="blank"' : CLASSES[row.kind];
    return `<td>${number ?? ""}</td><td${kind}>${code(row, colourOf(row, colours), lineEnds)}</td>`;
  };
  const same = left !== null && left === right ? ' class="both"' : "";
  return `<tr${same}>${side(left, left?.old)}${side(right, right?.new)}</tr>`;
}

/** A deleted line as the old file has it, every other one as the proposed file has it. */
export function colourOf(row: PatchLine, colours: Colours): string {
  const known =
    row.kind === "del" ? row.old !== null && colours.old(row.old) : row.new !== null && colours.new(row.new);
  return known || escapeHtml(cutLine(row.text));
}

function code(row: DiffRow, safe: string, lineEnds: boolean): string {
  const end = lineEnds && row.cr ? '<span class="c">␍</span>' : "";
  const note = row.no_newline ? '<i class="eof">no newline at the end</i>' : "";
  return `<code>${markHtml(safe, row.marks)}${end}</code>${note}`;
}
