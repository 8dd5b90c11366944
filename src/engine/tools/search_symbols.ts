import { z } from "zod";
import { SYMBOL_KINDS } from "../../domain/code.ts";
import type { SymbolHits } from "../../domain/code-answers.ts";
import { isSourceName } from "../../domain/code-language.ts";
import { count, counted } from "../../lib/format.ts";
import { answer, CODE_TIMEOUT_MS, codeOf, place } from "./code-words.ts";
import { defineTool } from "./define.ts";
import { countField, optionalPath } from "./fields.ts";
import description from "./search_symbols.md" with { type: "text" };

const QUERY_LIMIT_CHARS = 200;

export const searchSymbolsTool = defineTool({
  name: "search_symbols",
  kind: "search",
  description,
  read_only: true,
  timeout_ms: CODE_TIMEOUT_MS,
  input: z.object({
    query: z.string().min(1).max(QUERY_LIMIT_CHARS).describe("Name or parts of it."),
    kind: z.enum(SYMBOL_KINDS).optional().describe("Only these."),
    path: optionalPath("Only below this directory, or in this file."),
    max_results: countField(200, 40, "Symbols to show."),
  }),
  shown: ({ query, kind, path }) => [query, kind, path].filter(Boolean).join("  "),
  async run({ query, kind, path, max_results }, context) {
    const asked = { query, kinds: kind ? [kind] : [], path: path ?? "", limit: max_results };
    const hits = await codeOf(context).search(asked, context.signal);
    if (hits.symbols.length === 0) return answer("no symbols", hits.state, [nothing(query, hits)]);
    const all = `${hits.more ? "more than " : ""}${counted(hits.total, "symbol")}`;
    const left = hits.total - hits.symbols.length;
    return answer(all, hits.state, [
      ...hits.symbols.map((s) => `${place(s)}  ${s.kind}  ${s.signature}${s.container ? `  in ${s.container}` : ""}`),
      left > 0 ? `[${count(hits.symbols.length)} of ${all}. Narrow with kind or path, or raise max_results.]` : null,
    ]);
  },
});

/** Says why there may be none, and what else would find it. */
export function nothing(query: string, { similar, unparsed }: SymbolHits): string {
  const like = similar.length > 0 ? ` Did you mean ${similar.join(", ")}?` : "";
  const source = unparsed.filter(({ name }) => isSourceName(name));
  const blind =
    source.length > 0
      ? ` Not parsed here: ${source
          .slice(0, 5)
          .map(({ name, files }) => `${counted(files, "file")} of ${name}`)
          .join(", ")}; grep finds what is in them.`
      : "";
  return `No symbol is called ${JSON.stringify(query)}.${like}${blind}${like || blind ? "" : " Try a shorter part of the name, or grep."}`;
}
