/** Small pictures, made byte by byte: real ones, and heads that claim what they are not. */
import { crc32, deflateSync } from "node:zlib";

/** A real PNG of one colour. */
export function png(
  width: number,
  height: number,
  colour: [number, number, number] = [30, 120, 90],
): Uint8Array<ArrayBuffer> {
  const row = Buffer.concat([
    Buffer.from([0]),
    Buffer.concat(Array.from({ length: width }, () => Buffer.from(colour))),
  ]);
  const data = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
  return new Uint8Array(Buffer.concat([pngHead(width, height), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))]));
}

/** The head of one: a few bytes, whatever its size in pixels. */
export function pngHead(width: number, height: number): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", head)]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

export const gifHead = (width: number, height: number): Buffer =>
  Buffer.concat([Buffer.from("GIF89a", "latin1"), Buffer.from(new Uint16Array([width, height]).buffer)]);

/** With `before` bytes of other segments in front of the frame. */
export function jpegHead(width: number, height: number, before = 100): Buffer {
  const app = Buffer.alloc(before + 4);
  app.set([0xff, 0xe0]);
  app.writeUInt16BE(before + 2, 2);
  const frame = Buffer.from([0xff, 0xc2, 0, 17, 8, 0, 0, 0, 0, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]);
  frame.writeUInt16BE(height, 5);
  frame.writeUInt16BE(width, 7);
  return Buffer.concat([Buffer.from([0xff, 0xd8]), app, frame]);
}

export function webpHead(kind: "VP8 " | "VP8L" | "VP8X", width: number, height: number): Buffer {
  const head = Buffer.concat([
    Buffer.from("RIFF\0\0\0\0WEBP", "latin1"),
    Buffer.from(kind, "latin1"),
    Buffer.alloc(20),
  ]);
  if (kind === "VP8X") {
    head.writeUIntLE(width - 1, 24, 3);
    head.writeUIntLE(height - 1, 27, 3);
  } else if (kind === "VP8L") {
    head[20] = 0x2f;
    head.writeUInt32LE(((height - 1) << 14) | (width - 1), 21);
  } else {
    head.set([0x9d, 0x01, 0x2a], 23);
    head.writeUInt16LE(width, 26);
    head.writeUInt16LE(height, 28);
  }
  return head;
}
