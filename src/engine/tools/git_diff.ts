import { z } from "zod";
import { gitDiff } from "../../drivers/git/diff.ts";
import { requireRepository } from "../../drivers/git/exec.ts";
import { defineTool } from "./define.ts";
import { flag, optionalPath, textField } from "./fields.ts";
import description from "./git_diff.md" with { type: "text" };
import { shortLines } from "./short-lines.ts";
import { shortSummary } from "./summary.ts";

export const gitDiffTool = defineTool({
  name: "git_diff",
  kind: "git",
  description,
  read_only: true,
  timeout_ms: 35_000,
  input: z.object({
    revision: textField(
      "Compare with a commit (HEAD~3), two commits (a..b), or a branch with where it began (main...feature).",
    ),
    staged: flag("Only what is staged."),
    path: optionalPath("Only this file or directory."),
    stat: flag("Only the summary of files and lines."),
    context: z.int().min(0).max(50).default(3).describe("Lines around each change."),
  }),
  shown: ({ revision, path, staged }) => [staged ? "staged" : "", revision, path].filter(Boolean).join("  "),
  async run(input, { root, signal }) {
    const diff = await gitDiff(await requireRepository(root, signal), input, signal);
    if (diff.text === "")
      return {
        text: "No differences. Untracked files are not part of a diff; git_status lists them.",
        note: "no differences",
      };
    const cut = diff.truncated ? "\n[The patch was too large and was cut; ask for one path at a time.]" : "";
    return { text: `${shortLines(diff.text)}${cut}`, note: shortSummary(diff.summary) };
  },
});
