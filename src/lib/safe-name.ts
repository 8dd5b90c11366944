/** Names of files as others give them: hostile until they are one plain line. */
import { cutMiddle } from "./text.ts";

/** Control and format characters (line ends, bidi marks, zero width), and lone surrogates. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** The last segment, without what nobody sees; of at most `max` characters, both ends kept; `fallback` for nothing. */
export function safeName(given: string, max: number, fallback: string): string {
  const last = given.toWellFormed().split(/[/\\]/).filter(Boolean).at(-1) ?? "";
  const name = last.replace(UNSEEN, " ").replace(/\s+/g, " ").trim();
  return name === "" || /^\.+$/.test(name) ? fallback : cutMiddle(name, max);
}
