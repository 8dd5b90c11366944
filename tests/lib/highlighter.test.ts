import { afterAll, expect, test } from "bun:test";
import { highlightLines } from "../../src/lib/highlight.ts";
import { Highlighter } from "../../src/lib/highlighter.ts";

const highlighter = new Highlighter();
afterAll(() => highlighter.close());

const source = (n: number) =>
  Array.from({ length: 60 }, (_, i) => `export const name${n}_${i} = "value ${i}"; // a & b`).join("\n");

test("lines are those of highlight.ts, also when many ask at once and again", async () => {
  const texts = Array.from({ length: 12 }, (_, n) => source(n % 6));
  const all = await Promise.all(texts.map((text) => highlighter.lines(text, "typescript")));
  for (const [i, lines] of all.entries()) expect(lines).toEqual(highlightLines(texts[i]!, "typescript"));
  const again = await highlighter.lines(texts[0]!, "typescript");
  // Kept by content: the very same list.
  expect(again).toBe(all[0]!);
});

test("while the thread works the event loop is free", async () => {
  let turns = 0;
  const counting = setInterval(() => turns++, 1);
  const slow = highlighter.lines(`const a = [b, "x"];\n`.repeat(3_000), "typescript");
  await slow;
  clearInterval(counting);
  expect(turns).toBeGreaterThan(3);
}, 20_000);

test("without a grammar, too long, or after the end: escaped and without colours", async () => {
  expect(await highlighter.lines("a < b\nc", null)).toEqual(["a &lt; b", "c"]);
  expect(await highlighter.lines("a < b", "no-such-language")).toEqual(["a &lt; b"]);
  const long = "let a = 1;\n".repeat(20_000);
  expect((await highlighter.lines(long, "typescript"))[0]).toBe("let a = 1;");
  const other = new Highlighter();
  const waiting = other.lines(source(99), "typescript");
  other.close();
  expect((await waiting)[0]).toContain("export const");
  expect((await other.lines(source(98), "typescript"))[0]).not.toContain("<span");
});
