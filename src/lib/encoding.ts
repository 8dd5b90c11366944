/** Bytes of a text file ↔ text, so that what was not edited comes back byte for byte. */

export type TextEncoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

export interface DecodedText {
  /** Without byte order mark. */
  text: string;
  encoding: TextEncoding;
  bom: boolean;
}

/** Bytes that are looked at for a NUL, as many as git looks at. */
const SNIFF_BYTES = 8192;
const CONTROL_SHARE = 0.1;

/** Null for what is no text, or does not survive the way there and back. */
export function decodeText(bytes: Uint8Array): DecodedText | null {
  const found = guess(bytes);
  if (!found) return null;
  const body = bytes.subarray(bomOf(found.encoding, found.bom).length);
  const text = new TextDecoder(found.encoding as Bun.Encoding, { ignoreBOM: true }).decode(body);
  const back = encodeText({ text, ...found });
  return back !== null && Buffer.compare(back, bytes) === 0 ? { text, ...found } : null;
}

/** Null when the text has a character that the encoding has not. */
export function encodeText({ text, encoding, bom }: DecodedText): Uint8Array<ArrayBuffer> | null {
  const head = bomOf(encoding, bom);
  const body = encodeBody(text, encoding);
  if (body === null) return null;
  if (head.length === 0) return body;
  const whole = new Uint8Array(head.length + body.length);
  whole.set(head);
  whole.set(body, head.length);
  return whole;
}

function guess(bytes: Uint8Array): { encoding: TextEncoding; bom: boolean } | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { encoding: "utf-16le", bom: true };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { encoding: "utf-16be", bom: true };
  const bom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  if (isBinary(bytes.subarray(0, SNIFF_BYTES))) return null;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return { encoding: "utf-8", bom };
  } catch {
    return { encoding: "windows-1252", bom: false };
  }
}

function isBinary(head: Uint8Array): boolean {
  let control = 0;
  for (const byte of head) {
    if (byte === 0) return true;
    if (!(byte >= 0x20 || (byte >= 0x08 && byte <= 0x0d) || byte === 0x1b)) control++;
  }
  return control > head.length * CONTROL_SHARE;
}

function bomOf(encoding: TextEncoding, bom: boolean): number[] {
  if (!bom) return [];
  if (encoding === "utf-16le") return [0xff, 0xfe];
  return encoding === "utf-16be" ? [0xfe, 0xff] : encoding === "utf-8" ? [0xef, 0xbb, 0xbf] : [];
}

function encodeBody(text: string, encoding: TextEncoding): Uint8Array<ArrayBuffer> | null {
  if (encoding === "utf-8") return text.isWellFormed() ? new TextEncoder().encode(text) : null;
  if (encoding === "windows-1252") return encodeWindows(text);
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i), encoding === "utf-16le");
  return bytes;
}

/** What windows-1252 has at 0x80 to 0x9f, by the character. */
const WINDOWS = new Map(
  Array.from({ length: 32 }, (_, i) => {
    const byte = 0x80 + i;
    return [new TextDecoder("windows-1252").decode(Uint8Array.of(byte)), byte] as const;
  }),
);

function encodeWindows(text: string): Uint8Array<ArrayBuffer> | null {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const byte = WINDOWS.get(text[i]!) ?? (code < 0x80 || (code >= 0xa0 && code <= 0xff) ? code : null);
    if (byte === null) return null;
    bytes[i] = byte;
  }
  return bytes;
}
