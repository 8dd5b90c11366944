import { expect, test } from "bun:test";
import fc from "fast-check";
import { fold, phraseOf, words } from "../../src/lib/words.ts";

const list = (text: string) => [...words(text)].map((w) => `${w.word}:${w.place}`);

test("identifiers are found whole and in their pieces, neighbours stand side by side", () => {
  expect(list("claimDue(limit)")).toEqual(["claimdue:1", "claim:1", "due:2", "limit:3"]);
  expect(list("HTTPServer")).toEqual(["httpserver:1", "http:1", "server:2"]);
  expect(list("claimed_until src/app.ts:42")).toEqual(["claimed:1", "until:2", "src:3", "app:4", "ts:5", "42:6"]);
});

test("case, accents and width do not matter", () => {
  expect(fold("Größe")).toBe("große");
  expect(fold("CAFÉ")).toBe("cafe");
  expect(fold("ＡＢＣ")).toBe("abc");
  expect(fold("ЁЖ")).toBe(fold("ёж"));
});

test("scripts without spaces go character by character", () => {
  expect(list("検索test語")).toEqual(["検:1", "索:2", "test:3", "語:4"]);
  expect(phraseOf("検索")).toEqual(["検", "索"]);
});

test("what was typed is a phrase of pieces", () => {
  expect(phraseOf("src/claimDue.ts")).toEqual(["src", "claim", "due", "ts"]);
  expect(phraseOf("-->")).toEqual([]);
});

test("every word lies where it says, whatever the text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      for (const { word, start, end } of words(text)) {
        expect(end).toBeGreaterThan(start);
        expect(fold(text.slice(start, end)).startsWith(word.slice(0, 20))).toBe(true);
      }
    }),
  );
});
