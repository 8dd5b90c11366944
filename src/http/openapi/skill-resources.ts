/** Skills, and what a message may begin with; part of RESOURCES. */
import { z } from "zod";
import { type FileProblem, ORIGINS } from "../../domain/origin.ts";
import { CAP_MAX, type Persona } from "../../domain/persona.ts";
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

const cap = z.number().int().min(1).max(CAP_MAX).nullable();
const persona = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  tools: z
    .array(z.string())
    .nullable()
    .describe("Globs in order, the last that fits decides, `!` takes away; null: all."),
  sampling: z.object({
    temperature: z.number().optional(),
    top_p: z.number().optional(),
    top_k: z.number().optional(),
    min_p: z.number().optional(),
    presence_penalty: z.number().optional(),
  }),
  steps: cap.describe("Model calls in one run; null: the settings'."),
  max_tool_calls: cap,
  model: z.string().nullable().describe("For runs of chats that picked none."),
  origin,
  place: z.string().describe("File and line."),
  prompt: z.string(),
}) satisfies Of<Persona>;

export const SKILL_RESOURCES = {
  Persona: persona,
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
