/** A row that was found, as it is shown: where it stands, and the words in their place. */
import type { SearchHit, SearchSnippet } from "../../domain/search.ts";
import { opening, type Piece, type Sought, snippet } from "../../lib/snippet.ts";
import type { HitRow } from "../../store/search.ts";
import { inputsOf } from "./rows.ts";

export function hitOf(row: HitRow, sought: readonly Sought[]): SearchHit {
  const { id: _, part_kind: __, text: ___, arguments_text: ____, ...where } = row;
  return { ...where, ...shownOf(row, sought) };
}

function shownOf(row: HitRow, sought: readonly Sought[]): { snippet: SearchSnippet[]; line: number | null } {
  if (row.kind === "title" || row.kind === "file") return { snippet: opening(row.label ?? "", sought), line: null };
  const text = row.text ?? "";
  if (row.kind !== "tool") return { snippet: snippet(text, sought)?.pieces ?? opening(text, sought), line: null };
  const result = snippet(text, sought);
  if (result) return { snippet: result.pieces, line: result.line };
  const inputs = inputsOf(row.arguments_text ?? "")
    .map(([key, value]) => (key ? `${key}: ${value}` : value))
    .join(" ");
  const pieces: Piece[] = snippet(inputs, sought)?.pieces ?? opening(inputs, sought);
  return { snippet: pieces, line: null };
}
