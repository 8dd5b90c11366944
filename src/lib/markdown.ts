/**
 * Markdown from a model to safe HTML. The text is cut into blocks and each is rendered by itself, so that a page and a
 * stream of finished blocks show the same bytes. Nothing of the model's is trusted: raw HTML is text, only http, https
 * and mailto lead away, images are links, nesting and size are bounded.
 */
import { BlockSplitter } from "./blocks.ts";
import { escapeHtml } from "./html.ts";
import { rewriteHtml } from "./markdown-html.ts";
import { mark } from "./markdown-marks.ts";
import type { FileUrl } from "./text-links.ts";

export interface MarkdownOptions {
  /** Makes file names such as `src/app.ts:42` links to the file viewer; null leaves them text. */
  fileUrl?: FileUrl;
}

/** Blocks that nest deeper, in marks on one line or in tags, are shown as they were written. */
const LINE_MARKS_LIMIT = 40;
/** Cells that a table may have for each character of its source; a row of one `|` fills all columns. */
const CELLS_PER_CHAR = 2;

/** The whole text of a closed part as HTML. */
export function renderMarkdown(text: string, options: MarkdownOptions): string {
  const splitter = new BlockSplitter();
  let html = "";
  for (const block of splitter.push(text)) html += renderBlock(block, options);
  for (const block of splitter.finish()) html += renderBlock(block, options);
  return html;
}

/** One finished block as BlockSplitter gives it. */
export const renderBlock = (source: string, options: MarkdownOptions): string => render(source, options, false);

/** A block that still grows: code has no colours yet. */
export const renderOpenBlock = (source: string, options: MarkdownOptions): string => render(source, options, true);

function render(source: string, options: MarkdownOptions, open: boolean): string {
  if (tooDeep(source) || tooWide(source)) return asWritten(source);
  const html = Bun.markdown.html(mark(source), PARSER);
  return rewriteHtml(html, { fileUrl: options.fileUrl, open }) ?? asWritten(source);
}

const PARSER = {
  tables: true,
  strikethrough: true,
  tasklists: true,
  noHtmlBlocks: true,
  noHtmlSpans: true,
  // Addresses with a scheme are found in the rendered text: the parser's own rule misses ports, queries and localhost.
  autolinks: { url: false, www: true, email: true },
} as const;

const asWritten = (source: string) => `<p class="raw">${escapeHtml(source.trimEnd())}</p>\n`;

/** The marks a line starts with; asked at line starts only, since this is asked of the open block with every token. */
const LINE_MARKS = /[ \t]*(?:>|[-*+][ \t]|\d{1,9}[.)][ \t])[>\-*+\d.) \t]*/y;

function tooDeep(source: string): boolean {
  for (let start = 0; start < source.length; start = source.indexOf("\n", start) + 1 || source.length) {
    LINE_MARKS.lastIndex = start;
    const run = LINE_MARKS.exec(source)?.[0] ?? "";
    if (run.length <= LINE_MARKS_LIMIT) continue;
    if ((run.match(/>|[-*+](?=[ \t])|[.)](?=[ \t])/g)?.length ?? 0) > LINE_MARKS_LIMIT) return true;
  }
  return false;
}

function tooWide(source: string): boolean {
  if (!source.includes("|")) return false;
  let columns = 0;
  for (const [row] of source.matchAll(/^[^\n|]*\|[|:\- \t]*$/gm)) columns = Math.max(columns, row.split("|").length);
  if (columns < 4) return false;
  return columns * source.split("\n").length > source.length * CELLS_PER_CHAR;
}
