import { expect, test } from "bun:test";
import { docOf } from "../../src/lib/code-doc.ts";

test.each([
  ["/** One. */\nfunction a() {}", 2, "One."],
  ["/**\n * One.\n * Two.\n */\n@dec()\nexport class A {}", 6, "One.\nTwo."],
  ["x();\n// One.\n// Two.\nfunc A() {}", 4, "One.\nTwo."],
  ["/// One.\n#[derive(Debug)]\nstruct A;", 3, "One."],
  ["# One.\ndef a; end", 2, "One."],
  ['def a(\n  b,\n):\n    """One.\n\n    Two.\n    """\n', 1, "One.\n\nTwo."],
  ["#include <a.h>\nint a;", 2, ""],
  ["const x = 1; /* not of a */\nfunction a() {}", 2, ""],
  ["", 1, ""],
])("%j", (text, line, said) => expect(docOf(text, line)).toBe(said));
