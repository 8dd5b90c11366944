/**
 * The normal form of text that is shown: line ends are "\n" (every carriage return is dropped), control characters are
 * visible pictures (`␛`), and the noncharacters that the Markdown renderer uses as marks do not occur.
 * Character by character, so pieces may be normalised one by one.
 */
export function plainText(text: string): string {
  return ODD.test(text) ? text.replace(ODD_ALL, pictured) : text;
}

const ODD = /[\0-\x08\x0b-\x1f\x7f\ufdd0-\ufdef]/;
const ODD_ALL = new RegExp(ODD.source, "g");

function pictured(char: string): string {
  if (char === "\r") return "";
  const code = char.charCodeAt(0);
  if (code === 0x7f) return "\u2421";
  return code > 0 && code < 0x20 ? String.fromCharCode(0x2400 + code) : "\uFFFD";
}
