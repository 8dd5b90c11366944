/**
 * A Markdown list that still grows: tells for each line whether it stays in the block. Items are followed closely
 * while it is sure what belongs to them; after an unmarked line that may or may not have ended the list, it is `torn`
 * and only steps that are right either way are taken.
 */
import {
  CODE_INDENT,
  fenceOf,
  indentOf,
  interrupts,
  isBlank,
  isQuote,
  isRule,
  isSetext,
  type ListMarker,
  markerOf,
} from "./block-lines.ts";

/**
 * `stay`: the line belongs to the block. `restart`: the block ended before it. `quote`: it stays, as part of a quote.
 * `rest`: it stays, and no safe place to cut can be known any more.
 */
export type ListVerdict = "stay" | "restart" | "quote" | "rest";

export class OpenList {
  /** Column from which on lines belong to the last item. */
  width: number;
  after_blank = false;
  /** Which markers go on with the list; null when that is unknown. */
  private type: string | null;
  /** What the last line surely is: paragraph text, which an unmarked line goes on with; an item without content. */
  private last: "text" | "empty" | "other";
  private torn: boolean;

  private constructor(type: string | null, width: number, last: "text" | "empty" | "other", torn: boolean) {
    this.type = type;
    this.width = width;
    this.last = last;
    this.torn = torn;
  }

  /** A list that surely starts with this line. */
  static at(marker: ListMarker, line: string): OpenList {
    const content = line.trimStart().replace(/^\S+[ \t]*/, "");
    const text = !marker.code && !interrupts(content) && markerOf(content) === null;
    return new OpenList(marker.type, marker.width, content === "" ? "empty" : text ? "text" : "other", false);
  }

  /** A line that is either mere text of what came before or the start of a list or of indented code. */
  static torn(width: number): OpenList {
    return new OpenList(null, width, "other", true);
  }

  /** The next line, blank or not. */
  take(line: string): ListVerdict {
    const after_blank = this.after_blank;
    this.after_blank = isBlank(line);
    if (this.after_blank) return this.blank();
    if (indentOf(line) >= this.width) return this.inItem(line);
    // Text that ended the list unmarked becomes a heading by `---`; text that goes on with an item does not.
    if (!after_blank && this.last !== "text" && isSetext(line) && isRule(line)) return this.tear(line);
    // Perhaps it goes on with a quote that is still open.
    if (!after_blank && this.torn && isQuote(line)) return "quote";
    if (interrupts(line)) return "restart";
    const marker = markerOf(line);
    if (marker) return this.item(marker, line, after_blank);
    if (after_blank) return "restart";
    return this.last === "text" ? "stay" : this.tear(line);
  }

  private blank(): ListVerdict {
    // A blank line below an empty item ends it, so its width says nothing about the lines that follow.
    if (this.last === "empty") this.become(OpenList.torn(this.width));
    this.last = "other";
    return "stay";
  }

  private inItem(line: string): ListVerdict {
    const content = line.trimStart();
    if (this.last === "empty" || interrupts(content) || markerOf(content)) this.last = "other";
    return this.torn && (fenceOf(line) || isQuote(line)) ? "rest" : "stay";
  }

  private item(marker: ListMarker, line: string, after_blank: boolean): ListVerdict {
    if (after_blank && this.type !== null && marker.type !== this.type) return "restart";
    // A marker that may not end a paragraph can be mere text of the item before: then that item's width still counts.
    const sure = marker.interrupts || (marker.type === this.type && !this.torn);
    this.become(sure ? OpenList.at(marker, line) : OpenList.torn(Math.min(marker.width, this.width)));
    return "stay";
  }

  /** An unmarked line that may go on with the list or end it. */
  private tear(line: string): ListVerdict {
    this.become(OpenList.torn(indentOf(line) >= CODE_INDENT ? 1 : this.width));
    return "stay";
  }

  private become(other: OpenList): void {
    this.type = other.type;
    this.width = other.width;
    this.last = other.last;
    this.torn = other.torn;
  }
}
