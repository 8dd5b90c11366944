/** A change as a patch that `git apply` takes, byte for byte: other encodings, byte order marks, binary files. */
import { deflateSync } from "node:zlib";
import { encodeText } from "../../lib/encoding.ts";
import type { NamedHunk } from "../../lib/hunks.ts";
import { type Content, compare, partOf } from "./content.ts";

/** From one content to the other; empty when they are equal. */
export function patchBytes(path: string, base: Content, next: Content): Uint8Array {
  const sides = compare(path, base, next);
  const head = header(path, base, next);
  if (sides.hunks.length === 0 && sides.whole === null) return new Uint8Array();
  // UTF-16 is binary to git.
  const lines = sides.text && !sides.text.as.encoding.startsWith("utf-16") ? sides.text.as : null;
  if (lines && sides.hunks.length > 0) {
    const names = `--- ${base.bytes === null ? "/dev/null" : named("a", path)}\n+++ ${next.bytes === null ? "/dev/null" : named("b", path)}\n`;
    const body = sides.hunks.map(
      (hunk) => encodeText({ text: hunkText(hunk, lines.bom), encoding: lines.encoding, bom: false })!,
    );
    return Buffer.concat([Buffer.from(head + names), ...body]);
  }
  const isSame = base.bytes !== null && next.bytes !== null && Buffer.compare(base.bytes, next.bytes) === 0;
  if (isSame || (empty(base) && empty(next))) return Buffer.from(head);
  return Buffer.from(`${head}GIT binary patch\n${literal(next.bytes)}\n${literal(base.bytes)}\n`);
}

/** As patchBytes, of the hunks that `takes` names. */
export function patchOfHunks(path: string, base: Content, next: Content, takes: (id: string) => boolean): Uint8Array {
  return patchBytes(path, base, partOf(compare(path, base, next), takes));
}

const empty = (content: Content) => content.bytes === null || content.bytes.length === 0;

function header(path: string, base: Content, next: Content): string {
  const lines = [`diff --git ${quoted(`a/${path}`)} ${quoted(`b/${path}`)}`];
  const [before, after] = [gitMode(base.mode), gitMode(next.mode)];
  const index = `index ${gitHash(base.bytes)}..${gitHash(next.bytes)}`;
  if (base.bytes === null) lines.push(`new file mode ${after}`, index);
  else if (next.bytes === null) lines.push(`deleted file mode ${before}`, index);
  else if (before !== after) lines.push(`old mode ${before}`, `new mode ${after}`, index);
  else lines.push(`${index} ${after}`);
  return `${lines.join("\n")}\n`;
}

/** git knows a file's executable bit and no other. */
const gitMode = (mode: number | null) => ((mode ?? 0) & 0o111 ? "100755" : "100644");

function gitHash(bytes: Uint8Array | null): string {
  if (bytes === null) return "0".repeat(40);
  return new Bun.CryptoHasher("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

function hunkText(hunk: NamedHunk, bom: boolean): string {
  const range = (start: number, count: number) => (count === 1 ? `${start}` : `${start},${count}`);
  const lines = [
    `@@ -${range(hunk.old_start, hunk.old_count)} +${range(hunk.new_start, hunk.new_count)} @@${hunk.section ? ` ${hunk.section}` : ""}`,
  ];
  for (const line of hunk.lines) {
    const mark = bom && (line.old === 1 || line.new === 1) ? "\ufeff" : "";
    lines.push(`${SIGNS[line.kind]}${mark}${line.text}${line.cr ? "\r" : ""}`);
    if (line.no_newline) lines.push("\\ No newline at end of file");
  }
  return `${lines.join("\n")}\n`;
}
const SIGNS = { same: " ", add: "+", del: "-" };

/** A name with a space ends at a tab, or the reader would not know where. */
const named = (side: string, path: string) => quoted(`${side}/${path}`) + (path.includes(" ") ? "\t" : "");

/** Quoted as git does: control characters, quotes, backslashes, and every byte that is not ASCII. */
function quoted(name: string): string {
  if (/^[\x20-\x7e]*$/.test(name) && !/["\\]/.test(name)) return name;
  let out = "";
  for (const byte of new TextEncoder().encode(name)) {
    if (byte === 0x22 || byte === 0x5c) out += `\\${String.fromCharCode(byte)}`;
    else if (byte >= 0x20 && byte < 0x7f) out += String.fromCharCode(byte);
    else out += `\\${byte.toString(8).padStart(3, "0")}`;
  }
  return `"${out}"`;
}

const BASE85 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";
const LINE_BYTES = 52;

/** git's form of binary content: deflated, in lines of at most 52 bytes, each with its length as a letter before it. */
function literal(bytes: Uint8Array | null): string {
  const content = bytes ?? new Uint8Array();
  const packed = deflateSync(content);
  let out = `literal ${content.length}\n`;
  for (let at = 0; at < packed.length; at += LINE_BYTES) {
    const line = packed.subarray(at, at + LINE_BYTES);
    const length = line.length <= 26 ? 64 + line.length : 70 + line.length;
    out += `${String.fromCharCode(length)}${base85(line)}\n`;
  }
  return out;
}

function base85(bytes: Uint8Array): string {
  let out = "";
  for (let at = 0; at < bytes.length; at += 4) {
    let value = 0;
    for (let i = 0; i < 4; i++) value = value * 256 + (bytes[at + i] ?? 0);
    let group = "";
    for (let i = 0; i < 5; i++) {
      group = BASE85[value % 85]! + group;
      value = Math.floor(value / 85);
    }
    out += group;
  }
  return out;
}
