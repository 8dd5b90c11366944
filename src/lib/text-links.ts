/** Finds web addresses and file names in text that is already escaped, and links them. */
import { parseFileRef } from "./file-refs.ts";
import { escapeHtml, unescapeHtml } from "./html.ts";

/** URL of the file viewer for a path of the project, or null to leave the words as they are. */
export type FileUrl = (path: string, line: number | null) => string | null;

/** `html` must be escaped text without tags, outside of links and code. */
export function linkText(html: string, fileUrl: FileUrl | undefined): string {
  HIT.lastIndex = 0;
  let out = "";
  let done = 0;
  for (let hit = HIT.exec(html); hit; hit = HIT.exec(html)) {
    const start = wordStart(html, hit.index, done);
    const address = ADDRESS.exec(html.slice(start, start + 8)) ? addressEnd(html, start) : 0;
    const end = address || wordEnd(html, hit.index + 1);
    const word = html.slice(start, end);
    const link = address ? webLink(word) : fileLink(word, html.charAt(start - 1), html.charAt(end), fileUrl);
    if (link !== null) {
      out += html.slice(done, start) + link;
      done = end;
    }
    HIT.lastIndex = Math.max(end, hit.index + 1);
  }
  return done === 0 ? html : out + html.slice(done);
}

/** `<a>` start tag for an address that leaves the page. */
export const outwardTag = (url: string): string =>
  `<a href="${escapeHtml(url)}" target="_blank" rel="noopener noreferrer nofollow">`;

/** A dot or slash inside a word: everything that can be linked has one. */
const HIT = /[./][\p{L}\p{N}_@.[/]/gu;
const ADDRESS = /^https?:\/\//i;
/** The longest address that is linked. */
const ADDRESS_LIMIT_CHARS = 2_000;

function webLink(html: string): string | null {
  const url = unescapeHtml(html);
  return /^https?:\/\/[^/?#]/i.test(url) ? `${outwardTag(url)}${html}</a>` : null;
}

function fileLink(word: string, before: string, after: string, fileUrl: FileUrl | undefined): string | null {
  if (!fileUrl || NOT_BESIDE.includes(before) || NOT_BESIDE.includes(after)) return null;
  const bare = word.replace(/[.:#]+$/, "");
  const ref = parseFileRef(bare, "prose");
  const url = ref && fileUrl(ref.path, ref.line);
  return url ? `<a href="${escapeHtml(url)}">${bare}</a>${word.slice(bare.length)}` : null;
}

/** Beside one of these a word is part of a pattern, a variable or a foreign path. The NUL stands for "nothing there". */
const NOT_BESIDE = ["*", "$", "{", "}", "%", "\\", "~"];

function wordStart(html: string, from: number, floor: number): number {
  let at = from;
  while (at > floor && isWordChar(html.charCodeAt(at - 1))) at--;
  return at;
}

function wordEnd(html: string, from: number): number {
  let at = from;
  while (at < html.length && isWordChar(html.charCodeAt(at))) at++;
  return at;
}

/** GFM's rule: up to white space or `<`, without closing punctuation and without an unbalanced `)`. */
function addressEnd(html: string, start: number): number {
  const stop = /[\s<"“”„«»\u3000-\u303f\uff00-\uff0f]|&(?:lt|gt|quot|#x27|#39);|$/g;
  stop.lastIndex = start;
  let end = Math.min(stop.exec(html)?.index ?? html.length, start + ADDRESS_LIMIT_CHARS);
  for (;;) {
    const last = html.charAt(end - 1);
    const entity = last === ";" ? /&[a-z0-9#]+;$/i.exec(html.slice(Math.max(start, end - 8), end)) : null;
    if (entity) end -= entity[0].length;
    else if (/[.,:;!?'’‘…*_~`\]}|]/.test(last)) end--;
    else if (last === ")" && unbalanced(html, start, end)) end--;
    else return end;
    if (end <= start) return start;
  }
}

function unbalanced(html: string, start: number, end: number): boolean {
  let depth = 0;
  for (let at = start; at < end; at++) {
    const char = html.charCodeAt(at);
    if (char === 0x28) depth++;
    else if (char === 0x29) depth--;
  }
  return depth < 0;
}

const ASCII_WORD = new Set(
  [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@.+-/:#"].map((c) => c.charCodeAt(0)),
);

function isWordChar(code: number): boolean {
  if (code < 0x80) return ASCII_WORD.has(code);
  const punctuation = code <= 0xbf || (code >= 0x2000 && code <= 0x206f) || (code >= 0x3000 && code <= 0x303f);
  return !punctuation && !(code >= 0xff00 && code <= 0xff65);
}
