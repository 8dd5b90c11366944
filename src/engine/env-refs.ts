/** `{env:NAME}` in files of ours: a secret is named there and never stored. BooCode's own are for nobody else. */
import { AppError } from "../lib/errors.ts";

export const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const ENV_REF = /\{env:([^}]*)\}/g;

const isOwn = (name: string) => name.startsWith("BOOCODE_") || name === "DATABASE_URL" || name.startsWith("PG");

/** The first name in a text that may not be used; null when all may. */
export function refusedRef(text: string): string | null {
  for (const [, name = ""] of text.matchAll(ENV_REF)) if (!ENV_NAME.test(name) || isOwn(name)) return name;
  return null;
}

/** The same text with what the environment says. Throws unavailable when a variable is not set; `what` names the text. */
export function resolveRefs(what: string, text: string): string {
  return text.replace(ENV_REF, (_, from: string) => {
    const found = isOwn(from) ? undefined : process.env[from];
    if (found === undefined)
      throw new AppError("unavailable", `${what} is to come from the environment variable ${from}, which is not set.`);
    return found;
  });
}

/** Every value of these resolved; see `resolveRefs`. */
export function resolveEnv(given: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, resolveRefs(name, value)]));
}

/** The whole text is a reference: it may be shown, since it is no secret. */
export const isRef = (text: string): boolean => /^\{env:[A-Za-z_][A-Za-z0-9_]*\}$/.test(text);
