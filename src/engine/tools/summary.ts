/** git's "3 files changed, 12 insertions(+), 1 deletion(-)" for a row: "3 files, +12 -1". */
export function shortSummary(summary: string | null): string {
  if (summary === null) return "no changes to files";
  const files = /^(\d+) files?/.exec(summary)?.[1] ?? "0";
  const added = /(\d+) insertion/.exec(summary)?.[1] ?? "0";
  const removed = /(\d+) deletion/.exec(summary)?.[1] ?? "0";
  return `${files} ${files === "1" ? "file" : "files"}, +${added} -${removed}`;
}
