/** Hunks of two texts: all of them give the new text, none the old one, and ids stand for what they hold. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { hunksOf, splitLines, withHunks, withoutSpaceChanges } from "../../src/lib/hunks.ts";
import { merge3 } from "../../src/lib/merge.ts";

const line = fc.constantFrom("a", "b", "c", "", " ", "\t x", "long line of text", "é", "\u2028", "x\r");
const text = fc
  .tuple(fc.array(line, { maxLength: 40 }), fc.constantFrom("", "\n", "\r\n"))
  .map(([lines, end]) => (lines.length === 0 ? "" : lines.join("\n") + end));

describe("hunks", () => {
  test("all of them are the new text, none the old one", () => {
    fc.assert(
      fc.property(text, text, (base, next) => {
        const hunks = hunksOf("f", base, next);
        expect(withHunks(base, hunks, () => true)).toBe(next);
        expect(withHunks(base, hunks, () => false)).toBe(base);
        expect(new Set(hunks.map((h) => h.id)).size).toBe(hunks.length);
      }),
      { numRuns: 2_000 },
    );
  });

  test("some of them are a text whose rest are the others", () => {
    const base = Array.from({ length: 60 }, (_, i) => `line ${i}\n`).join("");
    const next = base.replace("line 3\n", "three\n").replace("line 30\n", "").replace("line 50\n", "line 50\nmore\n");
    const hunks = hunksOf("f", base, next);
    expect(hunks.map((h) => [h.old_start, h.old_count, h.new_start, h.new_count, h.added, h.removed])).toEqual([
      [1, 7, 1, 7, 1, 1],
      [28, 7, 28, 6, 0, 1],
      [49, 6, 48, 7, 1, 0],
    ]);
    expect(hunks.map((h) => h.section)).toEqual(["", "line 26", "line 47"]);
    for (let taken = 0; taken < 8; taken++) {
      const takes = (i: number) => (taken & (1 << i)) !== 0;
      const part = withHunks(base, hunks, (h) => takes(hunks.indexOf(h)));
      const rest = hunksOf("f", part, next).map((h) => h.id);
      // Applying some does not give the others new ids.
      expect(rest).toEqual(hunks.filter((_, i) => !takes(i)).map((h) => h.id));
    }
  });

  test("equal hunks are told apart by which one they are; the path is part of the id", () => {
    const base = Array.from({ length: 40 }, (_, i) => (i === 5 || i === 25 ? "same\n" : `l${i}\n`)).join("");
    const ids = hunksOf("f", base, base.replaceAll("same\n", "other\n")).map((h) => h.id);
    expect(new Set(ids).size).toBe(2);
    expect(hunksOf("g", base, base.replace("same\n", "other\n"))[0]!.id).not.toBe(ids[0]!);
    expect(hunksOf("f", base, base.replace("same\n", "other\n"))[0]!.id).toBe(ids[0]!);
  });

  test("a file that is made, emptied, and one that loses its last newline", () => {
    expect(hunksOf("f", "", "a\nb")).toMatchObject([{ old_start: 0, old_count: 0, new_start: 1, new_count: 2 }]);
    expect(hunksOf("f", "a\n", "")).toMatchObject([{ old_start: 1, old_count: 1, new_start: 0, new_count: 0 }]);
    const [hunk] = hunksOf("f", "a\nb\n", "a\nb");
    expect(hunk!.lines.map((l) => [l.kind, l.text, l.no_newline])).toEqual([
      ["same", "a", false],
      ["del", "b", false],
      ["add", "b", true],
    ]);
  });

  test("two long texts that have nothing in common end in time, in one hunk", () => {
    const of = (word: string) => Array.from({ length: 30_000 }, (_, i) => `${word} ${i * 7919}\n`).join("");
    const [base, next] = [`head\n${of("a")}tail\n`, `head\n${of("b")}tail\n`];
    const hunks = hunksOf("f", base, next);
    expect(hunks).toHaveLength(1);
    expect(hunks[0]).toMatchObject({ added: 30_000, removed: 30_000 });
    expect(withHunks(base, hunks, () => true)).toBe(next);
  });

  test("without changes of white space", () => {
    const [hunk] = hunksOf("f", "a\nb  c\nd\n", "a\n  b c\nD\n");
    expect(withoutSpaceChanges(hunk!).lines.map((l) => `${l.kind} ${l.text}`)).toEqual([
      "same a",
      "same   b c",
      "del d",
      "add D",
    ]);
  });

  test("lines keep their ends", () => {
    fc.assert(fc.property(text, (t) => expect(splitLines(t).join("")).toBe(t)));
  });
});

describe("three-way merge", () => {
  test("what one side left alone is the other's; the same change twice is no clash", () => {
    fc.assert(
      fc.property(text, text, (base, side) => {
        expect(merge3(base, base, side)).toEqual({ ok: true, text: side });
        expect(merge3(base, side, base)).toEqual({ ok: true, text: side });
        expect(merge3(base, side, side)).toEqual({ ok: true, text: side });
      }),
    );
  });

  test("both sides, in different places; and in the same one", () => {
    const base = "a\nb\nc\nd\ne\n";
    expect(merge3(base, "A\nb\nc\nd\ne\n", "a\nb\nc\nd\nE\n")).toEqual({ ok: true, text: "A\nb\nc\nd\nE\n" });
    expect(merge3(base, "a\nX\nc\nd\ne\n", "a\nY\nc\nd\ne\n")).toEqual({
      ok: false,
      clashes: [{ line: 2, base: ["b\n"], theirs: ["X\n"], ours: ["Y\n"] }],
    });
  });
});
