/** Search and replace: one place or none, never a guess. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { editText } from "../../src/lib/edits.ts";
import { decodeText, encodeText } from "../../src/lib/encoding.ts";

const edit = (text: string, old_string: string, new_string: string, replace_all = false) =>
  editText(text, { old_string, new_string, replace_all });
const textOf = (...args: Parameters<typeof edit>) => {
  const done = edit(...args);
  return done.ok ? done.text : `${done.why} ${done.lines.join(",")}`;
};

describe("edits", () => {
  test.each([
    ["a word", "one two\n", "two", "three", "one three\n"],
    ["several lines", "a\nb\nc\n", "a\nb\n", "x\n", "x\nc\n"],
    ["a dollar sign in the new text", "a\n", "a", "$& $1 $$", "$& $1 $$\n"],
    ["at the end, without a newline", "a\nb", "b", "c", "a\nc"],
    ["deleting", "a\nb\nc\n", "b\n", "", "a\nc\n"],
    ["CRLF, old text in LF", "a\r\nb\r\nc\r\n", "a\nb", "x\ny\nz", "x\r\ny\r\nz\r\nc\r\n"],
    ["CRLF, one word by two lines", "a b\r\nc\r\n", "b", "x\ny", "a x\r\ny\r\nc\r\n"],
    ["LF, text written in CRLF", "a\nb\n", "a\r\nb", "x\r\ny", "x\ny\n"],
    ["trailing white space", "if (a) {  \n  b();\n}\n", "if (a) {\n  b();\n}", "c();", "c();\n"],
    [
      "deeper indentation",
      "class A {\n    b() {\n        c();\n    }\n}\n",
      "b() {\n    c();\n}",
      "b() {\n    d();\n}",
      "class A {\n    b() {\n        d();\n    }\n}\n",
    ],
    [
      "shallower indentation",
      "a() {\n  b();\n}\n",
      "    a() {\n      b();\n    }",
      "    a() {\n      c();\n    }",
      "a() {\n  c();\n}\n",
    ],
    ["typographic quotes", "say(“hi”) // it’s\n", 'say("hi") // it\'s', "shout()", "shout()\n"],
    ["no-break space", "a\u00a0b c\n", "a b c", "x", "x\n"],
    ["composed and decomposed", "cafe\u0301 au lait\n", "café au lait", "tea", "tea\n"],
  ])("%s", (_, text, old, by, result) => {
    expect(textOf(text, old, by)).toBe(result);
  });

  test.each([
    ["empty old text", "a\n", "", "x", "empty "],
    ["nothing to change", "a\n", "a", "a", "same "],
    ["not there", "a\nb\n", "c", "x", "none "],
    ["its first line alone is there", "a\nb\na\n", "a\nc", "x", "none 1,3"],
    ["twice", "x\na\nb\na\n", "a", "y", "several 2,4"],
    ["twice, one over the other", "aaa\n", "aa", "b", "several 1,1"],
    ["twice but for white space", "f( )\n g\nf( )\n", "f( )  ", "y", "several 1,3"],
    ["tabs against spaces, unevenly", "\ta {\n\t\tb\n\t}\n", "  a {\n     b\n  }", "  c", "indent 1"],
    ["blank lines only", "a\n\n\nb\n", " \n ", "x", "none "],
  ])("refused: %s", (_, text, old, by, why) => {
    expect(textOf(text, old, by)).toBe(why);
  });

  test("every place, when asked", () => {
    expect(edit("a\nb\na\n", "a", "x", true)).toMatchObject({ ok: true, text: "x\nb\nx\n", places: 2, line: 1 });
    expect(textOf("  f(a,  b);\ng\n  f(a,\tb);\n", "  f(a, b);", "  h();", true)).toBe("  h();\ng\n  h();\n");
  });

  test("what is found exactly once is replaced there and nowhere else", () => {
    const word = fc.stringMatching(/^[a-z \n\r\t]{0,30}$/);
    fc.assert(
      fc.property(word, word, word, (before, after, by) => {
        const text = `${before}UNIQUE${after}`;
        const done = edit(text, "UNIQUE", by);
        if (!done.ok) throw new Error(done.why);
        const crlf = text.includes("\r\n") && !/(^|[^\r])\n/.test(text);
        const ends = crlf ? by.replace(/\r?\n/g, "\r\n") : text.includes("\r") ? by : by.replaceAll("\r\n", "\n");
        expect(done.text).toBe(before + ends + after);
      }),
      { numRuns: 2_000 },
    );
  });

  test("never throws and never touches lines that are not in the old text", () => {
    const line = fc.constantFrom("a", " a", "a ", "\ta", "“a”", '"a"', "", "b", "b\r", "é", "e\u0301");
    const some = fc.array(line, { minLength: 1, maxLength: 6 }).map((lines) => lines.join("\n"));
    fc.assert(
      fc.property(some, some, some, fc.boolean(), (text, old, by, every) => {
        // A line end in front belongs to the line before.
        if (/^\n|\n$/.test(old)) return;
        const done = edit(`HEAD\n${text}\nTAIL`, old, by, every);
        if (!done.ok) return;
        expect(done.text.startsWith("HEAD\n")).toBe(true);
        expect(done.text.endsWith("\nTAIL")).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  test("a place in ten megabytes is found in time", () => {
    const text = "const value = compute(1, 2, 3);\n".repeat(320_000);
    const done = edit(`${text}the one line\n${text}`, "the  one line", "another");
    expect(done).toMatchObject({ ok: true, how: "white space", line: 320_001 });
  });
});

describe("encodings", () => {
  const bytes = (...list: number[]) => Uint8Array.from(list);
  test.each([
    ["utf-8", new TextEncoder().encode("é\r\n"), "utf-8", false],
    ["utf-8 with a mark", bytes(0xef, 0xbb, 0xbf, 0x61), "utf-8", true],
    ["windows-1252", bytes(0x80, 0xe9, 0x0a), "windows-1252", false],
    ["utf-16, little end first", bytes(0xff, 0xfe, 0x61, 0x00, 0x0a, 0x00), "utf-16le", true],
    ["utf-16, big end first", bytes(0xfe, 0xff, 0x00, 0x61), "utf-16be", true],
    ["nothing", bytes(), "utf-8", false],
  ])("%s comes back byte for byte", (_, file, encoding, bom) => {
    const text = decodeText(file)!;
    expect([text.encoding, text.bom]).toEqual([encoding, bom] as never);
    expect(Buffer.from(encodeText(text)!).equals(Buffer.from(file))).toBe(true);
  });

  test("binary is no text; what does not come back the same is none either", () => {
    expect(decodeText(bytes(0x89, 0x50, 0, 1))).toBe(null);
    expect(decodeText(bytes(0xff, 0xfe, 0x61))).toBe(null);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (file) => {
        const text = decodeText(file);
        if (text) expect(Buffer.from(encodeText(text)!).equals(Buffer.from(file))).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  test("a character that the encoding has not is refused", () => {
    expect(encodeText({ text: "日", encoding: "windows-1252", bom: false })).toBe(null);
    expect(encodeText({ text: "\ud800", encoding: "utf-8", bom: false })).toBe(null);
    expect(encodeText({ text: "€“é", encoding: "windows-1252", bom: false })).toEqual(bytes(0x80, 0x93, 0xe9));
  });
});
