import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { cutEnd, cutLines, cutMiddle, ellipsis, linesOf, oneLine, wrapLongLines } from "../../src/lib/text.ts";

const text = fc.string({ unit: "binary", maxLength: 60 });
const max = fc.integer({ min: 1, max: 70 });

describe("cutting", () => {
  test.each([
    ["cutEnd", cutEnd],
    ["ellipsis", ellipsis],
    ["cutMiddle", cutMiddle],
    ["oneLine", oneLine],
  ] as const)("%s keeps to its limit and splits no character", (_, cut) => {
    fc.assert(
      fc.property(text, max, (whole, limit) => {
        const short = cut(whole, limit);
        expect(short.length).toBeLessThanOrEqual(limit);
        expect(short.isWellFormed()).toBe(true);
      }),
    );
  });

  test("what fits stays as it is, what does not says so", () => {
    expect(cutMiddle("abcdef", 6)).toBe("abcdef");
    expect(cutMiddle("abcdefg", 5)).toBe("ab…fg");
    expect(ellipsis("abcdefg", 5)).toBe("abcd…");
    expect(cutEnd("a😀", 2)).toBe("a");
    expect(oneLine("a\r\n\tb\u2028c ", 10)).toBe("a b c");
  });
});

describe("lines", () => {
  test("a final newline begins no line", () => {
    expect(linesOf("")).toEqual([]);
    expect(linesOf("a\nb\n")).toEqual(["a", "b"]);
    expect(linesOf("a\n\n")).toEqual(["a", ""]);
  });

  test("cutLines keeps whole lines from the start within both limits, and always something", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ maxLength: 12 }).filter((s) => !s.includes("\n")),
          { minLength: 1, maxLength: 20 },
        ),
        max,
        fc.integer({ min: 1, max: 20 }),
        (all, chars, lines) => {
          const cut = cutLines(all.join("\n"), { chars, lines });
          expect(cut.text.length).toBeLessThanOrEqual(Math.max(chars, 1));
          expect(cut.shown).toBeLessThanOrEqual(lines);
          expect(cut.total).toBe(linesOf(all.join("\n")).length);
          expect(all.join("\n").startsWith(cut.text)).toBe(true);
          if (cut.total > 0) expect(cut.shown).toBeGreaterThan(0);
        },
      ),
    );
  });

  test("wrapped lines are short and lose nothing", () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 10 }), (whole, limit) => {
        const wrapped = wrapLongLines(whole, limit);
        expect(wrapped.replaceAll("\n", "")).toBe(whole.replaceAll("\n", ""));
        for (const line of wrapped.split("\n")) expect(line.length).toBeLessThanOrEqual(limit);
        expect(wrapped.isWellFormed()).toBe(true);
      }),
    );
  });
});
