import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { BlockSplitter } from "../../src/lib/blocks.ts";
import { documents, inPieces } from "../support/markdown.ts";

const split = (...pieces: string[]) => {
  const splitter = new BlockSplitter();
  return [...pieces.flatMap((piece) => splitter.push(piece)), ...splitter.finish()];
};
const parse = (source: string) => Bun.markdown.html(source, { noHtmlBlocks: true, noHtmlSpans: true });
/** Blocks render alone, so definitions do not reach over them: the renderer makes them text. */
const defused = (text: string) => text.replaceAll("]:", "] :");

describe("blocks", () => {
  test("are what the whole document is made of: rendering them one by one gives the document", () => {
    fc.assert(
      fc.property(documents(16).map(defused), (text) => {
        expect(split(text).map(parse).join("")).toBe(parse(text));
      }),
      { numRuns: 3_000 },
    );
  });

  test("are the same however the text is cut", () => {
    const cut = documents(12).chain((text) => fc.tuple(fc.constant(text), inPieces(text)));
    fc.assert(
      fc.property(cut, ([text, pieces]) => {
        expect(split(...pieces)).toEqual(split(text));
      }),
      { numRuns: 1_000 },
    );
  });

  test("and the open block are all that was not finished", () => {
    const cut = documents(12).chain((text) => fc.tuple(fc.constant(text), inPieces(text)));
    fc.assert(
      fc.property(cut, ([text, pieces]) => {
        const splitter = new BlockSplitter();
        const seen: string[] = [];
        for (const piece of pieces) {
          seen.push(...splitter.push(piece));
          expect(splitter.open_chars).toBe(splitter.open.length);
        }
        const words = (s: string) => s.replace(/\s+/g, "");
        expect(words(seen.join("") + splitter.open)).toBe(words(text));
      }),
      { numRuns: 500 },
    );
  });

  test("end as early as is safe", () => {
    const splitter = new BlockSplitter();
    expect(splitter.push("# Title\n")).toEqual(["# Title\n"]);
    expect(splitter.push("Words that go on\nfor two lines.\n")).toEqual([]);
    expect(splitter.push("\n")).toEqual(["Words that go on\nfor two lines.\n"]);
    expect(splitter.push("Look:\n```ts\n")).toEqual(["Look:\n"]);
    expect(splitter.push("a\n\n# no heading\n```")).toEqual([]);
    expect(splitter.push("\n")).toEqual(["```ts\na\n\n# no heading\n```\n"]);
    expect(splitter.push("- one\n\n  more of one\n\n- two\n\n")).toEqual([]);
    expect(splitter.push("T")).toEqual(["- one\n\n  more of one\n\n- two\n\n"]);
    expect(splitter.open).toBe("T");
  });

  test("of a list wait for the second character of what may be a marker", () => {
    const splitter = new BlockSplitter();
    splitter.push("1. one\n\n");
    expect(splitter.push("2")).toEqual([]);
    expect(splitter.push(".")).toEqual([]);
    expect(splitter.push("5 kB")).toHaveLength(1);
  });

  test("have one line end and no control characters", () => {
    expect(split("a\r", "\nb\0\x1b[0m\n\n", "c\rd")).toEqual(["a\nb\uFFFD␛[0m\n", "cd\n"]);
  });

  test("cost the same at the end of a long one as at its start", () => {
    const cases = [
      ["```\n", "a b c\n"],
      ["", "word "],
      ["- x\n", "- item\n"],
      ["    x\n", "    y\n"],
    ] as const;
    for (const [start, piece] of cases) {
      const splitter = new BlockSplitter();
      splitter.push(start);
      const began = performance.now();
      for (let i = 0; i < 300_000; i++) splitter.push(piece);
      // Some 30 ms; copying the open block or its last line for each piece would take minutes.
      expect(performance.now() - began).toBeLessThan(5_000);
    }
  });
});
