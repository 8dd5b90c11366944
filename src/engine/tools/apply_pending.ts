import { z } from "zod";
import type { ToolResult } from "../../domain/tool.ts";
import { counted } from "../../lib/format.ts";
import { shownPath } from "../../lib/path-guard.ts";
import description from "./apply_pending.md" with { type: "text" };
import { defineTool } from "./define.ts";
import { proposalsIn } from "./proposed.ts";

export const applyPendingTool = defineTool({
  name: "apply_pending",
  kind: "write",
  description,
  read_only: false,
  timeout_ms: 120_000,
  input: z.object({}),
  shown: () => "",
  async run(_, context): Promise<ToolResult> {
    const { apply, waiting } = await proposalsIn(context).apply();
    const rest = waiting > 0 ? ` ${counted(waiting, "hunk waits", "hunks wait")} for the developer's review.` : "";
    if (!apply)
      return { text: `Nothing is accepted, so nothing was written.${rest}`, note: "nothing accepted", failed: true };
    const lines = apply.files.map((f) => `- ${shownPath(f.path)}: ${f.state}${f.error ? `. ${f.error}` : ""}`);
    const written = apply.files.filter((f) => f.state === "written").length;
    return {
      text: [`Apply ${apply.id}: ${counted(written, "file")} written.${rest}`, ...lines].join("\n"),
      note: `${counted(written, "file")} written`,
      failed: written === 0,
    };
  },
});
