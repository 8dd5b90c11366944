/** Which encoding a client takes, and compression of whole answers and of pages in pieces (never of event streams). */
import { promisify } from "node:util";
import { brotliCompress, constants, createBrotliCompress, createGzip, createZstdCompress, gzip } from "node:zlib";

export type Encoding = "br" | "zstd" | "gzip";

/** Below this a compressed answer saves no packet. */
export const COMPRESS_FROM_BYTES = 1024;
const FAST_ZSTD_LEVEL = 3;
const FAST_GZIP_LEVEL = 4;
const FAST_BROTLI_QUALITY = 4;
const SMALL_ZSTD_LEVEL = 19;
/** The last step, 11, saves 2 % and makes the first page wait three times as long. */
const SMALL_BROTLI_QUALITY = 10;

const brotli = promisify(brotliCompress);
const gzipped = promisify(gzip);

/** The first of `order` that `Accept-Encoding` does not refuse; null for plain bytes. */
export function pickEncoding(request: Request, order: readonly Encoding[]): Encoding | null {
  const header = request.headers.get("accept-encoding");
  if (!header) return null;
  const accepted = new Set<string>();
  for (const entry of header.toLowerCase().split(",")) {
    const [name = "", ...params] = entry.split(";").map((part) => part.trim());
    if (!params.some((p) => /^q=0(\.0*)?$/.test(p))) accepted.add(name);
  }
  return order.find((encoding) => accepted.has(encoding)) ?? null;
}

/** Quick compression for an answer made just now. */
export async function compressFast(
  bytes: Uint8Array<ArrayBuffer>,
  encoding: Encoding,
): Promise<Uint8Array<ArrayBuffer>> {
  if (encoding === "zstd") return own(await Bun.zstdCompress(bytes, { level: FAST_ZSTD_LEVEL }));
  if (encoding === "gzip") return own(await gzipped(bytes, { level: FAST_GZIP_LEVEL }));
  return own(await brotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: FAST_BROTLI_QUALITY } }));
}

/** The same for an answer that is made in pieces: each is on its way before the next is there. */
export function compressPieces(pieces: AsyncIterable<string>, encoding: Encoding): ReadableStream<Uint8Array> {
  const packer = createPacker(encoding);
  return new ReadableStream<Uint8Array>({
    start(controller) {
      packer.on("data", (chunk: Uint8Array) => controller.enqueue(own(chunk)));
      packer.on("end", () => controller.close());
      packer.on("error", (error) => controller.error(error));
      void pack(pieces, packer);
    },
    cancel() {
      packer.destroy();
    },
  });
}

type Packer = ReturnType<typeof createPacker>;

function createPacker(encoding: Encoding) {
  if (encoding === "zstd")
    return createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: FAST_ZSTD_LEVEL } });
  if (encoding === "gzip") return createGzip({ level: FAST_GZIP_LEVEL });
  return createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: FAST_BROTLI_QUALITY } });
}

async function pack(pieces: AsyncIterable<string>, packer: Packer): Promise<void> {
  try {
    for await (const piece of pieces) {
      if (packer.destroyed) return;
      packer.write(piece);
      await new Promise<void>((flushed) => packer.flush(() => flushed()));
    }
    packer.end();
  } catch (error) {
    packer.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

/** Smallest result, for assets: made once and kept. */
export async function compressSmall(
  bytes: Uint8Array<ArrayBuffer>,
  encoding: Encoding,
): Promise<Uint8Array<ArrayBuffer>> {
  if (encoding === "zstd") return own(await Bun.zstdCompress(bytes, { level: SMALL_ZSTD_LEVEL }));
  if (encoding === "gzip") return own(await gzipped(bytes, { level: 9 }));
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: SMALL_BROTLI_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  return own(await brotli(bytes, { params }));
}

/** zlib returns a view that may share a pool with other buffers. */
const own = (buffer: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(buffer);
