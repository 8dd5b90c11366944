import { z } from "zod";
import { type Listed, type Listing, listDirectory } from "../../drivers/files/list.ts";
import { bytes, count, counted } from "../../lib/format.ts";
import { shownPath } from "../../lib/path-guard.ts";
import { defineTool } from "./define.ts";
import { countField, optionalPath } from "./fields.ts";
import description from "./list_dir.md" with { type: "text" };
import { listSeen } from "./overlay.ts";

const ENTRIES_LIMIT = 500;
const DEPTH_MAX = 5;

export const listDirTool = defineTool({
  name: "list_dir",
  kind: "read",
  description,
  read_only: true,
  timeout_ms: 20_000,
  input: z.object({
    path: optionalPath("The directory, relative to the project; the project itself by default."),
    depth: countField(DEPTH_MAX, 1, "Levels: 1 lists the directory alone."),
  }),
  shown: ({ path, depth }) => (depth > 1 ? `${path || "."} depth ${depth}` : path || "."),
  async run({ path, depth }, { root, grants, signal, proposals }) {
    const request = { path: path || ".", depth, limit: ENTRIES_LIMIT, signal };
    const listing = await listSeen(proposals, request.path, depth, () => listDirectory({ root, grants }, request));
    if (listing.total === 0) return { text: `${listing.path} is empty.`, note: "empty" };
    return {
      text: [...listing.entries.map((entry) => line(entry, listing.proposed.get(entry.path))), ...rest(listing)].join(
        "\n",
      ),
      note: noteOf(listing),
    };
  },
});

function line(entry: Listed, proposed: string | undefined): string {
  const marks = [
    proposed,
    entry.ignored && "ignored by git",
    entry.secret && "not readable",
    entry.kind === "other" && "not an ordinary file",
  ].filter(Boolean);
  const hidden = entry.hidden ? `  ${count(entry.hidden)} more not listed` : "";
  const told = `${"  ".repeat(entry.depth - 1)}${shownPath(entry.name)}${about(entry)}`;
  return `${told}${marks.length > 0 ? `  (${marks.join(", ")})` : ""}${hidden}`;
}

function about(entry: Listed): string {
  if (entry.kind === "directory") return "/";
  if (entry.kind === "link") return ` -> ${entry.target ?? "(outside the project, or nowhere)"}`;
  return entry.size === null ? "" : `  ${bytes(entry.size)}`;
}

function rest(listing: Listing): string[] {
  const direct = listing.entries.filter((entry) => entry.depth === 1).length;
  if (direct < listing.total)
    return [
      `[${count(listing.total - direct)} more of ${count(listing.total)} entries are not listed; find_files with a glob finds among them.]`,
    ];
  return listing.truncated ? ["[Not all levels are listed in full; list a directory below for the rest.]"] : [];
}

function noteOf(listing: Listing): string {
  return listing.truncated
    ? `${count(listing.entries.length)} entries listed, more exist`
    : counted(listing.entries.length, "entry", "entries");
}
