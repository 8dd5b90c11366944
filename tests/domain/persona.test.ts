import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { allowsTool, idleGlobs, parsePersonas, personaId, withoutPersonas } from "../../src/domain/persona.ts";
import { personasFor } from "../../src/engine/personas/load.ts";
import { allTools } from "../../src/engine/tools/registry.ts";

const FROM = { origin: "project", place: "AGENTS.md" } as const;
const parse = (text: string) => parsePersonas(text, FROM);
const section = (header: string, prompt = "You do it.", name = "Migration Writer") =>
  `## ${name}\n\n\`\`\`\n${header}\n\`\`\`\n\n${prompt}\n`;
const problemsOf = (text: string) => parse(text).problems.map(({ line, message }) => `${line}: ${message}`);

describe("a section with a header is a persona", () => {
  test("with everything it can say", () => {
    const header =
      "description: Writes\n  migrations\ntools: *, !run_command\ntemperature: 0.2\ntop_k: 40\nsteps: 60\nmax_tool_calls: 80\nmodel: qwen3-coder";
    expect(parse(`# Notes\n\n${section(header, "You write.\n\n### Care\n- so")}`)).toEqual({
      personas: [
        {
          id: "migration-writer",
          name: "Migration Writer",
          description: "Writes migrations",
          tools: ["*", "!run_command"],
          sampling: { temperature: 0.2, top_k: 40 },
          steps: 60,
          max_tool_calls: 80,
          model: "qwen3-coder",
          origin: "project",
          place: "AGENTS.md:3",
          prompt: "You write.\n\n### Care\n- so",
        },
      ],
      problems: [],
    });
  });

  test("and says only what it is for, if it likes", () => {
    expect(parse(section("description: x")).personas[0]).toMatchObject({
      tools: null,
      sampling: {},
      steps: null,
      max_tool_calls: null,
      model: null,
    });
    expect(parse(section("description: x\ntools: none")).personas[0]).toMatchObject({ tools: [] });
    expect(parse(section("description: x\ntools:\n  - git_*\n  - !git_show")).personas[0]?.tools).toEqual([
      "git_*",
      "!git_show",
    ]);
  });

  test("headings in code are part of a prompt, and a fence that is never closed swallows nobody", () => {
    const { personas } = parse(
      section("description: x", "Like this:\n\n```md\n## Title\n```\n\nAnd ```", "One") +
        section("description: y", "~~~", "Two"),
    );
    expect(personas.map((p) => p.name)).toEqual(["One", "Two"]);
    expect(personas[0]!.prompt).toContain("## Title");
  });
});

test("notes are notes: what an AGENTS.md usually holds is no persona and no error", () => {
  const notes = [
    "# Relay\n\nDelivers webhooks.",
    "## Build\n\n```bash\nbun install\nbun test\n```\n\nThen push.",
    "## Compose\n\n```yaml\nservices:\n  db:\n    image: postgres\n```",
    "## Style\n\n- two spaces\n\n```ts\nconst description: string = 'x';\n```",
    "## Tools\n\nWe use ripgrep.",
    "## Empty",
  ].join("\n\n");
  expect(parse(notes)).toEqual({ personas: [], problems: [] });
  expect(withoutPersonas(notes)).toBe(notes);
  const mixed = `# Relay\n\n${section("description: x")}\n## Build\n\nbun test\n\n${section("steps: 9000")}\n# More\n\nLast.`;
  expect(withoutPersonas(mixed)).toBe("# Relay\n\n## Build\n\nbun test\n\n# More\n\nLast.");
});

describe("a broken section is told with its line, and the others still load", () => {
  test.each([
    ["steps: 9000", /^4: .*steps is "9000".*from 1 to 200; not used$/],
    ["max_tool_calls: 0", /max_tool_calls is "0"/],
    ["steps: 3.5", /whole number/],
    ["temperature: warm", /temperature is "warm"/],
    ["tools: view_file, rm -rf /", /"\/" is no name of a tool/],
    ["what is this", /not "key: value"/],
  ])("%s", (line, why) => {
    const text = section(`${line}\ndescription: x`) + section("description: y", "Good.", "Good One");
    expect(parse(text).personas.map((p) => p.name)).toEqual(["Good One"]);
    expect(problemsOf(text)[0]).toMatch(why);
  });

  test("no description, no prompt, no closed header, no name, twice", () => {
    expect(problemsOf(section("steps: 3"))[0]).toContain("says no description");
    expect(problemsOf(section("description: x", ""))[0]).toContain("has no prompt");
    const open = `## Open\n\`\`\`\ndescription: x\nYou do.\n\n${section("description: y", "Good.", "Good")}`;
    expect(problemsOf(open)[0]).toBe("2: Open: its header is not closed; not used");
    expect(parse(open).personas.map((p) => p.name)).toEqual(["Good"]);
    expect(problemsOf(section("description: x", "a", "!!!"))[0]).toContain("no name");
    const twice = parse(section("description: x", "First") + section("description: y", "Second"));
    expect(twice.personas.map((p) => p.prompt)).toEqual(["First"]);
    expect(twice.problems).toHaveLength(1);
  });

  test("a key nobody knows has no effect and is told", () => {
    const { personas, problems } = parse(section("description: x\ntempurature: 0.2"));
    expect(personas).toHaveLength(1);
    expect(problems[0]).toMatchObject({ line: 5, message: expect.stringContaining("tempurature") });
  });

  test("no text makes it throw, and none takes long", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("## A", "```", "~~~", "```yaml", "description: x", "steps: 1", "", "text")),
        (lines) => {
          parse(lines.join("\n"));
        },
      ),
    );
    const began = performance.now();
    parse("## A\n```\n".repeat(20_000));
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

describe("tools by globs", () => {
  test.each([
    [null, "run_command", true],
    [[], "grep", false],
    [["git_*"], "git_log", true],
    [["git_*"], "grep", false],
    [["!run_command"], "grep", true],
    [["!run_command"], "run_command", false],
    [["*", "!git_*", "git_log"], "git_log", true],
    [["*", "!git_*", "git_log"], "git_show", false],
    [["view_fil?"], "view_file", true],
    [["ctx7_*"], "ctx7_get-docs", true],
  ])("%j and %s: %p", (globs, name, allowed) => {
    expect(allowsTool(globs, name)).toBe(allowed);
  });

  test("globs that fit nothing", () => {
    expect(idleGlobs(["*", "veiw_file", "!rm"], ["view_file"])).toEqual(["veiw_file", "!rm"]);
  });
});

test("names become ids", () => {
  expect(["Code Reviewer", "  Prüfer (Größe) ", "C++ / Rust", "!!!"].map(personaId)).toEqual([
    "code-reviewer",
    "prufer-gro-e",
    "c-rust",
    "",
  ]);
});

test("the six that come with BooCode load, and every tool they name exists", async () => {
  const { personas, problems } = await personasFor({ config: { home: "/nowhere" }, tools: allTools() }, null);
  expect(problems).toEqual([]);
  expect(personas.map((p) => p.name)).toEqual([
    "Code Reviewer",
    "Debugger",
    "Refactorer",
    "Architect",
    "Security Auditor",
    "Prompt Builder",
  ]);
  for (const { tools, prompt } of personas) {
    expect(prompt.length).toBeGreaterThan(800);
    expect(allTools().filter((t) => allowsTool(tools, t.name)).length).toBeGreaterThan(5);
  }
  expect(allowsTool(personas[0]!.tools, "edit_file")).toBe(false);
});
