/** Skills as the views get them. */
import type { FileProblem } from "../../src/domain/origin.ts";
import type { Skill } from "../../src/domain/skill.ts";
import type { SlashCommand } from "../../src/domain/slash.ts";
import type { ListedSkills } from "../../views/settings/skills.tsx";

export const aSkill = (over: Partial<Skill> = {}): Skill => ({
  name: "code-review",
  group: "code",
  description: "Review a change for defects that matter. Use before something is merged.",
  hint: "[file or range]",
  origin: "builtin",
  place: "skills/code/code-review/SKILL.md",
  ...over,
});

export const fileProblems: FileProblem[] = [
  { origin: "data", place: "skills/ops/deploy/SKILL.md", line: 1, message: "says no `description`: what it is for" },
];

export const listedSkills: ListedSkills = {
  skills: [
    aSkill(),
    aSkill({ name: "tour", group: "explain", description: "Explain an unknown repository.", hint: null }),
  ],
  problems: fileProblems,
  projects: [
    {
      project: { id: "p1", name: "relay" },
      skills: [aSkill({ name: "release", group: null, origin: "project", description: "Cut a release of relay." })],
      problems: [],
    },
  ],
};

export const slashCommands: SlashCommand[] = [
  { kind: "agent", name: "init", description: "Writes an AGENTS.md", hint: null, from: "claude" },
  {
    kind: "skill",
    name: "code-review",
    description: aSkill().description,
    hint: "[file or range]",
    from: "built in, code",
  },
];
