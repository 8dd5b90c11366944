/** A server's list of tools, read one by one: what is wrong with one costs nothing but itself. */
import { z } from "zod";
import type { McpEffect, McpToolFacts } from "../../domain/mcp.ts";
import { cleanParameters } from "../../lib/json-schema.ts";
import { cutEnd, storable } from "../../lib/text.ts";
import { visibleText } from "../../lib/visible.ts";
import { explainIssue } from "../../lib/zod-message.ts";

export const PAGES_MAX = 50;
export const LISTED_MAX = 1_000;
const NAME_LIMIT_CHARS = 200;
/** Every model reads it on every turn. */
const DESCRIPTION_LIMIT_CHARS = 1_500;
const PROBLEMS_MAX = 20;

export interface Listed {
  /** Sorted by name, whatever order the server has: a prompt begins with them. */
  tools: McpToolFacts[];
  problems: string[];
}

const Given = z.looseObject({
  name: z.string().min(1).max(NAME_LIMIT_CHARS),
  title: z.string().nullish().catch(null),
  description: z.string().nullish().catch(null),
  inputSchema: z.unknown().optional(),
  annotations: z
    .looseObject({
      title: z.string().nullish().catch(null),
      readOnlyHint: z.boolean().nullish().catch(null),
      destructiveHint: z.boolean().nullish().catch(null),
    })
    .nullish()
    .catch(null),
});

export function readTools(given: readonly unknown[]): Listed {
  const tools = new Map<string, McpToolFacts>();
  const problems: string[] = [];
  for (const [i, one] of given.slice(0, LISTED_MAX).entries()) {
    const parsed = Given.safeParse(one);
    if (!parsed.success) problems.push(`Number ${i + 1} of its list is no tool: ${explainIssue(parsed.error).message}`);
    else if (tools.has(parsed.data.name)) problems.push(`It lists ${JSON.stringify(shown(parsed.data.name))} twice.`);
    else tools.set(parsed.data.name, factsOf(parsed.data));
  }
  if (given.length > LISTED_MAX) problems.push(`It lists more than ${LISTED_MAX} tools; the others are left out.`);
  return {
    tools: [...tools.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    problems: problems.length > PROBLEMS_MAX ? [...problems.slice(0, PROBLEMS_MAX), "And so on."] : problems,
  };
}

const shown = (text: string) => storable(visibleText(text)).slice(0, NAME_LIMIT_CHARS);

function factsOf({ name, title, description, inputSchema, annotations }: z.output<typeof Given>): McpToolFacts {
  const { schema, problem } = cleanParameters(inputSchema);
  const said = storable(visibleText(description ?? "")).trim();
  return {
    name: storable(name),
    title: shown(title ?? annotations?.title ?? "") || null,
    description: said.length > DESCRIPTION_LIMIT_CHARS ? `${cutEnd(said, DESCRIPTION_LIMIT_CHARS)}…` : said,
    parameters: JSON.parse(JSON.stringify(schema), (_key, value) =>
      typeof value === "string" ? storable(visibleText(value)) : value,
    ) as Record<string, unknown>,
    effect: effectOf(annotations?.readOnlyHint, annotations?.destructiveHint),
    problem,
  };
}

/** A tool that says both is taken for one that writes. */
function effectOf(reads: boolean | null | undefined, destroys: boolean | null | undefined): McpEffect {
  if (reads === false || (destroys === true && reads !== true)) return "writes";
  if (reads === true) return destroys === true ? "writes" : "reads";
  return "unsaid";
}
