import type { RunMode } from "../../domain/change.ts";
import type { ChatKind } from "../../domain/chat.ts";
import type { Persona } from "../../domain/persona.ts";
import type { Project } from "../../domain/project.ts";
// Texts of the prompts beside this file; the prefix must be byte-stable between turns, so nothing here may read the clock.
import chat from "./prompt.md" with { type: "text" };
import coder from "./prompt-coder.md" with { type: "text" };
import plan from "./prompt-plan.md" with { type: "text" };

export function systemPrompt(
  project: Pick<Project, "name" | "path">,
  kind: ChatKind = "chat",
  mode: RunMode = "ask",
  persona: Pick<Persona, "name" | "prompt"> | null = null,
): string {
  const template = kind === "chat" ? chat : mode === "plan" ? plan : coder;
  const rules = template
    .replace("{{name}}", () => project.name)
    .replace("{{path}}", () => project.path)
    .trim();
  // Last, so that what is more special is said later; the rules above it stand for every persona.
  return persona ? `${rules}\n\n# Your part here: ${persona.name}\n\n${persona.prompt}` : rules;
}
