import { expect, test } from "bun:test";
import fc from "fast-check";
import { imageFacts } from "../../src/lib/image-facts.ts";
import { gifHead, jpegHead, png, pngHead, webpHead } from "../support/pictures.ts";

test("four kinds of pictures say their type and size", () => {
  const size = { width: 640, height: 479 };
  expect(imageFacts(png(640, 479))).toEqual({ type: "image/png", ...size });
  expect(imageFacts(gifHead(640, 479))).toEqual({ type: "image/gif", ...size });
  expect(imageFacts(jpegHead(640, 479))).toEqual({ type: "image/jpeg", ...size });
  for (const kind of ["VP8 ", "VP8L", "VP8X"] as const)
    expect(imageFacts(webpHead(kind, 640, 479))).toEqual({ type: "image/webp", ...size });
});

test("a size beyond all bounds is told as it is: refusing it is for who asks", () => {
  expect(imageFacts(pngHead(4_000_000_000, 2))).toMatchObject({ width: 4_000_000_000 });
  expect(imageFacts(webpHead("VP8L", 16_384, 16_384))).toMatchObject({ width: 16_384, height: 16_384 });
});

test("what is cut, has no size, or only begins like a picture is none", () => {
  for (const whole of [pngHead(2, 2), gifHead(2, 2), jpegHead(2, 2), webpHead("VP8X", 2, 2)])
    for (let length = 0; length < 24; length++) expect(imageFacts(whole.subarray(0, Math.min(length, 9)))).toBeNull();
  expect(imageFacts(pngHead(0, 5))).toBeNull();
  expect(imageFacts(new TextEncoder().encode("<svg xmlns='http://www.w3.org/2000/svg'/>"))).toBeNull();
  // Segments that never come to a frame.
  const endless = new Uint8Array(100_000).fill(0xff);
  endless.set([0xff, 0xd8, 0xff, 0xe0, 0, 2]);
  expect(imageFacts(endless)).toBeNull();
});

test("no bytes make it throw", () => {
  const heads = [pngHead(3, 3), gifHead(3, 3), jpegHead(3, 3), webpHead("VP8 ", 3, 3), Buffer.from("RIFF\0\0\0\0WEBP")];
  fc.assert(
    fc.property(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 60 }), fc.nat(40), (head, tail, keep) => {
      const bytes = new Uint8Array(Buffer.concat([head.subarray(0, keep), tail]));
      const facts = imageFacts(bytes);
      if (facts) expect(facts.width * facts.height).toBeGreaterThan(0);
    }),
    { numRuns: 2_000 },
  );
});
