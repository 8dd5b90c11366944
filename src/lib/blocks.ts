/**
 * Cuts growing Markdown into blocks that nothing later can change. It reads every character once and keeps only the
 * open block, so a token costs the same in a short answer and a long one. When in doubt a block stays open: blocks
 * that are too long are harmless, blocks that are too short render wrong.
 */
import {
  CODE_INDENT,
  closesFence,
  type Fence,
  fenceOf,
  indentOf,
  interrupts,
  isBlank,
  isHeading,
  isQuote,
  isRule,
  isSetext,
  markerOf,
} from "./block-lines.ts";
import { OpenList } from "./open-list.ts";
import { plainText } from "./plain-text.ts";

/** `rest`: no safe place to cut can be known any more, the block ends with the text. */
type Kind = "none" | "paragraph" | "fence" | "indented" | "quote" | "list" | "rest";

/**
 * What a line does to the open block: it stays in it; it is its last one; it ends it and is dropped, being blank; or
 * it starts the next.
 */
type Verdict = "stay" | "last" | "drop" | "restart";

/** Enough of an unfinished line to know if it goes on with a list: indent, number, marker, one more. */
const HEAD_CHARS = 64;
/** The start of a line that may become a list item. */
const MARKER_START = /^(?:[-*+](?:[ \t]|$)|\d{1,9}(?:[.)](?:[ \t]|$)|$))/;

export class BlockSplitter {
  private kind: Kind = "none";
  private lines: string[] = [];
  private lines_chars = 0;
  /** The unfinished line. Never read before it ends: each look at a growing string copies it. */
  private line = "";
  private head = "";
  private head_settled = false;
  private fence: Fence = { char: "`", length: 3 };
  private list = OpenList.torn(1);
  /** The open paragraph may be a table. */
  private piped = false;
  private indented_after_blank = false;
  private finished: string[] = [];

  /** Takes the next piece of text; returns the sources of the blocks that are finished by it. */
  push(text: string): string[] {
    const plain = plainText(text);
    let start = 0;
    for (let end = plain.indexOf("\n"); end >= 0; end = plain.indexOf("\n", start)) {
      this.endLine(this.line + plain.slice(start, end));
      start = end + 1;
    }
    if (start < plain.length) this.growLine(plain.slice(start));
    return this.taken();
  }

  /** The source of the block that still grows; empty between blocks. */
  get open(): string {
    return this.lines.join("") + this.line;
  }

  /** Length of `open` in UTF-16 units, without putting it together. */
  get open_chars(): number {
    return this.lines_chars + this.line.length;
  }

  /** No more text comes: the rest is a block, too. */
  finish(): string[] {
    if (this.line !== "") this.endLine(this.line);
    this.close();
    return this.taken();
  }

  private taken(): string[] {
    const blocks = this.finished;
    if (blocks.length > 0) this.finished = [];
    return blocks;
  }

  private growLine(piece: string): void {
    this.line += piece;
    if (this.head_settled) return;
    if (this.head.length < HEAD_CHARS) this.head += piece.slice(0, HEAD_CHARS - this.head.length);
    if (this.kind === "list" && this.list.after_blank) this.lookAtHead(this.list.width);
    else if (this.kind === "indented" && this.indented_after_blank) this.lookAtHead(CODE_INDENT);
  }

  /** After a blank line the first characters mostly tell that a list or indented code is over. */
  private lookAtHead(width: number): void {
    if (isBlank(this.head)) return;
    const indent = indentOf(this.head);
    const inside = indent >= width;
    const undecided = this.kind === "list" && indent < CODE_INDENT && MARKER_START.test(this.head.trimStart());
    if (!inside && undecided) return;
    this.head_settled = true;
    if (!inside) this.close();
  }

  private endLine(line: string): void {
    this.line = "";
    this.head = "";
    this.head_settled = false;
    if (this.kind === "none") {
      this.begin(line);
      return;
    }
    const verdict = this.judge(line);
    if (verdict === "stay" || verdict === "last") this.add(line);
    if (verdict !== "stay") this.close();
    if (verdict === "restart") this.begin(line);
  }

  private begin(line: string): void {
    if (isBlank(line)) return;
    this.add(line);
    const fence = fenceOf(line);
    const marker = markerOf(line);
    if (indentOf(line) >= CODE_INDENT) {
      this.kind = "indented";
      this.indented_after_blank = false;
    } else if (fence) {
      this.kind = "fence";
      this.fence = fence;
    } else if (isHeading(line) || isRule(line)) this.close();
    else if (isQuote(line)) this.kind = "quote";
    else if (marker) {
      this.kind = "list";
      this.list = OpenList.at(marker, line);
    } else {
      this.kind = "paragraph";
      this.piped = line.includes("|");
    }
  }

  private judge(line: string): Verdict {
    switch (this.kind) {
      case "fence":
        return closesFence(line, this.fence) ? "last" : "stay";
      case "paragraph":
        return this.inParagraph(line);
      case "quote":
        return this.inQuote(line);
      case "indented":
        return this.inIndented(line);
      case "list":
        return this.inList(line);
      default:
        return "stay";
    }
  }

  private inParagraph(line: string): Verdict {
    if (isBlank(line)) return "drop";
    // In a table `===` is a row.
    if (isSetext(line) && (isRule(line) || !this.piped)) return "last";
    const marker = markerOf(line);
    if (interrupts(line) || marker?.interrupts) return "restart";
    this.piped ||= line.includes("|");
    // What may not end a paragraph may end a table.
    if (this.piped) this.tearAt(line);
    return "stay";
  }

  private inQuote(line: string): Verdict {
    if (isBlank(line)) return "drop";
    // `---` below text that left the quote unmarked makes that text a heading.
    if (isQuote(line) || (isSetext(line) && isRule(line))) return "stay";
    if (interrupts(line) || markerOf(line)?.interrupts) return "restart";
    this.tearAt(line);
    return "stay";
  }

  /** A line that may be mere text, or a list or code of its own: a torn list's rules are careful enough for all. */
  private tearAt(line: string): void {
    const marker = markerOf(line);
    if (!marker && indentOf(line) < CODE_INDENT) return;
    this.kind = "list";
    this.list = OpenList.torn(marker?.width ?? 1);
  }

  private inIndented(line: string): Verdict {
    this.indented_after_blank = isBlank(line);
    return this.indented_after_blank || indentOf(line) >= CODE_INDENT ? "stay" : "restart";
  }

  private inList(line: string): Verdict {
    const verdict = this.list.take(line);
    if (verdict === "restart") return "restart";
    if (verdict !== "stay") this.kind = verdict;
    return "stay";
  }

  private add(line: string): void {
    this.lines.push(`${line}\n`);
    this.lines_chars += line.length + 1;
  }

  private close(): void {
    if (this.lines.length > 0) this.finished.push(this.lines.join(""));
    this.lines = [];
    this.lines_chars = 0;
    this.kind = "none";
  }
}
