/** Schemas that several routes share. */
import { z } from "zod";

/** A yes or no from JSON or from a form, where a checkbox says "on" or "1" or nothing. */
export const flag = z.union([
  z.boolean(),
  z.enum(["1", "0", "true", "false", "on", "off"]).transform((v) => v === "1" || v === "true" || v === "on"),
]);

/** One or several, as a form repeats a field; an empty one says "none". */
export const several = z
  .union([
    z.array(z.string().max(40)).max(200),
    z
      .string()
      .max(40)
      .transform((one) => [one]),
  ])
  .transform((all) => all.filter((one) => one !== ""));
