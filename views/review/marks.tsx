/** A mark a hunk: its state as a colour and a shape, and all of them together in words. */
import type { Mark } from "../../src/domain/review.ts";

/** Drawn of one file at most; the words count all. */
const MARKS_MAX = 40;
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
  const safeMarks = marks
    .slice(0, MARKS_MAX)
    .map((mark) => (CLASSES[mark] ? `<i class="${CLASSES[mark]}"></i>` : "<i></i>"))
    .join("");
  return (
    <span class="seen" role="img" aria-label={markWords(marks)}>
      {safeMarks}
    </span>
  );
}

/** `1 accepted, 2 unseen`. */
export function markWords(marks: readonly Mark[]): string {
  return ORDER.flatMap((mark) => {
    const n = marks.filter((m) => m === mark).length;
    return n > 0 ? [`${n} ${WORDS[mark]}`] : [];
  }).join(", ");
}
