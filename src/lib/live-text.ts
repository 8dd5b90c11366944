/**
 * What browsers must be told while a text part is written. Finished blocks are sent once; the open block is sent again
 * only when its structure changed, else the new words alone go into its tail. Past a limit the open block is not
 * rendered any more: its text goes out escaped, and its rendering comes when it closes. So a token costs the same in a
 * short answer and in a long one. No I/O, no clock.
 */
import { BlockSplitter } from "./blocks.ts";
import { escapeHtml } from "./html.ts";
import { type MarkdownOptions, renderBlock, renderOpenBlock } from "./markdown.ts";
import { plainText } from "./plain-text.ts";

/**
 * `append-done`: append to the finished blocks. `open`: replace the open block's content. `tail`: append to the tail
 * span that the last `open` brought.
 */
export type LiveOp = { op: "append-done"; html: string } | { op: "open"; html: string } | { op: "tail"; html: string };

export interface LiveOptions extends MarkdownOptions {
  /** DOM id of the tail span. */
  tail_id: string;
}

/** From this length on an open block grows by escaped text only. */
export const OPEN_LIMIT_CHARS = 2_048;

/** What every watcher has of the open block: `body` before the closing tags, or its beginning and raw text after it. */
type Shown = Rendered | { as: "raw" } | null;
interface Rendered {
  as: "rendered";
  body: string;
  closers: string;
}

export class LiveText {
  /** UTF-16 units of text taken so far, as given. */
  offset = 0;
  private readonly options: LiveOptions;
  private readonly splitter = new BlockSplitter();
  /** HTML of all finished blocks that were sent or are in a snapshot, and the sources of those that are not. */
  private done = "";
  private unsent: string[] = [];
  /** Null when nobody watched the last piece: the next one sends the open block whole. */
  private shown: Shown = { as: "rendered", body: "", closers: "" };

  constructor(options: LiveOptions) {
    this.options = options;
  }

  /** Takes the next piece; returns what to send. Unwatched pieces cost no rendering and return nothing. */
  push(text: string, watched: boolean): LiveOp[] {
    const plain = plainText(text);
    this.offset += text.length;
    const finished = this.splitter.push(plain);
    return this.report(finished, plain, watched);
  }

  /** The part closes: the open block becomes a finished one. */
  finish(watched: boolean): LiveOp[] {
    return this.report(this.splitter.finish(), "", watched);
  }

  /**
   * Content of the two elements as a page shows them now; later ops fit what it returns as they fit what others have.
   * Blocks that were finished while nobody watched count as delivered by it.
   */
  snapshot(): { done: string; open: string } {
    this.renderUnsent();
    return { done: this.done, open: this.openHtml() };
  }

  private report(finished: string[], piece: string, watched: boolean): LiveOp[] {
    if (finished.length > 0) this.unsent.push(...finished);
    if (!watched) {
      this.shown = null;
      return [];
    }
    const ops: LiveOp[] = [];
    if (this.unsent.length > 0) ops.push({ op: "append-done", html: this.renderUnsent() });
    const op = finished.length > 0 ? this.openOp() : this.growOp(piece);
    if (op) ops.push(op);
    return ops;
  }

  private renderUnsent(): string {
    let html = "";
    for (const source of this.unsent) html += renderBlock(source, this.options);
    if (this.unsent.length > 0) this.unsent = [];
    this.done += html;
    return html;
  }

  private growOp(piece: string): LiveOp | null {
    if (piece === "" && this.shown) return null;
    if (this.splitter.open_chars > OPEN_LIMIT_CHARS) {
      return this.shown?.as === "raw" ? { op: "tail", html: escapeHtml(piece) } : this.openOp();
    }
    if (this.shown?.as !== "rendered") return this.openOp();
    const { body, closers } = this.shown;
    const next = this.rendered(this.splitter.open);
    const grows = next.closers === closers && next.body.startsWith(body);
    const grown = grows ? next.body.slice(body.length) : "";
    if (!grows || grown.includes("<")) return this.openOp(next);
    this.shown = next;
    return grown === "" ? null : { op: "tail", html: grown };
  }

  /** The open block whole; its short form if it was rendered already. */
  private openOp(short?: Rendered): LiveOp {
    if (this.splitter.open_chars > OPEN_LIMIT_CHARS) {
      this.shown = { as: "raw" };
      return { op: "open", html: this.openHtml() };
    }
    this.shown = short ?? this.rendered(this.splitter.open);
    return { op: "open", html: this.withTail(this.shown, "") };
  }

  /** The open block with its tail span in the deepest last position; past the limit the rest stands raw in the tail. */
  private openHtml(): string {
    const source = this.splitter.open;
    const limit = source.length <= OPEN_LIMIT_CHARS ? source.length : wholeChars(source, OPEN_LIMIT_CHARS);
    return this.withTail(this.rendered(source.slice(0, limit)), escapeHtml(source.slice(limit)));
  }

  private rendered(source: string): Rendered {
    return { as: "rendered", ...cutClosers(renderOpenBlock(source, this.options)) };
  }

  private withTail({ body, closers }: Rendered, tail: string): string {
    return `${body}<span id="${this.options.tail_id}" class="tail">${tail}</span>${closers}`;
  }
}

/** Splits off the run of closing tags at the end, with the white space around them. */
function cutClosers(html: string): { body: string; closers: string } {
  let at = html.length;
  for (;;) {
    let end = at;
    while (end > 0 && /\s/.test(html.charAt(end - 1))) end--;
    if (html.charAt(end - 1) !== ">") break;
    const start = html.lastIndexOf("<", end - 1);
    if (html.charAt(start + 1) !== "/") break;
    at = start;
  }
  while (at > 0 && html.charAt(at - 1) === "\n") at--;
  return { body: html.slice(0, at), closers: html.slice(at) };
}

/** A cut that does not part a surrogate pair. */
function wholeChars(text: string, limit: number): number {
  const last = text.charCodeAt(limit - 1);
  return last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit;
}
