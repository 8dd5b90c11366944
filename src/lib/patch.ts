/** The body of a unified patch of one file, read into hunks of numbered lines. */

export interface PatchLine {
  kind: "same" | "add" | "del";
  /** Line numbers on both sides; null on the side that does not have the line. */
  old: number | null;
  new: number | null;
  /** Without line end. */
  text: string;
  /** The line ended in CR LF. */
  cr: boolean;
  /** The file ends here without a newline. */
  no_newline: boolean;
}
export interface Hunk {
  old_start: number;
  old_count: number;
  new_start: number;
  new_count: number;
  /** What git found the hunk to be in: a function's head. */
  section: string;
  lines: PatchLine[];
}
export interface Patch {
  hunks: Hunk[];
  /** "Binary files … differ". */
  binary: boolean;
  /** Lines of hunks that were left out because of the limit. */
  left_out: number;
}

const HEAD = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/s;

/** Reads at most `limit` lines of hunks; what comes after is counted only. Text before the first hunk is skipped. */
export function parsePatch(text: string, limit = Number.POSITIVE_INFINITY): Patch {
  const reader = new Reader(limit);
  for (const line of text.split("\n")) reader.take(line);
  return reader.result();
}

class Reader {
  private readonly hunks: Hunk[] = [];
  private hunk: Hunk | null = null;
  private binary = false;
  private lines = 0;
  private left_out = 0;
  /** Lines of the hunk that are still to come on each side; content is told from headers by them alone. */
  private old_left = 0;
  private new_left = 0;
  private old_at = 0;
  private new_at = 0;

  constructor(private readonly limit: number) {}

  take(line: string): void {
    if (line.startsWith("\\")) this.endOfFile();
    else if (this.hunk && (this.old_left > 0 || this.new_left > 0)) this.content(line);
    else this.header(line);
  }

  result(): Patch {
    return { hunks: this.hunks.filter((h) => h.lines.length > 0), binary: this.binary, left_out: this.left_out };
  }

  private header(line: string): void {
    const match = HEAD.exec(line);
    if (!match) {
      if (/^(Binary files .* differ|GIT binary patch)$/.test(line)) this.binary = true;
      return;
    }
    const [old_start, old_count, new_start, new_count] = [match[1], match[2] ?? "1", match[3], match[4] ?? "1"].map(
      Number,
    ) as [number, number, number, number];
    this.hunk = { old_start, old_count, new_start, new_count, section: match[5] ?? "", lines: [] };
    this.hunks.push(this.hunk);
    [this.old_left, this.new_left, this.old_at, this.new_at] = [old_count, new_count, old_start, new_start];
  }

  private content(line: string): void {
    const sign = line[0] ?? " ";
    const kind = sign === "+" ? "add" : sign === "-" ? "del" : "same";
    const [old, now] = [kind === "add" ? null : this.old_at++, kind === "del" ? null : this.new_at++];
    if (old !== null) this.old_left--;
    if (now !== null) this.new_left--;
    if (this.lines >= this.limit) {
      this.left_out++;
      return;
    }
    this.lines++;
    const cr = line.endsWith("\r");
    const text = line.slice(1, cr ? -1 : undefined);
    this.hunk!.lines.push({ kind, old, new: now, text, cr, no_newline: false });
  }

  private endOfFile(): void {
    const last = this.hunk?.lines.at(-1);
    if (last && this.left_out === 0) last.no_newline = true;
  }
}
