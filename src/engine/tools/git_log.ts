import { z } from "zod";
import { requireRepository } from "../../drivers/git/exec.ts";
import { gitLog } from "../../drivers/git/log.ts";
import { counted } from "../../lib/format.ts";
import { defineTool } from "./define.ts";
import { countField, flag, optionalPath, textField } from "./fields.ts";
import description from "./git_log.md" with { type: "text" };
import { shortLines } from "./short-lines.ts";

const COUNT_MAX = 500;

export const gitLogTool = defineTool({
  name: "git_log",
  kind: "git",
  description,
  read_only: true,
  timeout_ms: 35_000,
  input: z.object({
    revision: textField("Where to start, or a range: HEAD, a branch, a tag, a hash, main..feature."),
    path: optionalPath("Only commits that touched this file or directory."),
    count: countField(COUNT_MAX, 20, "Commits to show."),
    skip: z.int().min(0).max(1_000_000).default(0).describe("Commits to leave out first."),
    author: textField("Only commits whose author's name or address matches."),
    search: textField("Only commits whose message contains this."),
    since: textField('Only commits after this: "2026-11-01", "2 weeks ago".'),
    until: textField("Only commits before this."),
    patch: flag("Whole messages, and what each commit changed."),
  }),
  shown: ({ revision, path, search, author }) => [revision, path, search, author].filter(Boolean).join("  "),
  async run(input, { root, signal }) {
    const log = await gitLog(await requireRepository(root, signal), input, signal);
    if (log.commits === 0) return { text: "No commits match.", note: "no commits" };
    const more = log.commits >= input.count ? `\n[There may be more: skip ${input.skip + input.count}.]` : "";
    const cut = log.truncated ? "\n[The output was too large and was cut; ask for fewer commits or a path.]" : more;
    return { text: `${shortLines(log.text)}${cut}`, note: counted(log.commits, "commit") };
  },
});
