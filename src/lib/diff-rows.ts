/** Lines of a hunk as rows to be drawn: what is marked in them, what stands beside what, what differs in blanks only. */
import { diffArrays } from "diff";
import type { PatchLine } from "./patch.ts";
import { pairLines, type Span, wordMarks } from "./word-marks.ts";

export interface DiffRow extends PatchLine {
  /** Words of the line that are not in the line that it replaced, or that replaced it. */
  marks: Span[];
  /** Both sides have the line, with other blanks: shown as it is now, when blanks are not to be told. */
  blank: boolean;
}

/** Lines of a block above which blanks are told all the same: comparing takes the square of what differs. */
const BLANK_EDITS_MAX = 2_000;
/** Rows in which words are marked, from the first on: nobody reads more of them at once, and each costs some 50 µs. */
const MARKED_ROWS = 4_000;

/** One row a line. `blanks` false: lines that differ in white space only are shown as lines that stay. */
export function diffRows(lines: readonly PatchLine[], blanks: boolean): DiffRow[] {
  const told = blanks ? lines.map(plain) : blocks(lines).flatMap(withoutBlanks);
  for (const block of blocks(told.slice(0, MARKED_ROWS))) addMarks(block);
  return told;
}

/** Left and right of a split view: lines that stay on both sides, deleted ones beside added ones. */
export function splitRows(rows: readonly DiffRow[]): [DiffRow | null, DiffRow | null][] {
  return blocks(rows).flatMap((block) => {
    if (block[0]?.kind === "same") return block.map((row): [DiffRow, DiffRow] => [row, row]);
    const [left, right] = [of(block, "del"), of(block, "add")];
    return Array.from({ length: Math.max(left.length, right.length) }, (_, i): [DiffRow | null, DiffRow | null] => [
      left[i] ?? null,
      right[i] ?? null,
    ]);
  });
}

const plain = (line: PatchLine): DiffRow => ({ ...line, marks: [], blank: false });
const of = <L extends PatchLine>(block: readonly L[], kind: PatchLine["kind"]): L[] =>
  block.filter((line) => line.kind === kind);

/** Runs of lines that stay, and runs of lines that do not. */
function blocks<L extends PatchLine>(lines: readonly L[]): L[][] {
  const found: L[][] = [];
  let stays: boolean | null = null;
  for (const line of lines) {
    const here = line.kind === "same";
    if (here !== stays) found.push([]);
    found.at(-1)!.push(line);
    stays = here;
  }
  return found;
}

/** Marks lie in the rows themselves: the block's rows are those that will be drawn. */
function addMarks(block: readonly DiffRow[]): void {
  if (block[0]?.kind === "same") return;
  const [deleted, added] = [of(block, "del"), of(block, "add")];
  const pairs = pairLines(
    deleted.map((row) => row.text),
    added.map((row) => row.text),
  );
  for (const [i, j] of pairs) {
    const [before, after] = [deleted[i]!, added[j]!];
    const marks = wordMarks(before.text, after.text);
    if (marks) [before.marks, after.marks] = [marks.before, marks.after];
  }
}

function withoutBlanks(block: PatchLine[]): DiffRow[] {
  if (block[0]?.kind === "same") return block.map(plain);
  const [deleted, added] = [of(block, "del"), of(block, "add")];
  const changes = diffArrays(deleted.map(squeezed), added.map(squeezed), { maxEditLength: BLANK_EDITS_MAX });
  if (!changes) return block.map(plain);
  const rows: DiffRow[] = [];
  let [i, j] = [0, 0];
  for (const change of changes) {
    for (let n = 0; n < change.value.length; n++) {
      if (change.removed) rows.push(plain(deleted[i++]!));
      else if (change.added) rows.push(plain(added[j++]!));
      else rows.push({ ...plain(added[j++]!), kind: "same", old: deleted[i++]!.old, blank: true });
    }
  }
  return rows;
}

/** Without any blank: also where some were put between words, as a formatter does. */
const squeezed = ({ text }: PatchLine): string => text.replace(/\s+/g, "");
