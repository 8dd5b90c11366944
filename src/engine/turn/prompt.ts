import type { Project } from "../../domain/project.ts";
// Text of the prompt beside this file; the prefix must be byte-stable between turns, so nothing here may read the clock.
import template from "./prompt.md" with { type: "text" };

export function systemPrompt(project: Pick<Project, "name" | "path">): string {
  return template.replace("{{name}}", project.name).replace("{{path}}", project.path).trim();
}
