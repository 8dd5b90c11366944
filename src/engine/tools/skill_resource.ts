import { z } from "zod";
import { listResources } from "../../drivers/files/skills.ts";
import { readFileView, VIEW_LINES } from "../../drivers/files/view.ts";
import { Refusal } from "../../drivers/refusal.ts";
import { closest } from "../../lib/closest.ts";
import { counted } from "../../lib/format.ts";
import { defineTool } from "./define.ts";
import { countField, lineField, pathField } from "./fields.ts";
import description from "./skill_resource.md" with { type: "text" };
import { namedSkill, skillNameField } from "./skill-name.ts";

export const skillResourceTool = defineTool({
  name: "skill_resource",
  kind: "read",
  description,
  read_only: true,
  timeout_ms: 10_000,
  input: z.object({
    name: skillNameField,
    path: pathField("File, relative to the skill's directory."),
    from: lineField("First line, from 1."),
    count: countField(VIEW_LINES, VIEW_LINES, "Lines to read."),
  }),
  shown: ({ name, path }) => `${name} ${path}`,
  async run({ name, path, from = 1, count }, { skills, signal }) {
    const skill = namedSkill((await skills?.()) ?? [], name);
    const file = await readFileView(skill.root, [], path, { from, count, signal }).catch((error) =>
      nearer(error, skill.root, path),
    );
    if (file.binary) return { text: `${path} is a binary file.`, note: "binary", failed: true };
    if (file.lines.length === 0 && from > 1)
      return { text: `${path} has no line ${from}.`, note: "past the end", failed: true };
    const rest = file.next === null ? "" : `\n[Further lines follow: go on with from ${file.next}.]`;
    return { text: `${file.lines.join("\n")}${rest}`, note: counted(file.lines.length, "line") };
  },
});

/** The guard speaks of the project's tools; here other files are near. */
async function nearer(error: unknown, root: string, path: string): Promise<never> {
  if (!(error instanceof Refusal)) throw error;
  const { paths } = await listResources(root);
  const like = closest(path, paths, 2);
  const there = paths.length > 0 ? `It has: ${paths.join(", ")}.` : "It has no further files.";
  const why = error.code === "not_found" ? `The skill has no ${JSON.stringify(path)}.` : error.message;
  throw new Refusal(error.code, error.note, why.replace("the project", "the skill"), {
    field: "path",
    hint: like.length > 0 ? `Did you mean ${like.join(" or ")}?` : there,
  });
}
