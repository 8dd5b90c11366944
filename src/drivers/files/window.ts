/** Reads a window of lines out of a file of any size without holding more than the window. */
import type { FileHandle } from "node:fs/promises";
import { cutEnd, linesOf } from "../../lib/text.ts";
import { type Encoding, SNIFF_BYTES, sniff } from "./sniff.ts";

export interface WindowRequest {
  /** First line, from 1, and how many at most. */
  from: number;
  count: number;
  /** Longer lines are cut and end in LINE_CUT_MARK. */
  line_chars: number;
  /** The window ends before the line that would pass this. */
  total_chars: number;
  signal?: AbortSignal;
}
export interface Window {
  encoding: Encoding;
  lines: string[];
  from: number;
  /** Lines of the whole file; null when it was too large to count. */
  total_lines: number | null;
  /** First line after the window; null when the window reaches the end. */
  next: number | null;
  crlf: boolean;
  /** The window's first line lies beyond what is read of a file. */
  beyond: boolean;
}

export const LINE_CUT_MARK = "… (line cut)";
/** How far into a file a window may lie. */
export const SCAN_LIMIT_BYTES = 256 * 1024 * 1024;
/** How far lines are counted past the window. */
const COUNT_LIMIT_BYTES = 16 * 1024 * 1024;
/** UTF-16 text is decoded whole. */
const UTF16_LIMIT_BYTES = 8 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;
const BYTES_PER_CHAR = 3;
const LF = 10;

/** The lines asked for; binary files give no lines. Aborting throws the signal's reason. */
export async function readWindow(handle: FileHandle, size: number, request: WindowRequest): Promise<Window> {
  const head = new Uint8Array(Math.min(SNIFF_BYTES, size));
  const { bytesRead } = await handle.read(head, 0, head.length, 0);
  const { encoding, bom } = sniff(head.subarray(0, bytesRead));
  if (isUtf16(encoding)) {
    if (size > UTF16_LIMIT_BYTES) return empty("binary", request.from);
    const bytes = new Uint8Array(size);
    const { bytesRead: whole } = await handle.read(bytes, 0, size, 0);
    return utf16Lines(bytes.subarray(0, whole), encoding, request);
  }
  if (encoding === "binary") return empty(encoding, request.from);
  const window = new Lines(encoding, request);
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size + 1));
  let at = bom;
  for (;;) {
    request.signal?.throwIfAborted();
    const limit = window.full ? COUNT_LIMIT_BYTES : SCAN_LIMIT_BYTES;
    if (at >= limit) return window.finish(false);
    const { bytesRead: n } = await handle.read(buffer, 0, buffer.length, at);
    if (n === 0) return window.finish(true);
    window.push(buffer.subarray(0, n));
    at += n;
  }
}

/** As readWindow, of bytes in memory. `complete` is false when they are only the beginning of something larger. */
export function windowOfBytes(bytes: Uint8Array, complete: boolean, request: WindowRequest): Window {
  const { encoding, bom } = sniff(bytes.subarray(0, SNIFF_BYTES));
  if (encoding === "binary") return empty(encoding, request.from);
  if (isUtf16(encoding)) return utf16Lines(bytes, encoding, request);
  const window = new Lines(encoding, request);
  window.push(Buffer.from(bytes.buffer, bytes.byteOffset + bom, bytes.byteLength - bom));
  return window.finish(complete);
}

const isUtf16 = (encoding: Encoding) => encoding === "utf-16le" || encoding === "utf-16be";

const empty = (encoding: Encoding, from: number): Window => ({
  encoding,
  lines: [],
  from,
  total_lines: null,
  next: null,
  crlf: false,
  beyond: false,
});

/** Lines gathered from chunks of bytes. */
class Lines {
  full = false;
  private readonly kept: string[] = [];
  private readonly decoder: TextDecoder;
  private line = 1;
  private chars = 0;
  private crlf = false;
  /** Bytes of the line under way, up to what a cut line needs; whether it has any byte at all. */
  private pieces: Uint8Array[] = [];
  private held = 0;
  private begun = false;

  constructor(
    private readonly encoding: Encoding,
    private readonly request: WindowRequest,
  ) {
    this.decoder = new TextDecoder(encoding as Bun.Encoding, { ignoreBOM: true });
  }

  push(chunk: Buffer): void {
    let at = 0;
    for (;;) {
      const end = chunk.indexOf(LF, at);
      const stop = end === -1 ? chunk.length : end;
      if (stop > at) this.hold(chunk.subarray(at, stop));
      if (end === -1) return;
      this.close();
      at = end + 1;
    }
  }

  finish(complete: boolean): Window {
    // A line that goes on past what is read is told as far as it was seen.
    if (this.begun && (complete || this.held > 0)) this.close();
    const { from } = this.request;
    const total = complete ? this.line - 1 : null;
    const next = from + this.kept.length;
    const more = complete ? next <= total! : true;
    const beyond = !complete && !this.full && this.kept.length === 0;
    return {
      encoding: this.encoding,
      lines: this.kept,
      from,
      total_lines: total,
      next: more && !beyond ? next : null,
      crlf: this.crlf,
      beyond,
    };
  }

  private hold(bytes: Uint8Array): void {
    this.begun = true;
    if (this.full || this.line < this.request.from) return;
    const room = (this.request.line_chars + 2) * BYTES_PER_CHAR - this.held;
    if (room <= 0) return;
    const part = bytes.slice(0, room); // a copy: the chunk's memory is used again
    this.pieces.push(part);
    this.held += part.length;
  }

  private close(): void {
    if (!this.full && this.line >= this.request.from) this.keep();
    if (this.held > 0) {
      this.pieces = [];
      this.held = 0;
    }
    this.begun = false;
    this.line++;
    if (this.line >= this.request.from + this.request.count) this.full = true;
  }

  private keep(): void {
    let text = this.decoder.decode(this.pieces.length === 1 ? this.pieces[0] : Buffer.concat(this.pieces));
    if (text.endsWith("\r")) {
      text = text.slice(0, -1);
      this.crlf = true;
    }
    text = cutLine(text, this.request.line_chars);
    this.chars += text.length + 1;
    if (this.chars > this.request.total_chars && this.kept.length > 0) this.full = true;
    else this.kept.push(text);
  }
}

function cutLine(text: string, max: number): string {
  return text.length <= max ? text : `${cutEnd(text, max)}${LINE_CUT_MARK}`;
}

function utf16Lines(bytes: Uint8Array, encoding: Encoding, request: WindowRequest): Window {
  const all = linesOf(new TextDecoder(encoding as Bun.Encoding).decode(bytes));
  const lines: string[] = [];
  let chars = 0;
  for (const raw of all.slice(request.from - 1, request.from - 1 + request.count)) {
    const line = cutLine(raw.endsWith("\r") ? raw.slice(0, -1) : raw, request.line_chars);
    chars += line.length + 1;
    if (chars > request.total_chars && lines.length > 0) break;
    lines.push(line);
  }
  const next = request.from + lines.length;
  return {
    encoding,
    lines,
    from: request.from,
    total_lines: all.length,
    next: next <= all.length ? next : null,
    crlf: all.some((l) => l.endsWith("\r")),
    beyond: false,
  };
}
