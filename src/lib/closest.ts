/** "Did you mean": edit distance with swaps of neighbours, for names a model or a human got slightly wrong. */

const COMPARED_CHARS = 100;

/** Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`; both are compared up to 100 characters. */
export function editDistance(a: string, b: string): number {
  const s = a.slice(0, COMPARED_CHARS);
  const t = b.slice(0, COMPARED_CHARS);
  let beforeLast: number[] = [];
  let last = Array.from({ length: t.length + 1 }, (_, j) => j);
  for (let i = 1; i <= s.length; i++) {
    const row = [i];
    for (let j = 1; j <= t.length; j++) {
      const same = s[i - 1] === t[j - 1];
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && s[i - 1] === t[j - 2] && s[i - 2] === t[j - 1])
        cost = Math.min(cost, beforeLast[j - 2]! + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[t.length]!;
}

/** The names nearest to `wanted`, best first; none that differ in more than about 40 % of their characters. */
export function closest(wanted: string, names: readonly string[], max = 3): string[] {
  const low = wanted.toLowerCase();
  return names
    .map((name) => ({ name, far: nearness(low, name.toLowerCase()) }))
    .filter(({ name, far }) => far <= Math.max(1, Math.floor(Math.max(low.length, name.length) * 0.4)))
    .sort((a, b) => a.far - b.far || (a.name < b.name ? -1 : 1))
    .slice(0, max)
    .map(({ name }) => name);
}

function nearness(wanted: string, name: string): number {
  // A name that begins with the other one ("client" and "client.ts") is near, whatever was left out.
  if (wanted.length >= 3 && (name.startsWith(wanted) || wanted.startsWith(name))) return 1;
  return editDistance(wanted, name);
}
