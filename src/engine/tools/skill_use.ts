import { z } from "zod";
import { counted } from "../../lib/format.ts";
import { skillText } from "../skills.ts";
import { defineTool } from "./define.ts";
import description from "./skill_use.md" with { type: "text" };
import { namedSkill, skillNameField } from "./skill-name.ts";

export const skillUseTool = defineTool({
  name: "skill_use",
  kind: "read",
  description,
  read_only: true,
  timeout_ms: 10_000,
  input: z.object({ name: skillNameField }),
  shown: ({ name }) => name,
  async run({ name }, { skills }) {
    const skill = namedSkill((await skills?.()) ?? [], name);
    const text = await skillText(skill, "native");
    return { text, note: counted(skill.body.split("\n").length, "line") };
  },
});
