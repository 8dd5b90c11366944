import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readHeader, splitFrontMatter } from "../../src/lib/header.ts";

const valuesOf = (text: string) =>
  Object.fromEntries([...readHeader(text).fields].map(([k, f]) => [k, f.list ?? f.value]));

describe("a header", () => {
  test("`*` and `!` mean themselves, and lists are written in three ways", () => {
    expect(valuesOf("tools: *, !run_command\nothers:\n  - git_*\n  - !git_show\nthird: [a, 'b c', \"d\"]")).toEqual({
      tools: "*, !run_command",
      others: ["git_*", "!git_show"],
      third: ["a", "b c", "d"],
    });
  });

  test("names are folded, quotes go, colons and marks inside a value stay", () => {
    expect(
      valuesOf("Argument-Hint: \"[a: b] # no comment\"\ndescription: Use it: for #12\n# a comment\n\nsingle: 'it''s'"),
    ).toEqual({
      argument_hint: "[a: b] # no comment",
      description: "Use it: for #12",
      single: "it's",
    });
  });

  test("texts over several lines: folded, kept, and simply continued", () => {
    expect(valuesOf("a: >\n  one\n  two\nb: |\n  one\n  two\nc: one\n  two\r\nd: x")).toEqual({
      a: "one two",
      b: "one\ntwo",
      c: "one two",
      d: "x",
    });
  });

  test("lines that are none of it are told with their number, and the others stand", () => {
    const { fields, problems } = readHeader("a: 1\nnonsense here\na: 2\nb: 3");
    expect(fields.get("b")).toEqual({ value: "3", list: null, line: 4 });
    expect(fields.get("a")?.value).toBe("2");
    expect(problems.map(({ line }) => line)).toEqual([2, 3]);
    expect(problems[0]!.message).toContain("nonsense here");
  });

  test("no text makes it throw", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        readHeader(text);
        splitFrontMatter(`---\n${text}`);
      }),
    );
  });
});

test("a front matter and what follows; a rule further down is none", () => {
  expect(splitFrontMatter("---\nname: a\n---\nBody\n---\nmore")).toEqual({
    header: "name: a",
    body: "Body\n---\nmore",
  });
  expect(splitFrontMatter("\uFEFF---\r\nname: a\r\n---\r\nBody")).toEqual({ header: "name: a", body: "Body" });
  expect(splitFrontMatter("---\n---\nBody")).toEqual({ header: "", body: "Body" });
  expect(splitFrontMatter("Text\n---\nname: a\n---\n")).toBeNull();
  expect(splitFrontMatter("---\nname: a\nBody")).toBeNull();
});
