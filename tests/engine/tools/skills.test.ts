/** The tools for skills, over a real directory. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import type { ToolContext } from "../../../src/domain/tool.ts";
import { skillsFor } from "../../../src/engine/skills.ts";
import { callTool } from "../../../src/engine/tools/define.ts";
import { readTools } from "../../../src/engine/tools/registry.ts";
import { memoryOutputs } from "../../support/outputs.ts";
import { type TempRepo, tempRepo } from "../../support/repo.ts";

let repo: TempRepo;
beforeAll(async () => {
  repo = await tempRepo({
    files: {
      "skills/ops/deploy/SKILL.md": "---\ndescription: Ship relay to production\n---\nFollow steps.md.\n",
      "skills/ops/deploy/steps.md": "1. Build\n2. Ship\n",
      "skills/ops/deploy/.env": "TOKEN=hunter2\n",
      "outside.md": "not of the skill\n",
    },
  });
  await symlink("/etc/passwd", join(repo.root, "skills/ops/deploy/passwd.md"));
});
afterAll(() => repo[Symbol.asyncDispose]());

const run = (name: string, args: unknown) => {
  const context: ToolContext = {
    root: repo.root,
    grants: [],
    signal: new AbortController().signal,
    outputs: memoryOutputs(),
    skills: async () => (await skillsFor({ config: { home: "/nowhere" } }, { path: repo.root })).skills,
  };
  return callTool(readTools(), context, { id: "1", name, arguments: JSON.stringify(args) });
};

test("skill_find tells what there is, and what fits a few words first", async () => {
  const all = await run("skill_find", {});
  expect(all.text).toContain("deploy (ops): Ship relay to production");
  expect(all.text).toContain("code-review (code): ");
  expect((await run("skill_find", { query: "ship production" })).text).toStartWith("deploy (ops)");
  const none = await run("skill_find", { query: "qqqqzzzz" });
  expect(none).toMatchObject({ state: "closed", note: "none" });
  expect(none.text).toContain("There are: ");
});

test("skill_use gives the instructions and names the files beside them", async () => {
  const used = await run("skill_use", { name: "/deploy" });
  expect(used).toMatchObject({ state: "closed", shown: "/deploy" });
  expect(used.text).toContain("Follow steps.md.");
  expect(used.text).toContain("- steps.md");
  expect(used.text).not.toContain(".env");
  expect(used.text).not.toContain(repo.root);
  // As models call it elsewhere.
  expect(await run("skill_use", { skill: "deploy" })).toMatchObject({ state: "closed" });
  expect((await run("skill_use", { name: "deplay" })).text).toContain("Did you mean deploy");
});

test("skill_resource reads what lies beside it and nothing else", async () => {
  expect((await run("skill_resource", { name: "deploy", path: "steps.md" })).text).toBe("1. Build\n2. Ship");
  expect((await run("skill_resource", { name: "deploy", path: "steps.md", from: 2 })).text).toBe("2. Ship");
  expect((await run("skill_resource", { name: "code-review", path: "checklist.md" })).state).toBe("closed");
  for (const path of ["../../../outside.md", "/etc/passwd", ".env", "passwd.md", join(repo.root, "outside.md")]) {
    const refused = await run("skill_resource", { name: "deploy", path });
    expect(refused.state).toBe("failed");
    expect(refused.text).not.toMatch(/hunter2|root:|not of the skill/);
  }
  expect((await run("skill_resource", { name: "deploy", path: "step.md" })).text).toContain("Did you mean steps.md?");
});
