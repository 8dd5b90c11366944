import { z } from "zod";
import type { FileContent } from "../../domain/change.ts";
import type { SeenFile } from "../../domain/tool.ts";
import { Refusal } from "../../drivers/refusal.ts";
import { type Edited, type EditRequest, editText } from "../../lib/edits.ts";
import { decodeText, encodeText } from "../../lib/encoding.ts";
import { bytes, counted } from "../../lib/format.ts";
import { shownPath } from "../../lib/path-guard.ts";
import { defineTool } from "./define.ts";
import description from "./edit_file.md" with { type: "text" };
import { pathField } from "./fields.ts";
import { proposalsIn, told } from "./proposed.ts";

const TEXT_LIMIT_CHARS = 1_000_000;

export const editFileTool = defineTool({
  name: "edit_file",
  kind: "write",
  description,
  read_only: false,
  timeout_ms: 30_000,
  input: z.object({
    file_path: pathField("The file, relative to the project."),
    old_string: z.string().max(TEXT_LIMIT_CHARS).describe("The text to replace, as it stands in the file."),
    new_string: z.string().max(TEXT_LIMIT_CHARS).describe("What stands there instead."),
    replace_all: z.boolean().default(false).describe("Replace every place where old_string is found."),
  }),
  shown: ({ file_path }) => file_path,
  async run({ file_path, ...request }, context) {
    let done: Edited & { ok: true };
    const edit = (seen: SeenFile): FileContent => {
      const [content, edited] = editOf(seen, request);
      done = edited;
      return content;
    };
    const proposed = await proposalsIn(context).propose(file_path, edit, context.signal);
    const { places, how, line } = done!;
    const where = places > 1 ? `${places} places` : `line ${line}`;
    const by =
      how === "exact"
        ? ""
        : how === "white space"
          ? ", found by its lines without regard to white space"
          : ", found by its lines in another way to write Unicode";
    return told(proposed, `${where}${by}`, line);
  },
});

function editOf(seen: SeenFile, request: EditRequest): [FileContent, Edited & { ok: true }] {
  const name = shownPath(seen.path);
  if (seen.bytes === null)
    throw refused(
      "no such file",
      `There is no ${name}${seen.proposed ? ": you proposed to delete it" : ""}.`,
      "Make it with create_file, or look with find_files.",
      "file_path",
    );
  const file = decodeText(seen.bytes);
  if (!file)
    throw refused(
      "binary",
      `${name} is a binary file (${bytes(seen.bytes.length)}); it cannot be edited as text.`,
      null,
      "file_path",
    );
  const edited = editText(file.text, request);
  if (!edited.ok) throw mismatch(name, edited);
  const content = encodeText({ ...file, text: edited.text });
  if (content === null)
    throw refused(
      "wrong encoding",
      `${name} is written in ${file.encoding}, which does not have all characters of new_string.`,
      "Write it with other characters.",
      "new_string",
    );
  return [{ bytes: content, mode: seen.mode }, edited];
}

function mismatch(name: string, { why, lines, found }: Edited & { ok: false }): Refusal {
  switch (why) {
    case "empty":
      return refused(
        "empty old text",
        "old_string is empty.",
        "Name the text to replace; new files are made with create_file.",
        "old_string",
      );
    case "same":
      return refused(
        "nothing to change",
        "old_string and new_string come to the same: nothing would change.",
        null,
        "new_string",
      );
    case "several":
      return refused(
        `${counted(lines.length, "match", "matches")}`,
        `old_string is found in ${name} more than once: at lines ${lines.join(", ")}${lines.length >= 20 ? " and further ones" : ""}.`,
        "Add lines around it until it is found once, or set replace_all.",
        "old_string",
      );
    case "indent":
      return refused(
        "other indentation",
        `old_string is found at line ${lines[0]} of ${name} but for its indentation, and how new_string is to be indented cannot be told. It reads:\n${found}`,
        "Copy it with its white space.",
        "old_string",
      );
    case "none":
      return refused(
        "not found",
        `old_string is not found in ${name}.${lines.length > 0 ? ` Its first line stands at ${lines.length > 1 ? "lines" : "line"} ${lines.join(", ")}, but what follows differs.` : ""}`,
        "Read the file again with view_file and copy the text from there.",
        "old_string",
      );
  }
}

const refused = (note: string, message: string, hint: string | null, field: string) =>
  new Refusal("invalid", note, message, hint ? { hint, field } : { field });
