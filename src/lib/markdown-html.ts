/**
 * The parser's HTML to ours. Only tags and attributes listed here come out: whatever else the parser might write is
 * shown as text. Its text and attribute values are escaped already, so `<` only starts a tag of its own.
 */
import { codeBlock } from "./code-block.ts";
import { parseFileRef } from "./file-refs.ts";
import { escapeHtml, unescapeHtml } from "./html.ts";
import { unmark } from "./markdown-marks.ts";
import { type FileUrl, linkText, outwardTag } from "./text-links.ts";

export interface Rewriting {
  fileUrl: FileUrl | undefined;
  open: boolean;
}

/** Browsers flatten from 512 on, and a reader is lost long before. */
const DEPTH_LIMIT = 100;

const PLAIN = new Set("p ul ol li blockquote em strong del thead tbody tr".split(" "));
const TAG = /<(\/?)([a-z][a-z0-9]*)((?: [^<>]*)?)>/g;
/** The parser encodes marks in addresses. */
const ENCODED_MARK = /%EF%B7%9[0-7]/g;

/** Null when it is nested too deeply to be shown. */
export function rewriteHtml(html: string, how: Rewriting): string | null {
  let out = "";
  let at = 0;
  let depth = 0;
  let link: string | null = null;
  TAG.lastIndex = 0;
  for (let match = TAG.exec(html); match; match = TAG.exec(html)) {
    const [tag, slash, name = "", attributes = ""] = match;
    if (match.index > at) out += text(html.slice(at, match.index), link !== null, how);
    at = match.index + tag.length;
    if (slash) {
      depth--;
      if (name === "a") {
        out += link ?? "";
        link = null;
      } else out += endTag(name);
      continue;
    }
    if (name === "pre" || name === "code") {
      const [rewritten, end] = name === "pre" ? pre(html, at, how) : code(html, at, link !== null, how);
      out += rewritten;
      at = end;
      TAG.lastIndex = end;
      continue;
    }
    if (name === "a") {
      const opened = linkTag(attribute(attributes, "href"), how.fileUrl);
      link = opened === "" ? "" : "</a>";
      out += opened;
    } else if (name === "img") out += image(attributes, link !== null);
    else out += startTag(name, attributes, tag);
    if (!VOID.has(name) && ++depth > DEPTH_LIMIT) return null;
  }
  return out + text(html.slice(at), link !== null, how);
}

const VOID = new Set(["img", "br", "hr", "input"]);

function startTag(name: string, attributes: string, tag: string): string {
  const heading = headingOf(name);
  if (heading) return `<${heading}>`;
  if (name === "li" && attributes.includes("task-list-item")) return '<li class="task">';
  if (name === "ol") {
    const start = /^\d{1,9}$/.exec(attribute(attributes, "start"))?.[0];
    return start ? `<ol start="${start}">` : "<ol>";
  }
  if (PLAIN.has(name)) return `<${name}>`;
  if (name === "br" || name === "hr") return `<${name}>`;
  if (name === "table") return '<div class="tblwrap" tabindex="0"><table>';
  if (name === "th" || name === "td") return `<${name}${ALIGN[attribute(attributes, "align")] ?? ""}>`;
  if (name === "input") {
    const done = / checked\b/.test(attributes);
    return `<input type="checkbox" disabled${done ? " checked" : ""} aria-label="${done ? "Done" : "To do"}"> `;
  }
  return escapeHtml(tag);
}

function endTag(name: string): string {
  const heading = headingOf(name);
  if (heading) return `</${heading}>`;
  if (name === "table") return "</table></div>";
  return PLAIN.has(name) || name === "th" || name === "td" ? `</${name}>` : "";
}

const ALIGN: Record<string, string> = { right: ' class="num"', center: ' class="mid-col"' };

/** A page has its own h1 and h2: a message's first level is h3. */
function headingOf(name: string): string | null {
  const level = /^h([1-6])$/.exec(name)?.[1];
  return level ? `h${Math.min(6, Number(level) + 2)}` : null;
}

function attribute(attributes: string, name: string): string {
  const start = attributes.indexOf(` ${name}="`);
  if (start < 0) return "";
  const from = start + name.length + 3;
  return unescapeHtml(
    unmark(attributes.slice(from, attributes.indexOf('"', from)).replace(ENCODED_MARK, decodeURIComponent)),
  );
}

/** The start tag of a link, or nothing when it leads where no link may lead. */
function linkTag(href: string, fileUrl: FileUrl | undefined): string {
  if (/^(?:https?:\/\/[^/?#]|mailto:[^?#])/i.test(href)) return outwardTag(href);
  const ref = parseFileRef(decoded(href), "code");
  const url = ref && fileUrl?.(ref.path, ref.line);
  return url ? `<a href="${escapeHtml(url)}">` : "";
}

function decoded(href: string): string {
  try {
    return decodeURIComponent(href);
  } catch {
    return href;
  }
}

/** Never loaded: a picture's address would tell its server who reads this and when. */
function image(attributes: string, in_link: boolean): string {
  const source = attribute(attributes, "src");
  const words = escapeHtml(attribute(attributes, "alt") || source);
  return !in_link && /^https?:\/\/[^/?#]/i.test(source) ? `${outwardTag(source)}${words}</a>` : words;
}

function pre(html: string, from: number, how: Rewriting): [string, number] {
  const close = html.indexOf("</code></pre>", from);
  const open = /<code(?: class="language-([^"]*)")?>/y;
  open.lastIndex = from;
  const match = open.exec(html);
  if (!match || close < 0) return [escapeHtml(html.slice(from)), html.length];
  const info = unescapeHtml(unmark(match[1] ?? ""));
  const body = unmark(html.slice(open.lastIndex, close));
  return [codeBlock({ html: body, info, fileUrl: how.fileUrl, open: how.open }), close + "</code></pre>".length];
}

function code(html: string, from: number, in_link: boolean, how: Rewriting): [string, number] {
  const close = html.indexOf("</code>", from);
  const end = close < 0 ? html.length : close;
  const words = text(html.slice(from, end), true, how);
  const ref = in_link || words.includes("&") ? null : parseFileRef(words, "code");
  const url = ref && how.fileUrl?.(ref.path, ref.line);
  const inner = url ? `<a href="${escapeHtml(url)}">${words}</a>` : words;
  return [`<code>${inner}</code>`, close < 0 ? end : end + "</code>".length];
}

/** Text between tags; a `<` in it would be a tag that the pattern did not know. */
function text(html: string, verbatim: boolean, how: Rewriting): string {
  if (html === "\n") return html;
  const plain = unmark(html).replaceAll("<", "&lt;");
  return verbatim ? plain : linkText(plain, how.fileUrl);
}
