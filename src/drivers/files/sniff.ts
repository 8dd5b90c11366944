/** Tells text from binary by a file's first bytes, and in which encoding the text is. */

export type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252" | "binary";

/** Bytes that are looked at, as many as git looks at. */
export const SNIFF_BYTES = 8192;
/** More control characters than this share make a file binary even without a NUL. */
const CONTROL_SHARE = 0.1;

/** `head` is the beginning of the file. `bom` is how many bytes of it are a byte order mark. */
export function sniff(head: Uint8Array): { encoding: Encoding; bom: number } {
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: "utf-16le", bom: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: "utf-16be", bom: 2 };
  const bom = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  if (isBinary(head)) return { encoding: "binary", bom: 0 };
  return { encoding: isUtf8(head) ? "utf-8" : "windows-1252", bom };
}

function isBinary(head: Uint8Array): boolean {
  let control = 0;
  for (const byte of head) {
    if (byte === 0) return true;
    const isText = byte >= 0x20 || (byte >= 0x08 && byte <= 0x0d) || byte === 0x1b;
    if (!isText) control++;
  }
  return control > head.length * CONTROL_SHARE;
}

function isUtf8(head: Uint8Array): boolean {
  try {
    // As a stream: a character cut by the end of `head` is no error.
    new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}
