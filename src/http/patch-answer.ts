/** A patch as an answer: the bytes of files, which are not ours, never shown as a page. */
import { foreignBytes } from "./headers.ts";

export function patchAnswer(pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>, name: string): Response {
  const iterator = (async function* () {
    for await (const piece of pieces) if (piece.length > 0) yield piece;
  })();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await iterator.return(undefined);
    },
  });
  return foreignBytes(body, { type: "text/x-patch", name: `${name}.patch` });
}
