/**
 * What browsers must be told while a text part is written. Finished blocks are sent once; the open block is sent again
 * only when its structure changed, else the new words alone go into its tail. Past a limit the open block is not
 * rendered any more: its text goes out escaped, and its rendering comes when it closes. So a token costs the same in a
 * short answer and in a long one. Whoever joins has a page that `renderOpenText` made of the stored text; nothing that
 * was sent, or that nobody saw, is kept here. No I/O, no clock.
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
  /** Null when nobody watched the last piece: the next one sends the open block whole. */
  private shown: Shown = { as: "rendered", body: "", closers: "" };

  constructor(options: LiveOptions) {
    this.options = options;
  }

  /**
   * Takes the next piece; returns what to send. Unwatched pieces cost no rendering and return nothing: who comes later
   * has their blocks from the page, and the next watched piece brings the open block whole.
   */
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

  private report(finished: string[], piece: string, watched: boolean): LiveOp[] {
    if (!watched) {
      this.shown = null;
      return [];
    }
    if (finished.length === 0) {
      const op = this.growOp(piece);
      return op ? [op] : [];
    }
    return [{ op: "append-done", html: renderBlocks(finished, this.options) }, this.openOp()];
  }

  private growOp(piece: string): LiveOp | null {
    if (piece === "" && this.shown) return null;
    if (this.splitter.open_chars > OPEN_LIMIT_CHARS) {
      return this.shown?.as === "raw" ? { op: "tail", html: escapeHtml(piece) } : this.openOp();
    }
    if (this.shown?.as !== "rendered") return this.openOp();
    const { body, closers } = this.shown;
    const next = rendered(this.splitter.open, this.options);
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
      return { op: "open", html: openHtml(this.splitter.open, this.options) };
    }
    this.shown = short ?? rendered(this.splitter.open, this.options);
    return { op: "open", html: withTail(this.shown, "", this.options) };
  }
}

/**
 * The text so far as a page shows it: content of the two elements that later ops of a LiveText at the same offset go
 * to, whatever that one sent before.
 */
export function renderOpenText(text: string, options: LiveOptions): { done: string; open: string } {
  const splitter = new BlockSplitter();
  const done = renderBlocks(splitter.push(text), options);
  return { done, open: openHtml(splitter.open, options) };
}

function renderBlocks(sources: string[], options: MarkdownOptions): string {
  let html = "";
  for (const source of sources) html += renderBlock(source, options);
  return html;
}

/** The open block with its tail span in the deepest last position; past the limit the rest stands raw in the tail. */
function openHtml(source: string, options: LiveOptions): string {
  const limit = source.length <= OPEN_LIMIT_CHARS ? source.length : wholeChars(source, OPEN_LIMIT_CHARS);
  return withTail(rendered(source.slice(0, limit), options), escapeHtml(source.slice(limit)), options);
}

function rendered(source: string, options: LiveOptions): Rendered {
  return { as: "rendered", ...cutClosers(renderOpenBlock(source, options)) };
}

function withTail({ body, closers }: Rendered, tail: string, { tail_id }: LiveOptions): string {
  return `${body}<span id="${tail_id}" class="tail">${tail}</span>${closers}`;
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
