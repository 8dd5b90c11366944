import { expect, test } from "bun:test";
import fc from "fast-check";
import { joinCommand, splitCommand } from "../../src/lib/command-line.ts";

test.each([
  ["a b  c", ["a", "b", "c"]],
  [`sh -c 'echo "hi there"'`, ["sh", "-c", 'echo "hi there"']],
  [`x "a \\"b\\"" c\\ d ''`, ["x", 'a "b"', "c d", ""]],
  ["'open", null],
  ["   ", null],
  ["''", null],
])("%s", (text, words) => expect(splitCommand(text)).toEqual(words));

test("what was joined is split into the same", () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), (words) => {
      if (words[0] === "") return;
      expect(splitCommand(joinCommand(words))).toEqual(words);
    }),
  );
});
