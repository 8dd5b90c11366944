/** What the descriptions of resources are made of. */
import { z } from "zod";

/** A domain type after JSON: dates are texts. */
export type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer U)[]
    ? Wire<U>[]
    : T extends object
      ? { [K in keyof T]: Wire<T[K]> }
      : T;
/** The fields must be those of the domain type; one too many is found by the test, one too few by the compiler. */
export type Of<T> = z.ZodType<Wire<T>>;

export const id = z.string();
export const at = z.iso.datetime();
export const count = z.number().int().min(0);
