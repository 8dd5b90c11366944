import { z } from "zod";
import { counted } from "../../lib/format.ts";
import { shownPath } from "../../lib/path-guard.ts";
import { defineTool } from "./define.ts";
import { proposalsIn } from "./proposed.ts";
import description from "./rewind.md" with { type: "text" };

export const rewindTool = defineTool({
  name: "rewind",
  kind: "write",
  description,
  read_only: false,
  timeout_ms: 120_000,
  input: z.object({ apply_id: z.string().max(40).optional().describe("As apply_pending named it.") }),
  shown: ({ apply_id }) => apply_id ?? "",
  async run({ apply_id }, context) {
    const apply = await proposalsIn(context).rewind(apply_id ?? null);
    const back = apply.files.filter((f) => f.state === "undone");
    const names = back.map((f) => `- ${shownPath(f.path)}`);
    return {
      text: [`Apply ${apply.id} was taken back:`, ...names].join("\n"),
      note: `${counted(back.length, "file")} taken back`,
    };
  },
});
