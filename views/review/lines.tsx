/** The lines of a hunk, unified or split, with what can be asked for beside them: unchanged lines, and the rest. */
import type { PatchLine } from "../../src/domain/diff.ts";
import { CONTEXT_STEP, HUNK_LINES, type ReviewLook, type ShownHunk } from "../../src/domain/review.ts";
import { type DiffRow, diffRows, splitRows } from "../../src/lib/diff-rows.ts";
import { counted } from "../../src/lib/format.ts";
import { escapeHtml } from "../../src/lib/html.ts";
import { type Colours, colourOf, splitRow, tellsLineEnds, unifiedRow } from "../diff/rows.ts";
import { ids } from "../ids.ts";
import { attr } from "../ui/attr.ts";
import { urls } from "../urls.ts";

export interface LinesProps {
  change_id: string;
  path: string;
  shown: ShownHunk;
  look: ReviewLook;
  colours: Colours;
}

export function HunkLines({ change_id, path, shown, look, colours }: LinesProps) {
  const { hunk, lines, above, below, more } = shown;
  const safeRows =
    gapRow({ change_id, hunk_id: hunk.id, side: "above", left: above, shown: 0 }) +
    lineRows(lines ?? [], look, colours) +
    restRow(change_id, hunk.id, more, lines?.length ?? 0) +
    gapRow({ change_id, hunk_id: hunk.id, side: "below", left: below, shown: 0 });
  return (
    <table class={look.split ? "diff sdiff" : "diff"} aria-label={attr(`Hunk ${shown.number} of ${path}`)}>
      {look.split ? '<colgroup><col class="n"><col><col class="n"><col></colgroup>' : ""}
      <tbody>{safeRows}</tbody>
    </table>
  );
}

/** Rows of these lines; they may stand in any table of the same look. */
export function lineRows(lines: readonly PatchLine[], look: ReviewLook, colours: Colours): string {
  const rows = diffRows(lines, look.blanks);
  const lineEnds = tellsLineEnds(lines);
  if (look.split)
    return splitRows(rows)
      .map((pair) => splitRow(pair, colours, lineEnds))
      .join("");
  return rows.map((row: DiffRow) => unifiedRow(row, colourOf(row, colours), lineEnds)).join("");
}

interface Gap {
  change_id: string;
  hunk_id: string;
  side: "above" | "below";
  /** Unchanged lines that are not shown. */
  left: number;
  /** Those that are shown already on this side. */
  shown: number;
}

/** Where unchanged lines are left out: how many, and a way to see them. Replaced by what it brings. */
export function gapRow({ change_id, hunk_id, side, left, shown }: Gap): string {
  if (left <= 0) return "";
  const at = { hunk: hunk_id, side, shown };
  const page = `${urls.reviewFile(change_id, { all: 1, context: shown + CONTEXT_STEP })}#${ids.hunk(change_id, hunk_id)}`;
  const all = link(page, urls.reviewLines(change_id, { ...at, all: 1 }), counted(left, "unchanged line"));
  const arrow = side === "above" ? "↑" : "↓";
  const step =
    left > CONTEXT_STEP ? `${link(page, urls.reviewLines(change_id, at), `${arrow} ${CONTEXT_STEP} lines`)} ` : "";
  return `<tr class="gap"><td colspan="4">${step}${all}</td></tr>`;
}

/** What is left of a hunk that is too long to be shown at once. */
export function restRow(change_id: string, hunk_id: string, more: number, skip: number): string {
  if (more <= 0) return "";
  const url = urls.reviewLines(change_id, { hunk: hunk_id, skip });
  const words =
    more > HUNK_LINES ? `Next ${HUNK_LINES} of ${counted(more, "more line")}` : `The last ${counted(more, "line")}`;
  return `<tr class="gap rest"><td colspan="4">${link(url, url, words)}</td></tr>`;
}

/** Fetches rows in place of its own; without script it leads to a page. */
function link(page: string, fragment: string, words: string): string {
  const [href, get] = [escapeHtml(page), escapeHtml(fragment)];
  return `<a href="${href}" hx-get="${get}" hx-target="closest tr" hx-swap="outerHTML">${escapeHtml(words)}</a>`;
}
