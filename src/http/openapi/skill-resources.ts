/** Skills, and what a message may begin with; part of RESOURCES. */
import { z } from "zod";
import { type FileProblem, ORIGINS } from "../../domain/origin.ts";
import type { Skill } from "../../domain/skill.ts";
import { SLASH_KINDS, type SlashCommand } from "../../domain/slash.ts";
import { count, type Of } from "./wire.ts";

export const origin = z.enum(ORIGINS).describe("It comes with BooCode, lies in the data directory, or in the project.");
const skill = z.object({
  name: z.string().describe("`/name` at the front of a message."),
  group: z.string().nullable(),
  description: z.string(),
  hint: z.string().nullable().describe("What to write after it."),
  origin,
  place: z.string().describe("Its SKILL.md, relative to where skills of its origin are looked for."),
}) satisfies Of<Skill>;

export const SKILL_RESOURCES = {
  Skill: skill,
  WholeSkill: skill.extend({
    body: z.string().describe("The instructions, as a model gets them."),
    resources: z.array(z.string()).describe("Files beside it, for `skill_resource`."),
  }),
  FileProblem: z.object({
    origin,
    place: z.string(),
    line: count.nullable(),
    message: z.string(),
  }) satisfies Of<FileProblem>,
  SlashCommand: z.object({
    kind: z
      .enum(SLASH_KINDS)
      .describe("Something BooCode does, a skill, or a command that the chat's agent announced."),
    name: z.string(),
    description: z.string(),
    hint: z.string().nullable(),
    from: z.string(),
  }) satisfies Of<SlashCommand>,
};
