/** Finds the one self-contained HTML document in an answer: the whole text, or its only fenced block that is one. */
export const HTML_DOCUMENT_LIMIT_BYTES = 1024 * 1024;

const DOCUMENT = /^\s*(?:<!doctype html|<html[\s>])/i;
const FENCE = /^(`{3,}|~{3,})[^\S\n]*(\w*)[^\n]*\n([\s\S]*?)^\1[`~]*[^\S\n]*$/gm;

/** Null when there is none, when there are several, or when it is larger than 1 MB. */
export function htmlDocumentIn(text: string): string | null {
  const found = DOCUMENT.test(text)
    ? [text]
    : [...text.matchAll(FENCE)].map((m) => m[3] ?? "").filter((body) => DOCUMENT.test(body));
  const [document] = found;
  if (found.length !== 1 || !document) return null;
  return Buffer.byteLength(document) <= HTML_DOCUMENT_LIMIT_BYTES ? document : null;
}
