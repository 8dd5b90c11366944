/** Skills as the views get them. */
import type { FileProblem } from "../../src/domain/origin.ts";
import type { Persona, PersonaPicks } from "../../src/domain/persona.ts";
import type { Skill } from "../../src/domain/skill.ts";
import type { SlashCommand } from "../../src/domain/slash.ts";
import type { ListedPersonas } from "../../views/settings/personas.tsx";
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
  { origin: "data", place: "skills/ops/deploy/SKILL.md", line: 1, message: "says no description" },
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

export const aPersona = (over: Partial<Persona> = {}): Persona => ({
  id: "code-reviewer",
  name: "Code Reviewer",
  description: "Finds defects that matter in a change, with evidence; changes nothing.",
  tools: ["*", "!edit_file"],
  sampling: { temperature: 0.2 },
  steps: 80,
  max_tool_calls: 100,
  model: null,
  origin: "builtin",
  place: "built in:1",
  prompt: "You review.\n\n1. Find out what the change is for.",
  ...over,
});

export const listedPersonas: ListedPersonas = {
  personas: [
    aPersona(),
    aPersona({ id: "debugger", name: "Debugger", tools: null, origin: "data", place: "AGENTS.md:1" }),
  ],
  problems: [{ ...fileProblems[0]!, place: "AGENTS.md", line: 12, message: 'Deployer: steps is "9000"; not used' }],
  projects: [
    {
      project: { id: "p1", name: "relay" },
      personas: [aPersona({ id: "sql", name: "SQL", tools: [], model: "qwen3", origin: "project" })],
      problems: [],
    },
  ],
};

export const personaPicks: PersonaPicks = {
  chosen: "code-reviewer",
  choices: [
    {
      id: "code-reviewer",
      name: "Code Reviewer",
      description: "Finds defects.",
      origin: "builtin",
      tools: 14,
      tool_tokens: null,
    },
    { id: "sql", name: "SQL", description: "Writes migrations.", origin: "project", tools: 1, tool_tokens: 2_140 },
  ],
  problems: 1,
};
