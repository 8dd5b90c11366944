import { z } from "zod";
import type { SeenFile } from "../../domain/tool.ts";
import { Refusal } from "../../drivers/refusal.ts";
import { shownPath } from "../../lib/path-guard.ts";
import { defineTool } from "./define.ts";
import description from "./delete_file.md" with { type: "text" };
import { pathField } from "./fields.ts";
import { proposalsIn } from "./proposed.ts";

export const deleteFileTool = defineTool({
  name: "delete_file",
  kind: "write",
  description,
  read_only: false,
  timeout_ms: 30_000,
  input: z.object({ file_path: pathField("The file, relative to the project.") }),
  shown: ({ file_path }) => file_path,
  async run({ file_path }, context) {
    const { path, change } = await proposalsIn(context).propose(file_path, remove, context.signal);
    const name = shownPath(path);
    if (!change) return { text: `${name} was only proposed; the proposal is taken back.`, note: "proposal taken back" };
    return {
      text: `Proposed to delete ${name}. It is still on disk until the developer applies that.`,
      note: "deletion proposed",
    };
  },
});

function remove(seen: SeenFile) {
  const name = shownPath(seen.path);
  if (seen.bytes === null)
    throw new Refusal(
      "not_found",
      "no such file",
      `There is no ${name}${seen.proposed ? ": you proposed to delete it already" : ""}.`,
      {
        field: "file_path",
        hint: "Look with find_files.",
      },
    );
  if (seen.linked)
    throw new Refusal("invalid", "a symbolic link", `This is a symbolic link to ${name}; links are not deleted here.`, {
      field: "file_path",
      hint: "To delete the file itself, name it; for the link, ask the developer.",
    });
  return { bytes: null, mode: null };
}
