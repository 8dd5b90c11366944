import { z } from "zod";
import type { SeenFile } from "../../domain/tool.ts";
import { Refusal } from "../../drivers/refusal.ts";
import { counted } from "../../lib/format.ts";
import { shownPath } from "../../lib/path-guard.ts";
import { linesOf } from "../../lib/text.ts";
import description from "./create_file.md" with { type: "text" };
import { defineTool } from "./define.ts";
import { pathField } from "./fields.ts";
import { proposalsIn, told } from "./proposed.ts";

const CONTENT_LIMIT_CHARS = 2_000_000;
const FILE_MODE = 0o644;
const PROGRAM_MODE = 0o755;

export const createFileTool = defineTool({
  name: "create_file",
  kind: "write",
  description,
  read_only: false,
  timeout_ms: 30_000,
  input: z.object({
    file_path: pathField("The new file, relative to the project."),
    content: z.string().max(CONTENT_LIMIT_CHARS).describe("All of its text."),
  }),
  shown: ({ file_path }) => file_path,
  async run({ file_path, content }, context) {
    const bytes = new TextEncoder().encode(content);
    const create = (seen: SeenFile) => {
      if (seen.bytes !== null && Buffer.compare(seen.bytes, bytes) !== 0)
        throw new Refusal("invalid", "exists already", `${shownPath(seen.path)} exists already.`, {
          field: "file_path",
          hint: "Change it with edit_file; to write it anew, delete_file it first.",
        });
      return { bytes, mode: seen.mode ?? (content.startsWith("#!") ? PROGRAM_MODE : FILE_MODE) };
    };
    const proposed = await proposalsIn(context).propose(file_path, create, context.signal);
    return told(proposed, counted(linesOf(content).length, "line"), null);
  },
});
