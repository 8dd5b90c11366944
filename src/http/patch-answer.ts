/** A patch as an answer: the bytes of files, which are not ours, never shown as a page. */
import { byteStream } from "../lib/byte-stream.ts";
import { foreignBytes } from "./headers.ts";

export function patchAnswer(pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>, name: string): Response {
  return foreignBytes(byteStream(notEmpty(pieces)), { type: "text/x-patch", name: `${name}.patch` });
}

async function* notEmpty(pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) if (piece.length > 0) yield piece;
}
