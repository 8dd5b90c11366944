import { expect, test } from "bun:test";
import fc from "fast-check";
import { opening, snippet } from "../../src/lib/snippet.ts";

const show = (text: string, ...phrases: string[][]) => {
  const found = snippet(
    text,
    phrases.map((words) => ({ words })),
  );
  return found && { line: found.line, text: found.pieces.map((p) => (p.hit ? `[${p.text}]` : p.text)).join("") };
};

test("the words are marked, an identifier in one piece, and the line is told", () => {
  expect(show("a\nb set claimed_until now", ["claimed", "until"])).toEqual({
    line: 2,
    text: "a b set [claimed_until] now",
  });
  expect(show("residue, then claimDue()", ["due"])).toEqual({ line: 1, text: "residue, then claim[Due]()" });
});

test("a beginning of a word is marked as far as it was typed", () => {
  expect(show("all deliveries", ["deliver"])?.text).toBe("all [deliver]ies");
});

test("a long text is cut at words around the place", () => {
  const found = show(`${"word ".repeat(500)}needle ${"word ".repeat(500)}`, ["needle"])!;
  expect(found.text).toContain("[needle]");
  expect(found.text.length).toBeLessThan(330);
  expect(found.text.startsWith("…word")).toBe(true);
});

test("what does not stand there as typed gives nothing; the beginning still marks it by its folded form", () => {
  expect(show("Ein Café hier", ["cafe"])).toBeNull();
  expect(opening("Ein Café hier", [{ words: ["cafe"] }])).toEqual([
    { text: "Ein ", hit: false },
    { text: "Café", hit: true },
    { text: " hier", hit: false },
  ]);
});

test("the pieces are the window, whatever is looked for in whatever", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.array(fc.string(), { minLength: 1 }), (text, words) => {
      const all = opening(text, [{ words }])
        .map((p) => p.text)
        .join("");
      expect(all).toBe(text.toWellFormed().replace(/\s+/g, " ").trim());
      snippet(text, [{ words: words.filter(Boolean) }]);
    }),
  );
});
