/** Hunks as one table of numbered lines: old number, new number, sign, text. The review builds on it as well. */
import type { Hunk, PatchLine } from "../../src/domain/diff.ts";
import { diffRows } from "../../src/lib/diff-rows.ts";
import { highlightLines, languageOfPath } from "../../src/lib/highlight.ts";
import { escapeHtml } from "../../src/lib/html.ts";
import { cutEnd } from "../../src/lib/text.ts";
import { attr } from "../ui/attr.ts";
import { cutLine, tellsLineEnds, unifiedRow } from "./rows.ts";

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

function rows({ lines }: Hunk, language: string | null): string {
  const safe = highlighted(lines, language);
  const lineEnds = tellsLineEnds(lines);
  return diffRows(lines, true)
    .map((row, i) => unifiedRow(row, safe[i] ?? "", lineEnds))
    .join("");
}

/** Each side is highlighted as the text it is: a deleted line may open a comment that the added ones do not. */
function highlighted(lines: readonly PatchLine[], language: string | null): string[] {
  const side = (left_out: PatchLine["kind"]) => {
    const of = lines.filter((line) => line.kind !== left_out);
    const safe = highlightLines(of.map((line) => cutLine(line.text)).join("\n"), language);
    return new Map(of.map((line, i) => [line, safe[i] ?? ""]));
  };
  const before = lines.some((line) => line.kind === "del") ? side("add") : new Map<PatchLine, string>();
  const after = side("del");
  return lines.map((line) => (line.kind === "del" ? before : after).get(line) ?? "");
}
