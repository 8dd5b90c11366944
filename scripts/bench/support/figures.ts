/** The table that every benchmark prints: what was measured, what it should be at most, and the ratio of the two. */

export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** At most this; without it the figure is for information. */
  target?: number;
  note?: string;
}

export function printFigures(title: string, figures: readonly Figure[]): void {
  const rows = figures.map((f) => [
    f.name,
    `${short(f.value)} ${f.unit}`,
    f.target === undefined ? "" : `≤ ${short(f.target)} ${f.unit}`,
    f.target === undefined ? "" : ratio(f.value, f.target),
    f.target === undefined ? "" : f.value <= f.target ? "ok" : "MISSED",
    f.note ?? "",
  ]);
  const head = ["", "measured", "target", "ratio", "", ""];
  const widths = head.map((h, i) => Math.max(h.length, ...rows.map((row) => row[i]!.length)));
  console.log(`\n${title}`);
  for (const row of [head, ...rows])
    console.log(`  ${row.map((cell, i) => cell.padEnd(widths[i]!)).join("  ")}`.trimEnd());
}

const ratio = (value: number, target: number) =>
  target === 0 ? (value === 0 ? "0" : "∞") : (value / target).toFixed(2);

function short(n: number): string {
  if (Number.isInteger(n)) return String(n);
  return Math.abs(n) >= 100 ? n.toFixed(0) : Math.abs(n) >= 10 ? n.toFixed(1) : n.toFixed(3);
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** Nearest rank; NaN of nothing. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
