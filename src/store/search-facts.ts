/**
 * Facts of a search row as lexemes beside its words: `k=tool`, `p=PROJECT`, `r=user`, `m=MODEL`, `t=2026-11`, and the slabs
 * of ids it lies in. One index scan then takes "these words, of this kind, among the newest 4,096 rows" together, and a
 * word that stands in half of all rows costs no more than a rare one.
 */
import type { Word } from "../lib/words.ts";

export interface Facts {
  kind: string;
  project_id: string;
  role: string | null;
  model: string | null;
  at: Date;
}

/** Widths of the slabs, in bits of the id, narrowest first; a range is looked through as a few of them (`slabsOf`). */
export const SLABS = [
  { name: "a", bits: 12 },
  { name: "b", bits: 15 },
  { name: "c", bits: 18 },
  { name: "d", bits: 21 },
] as const;

/** Rows of the narrowest slab: ranges begin and end on its multiples. */
export const SLAB_ROWS = 2 ** SLABS[0].bits;

/** The fewest slabs, as lexemes, that hold the ids from `lower` (a multiple of SLAB_ROWS) to below `upper`, and few others. */
export function slabsOf(lower: number, upper: number): string[] {
  const slabs: string[] = [];
  const end = Math.ceil(upper / SLAB_ROWS) * SLAB_ROWS;
  for (let at = lower; at < end; ) {
    const { name, bits } = SLABS.findLast(({ bits }) => at % 2 ** bits === 0 && at + 2 ** bits <= end) ?? SLABS[0];
    slabs.push(`${name}=${at / 2 ** bits}`);
    at += 2 ** bits;
  }
  return slabs;
}

/** Bounds of what Postgres takes as one tsvector: 1 MB in all, 256 places a word, places up to 16,383. */
const VECTOR_LIMIT_BYTES = 900_000;
const PLACES_MAX = 200;
const PLACE_MAX = 16_383;

export const month = (at: Date): string => at.toISOString().slice(0, 7);

export function factsOf({ kind, project_id, role, model, at }: Facts): string[] {
  return [
    `k=${kind}`,
    `p=${project_id}`,
    ...(role ? [`r=${role}`] : []),
    ...(model ? [`m=${model.slice(0, 300)}`] : []),
    `t=${month(at)}`,
  ];
}

/** The text of a tsvector: words with their places, facts without. */
export function vectorOf(words: Iterable<Word>, facts: readonly string[]): string {
  const places = new Map<string, number[]>();
  let bytes = 0;
  for (const { word, place } of words) {
    const at = places.get(word);
    if (at) {
      if (at.length < PLACES_MAX && place <= PLACE_MAX) {
        at.push(place);
        bytes += 2;
      }
    } else {
      bytes += word.length * 3 + 8;
      if (bytes > VECTOR_LIMIT_BYTES) break;
      places.set(word, [Math.min(place, PLACE_MAX)]);
    }
  }
  const parts = [...places].map(([word, at]) => `${lexeme(word)}:${at.join(",")}`);
  return [...parts, ...facts.map(lexeme)].join(" ");
}

/** A lexeme as tsvector and tsquery texts write it. */
export const lexeme = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
