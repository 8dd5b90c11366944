import { z } from "zod";
import type { ToolResult } from "../../domain/tool.ts";
import { VIEW_LINE_CHARS, VIEW_LINES } from "../../drivers/files/view.ts";
import { type Repository, requireRepository } from "../../drivers/git/exec.ts";
import { type ShownEntry, showCommit, showPath } from "../../drivers/git/show.ts";
import { counted } from "../../lib/format.ts";
import { defineTool } from "./define.ts";
import { lineField, optionalPath, textField } from "./fields.ts";
import description from "./git_show.md" with { type: "text" };
import { numbered, windowChars } from "./numbered.ts";
import { shortLines } from "./short-lines.ts";
import { shortSummary } from "./summary.ts";

export const gitShowTool = defineTool({
  name: "git_show",
  kind: "git",
  description,
  read_only: true,
  timeout_ms: 35_000,
  input: z.object({
    revision: textField("Commit: a hash, branch, tag, HEAD (the default) or HEAD~2."),
    path: optionalPath("File or directory as it was in that commit, instead of the commit itself."),
    from: lineField("First line of the file, from 1."),
    to: lineField("Last line of the file."),
  }),
  shown: (input) => {
    const { revision, path } = split(input);
    return path === undefined ? revision : `${revision}:${path}`;
  },
  async run(input, { root, signal }) {
    const { revision, path } = split(input);
    const repository = await requireRepository(root, signal);
    if (path === undefined) return commit(repository, revision, signal);
    const from = input.from ?? 1;
    const count = input.to === undefined ? VIEW_LINES : Math.max(1, Math.min(VIEW_LINES, input.to - from + 1));
    const entry = await showPath(repository, revision, path, {
      from,
      count,
      line_chars: VIEW_LINE_CHARS,
      total_chars: windowChars(count),
      signal,
    });
    return tell(entry, revision);
  },
});

/** `HEAD:src/app.ts` is how git writes a revision and a path. */
function split(input: { revision?: string; path?: string }): { revision: string; path: string | undefined } {
  const revision = input.revision || "HEAD";
  const colon = revision.indexOf(":");
  if (colon <= 0 || input.path) return { revision, path: input.path || undefined };
  return { revision: revision.slice(0, colon), path: revision.slice(colon + 1) || "." };
}

async function commit(repository: Repository, revision: string, signal: AbortSignal): Promise<ToolResult> {
  const shown = await showCommit(repository, revision, signal);
  const cut = shown.truncated
    ? "\n[The patch was too large and was cut; git_diff with a path shows one file of it.]"
    : "";
  return { text: `${shortLines(shown.text)}${cut}`, note: shortSummary(shown.summary) };
}

function tell(entry: ShownEntry, revision: string): ToolResult {
  switch (entry.kind) {
    case "directory":
      return {
        text: entry.names.join("\n") || "The directory was empty.",
        note: counted(entry.names.length, "entry", "entries"),
      };
    case "link":
      return { text: `${entry.path} was a symbolic link to ${entry.target}.`, note: "a symbolic link" };
    case "submodule":
      return { text: `${entry.path} was a submodule at commit ${entry.commit}.`, note: "a submodule" };
    case "file":
      return numbered(
        entry.path,
        entry.size,
        entry.window,
        (from) => `git_show ${JSON.stringify({ revision, path: entry.path, from })}`,
      );
  }
}
