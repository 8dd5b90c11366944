/** Where a skill or a persona comes from; what comes later takes the place of what came before under the same name. */
export const ORIGINS = ["builtin", "data", "project"] as const;
export type Origin = (typeof ORIGINS)[number];

/** A file, or a part of it, that could not be used; everything else goes on. */
export interface FileProblem {
  origin: Origin;
  /** The file as to be told: relative to where it was looked for. */
  place: string;
  /** From 1; null where it is the whole file. */
  line: number | null;
  message: string;
}
