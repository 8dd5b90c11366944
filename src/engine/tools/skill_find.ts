import { z } from "zod";
import { counted } from "../../lib/format.ts";
import { rankSkills } from "../skills.ts";
import { defineTool } from "./define.ts";
import description from "./skill_find.md" with { type: "text" };

const FOUND_MAX = 50;
const QUERY_LIMIT_CHARS = 200;

export const skillFindTool = defineTool({
  name: "skill_find",
  kind: "read",
  description,
  read_only: true,
  timeout_ms: 10_000,
  input: z.object({
    query: z.string().max(QUERY_LIMIT_CHARS).default("").describe("A few words; all skills by default."),
  }),
  shown: ({ query }) => query || "all",
  async run({ query }, { skills }) {
    const all = (await skills?.()) ?? [];
    const fit = rankSkills(all, query, FOUND_MAX);
    if (fit.length === 0) {
      const names = all.map((s) => s.name).join(", ");
      const hint = all.length > 0 ? `There are: ${names}.` : "There are no skills here.";
      return { text: `No skill fits. ${hint}`, note: "none" };
    }
    return {
      text: fit.map((s) => `${s.name}${s.group ? ` (${s.group})` : ""}: ${s.description}`).join("\n"),
      note: counted(fit.length, "skill"),
    };
  },
});
