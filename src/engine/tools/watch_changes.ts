import { z } from "zod";
import type { Watched } from "../../domain/code-answers.ts";
import { counted } from "../../lib/format.ts";
import { answer, CODE_TIMEOUT_MS, codeOf } from "./code-words.ts";
import { defineTool } from "./define.ts";
import description from "./watch_changes.md" with { type: "text" };

const WAIT_MAX_S = 60;
const CURSOR_LIMIT_CHARS = 60;

export const watchChangesTool = defineTool({
  name: "watch_changes",
  kind: "search",
  description,
  read_only: true,
  timeout_ms: CODE_TIMEOUT_MS + WAIT_MAX_S * 1000,
  input: z.object({
    cursor: z.string().max(CURSOR_LIMIT_CHARS).optional().describe("From the last call."),
    wait_s: z.int().min(0).max(WAIT_MAX_S).default(0).describe("Wait so long for a change."),
  }),
  shown: ({ cursor, wait_s }) =>
    [cursor && `since ${cursor}`, wait_s && `up to ${wait_s} s`].filter(Boolean).join(", "),
  async run({ cursor, wait_s }, context) {
    const seen = await codeOf(context).watch(cursor ?? "", wait_s * 1000, context.signal);
    const n = seen.changes.length;
    const since =
      seen.since === "cursor" ? "since the cursor" : `within the last ${seen.since} minutes, as far as was seen`;
    return answer(n === 0 ? "no changes" : `${counted(n, "file")} changed`, seen.state, [
      seen.lost ? "[That cursor is of an index that is gone; what changed in between is not known.]" : null,
      n === 0 ? `Nothing changed ${since}.` : `Changed ${since}:`,
      ...seen.changes.map(told),
      seen.more ? "…and more" : null,
      `cursor: ${seen.cursor}`,
    ]);
  },
});

function told({ path, kind, symbols, more_symbols }: Watched["changes"][number]): string {
  const names = symbols.map(({ sign, kind: what, name }) => `${sign}${what} ${name}`);
  const more = more_symbols > 0 ? [`${more_symbols} more`] : [];
  return `  ${kind} ${path}${names.length > 0 && kind !== "removed" ? `  ${[...names, ...more].join(", ")}` : ""}`;
}
