import { describe, expect, test } from "bun:test";
import { parsePatch } from "../../src/lib/patch.ts";

const PATCH = `diff --git a/a.ts b/a.ts
index 1..2 100644
--- a/a.ts
+++ b/a.ts
@@ -1,3 +1,4 @@ export function f() {
 one
-two
+zwei
+drei\r
 four
@@ -10 +11 @@
---- a heading
++++ another
\\ No newline at end of file
`;

describe("a patch", () => {
  test("is read into hunks of numbered lines, content that looks like a header included", () => {
    const { hunks, binary, left_out } = parsePatch(PATCH);
    expect([binary, left_out]).toEqual([false, 0]);
    expect(hunks.map((h) => [h.old_start, h.old_count, h.new_start, h.new_count, h.section])).toEqual([
      [1, 3, 1, 4, "export function f() {"],
      [10, 1, 11, 1, ""],
    ]);
    expect(hunks.flatMap((h) => h.lines).map((l) => [l.kind, l.old, l.new, l.text])).toEqual([
      ["same", 1, 1, "one"],
      ["del", 2, null, "two"],
      ["add", null, 2, "zwei"],
      ["add", null, 3, "drei"],
      ["same", 3, 4, "four"],
      ["del", 10, null, "--- a heading"],
      ["add", null, 11, "+++ another"],
    ]);
    expect(hunks[0]!.lines[3]!.cr).toBe(true);
    expect(hunks[1]!.lines.map((l) => l.no_newline)).toEqual([false, true]);
  });

  test("past the limit is counted and not kept", () => {
    const { hunks, left_out } = parsePatch(PATCH, 3);
    expect(hunks.map((h) => h.lines.length)).toEqual([3]);
    expect(left_out).toBe(4);
  });

  test("of a binary file says so", () => {
    expect(parsePatch("diff --git a/x b/x\nBinary files a/x and b/x differ\n")).toEqual({
      hunks: [],
      binary: true,
      left_out: 0,
    });
  });

  test("that is cut or nonsense gives what there is", () => {
    expect(parsePatch("@@ -1,5 +1,5 @@\n one").hunks[0]!.lines).toHaveLength(1);
    expect(parsePatch("").hunks).toEqual([]);
    expect(parsePatch("\\ No newline at end of file\n+++").hunks).toEqual([]);
  });
});
