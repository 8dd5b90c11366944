/** Keys are stored as they are or as `{env:NAME}`, which is looked up when a request is made. */
import type { Config } from "../config.ts";
import { invalid, unavailable } from "../lib/errors.ts";

export const LLM_KEY_REF = "{env:BOOCODE_LLM_KEY}";

const REF = /^\{env:([^}]*)\}$/;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const KEY_LIMIT_CHARS = 1_000;

/** Checks what was typed; null for an empty field. Throws AppError("invalid", field "api_key"). */
export function readKey(input: string | null | undefined): string | null {
  const key = input?.trim() ?? "";
  if (!key) return null;
  if (key.length > KEY_LIMIT_CHARS) throw invalid(`The key is longer than ${KEY_LIMIT_CHARS} characters.`, "api_key");
  // A header cannot carry anything else; fetch would throw with the key in its message.
  if (!/^[\x21-\x7e]+$/.test(key))
    throw invalid("The key may only hold visible ASCII characters, and no spaces.", "api_key");
  const name = REF.exec(key)?.[1];
  if (name !== undefined) refuseName(name);
  return key;
}

/** The key to send, or null for none. Throws AppError("unavailable") when its variable is not set. */
export function resolveKey(
  config: Pick<Config, "llm_key">,
  stored: string | null,
  env: Record<string, string | undefined> = process.env,
): string | null {
  const name = stored === null ? undefined : REF.exec(stored)?.[1];
  if (name === undefined) return stored;
  refuseName(name);
  const value = name === "BOOCODE_LLM_KEY" ? config.llm_key : env[name]?.trim();
  if (!value) throw unavailable(`Its key is to come from the environment variable ${name}, which is not set.`);
  return value;
}

/** BooCode's own secrets are not sent to anybody. */
function refuseName(name: string): void {
  if (!NAME.test(name)) throw invalid("A key from the environment looks like {env:OPENAI_API_KEY}.", "api_key");
  const own =
    (name.startsWith("BOOCODE_") && name !== "BOOCODE_LLM_KEY") || name === "DATABASE_URL" || name.startsWith("PG");
  if (own) throw invalid(`${name} is a secret of BooCode itself and is not sent to an endpoint.`, "api_key");
}
