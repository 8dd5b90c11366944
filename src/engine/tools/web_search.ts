import { z } from "zod";
import { WEB_HITS_MAX, WEB_QUERY_LIMIT_CHARS } from "../../domain/web.ts";
import { unavailable } from "../../lib/errors.ts";
import { counted } from "../../lib/format.ts";
import { defineTool } from "./define.ts";
import { countField } from "./fields.ts";
import description from "./web_search.md" with { type: "text" };

const HITS = 8;

export const webSearchTool = defineTool({
  name: "web_search",
  kind: "web",
  description,
  read_only: true,
  timeout_ms: 30_000,
  input: z.object({
    query: z.string().trim().min(1).max(WEB_QUERY_LIMIT_CHARS).describe("What to look for, in a few words."),
    count: countField(WEB_HITS_MAX, HITS, "Results to give."),
  }),
  shown: ({ query }) => query,
  async run({ query, count }, { web, signal }) {
    if (!web) throw unavailable("There is no web here.");
    const hits = await (await web()).search(query, count, signal);
    if (hits.length === 0) return { text: "Nothing found. Try other words.", note: "nothing found" };
    const lines = hits.map(({ title, url, excerpt }, i) =>
      [`${i + 1}. ${title || url}`, `   ${url}`, excerpt ? `   ${excerpt}` : ""].filter(Boolean).join("\n"),
    );
    return { text: lines.join("\n\n"), note: counted(hits.length, "result") };
  },
});
