/** Hunks as one table of numbered lines: old number, new number, sign, text. The review builds on it as well. */
import type { Hunk, PatchLine } from "../../src/domain/diff.ts";
import { type DiffRow, diffRows } from "../../src/lib/diff-rows.ts";
import { highlightLines, languageOfPath } from "../../src/lib/highlight.ts";
import { escapeHtml } from "../../src/lib/html.ts";
import { markHtml } from "../../src/lib/marked-html.ts";
import { cutEnd } from "../../src/lib/text.ts";
import { attr } from "../ui/attr.ts";

/** Longer lines are cut: minified files have lines of megabytes. */
const LINE_CHARS = 2_000;

interface DiffTableProps {
  path: string;
  hunks: readonly Hunk[];
}

export function DiffTable({ path, hunks }: DiffTableProps) {
  const language = languageOfPath(path);
  const safeRows = hunks.map((hunk) => gap(hunk) + rows(hunk, language)).join("");
  return (
    <table class="diff" aria-label={attr(`Changes of ${path}`)}>
      <tbody>{safeRows}</tbody>
    </table>
  );
}

/** Where the hunk lies, as git says it. */
function gap({ old_start, old_count, new_start, new_count, section }: Hunk): string {
  const lines = `@@ −${old_start},${old_count} +${new_start},${new_count}`;
  return `<tr class="gap"><td colspan="4">${escapeHtml(`${lines} ${cutEnd(section, 120)}`.trim())}</td></tr>`;
}

const SIGNS: Record<PatchLine["kind"], string> = { same: "", add: "+", del: "−" };
const CLASSES: Record<PatchLine["kind"], string> = { same: "", add: ' class="add"', del: ' class="del"' };

/** One string a line instead of five elements: a difference may have 20,000. */
function rows({ lines }: Hunk, language: string | null): string {
  const safe = highlighted(lines, language);
  // Line ends are told only where they are what changed.
  const told = new Set(lines.filter((line) => line.kind !== "same").map((line) => line.cr)).size > 1;
  return diffRows(lines, true)
    .map((row, i) => rowHtml(row, safe[i] ?? "", told))
    .join("");
}

function rowHtml(row: DiffRow, safe: string, lineEnds: boolean): string {
  const end = lineEnds && row.cr ? '<span class="c">␍</span>' : "";
  const note = row.no_newline ? '<i class="eof">no newline at the end</i>' : "";
  const code = `<code>${markHtml(safe, row.marks)}${end}</code>${note}`;
  return `<tr${CLASSES[row.kind]}><td>${row.old ?? ""}</td><td>${row.new ?? ""}</td><td>${SIGNS[row.kind]}</td><td>${code}</td></tr>`;
}

/** Each side is highlighted as the text it is: a deleted line may open a comment that the added ones do not. */
function highlighted(lines: readonly PatchLine[], language: string | null): string[] {
  const side = (left_out: PatchLine["kind"]) => {
    const of = lines.filter((line) => line.kind !== left_out);
    const safe = highlightLines(of.map((line) => cut(line.text)).join("\n"), language);
    return new Map(of.map((line, i) => [line, safe[i] ?? ""]));
  };
  const before = lines.some((line) => line.kind === "del") ? side("add") : new Map<PatchLine, string>();
  const after = side("del");
  return lines.map((line) => (line.kind === "del" ? before : after).get(line) ?? "");
}

const cut = (text: string) => (text.length > LINE_CHARS ? `${cutEnd(text, LINE_CHARS)}… (line cut)` : text);
