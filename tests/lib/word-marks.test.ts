import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { highlightLines } from "../../src/lib/highlight.ts";
import { escapeHtml, unescapeHtml } from "../../src/lib/html.ts";
import { markHtml } from "../../src/lib/marked-html.ts";
import { pairLines, wordMarks } from "../../src/lib/word-marks.ts";

const cutOut = (line: string, spans: readonly { from: number; to: number }[]) =>
  spans.map(({ from, to }) => line.slice(from, to));

describe("word marks", () => {
  test("the words that differ, and nothing else", () => {
    const before = "    return await post(delivery, { signal: controller.signal })";
    const after = "    return await post(delivery, { signal: controller.signal, timeout: LEASE_MS })";
    const marks = wordMarks(before, after);
    expect(cutOut(before, marks!.before)).toEqual([]);
    expect(cutOut(after, marks!.after).join("").trim()).toBe(", timeout: LEASE_MS");
  });

  test("changes with a blank between them are one mark", () => {
    const marks = wordMarks("let old name = value;", "let new title = value;");
    expect(cutOut("let old name = value;", marks!.before)).toEqual(["old name"]);
  });

  test("lines that have little in common get no marks, nor do equal ones", () => {
    expect(wordMarks("return db.begin(tx => tx`", "clearInterval(keep)")).toBeNull();
    expect(wordMarks("same", "same")).toBeNull();
    expect(wordMarks(`a${"x ".repeat(600)}`, `b${"x ".repeat(600)}`)).toBeNull();
  });

  test("spans lie in the line, in order and apart, and what is outside of them is the same on both sides", () => {
    const line = fc.string({ unit: fc.constantFrom("a", "b", " ", "=", "ü", "\t", "x1"), maxLength: 40 });
    fc.assert(
      fc.property(line, line, (before, after) => {
        const marks = wordMarks(before, after);
        if (!marks) return;
        const rest = (text: string, spans: readonly { from: number; to: number }[]) => {
          let [out, at] = ["", 0];
          for (const { from, to } of spans) {
            expect(from).toBeGreaterThanOrEqual(at);
            expect(to).toBeGreaterThan(from);
            out += text.slice(at, from);
            at = to;
          }
          expect(at).toBeLessThanOrEqual(text.length);
          return out + text.slice(at);
        };
        expect(rest(before, marks.before).replace(/\s/g, "")).toBe(rest(after, marks.after).replace(/\s/g, ""));
      }),
    );
  });
});

describe("pairs of lines", () => {
  test("a line is paired with the one that it became, also among new ones", () => {
    const deleted = ["  const a = one();", "  return a;"];
    const added = ["  // first", "  const a = two();", "  log(a);", "  return a + 1;"];
    expect(pairLines(deleted, added)).toEqual([
      [0, 1],
      [1, 3],
    ]);
  });

  test("strangers are not paired; large blocks only when both sides are as long", () => {
    expect(pairLines(["import a"], ["}"])).toEqual([]);
    const many = Array.from({ length: 100 }, (_, i) => `line ${i}`);
    expect(pairLines(many, many).length).toBe(100);
    expect(pairLines(many, many.slice(1))).toEqual([]);
  });
});

describe("marks in highlighted lines", () => {
  test("tags nest and entities count as one character", () => {
    expect(markHtml('a <span class="k">if</span> &lt;b', [{ from: 0, to: 3 }])).toBe(
      '<mark>a </mark><span class="k"><mark>i</mark>f</span> &lt;b',
    );
    expect(markHtml("a &lt; b", [{ from: 2, to: 3 }])).toBe("a <mark>&lt;</mark> b");
    expect(markHtml("plain", [])).toBe("plain");
  });

  test("whatever is marked, the text stays and the marked text is what the spans say", () => {
    const code = fc.string({
      unit: fc.constantFrom("if", "(", "'x'", " ", "<", "&", "a", "//", '"', "é"),
      maxLength: 30,
    });
    fc.assert(
      fc.property(code, fc.nat(30), fc.nat(30), (line, a, b) => {
        const [from, to] = [Math.min(a, b, line.length), Math.min(Math.max(a, b), line.length)];
        const [html] = highlightLines(line, "typescript");
        const marked = markHtml(html ?? "", [{ from, to }]);
        const text = (of: string) => unescapeHtml(of.replace(/<[^>]*>/g, ""));
        expect(text(marked)).toBe(line);
        const inside = [...marked.matchAll(/<mark>(.*?)<\/mark>/gs)].map((m) => text(m[1] ?? "")).join("");
        expect(inside).toBe(line.slice(from, to));
        // Tags nest: a mark has no colour's end inside it.
        for (const [, held] of marked.matchAll(/<mark>(.*?)<\/mark>/gs)) expect(held).not.toContain("<");
        expect(escapeHtml(line).length).toBeLessThanOrEqual(marked.length);
      }),
    );
  });
});
