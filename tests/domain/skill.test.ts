import { describe, expect, test } from "bun:test";
import { parseSkill, skillBlock, slashOf, withoutSkill } from "../../src/domain/skill.ts";

const file = (header: string, body = "Do it.") => `---\n${header}\n---\n\n${body}\n`;

describe("a SKILL.md", () => {
  test("is named by its directory, says what it is for, and may say what follows it", () => {
    expect(
      parseSkill(file("name: code-review\ndescription: Review\n  a change\nargument-hint: [file]"), "Code-Review"),
    ).toEqual({
      ok: true,
      skill: { name: "code-review", description: "Review a change", hint: "file", body: "Do it." },
      warning: null,
    });
  });

  test("that calls itself otherwise is used under its directory's name, and that is told", () => {
    const parsed = parseSkill(file("name: other\ndescription: x"), "mine");
    expect(parsed).toMatchObject({ ok: true, skill: { name: "mine" }, warning: expect.stringContaining('"other"') });
  });

  test.each([
    ["no front matter", "# Review", "mine", /no front matter/],
    ["no description", file("name: mine"), "mine", /no description/],
    ["nothing below it", file("description: x", ""), "mine", /nothing below/],
    ["a directory that is no name", file("description: x"), "my skill", /is no name/],
    ["a description that is a book", file(`description: ${"x".repeat(2_000)}`), "mine", /more than 1024/],
    ["a header that is none", file("what is this"), "mine", /not "key: value"/],
  ])("%s is refused with a reason", (_, text, directory, why) => {
    expect(parseSkill(text, directory)).toMatchObject({ ok: false, message: expect.stringMatching(why) });
  });
});

test("what begins with a command, and what only looks so", () => {
  expect(slashOf("/Code-Review src/a.ts\nand b")).toEqual({ name: "code-review", rest: "src/a.ts\nand b" });
  expect(slashOf("/tour")).toEqual({ name: "tour", rest: "" });
  expect(slashOf("/git:commit now")).toEqual({ name: "git:commit", rest: "now" });
  for (const text of ["/etc/hosts is wrong", "/ tour", "see /tour", "//tour", "/-x", ""])
    expect(slashOf(text)).toBeNull();
});

test("what was said with a skill", () => {
  const block = skillBlock("tour", ["Read the code.", "- a.md"]);
  expect(withoutSkill(`${block}\n\n/tour src/a.ts`)).toBe("src/a.ts");
  expect(withoutSkill(`${block}\n\n/tour`)).toBe("/tour");
  expect(withoutSkill("[Skill issue] is what they said")).toBe("[Skill issue] is what they said");
});
