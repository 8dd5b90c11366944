import { expect, test } from "bun:test";
import fc from "fast-check";
import { closest, editDistance } from "../../src/lib/closest.ts";

test("distance counts single edits and swaps, in both directions alike", () => {
  expect(editDistance("grep", "grep")).toBe(0);
  expect(editDistance("gerp", "grep")).toBe(1);
  expect(editDistance("view_flie", "view_file")).toBe(1);
  expect(editDistance("", "abc")).toBe(3);
  const word = fc.string({ maxLength: 8 });
  fc.assert(fc.property(word, word, (a, b) => expect(editDistance(a, b)).toBe(editDistance(b, a))));
});

test("near names come best first, far ones not at all", () => {
  expect(closest("veiw_file", ["grep", "view_file", "list_dir"])).toEqual(["view_file"]);
  expect(closest("client", ["client.ts", "server.ts"])).toEqual(["client.ts"]);
  expect(closest("nothing_like_it", ["grep", "ls"])).toEqual([]);
});
