import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { TextCalls } from "../../src/lib/text-calls.ts";

/** The same result however the text is cut into pieces. */
function read(text: string, size = text.length): { shown: string; calls: [string, unknown][] } {
  const reader = new TextCalls();
  let shown = "";
  for (let at = 0; at < text.length; at += size) shown += reader.push(text.slice(at, at + size));
  shown += reader.end();
  return { shown, calls: reader.calls.map((c) => [c.name, JSON.parse(c.arguments)]) };
}

const HERMES = '<tool_call>\n{"name": "grep", "arguments": {"pattern": "todo"}}\n</tool_call>';
const QWEN =
  "<tool_call>\n<function=view_file>\n<parameter=path>\nsrc/a.ts\n</parameter>\n<parameter=from>\n3\n</parameter>\n</function>\n</tool_call>";
const INVOKE =
  '<function_calls>\n<invoke name="list_dir">\n<parameter name="path">src</parameter>\n</invoke>\n</function_calls>';

describe("calls printed as text", () => {
  test("are read in every way they are written, and are not shown", () => {
    expect(read(HERMES)).toEqual({ shown: "", calls: [["grep", { pattern: "todo" }]] });
    expect(read(QWEN)).toEqual({ shown: "", calls: [["view_file", { path: "src/a.ts", from: "3" }]] });
    expect(read(INVOKE)).toEqual({ shown: "", calls: [["list_dir", { path: "src" }]] });
    expect(read('<invoke name="grep"><parameter name="pattern">a\nb</parameter></invoke>').calls).toEqual([
      ["grep", { pattern: "a\nb" }],
    ]);
    expect(read('<tool_call>[{"name":"a","parameters":{"x":1}},{"name":"b"}]</tool_call>').calls).toEqual([
      ["a", { x: 1 }],
      ["b", {}],
    ]);
    expect(read("<function=grep>\n<parameter=globs>\n[1, 2]\n</parameter>\n</function>").calls).toEqual([
      ["grep", { globs: [1, 2] }],
    ]);
  });

  test("stand beside text, several in one answer, also without an end", () => {
    const text = `I look.\n\n${HERMES}\n${QWEN}\nand then\n  ${HERMES.slice(0, -13)}`;
    expect(read(text)).toEqual({
      shown: "I look.\n\n\n\nand then\n",
      calls: [
        ["grep", { pattern: "todo" }],
        ["view_file", { path: "src/a.ts", from: "3" }],
        ["grep", { pattern: "todo" }],
      ],
    });
  });

  test("in code, inside a line, or unreadable they are text", () => {
    const about = [
      `\`\`\`\n${HERMES}\n\`\`\`\nafter`,
      `Models write ${HERMES} here.`,
      "<tool_call>not json</tool_call>",
      "<tool_call>\n{}\n</tool_call>",
      "<tool_calls are odd",
      "  <invoke",
      "a < b\n<b>bold</b>\n",
    ];
    for (const text of about) expect(read(text)).toEqual({ shown: text, calls: [] });
  });

  test("are found wherever the pieces are cut, and no character is lost", () => {
    const pieces = fc.constantFrom(
      HERMES,
      QWEN,
      INVOKE,
      "text ",
      "\n",
      "```\n",
      "<",
      "<tool",
      "  ",
      "<invoke name=",
      "</invoke>",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), fc.integer({ min: 1, max: 9 }), (parts, size) => {
        const text = parts.join("");
        expect(read(text, size)).toEqual(read(text));
      }),
      { numRuns: 500 },
    );
  });

  test("one that never ends is text after all, in bounded memory and time", () => {
    const text = `<tool_call>\n${"x".repeat(1_100_000)}`;
    const began = performance.now();
    expect(read(text, 4).shown).toBe(text);
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});
