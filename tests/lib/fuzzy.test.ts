import { expect, test } from "bun:test";
import { fuzzyRank } from "../../src/lib/fuzzy.ts";

const names = [
  "src/engine/journal.ts",
  "src/store/journal.ts",
  "README.md",
  "views/chats/composer.tsx",
  "src/http/stream/hub.ts",
  "docs/Straße.md",
];
const found = (needle: string) => fuzzyRank(names, needle, 5).map((i) => names[i]);

test("words in any order, parts of words, whatever the case", () => {
  expect(found("journal").sort()).toEqual(["src/engine/journal.ts", "src/store/journal.ts"]);
  expect(found("Journal store")[0]).toBe("src/store/journal.ts");
  expect(found("readme")).toEqual(["README.md"]);
});

test("of files that have a name, the one that lies highest comes first", () => {
  const same = ["packages/svelte/README.md", ".changeset/README.md", "README.md"];
  expect(fuzzyRank(same, "readme", 3).map((i) => same[i])).toEqual(same.toReversed());
});

test("one typing error a word is forgiven, exact ones come first", () => {
  expect(found("jounal")).toContain("src/engine/journal.ts");
  expect(found("compsoer")).toEqual(["views/chats/composer.tsx"]);
});

test("nothing asked, nothing found; nonsense finds nothing and never throws", () => {
  expect(found("")).toEqual([]);
  expect(found("zzzzqqq")).toEqual([]);
  for (const garbage of ["((((", "[a-", "\\", "*".repeat(500), "\u0000", "💥"])
    expect(() => found(garbage)).not.toThrow();
});

test("50,000 names are ranked in far less than one key stroke", () => {
  const many = Array.from({ length: 50_000 }, (_, i) => `src/module${i % 500}/deep/part${i}/file-${i}.ts`);
  fuzzyRank(many, "warm", 10);
  const started = performance.now();
  expect(fuzzyRank(many, "module42 file", 10)).toHaveLength(10);
  // Generous: this proves that the work is bounded, the bench says how fast it is.
  expect(performance.now() - started).toBeLessThan(5000);
});
