/** Schemas that several routes share. */
import { z } from "zod";

/** A yes or no from JSON or from a form, where a checkbox says "on" or "1" or nothing. */
export const flag = z.union([
  z.boolean(),
  z.enum(["1", "0", "true", "false", "on", "off"]).transform((v) => v === "1" || v === "true" || v === "on"),
]);
