/** What the tools for skills share: how one is named, and what is said when there is none. */
import { z } from "zod";
import type { WholeSkill } from "../../domain/skill.ts";
import { Refusal } from "../../drivers/refusal.ts";
import { closest } from "../../lib/closest.ts";
import { ellipsis } from "../../lib/text.ts";

const NAME_LIMIT_CHARS = 200;
const NAMED_MAX = 30;

export const skillNameField = z.string().min(1).max(NAME_LIMIT_CHARS).describe("As skill_find tells it.");

/** Models name one as `/name`, or with its group. Throws Refusal with the names that are near. */
export function namedSkill(skills: readonly WholeSkill[], given: string): WholeSkill {
  const name = given.trim().toLowerCase().replace(/^.*\//, "");
  const skill = skills.find((s) => s.name === name);
  if (skill) return skill;
  const names = skills.map((s) => s.name);
  const like = closest(name, names, 2);
  const there = names.length > 0 ? `There are: ${names.slice(0, NAMED_MAX).join(", ")}.` : "There are none here.";
  const hint = like.length > 0 ? `Did you mean ${like.join(" or ")}?` : there;
  throw new Refusal("not_found", "no such skill", `There is no skill ${JSON.stringify(ellipsis(given, 80))}.`, {
    field: "name",
    hint,
  });
}
