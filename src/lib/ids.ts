/**
 * Opaque ids: 8 characters of time (base 36, milliseconds) and 8 of randomness, so that ids made later sort later.
 * They are part of every journal row, therefore short. Good until the year 2059, when the time grows a ninth character.
 */
const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

export function newId(now: number = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  let random = "";
  for (const byte of bytes) random += ALPHABET[byte % 36];
  return now.toString(36).padStart(8, "0") + random;
}

/** True for anything that could be one of our ids; a cheap check before a query. */
export function isId(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-z]{1,40}$/.test(value);
}
