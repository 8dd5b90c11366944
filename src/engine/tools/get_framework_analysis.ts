import { z } from "zod";
import type { Frameworks } from "../../domain/code-answers.ts";
import { counted } from "../../lib/format.ts";
import { answer, CODE_TIMEOUT_MS, codeOf, section } from "./code-words.ts";
import { defineTool } from "./define.ts";
import description from "./get_framework_analysis.md" with { type: "text" };

export const getFrameworkAnalysisTool = defineTool({
  name: "get_framework_analysis",
  kind: "search",
  description,
  read_only: true,
  timeout_ms: CODE_TIMEOUT_MS,
  input: z.object({}),
  shown: () => "",
  async run(_, context) {
    const seen = await codeOf(context).frameworks(context.signal);
    const note = `${counted(seen.found.length, "framework or tool", "frameworks and tools")}, ${counted(seen.routes.length, "route")}`;
    if (seen.found.length + seen.manifests.length + seen.entries.length === 0)
      return answer("nothing known", seen.state, ["No manifest, no framework and no entry point that is known here."]);
    return answer(note, seen.state, [
      ...byKind(seen),
      section("Manifests", seen.manifests),
      section(
        "Scripts",
        seen.scripts.map(({ name, command, path }) => `${name}: ${command}  (${path})`),
      ),
      section(
        "Entry points",
        seen.entries.map(({ path, why }) => `${path}  ${why}`),
      ),
      section("Routes, by how lines look", [
        ...seen.routes.map(({ path, line, text }) => `${path}:${line}  ${text}`),
        ...(seen.more_routes ? ["…and more; use grep"] : []),
      ]),
    ]);
  },
});

const byKind = ({ found }: Frameworks): string[] =>
  [...Map.groupBy(found, ({ kind }) => kind)].map(
    ([kind, some]) =>
      `${kind}: ${some.map(({ name, version, evidence }) => `${name}${version ? ` ${version}` : ""} (${evidence})`).join(", ")}`,
  );
