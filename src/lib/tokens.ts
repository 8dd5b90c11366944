/** How many tokens a text is about: no tokenizer, since every model has another one. Callers correct it by what servers count. */

/** English and code come to about this; other scripts to about one token a character and a half. */
const ASCII_CHARS_PER_TOKEN = 3.6;
const OTHER_CHARS_PER_TOKEN = 1.5;

export function estimateTokens(text: string): number {
  let other = 0;
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) other++;
  return Math.ceil((text.length - other) / ASCII_CHARS_PER_TOKEN + other / OTHER_CHARS_PER_TOKEN);
}
