import { afterEach, describe, expect, test } from "bun:test";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { listResources, readSkills } from "../../../src/drivers/files/skills.ts";
import { skillsFor } from "../../../src/engine/skills.ts";
import { type TempDir, tempDir } from "../../support/repo.ts";

const made: TempDir[] = [];
afterEach(async () => {
  for (const dir of made.splice(0)) await dir[Symbol.asyncDispose]();
});

const skill = (description: string, body = "Do it.") => `---\ndescription: ${description}\n---\n${body}\n`;
async function dirWith(files: Record<string, string>): Promise<string> {
  const dir = await tempDir();
  made.push(dir);
  for (const [path, text] of Object.entries(files)) await Bun.write(join(dir.root, path), text);
  return dir.root;
}
const read = (base: string, origin: "data" | "project" = "project") => readSkills({ origin, base, dir: "skills" });

describe("skills on disk", () => {
  test("lie in a group or in none; what is malformed is told of beside what loads", async () => {
    const base = await dirWith({
      "skills/code/review/SKILL.md": skill("Review"),
      "skills/tour/SKILL.md": skill("Tour"),
      "skills/ops/deploy/SKILL.md": "Just text",
      "skills/ops/empty/README.md": "no skill",
      "skills/.hidden/x/SKILL.md": skill("Hidden"),
      "skills/note.md": "no skill",
    });
    const { skills, problems } = await read(base);
    expect(skills.map(({ name, group, place }) => [name, group, place])).toEqual([
      ["review", "code", "skills/code/review/SKILL.md"],
      ["tour", null, "skills/tour/SKILL.md"],
    ]);
    expect(problems).toEqual([
      {
        origin: "project",
        place: "skills/ops/deploy/SKILL.md",
        line: 1,
        message: expect.stringContaining("front matter"),
      },
    ]);
  });

  test("none at all, and no directory at all, are no problem", async () => {
    expect(await read(await dirWith({}))).toEqual({ skills: [], problems: [] });
    expect(await read("/nowhere/at/all")).toEqual({ skills: [], problems: [] });
  });

  test("two of one name: the first is used", async () => {
    const base = await dirWith({ "skills/a/x/SKILL.md": skill("First"), "skills/b/x/SKILL.md": skill("Second") });
    const { skills, problems } = await read(base);
    expect(skills.map((s) => s.description)).toEqual(["First"]);
    expect(problems[0]).toMatchObject({ place: "skills/b/x/SKILL.md", message: expect.stringContaining("a/x") });
  });

  test("a project's do not lead out of it; those of the data directory may", async () => {
    const elsewhere = await dirWith({ "x/SKILL.md": skill("Elsewhere"), "secret.txt": "hunter2" });
    const base = await dirWith({ "skills/.keep": "" });
    await symlink(join(elsewhere, "x"), join(base, "skills/x"));
    await mkdir(join(base, "skills/y"));
    await symlink(join(elsewhere, "secret.txt"), join(base, "skills/y/SKILL.md"));
    const inProject = await read(base);
    expect(inProject.skills).toEqual([]);
    expect(inProject.problems.map((p) => p.place)).toEqual(["skills/x/SKILL.md", "skills/y/SKILL.md"]);
    expect(JSON.stringify(inProject)).not.toContain("hunter2");
    expect((await read(base, "data")).skills.map((s) => s.name)).toEqual(["x"]);
  });

  test("too large, or no text", async () => {
    const base = await dirWith({ "skills/big/SKILL.md": skill("Big", "x".repeat(300_000)) });
    await Bun.write(join(base, "skills/bin/SKILL.md"), new Uint8Array([0x2d, 0x2d, 0x2d, 0xff, 0xfe]));
    const { skills, problems } = await read(base);
    expect(skills).toEqual([]);
    expect(problems.map((p) => p.message)).toEqual([
      expect.stringContaining("larger"),
      expect.stringContaining("UTF-8"),
    ]);
  });

  test("files beside one: sorted, without secrets, links and what is hidden", async () => {
    const base = await dirWith({
      "SKILL.md": skill("x"),
      "b.md": "b",
      "deep/a.md": "a",
      ".env": "KEY=1",
      "server.pem": "key",
      ".git/config": "x",
    });
    await symlink("/etc/passwd", join(base, "passwd"));
    expect(await listResources(base)).toEqual({ paths: ["b.md", "deep/a.md"], more: false });
  });
});

test("those that come with BooCode all load, and one of the same name nearer by takes their place", async () => {
  const home = await dirWith({ "skills/code/tour/SKILL.md": skill("Mine") });
  const project = await dirWith({
    ".claude/skills/tour/SKILL.md": skill("Of the project"),
    ".claude/skills/release/SKILL.md": skill("Release"),
  });
  const alone = await skillsFor({ config: { home: "/nowhere" } }, null);
  expect(alone.problems).toEqual([]);
  expect(alone.skills.length).toBeGreaterThanOrEqual(8);
  expect(alone.skills.every((s) => s.origin === "builtin" && s.description.length > 40)).toBe(true);
  const tour = async (path: string | null) =>
    (await skillsFor({ config: { home } }, path === null ? null : { path })).skills.find((s) => s.name === "tour");
  expect(await tour(null)).toMatchObject({ description: "Mine", origin: "data" });
  expect(await tour(project)).toMatchObject({ description: "Of the project", origin: "project" });
});
