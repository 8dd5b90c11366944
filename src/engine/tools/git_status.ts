import { z } from "zod";
import { requireRepository } from "../../drivers/git/exec.ts";
import { gitStatus, type Status, type StatusEntry } from "../../drivers/git/status.ts";
import { counted } from "../../lib/format.ts";
import { defineTool } from "./define.ts";
import description from "./git_status.md" with { type: "text" };

export const gitStatusTool = defineTool({
  name: "git_status",
  kind: "git",
  description,
  read_only: true,
  timeout_ms: 35_000,
  input: z.object({}),
  shown: () => "",
  async run(_, { root, signal }) {
    const status = await gitStatus(await requireRepository(root, signal), signal);
    return { text: [where(status), ...changes(status)].join("\n"), note: noteOf(status) };
  },
});

function where(status: Status): string {
  if (status.head === null) return `On branch ${status.branch}, which has no commits yet.`;
  const at = status.head.slice(0, 10);
  const branch = status.branch === null ? `HEAD is detached at ${at}` : `On branch ${status.branch} at ${at}`;
  if (!status.upstream) return `${branch}.`;
  const apart = [status.ahead && `${status.ahead} ahead of`, status.behind && `${status.behind} behind`].filter(
    Boolean,
  );
  return `${branch}, ${apart.length > 0 ? apart.join(" and ") : "level with"} ${status.upstream}.`;
}

function changes(status: Status): string[] {
  if (status.entries.length === 0) return ["Nothing to commit: the working tree is clean."];
  const groups: [string, (entry: StatusEntry) => string | null][] = [
    ["Conflicts:", (e) => (e.unstaged === "conflict" ? e.path : null)],
    ["Staged:", (e) => e.staged && `${e.staged}: ${e.from === null ? e.path : `${e.from} -> ${e.path}`}`],
    [
      "Not staged:",
      (e) =>
        e.unstaged && e.unstaged !== "conflict" && e.unstaged !== "untracked" ? `${e.unstaged}: ${e.path}` : null,
    ],
    ["Untracked:", (e) => (e.unstaged === "untracked" ? e.path : null)],
  ];
  const lines = groups.flatMap(([title, pick]) => {
    const picked = status.entries.map(pick).filter((line) => line !== null);
    return picked.length > 0 ? [title, ...picked.map((line) => `  ${line}`)] : [];
  });
  return status.truncated ? [...lines, "[There are more; the list was cut.]"] : lines;
}

function noteOf(status: Status): string {
  const untracked = status.entries.filter((entry) => entry.unstaged === "untracked").length;
  const changed = status.entries.length - untracked;
  const parts = [changed && counted(changed, "change"), untracked && `${untracked} untracked`].filter(Boolean);
  return parts.length > 0 ? `${parts.join(", ")}${status.truncated ? ", more exist" : ""}` : "clean";
}
