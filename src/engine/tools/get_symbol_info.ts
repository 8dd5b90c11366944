import { z } from "zod";
import type { SymbolInfo } from "../../domain/code-answers.ts";
import { counted } from "../../lib/format.ts";
import { answer, CODE_TIMEOUT_MS, codeOf, place, section } from "./code-words.ts";
import { defineTool } from "./define.ts";
import { countField, optionalPath } from "./fields.ts";
import description from "./get_symbol_info.md" with { type: "text" };
import { nothing } from "./search_symbols.ts";

const NAME_LIMIT_CHARS = 300;

export const getSymbolInfoTool = defineTool({
  name: "get_symbol_info",
  kind: "search",
  description,
  read_only: true,
  timeout_ms: CODE_TIMEOUT_MS,
  input: z.object({
    name: z.string().min(1).max(NAME_LIMIT_CHARS).describe("`deliver` or `Relay.deliver`."),
    path: optionalPath("Where it is defined, when the name is not enough."),
    max_results: countField(300, 60, "Uses to show."),
  }),
  shown: ({ name, path }) => [name, path].filter(Boolean).join("  "),
  async run({ name, path, max_results }, context) {
    const info = await codeOf(context).symbol(name, path ?? "", context.signal);
    const isKnown = info.definitions.length > 0;
    const note = isKnown
      ? `${counted(info.definitions.length, "definition")}, ${counted(info.uses.length, "use")}`
      : info.uses.length > 0
        ? `not defined here, ${counted(info.uses.length, "use")}`
        : "no such symbol";
    return answer(note, info.state, [
      isKnown ? info.definitions.map(definition).join("\n\n") : nothing(name, info),
      section(
        "Extended or implemented by",
        info.heirs.map((s) => `${place(s)}  ${s.signature}`),
      ),
      section("Used in", uses(info, max_results)),
    ]);
  },
});

function definition({ symbol, doc, members }: SymbolInfo["definitions"][number]): string {
  const said = doc
    ? `\n${doc
        .split("\n")
        .map((line) => `    ${line}`)
        .join("\n")}`
    : "";
  const head = `${place(symbol)}  ${symbol.kind}  ${symbol.signature}${symbol.container ? `  in ${symbol.container}` : ""}`;
  const inside = members.map((m) => `\n  ${place({ line: m.line, end_line: m.end_line })}  ${m.kind}  ${m.signature}`);
  return `${head}${said}${inside.join("")}`;
}

function uses({ uses: all, unchecked, cut }: SymbolInfo, max: number): string[] {
  const lines = all
    .slice(0, max)
    .map(({ path, line, role, within, text }) => `${path}:${line}  ${role}${within ? ` in ${within}` : ""}  ${text}`);
  if (all.length > max) lines.push(`…and ${all.length - max} more; raise max_results`);
  if (unchecked > 0 || cut)
    lines.push(`${cut ? "more than " : ""}${counted(unchecked, "further file")} with the name not looked at; use grep`);
  return lines;
}
