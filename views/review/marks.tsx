/** A mark a hunk: its state as a colour and a shape, and all of them together in words. */
import type { Mark } from "../../src/domain/review.ts";

/** Above this many, neighbours of one kind are drawn as one mark of their length. */
const MARKS_MAX = 16;
const CLASSES: Partial<Record<Mark, string>> = {
  accepted: "a",
  rejected: "r",
  seen: "s",
  applied: "d",
  stale: "x",
};
const WORDS: Record<Mark, string> = {
  accepted: "accepted",
  rejected: "rejected",
  applied: "applied",
  stale: "stale",
  reverted: "rewound",
  seen: "seen",
  pending: "unseen",
};
const ORDER: readonly Mark[] = ["accepted", "rejected", "applied", "stale", "reverted", "seen", "pending"];

export function Marks({ marks }: { marks: readonly Mark[] }) {
  const safeMarks = runsOf(marks)
    .map(({ mark, n }) => {
      const kind = CLASSES[mark] ? ` class="${CLASSES[mark]}"` : "";
      return n > 1 ? `<i${kind} style="flex-grow:${n}"></i>` : `<i${kind}></i>`;
    })
    .join("");
  return (
    <span class="seen" role="img" aria-label={markWords(marks)}>
      {safeMarks}
    </span>
  );
}

function runsOf(marks: readonly Mark[]): { mark: Mark; n: number }[] {
  if (marks.length <= MARKS_MAX) return marks.map((mark) => ({ mark, n: 1 }));
  const runs: { mark: Mark; n: number }[] = [];
  for (const mark of marks) {
    const last = runs.at(-1);
    if (last?.mark === mark) last.n++;
    else runs.push({ mark, n: 1 });
  }
  return runs.slice(0, RUNS_MAX);
}
/** Drawn of one file at most; the words count all. */
const RUNS_MAX = 60;

/** `1 accepted, 2 unseen`. */
export function markWords(marks: readonly Mark[]): string {
  return ORDER.flatMap((mark) => {
    const n = marks.filter((m) => m === mark).length;
    return n > 0 ? [`${n} ${WORDS[mark]}`] : [];
  }).join(", ");
}
